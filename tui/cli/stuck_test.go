package cli_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// TestATerminalThatDoesNotReadKeepsNothing shows the console on a terminal that nobody reads, and wants one stop, one TERM or one HUP to end it
// in time: no step starts after stop has answered, and the store is free.
func TestATerminalThatDoesNotReadKeepsNothing(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(t *testing.T, arcadia func(args ...string) *exec.Cmd, p *os.Process) error{
		"stop": func(_ *testing.T, arcadia func(args ...string) *exec.Cmd, _ *os.Process) error {
			return arcadia("stop").Run()
		},
		"TERM": func(_ *testing.T, _ func(args ...string) *exec.Cmd, p *os.Process) error {
			return p.Signal(syscall.SIGTERM)
		},
		"HUP": func(_ *testing.T, _ func(args ...string) *exec.Cmd, p *os.Process) error {
			return p.Signal(syscall.SIGHUP)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			db := filepath.Join(home, "private", "arcadia.db")
			arcadia := func(args ...string) *exec.Cmd {
				cmd := exec.CommandContext(t.Context(), filepath.Join(binary, "arcadia"), append(args, "--db", db)...)
				cmd.Env = []string{"HOME=" + home, "TERM=xterm-256color", "LANG=C.UTF-8"}
				return cmd
			}
			cmd := arcadia("--demo")
			tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 60, Cols: 200})
			if err != nil {
				t.Fatal(err)
			}
			defer tty.Close()
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
				if _, err := os.Stat(db + ".sock"); err == nil {
					break
				}
				if time.Now().After(deadline) {
					t.Fatal("it does not start")
				}
			}
			// More than a terminal takes unread.
			for range 3 {
				if out, err := arcadia("launch", "echo", "text="+strings.Repeat("x", 200), "--no-wait").CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
				if err := pty.Setsize(tty, &pty.Winsize{Rows: 59, Cols: 199}); err != nil {
					t.Fatal(err)
				}
				time.Sleep(200 * time.Millisecond)
				if err := pty.Setsize(tty, &pty.Winsize{Rows: 60, Cols: 200}); err != nil {
					t.Fatal(err)
				}
				time.Sleep(200 * time.Millisecond)
			}
			begun := time.Now()
			if err := ask(t, arcadia, cmd.Process); err != nil {
				t.Fatal(err)
			}
			if name == "stop" {
				if out, err := arcadia("list", "-o", "json").Output(); err != nil || !strings.Contains(string(out), "echo") {
					t.Errorf("the store is not free when stop has answered: %v %s", err, out)
				}
			}
			select {
			case _ = <-ended:
				t.Logf("it ended after %s", time.Since(begun).Round(time.Millisecond))
			case <-time.After(10 * time.Second):
				_ = cmd.Process.Kill()
				t.Error("it does not end")
			}
			if took := time.Since(begun); took > 5*time.Second {
				t.Errorf("it took %s to end", took)
			}
			_, _ = io.CopyN(io.Discard, tty, 1)
		})
	}
}
