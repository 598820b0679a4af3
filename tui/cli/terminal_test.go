package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// terminal is the real program on a terminal of its own.
type terminal struct {
	cmd    *exec.Cmd
	tty    *os.File
	seen   strings.Builder
	chunks chan string
}

func onTerminal(t *testing.T, home string, args ...string) *terminal {
	t.Helper()
	return onTerminalOf(t, home, nil, args...)
}

// onTerminalOf is onTerminal with more in the environment.
func onTerminalOf(t *testing.T, home string, env []string, args ...string) *terminal {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(binary, "arcadia"), args...)
	cmd.Env = append([]string{"HOME=" + home, "TERM=xterm-256color", "LANG=C.UTF-8", raceRules}, env...)
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 30, Cols: 100})
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{cmd: cmd, tty: tty, chunks: make(chan string)}
	go func() {
		defer close(term.chunks)
		buf := make([]byte, 4096)
		for {
			n, err := tty.Read(buf)
			if err != nil {
				return
			}
			term.chunks <- string(buf[:n])
		}
	}()
	t.Cleanup(func() {
		for range term.chunks { // until the reader is done
		}
		tty.Close()
	})
	return term
}

// until reads until the output matches.
func (term *terminal) until(t *testing.T, pattern string) {
	t.Helper()
	re := regexp.MustCompile(pattern)
	late := time.After(patience)
	for !re.MatchString(term.seen.String()) {
		select {
		case chunk, ok := <-term.chunks:
			if !ok {
				t.Fatalf("it ended without %q:\n%q", pattern, term.seen.String())
			}
			term.seen.WriteString(chunk)
		case <-late:
			t.Fatalf("it never wrote %q:\n%q", pattern, term.seen.String())
		}
	}
}

// end waits for the program and returns its exit status.
func (term *terminal) end(t *testing.T) int {
	t.Helper()
	for chunk := range term.chunks {
		term.seen.WriteString(chunk)
	}
	if err := term.cmd.Wait(); err != nil && term.cmd.ProcessState.ExitCode() < 0 {
		t.Fatalf("%v", err)
	}
	return term.cmd.ProcessState.ExitCode()
}

func TestConsoleEndsInOrder(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(*terminal) error{
		"asked to":             func(term *terminal) error { return term.cmd.Process.Signal(syscall.SIGTERM) },
		"its terminal is lost": func(term *terminal) error { return term.cmd.Process.Signal(syscall.SIGHUP) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			db := filepath.Join(home, "private", "arcadia.db")
			arcadia := func(args ...string) string {
				cmd := exec.CommandContext(t.Context(), filepath.Join(binary, "arcadia"), append(args, "--db", db, "--demo")...)
				cmd.Env = []string{"HOME=" + home, raceRules}
				out, err := cmd.Output()
				if err != nil {
					t.Fatalf("%v: %v", args, err)
				}
				return strings.TrimSpace(string(out))
			}
			arcadia("launch", "snapshot_droplet", "droplet_id=500000030", "--no-wait")
			id := arcadia("list", "-o", "name")
			term := onTerminal(t, home, "--demo", "--db", db)
			term.until(t, `●[^○◌]{0,40}running`) // the row, and not the count above it
			if err := ask(term); err != nil {
				t.Fatal(err)
			}
			if got := term.end(t); got != 0 {
				t.Errorf("exit status %d:\n%q", got, term.seen.String())
			}
			if !strings.Contains(term.seen.String(), "\x1b[?1049l") {
				t.Errorf("the screen was not given back")
			}
			// Nothing is compensated and nobody holds the store: the saga goes on at the next host.
			if show := arcadia("show", id); !strings.Contains(show, "status    running") {
				t.Errorf("the saga is not at rest:\n%s", show)
			}
		})
	}
}

func TestHelpIsColoredOnlyWhereThatIsWelcome(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]bool{"launch --help": true, "launch --help --no-color": false} {
		term := onTerminal(t, t.TempDir(), strings.Fields(args)...)
		if got := term.end(t); got != 0 {
			t.Errorf("%s: exit status %d", args, got)
		}
		if colored := strings.Contains(term.seen.String(), "\x1b[3"); colored != want {
			t.Errorf("%s: colored is %v\n%q", args, colored, term.seen.String())
		}
	}
}

func TestLaunchShowsTheLedgerAsItGrowsOnATerminal(t *testing.T) {
	t.Parallel()
	term := onTerminal(t, t.TempDir(), "launch", "echo_fail", "--demo")
	if got := term.end(t); got != 3 {
		t.Errorf("exit status %d", got)
	}
	for _, want := range []string{
		`saga [0-9a-f]{8}  echo_fail`, `\d\d:\d\d:\d\d  step 0 echo started`, `2 fail failed: fail`, `step 1 echo undone`, `saga rolled back`, `status    rolled_back, 0 left`,
	} {
		if !regexp.MustCompile(want).MatchString(term.seen.String()) {
			t.Errorf("no %s in\n%s", want, term.seen.String())
		}
	}
	if strings.Contains(term.seen.String(), "\x1b") {
		t.Errorf("escape sequences in plain lines: %q", term.seen.String())
	}
}
