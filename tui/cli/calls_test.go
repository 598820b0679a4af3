package cli_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// needy launches, in another process, a saga that waits for a person.
const needy = "launch adhoc --steps echo,fail text=hello --on-failure pause --no-wait"

// TestATerminalsOwnerIsCalledInTheWayThatWasChosen sees the bytes that a terminal gets when a saga needs somebody: here, in tmux and over
// SSH.
func TestATerminalsOwnerIsCalledInTheWayThatWasChosen(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct{ settings, tmux, want, never string }{
		"osc9":   {"notify: osc9\n", "", `\x1b\]9;adhoc[^\x1b\a]* needs you\x1b\\`, `\]777;`},
		"osc777": {"notify: osc777\n", "", `\x1b\]777;notify;arcadia;adhoc[^\x1b\a]* needs you\x1b\\`, `\]9;`},
		"tmux":   {"notify: osc9\n", "/tmp/tmux-0/default,1,0", `\x1bPtmux;\x1b\x1b\]9;adhoc[^\x1b\a]* needs you\x1b\x1b\\\x1b\\`, `\]777;`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			db := filepath.Join(home, "private", "arcadia.db")
			dir := filepath.Join(home, ".config", "arcadia")
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "config.yaml"), []byte(x.settings), 0o600); err != nil {
				t.Fatal(err)
			}
			term := onTerminalOf(t, home, []string{"TMUX=" + x.tmux}, "--demo", "--db", db)
			term.until(t, "nothing runs|done today")
			cmd := exec.CommandContext(t.Context(), filepath.Join(binary, "arcadia"), append(strings.Fields(needy), "--demo", "--db", db)...)
			cmd.Env = []string{"HOME=" + home, raceRules}
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			term.until(t, x.want)
			if err := term.cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			term.end(t)
			if seen := term.seen.String(); len(regexp.MustCompile(x.want).FindAllString(seen, -1)) != 1 || regexp.MustCompile(x.never).MatchString(seen) {
				t.Errorf("it was called otherwise, or more than once:\n%q", seen)
			}
		})
	}
	t.Run("over SSH", func(t *testing.T) {
		t.Parallel()
		b := newBuilding(t)
		c := &crowd{addr: "127.0.0.1:" + b.port, operator: b.admits(t, "ops9", "operator")}
		called := regexp.MustCompile(`\x1b\]777;notify;arcadia;adhoc[^\x1b\a]* needs you\x1b\\`)
		chosen := b.onPTY(t, c, "osc777")
		odd := b.onPTY(t, c, "\x1b]0;x\a") // is not let in
		chosen.until(t, "nothing runs|done today")
		odd.until(t, "nothing runs|done today")
		if err := c.command(needy); err != nil {
			t.Fatal(err)
		}
		chosen.until(t, called.String())
		odd.until(t, "1 needs you")
		if strings.Contains(odd.text(), "\x1b]777") || strings.Contains(odd.text(), "\x1b]9;") {
			t.Errorf("a terminal was called that had not asked for it:\n%q", odd.text())
		}
	})
}

// seen is what a terminal at the other end of a connection got.
type seen struct {
	mu  sync.Mutex // guards buf
	buf bytes.Buffer
}

func (s *seen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *seen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

// until waits until what was seen matches.
func (s *seen) until(t *testing.T, pattern string) {
	t.Helper()
	re := regexp.MustCompile(pattern)
	for late := time.Now().Add(patience); !re.MatchString(s.text()); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("it never wrote %q:\n%q", pattern, s.text())
		}
	}
}

// onPTY opens a console over SSH, which is asked to call its owner in a way.
func (b *building) onPTY(t *testing.T, c *crowd, notify string) *seen {
	t.Helper()
	client, err := c.dial(c.operator)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	session, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	out := &seen{}
	session.Stdout = out
	if _, err := session.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	_ = session.Setenv("ARCADIA_NOTIFY", notify) // what is not let in is refused
	if err := session.RequestPty("xterm-256color", 30, 100, nil); err != nil {
		t.Fatal(err)
	}
	if err := session.Shell(); err != nil && err != io.EOF { //nolint:errorlint // as the library gives it
		t.Fatal(err)
	}
	return out
}
