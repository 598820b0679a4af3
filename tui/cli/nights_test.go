package cli_test

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// TestTheThreeCommandsOfTheReadmeMakeARotatedVerifiedAndNotifiedSnapshot runs them as they stand, on a simulator of its own.
func TestTheThreeCommandsOfTheReadmeMakeARotatedVerifiedAndNotifiedSnapshot(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(house, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)### The nightly snapshot, in three commands.*?```sh\n(.*?)```").FindStringSubmatch(string(text))
	if block == nil {
		t.Fatal("the README does not have them")
	}
	var mu sync.Mutex
	heard := ""
	chat := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		heard += string(body) + "\n"
	}))
	defer chat.Close()
	home := t.TempDir()
	env := []string{
		"PATH=" + binary, "HOME=" + home, "OPS_URL=" + chat.URL + "/services/T0/B0/secret", "DIGITALOCEAN_TOKEN=dop_v1_test",
		"DIGITALOCEAN_API_URL=" + simulator(t, home), raceRules, "ARCADIA_DB=" + filepath.Join(home, "private", "arcadia.db"),
	}
	if err := os.Mkdir(filepath.Join(home, "private"), 0o700); err != nil {
		t.Fatal(err)
	}
	run := func(line string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", line)
		cmd.Env, cmd.Dir = env, home
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
		return string(out)
	}
	said, n := "", 0
	for line := range strings.Lines(block[1]) {
		said += run(strings.TrimSpace(line))
		n++
	}
	if n != 3 {
		t.Errorf("they are %d commands", n)
	}
	for _, want := range []string{"it would launch a saga for each of ", "next      ", "arcadia schedule remove nightly-web", "completed"} {
		if !strings.Contains(said, want) {
			t.Errorf("they do not say %q:\n%s", want, said)
		}
	}
	if all := run("arcadia resources -o json"); strings.Count(all, `"verified_at"`) < 2 {
		t.Errorf("the snapshots are not known to be sound:\n%s", all)
	}
	mu.Lock()
	defer mu.Unlock()
	if !strings.Contains(heard, "rotate_snapshots web-01") || !strings.Contains(heard, "completed") {
		t.Errorf("the chat was told %q", heard)
	}
}

// simulator serves an account until the test is over, and gives its address.
func simulator(t *testing.T, home string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(binary, "arcadia"), "sim", "--listen", "127.0.0.1:0", "--action-time", "300ms")
	cmd.Env = []string{"HOME=" + home, raceRules}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = io.Copy(io.Discard, out)
		_ = cmd.Wait() // the test's context has ended it
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}
