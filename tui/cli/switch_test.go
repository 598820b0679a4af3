package cli_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"arcadia/steps/dosim"
)

// TestTheConsoleGoesOnInAnotherContextAndComesBack goes from one account to another by :ctx and back, and to some that cannot be had: then it
// says why and stays.
func TestTheConsoleGoesOnInAnotherContextAndComesBack(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	file := "sealed:\n  token: env:TOK\n  store: /proc/nowhere/arcadia.db\nuntold:\n  token: env:NOPE\n"
	for i, name := range []string{"blue", "red"} {
		api := httptest.NewServer(dosim.New(dosim.WithSeed(int64(i + 1))))
		t.Cleanup(api.Close)
		file += name + ":\n  token: env:TOK\n  color: " + name + "\n  api: " + api.URL + "\n"
	}
	dir := filepath.Join(home, ".config", "arcadia")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "contexts.yaml"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	program := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), filepath.Join(binary, "arcadia"), args...)
		cmd.Env = []string{"HOME=" + home, "TOK=x", raceRules}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	program("--context", "blue", "launch", "upsert_dns_record", "dns_domain=example.com", "dns_record_type=TXT", "dns_record_name=azure", "dns_record_data=hello")
	term := onTerminalOf(t, home, []string{"TOK=x"}, "--context", "blue")
	press := func(keys string) {
		t.Helper()
		if _, err := term.tty.WriteString(keys); err != nil {
			t.Fatal(err)
		}
	}
	goTo := func(name, shows string) {
		t.Helper()
		term.seen.Reset()
		press(":")
		term.until(t, `esc`) // the palette's own hints
		term.seen.Reset()
		press("ctx " + name + "\r") // what is typed is drawn as it comes, a letter at a time at worst: nothing to look for
		term.until(t, shows)
	}
	term.until(t, `azure\.example\.com`)
	goTo("red", `No saga has run yet`)
	goTo("untold", `the environment has no NOPE`)
	goTo("sealed", `context sealed cannot be opened: make folder /proc/nowhere`)
	goTo("blue", `azure\.example\.com`)
	goTo("sealed", `context sealed cannot be opened`)
	term.until(t, `azure\.example\.com`)
	press("q")
	if status := term.end(t); status != 0 {
		t.Errorf("exit status %d", status)
	}
	if list := program("--context", "red", "list"); strings.Contains(list, "azure") {
		t.Errorf("the other account's store has it:\n%s", list)
	}
}
