package cli_test

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"arcadia/tui/sshd"
)

// TestNoCommandEndsTheHost gives every command, as its help lists it, absurd arguments through the socket of a live host.
// None of them ends it.
func TestNoCommandEndsTheHost(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "arcadia-absurd-") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	store := filepath.Join(dir, "a.db")
	cmd := exec.CommandContext(context.Background(), filepath.Join(binary, "arcadia"), "host", "--demo", "--db", store)
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_STATE_HOME="+dir, "XDG_DATA_HOME="+dir, raceRules)
	cmd.Dir = dir // some of the arguments are names of files
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() { _ = cmd.Process.Kill() })

	run := func(limit time.Duration, args ...string) (int, string, error) {
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		defer cancel()
		var out bytes.Buffer
		status, err := sshd.Attach(ctx, store+".sock", args, sshd.Here{In: strings.NewReader(""), Out: &out, Err: io.Discard})
		return status, out.String(), err
	}
	for start := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		if _, _, err := run(5*time.Second, "version"); err == nil {
			break
		}
		if time.Since(start) > 20*time.Second {
			t.Fatalf("the host does not answer: %s", said.String())
		}
	}
	_, help, err := run(5*time.Second, "help")
	if err != nil {
		t.Fatal(err)
	}
	commands := map[string][]string{} // their flags
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z]+)  +[A-Z]`).FindAllStringSubmatch(help, -1) {
		_, text, err := run(5*time.Second, "help", m[1])
		if err != nil {
			t.Fatal(err)
		}
		commands[m[1]] = []string{}
		commands[m[1]] = append(commands[m[1]], regexp.MustCompile(`--[a-z-]+`).FindAllString(text, -1)...)
	}
	delete(commands, "stop") // it is meant to end the host
	if len(commands) < 20 {
		t.Fatalf("only %d commands are known: %s", len(commands), help)
	}
	status, out, err := run(20*time.Second, "launch", "echo", "text=first", "-o", "json")
	if err != nil || status != 0 {
		t.Fatalf("launch: %d, %v", status, err)
	}
	short := regexp.MustCompile(`"short": "([0-9a-f]{8})"`).FindStringSubmatch(out)[1]

	r := rand.New(rand.NewPCG(13, 3))
	texts := []string{
		"", "x", "\x00", "a\x00b", "\xff", "\xc3", "\x1b[2J", "\n", "-", "--", "=", "0:=", "text=\xff", "text=\x00", "0:text=" + strings.Repeat("x", 70<<10), "text=" + strings.Repeat("x", 2000),
		strings.Repeat("k", 1025), strings.Repeat("k", 100<<10), short, strings.ToUpper(short), "{" + short + "}", "urn:uuid:" + short, "0", "-1", "99999999999999999999", "echo", "adhoc",
		"upsert_dns_record", "dns_domain=example.com", "echo,fail", "json", "always", "1s", "-1s", "9999999h", "running", "./x", "/dev/null",
	}
	text := func() string { return texts[r.IntN(len(texts))] }
	rounds := 14
	if testing.Short() {
		rounds = 5
	}
	for range rounds {
		for name, flags := range commands {
			args := []string{name}
			for range r.IntN(4) {
				args = append(args, text())
			}
			for range r.IntN(3) {
				if len(flags) > 0 {
					args = append(args, flags[r.IntN(len(flags))], text())
				}
			}
			_, _, _ = run(300*time.Millisecond, args...) // whatever it says
			select {
			case err := <-ended:
				t.Fatalf("%.200q has ended the host: %v\n%s", args, err, said.String())
			default:
			}
		}
	}
	// What would be waited for, if somebody has frozen everything.
	_, _, _ = run(5*time.Second, "thaw")
	if status, _, err := run(30*time.Second, "launch", "echo", "text=last"); err != nil || status != 0 {
		t.Errorf("after all of it a launch ends with %d, %v", status, err)
	}
	key := func(k string) []string { return []string{"launch", "echo", "text=x", "--key", k} }
	record := func(name, data string) []string {
		return []string{"launch", "upsert_dns_record", "dns_domain=example.com", "dns_record_type=TXT", "dns_record_name=" + name, "dns_record_data=" + data}
	}
	for _, c := range []struct {
		status int
		args   []string
	}{
		{0, key("k")},
		{0, key(strings.Repeat("k", 1024))},
		{0, key("a b\x1b\u202e\"")}, // any text will do
		{2, key(strings.Repeat("k", 1025))},
		{2, key(strings.Repeat("k", 20<<10))},
		{2, key("\x00")},
		{2, key("a\x00b")},
		{2, key("\xff")},
		{2, []string{"launch", "echo", "text=x", "--reason", "a\x00b\xc3"}},
		{2, []string{"launch", "echo\x00", "text=x"}},
		{2, []string{"launch", "adhoc", "--steps", "echo,ec\x00ho"}},
		{2, []string{"launch", "echo", "te\x00xt=x"}},
		{2, []string{"launch", "snapshot_droplet", "droplet_id=1\x00"}},
		{2, record("a\x00b", "x")},
		{2, record("a\xff", "x")},
		{2, record("a", "x\x00")},
		{2, []string{"launch", "open_port", "firewall=\x00", "ports=80"}},
		{2, []string{"show", "\x00"}},
		{2, []string{"cancel", short + "\x00"}},
		{2, []string{"rollback", "--yes", short, "\xff"}},
	} {
		if status, out, err := run(20*time.Second, c.args...); err != nil || status != c.status {
			t.Errorf("%.80q ends with %d, %v, want %d: %s", c.args, status, err, c.status, out)
		}
	}
	if err := sshd.Stop(t.Context(), store+".sock"); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("the host ended with %v: %s", err, said.String())
	}
	check := exec.CommandContext(t.Context(), filepath.Join(binary, "arcadia"), "check", "--db", store)
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("check: %v: %s", err, out)
	}
}
