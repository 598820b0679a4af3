package cli_test

import (
	"encoding/json"
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
				cmd.Env = []string{"HOME=" + home, "TERM=xterm-256color", "LANG=C.UTF-8", raceRules}
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
			for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
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
			busy := arcadia("launch", "adhoc", "--steps", strings.Repeat("echo,", 199)+"create_droplet_snapshot", "text=x", "droplet_id=500000030", "--no-wait", "-o", "json")
			if out, err := busy.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			begun := time.Now()
			if err := ask(t, arcadia, cmd.Process); err != nil {
				t.Fatal(err)
			}
			if name == "stop" {
				if out, err := arcadia("list", "-o", "json").Output(); err != nil || !strings.Contains(string(out), "echo") {
					t.Errorf("the store is not free when stop has answered: %v %s", err, out)
				}
				nothingStartsAfter(t, arcadia, time.Now())
			}
			select {
			case _ = <-ended:
				t.Logf("it ended after %s", time.Since(begun).Round(time.Millisecond))
			case <-time.After(patience):
				_ = cmd.Process.Kill()
				t.Error("it does not end")
			}
			if took := time.Since(begun); took > 5*time.Second && !raceEnabled { // a program with the race detector is many times as slow
				t.Errorf("it took %s to end", took)
			}
			_, _ = io.CopyN(io.Discard, tty, 1)
		})
	}
}

// nothingStartsAfter wants a saga of many steps that has begun, is not done, and stands still since a moment.
func nothingStartsAfter(t *testing.T, arcadia func(args ...string) *exec.Cmd, answered time.Time) {
	t.Helper()
	look := func() (started int) {
		out, err := arcadia("list", "--kind", "adhoc", "-o", "json").Output()
		if err != nil {
			t.Fatal(err)
		}
		var all []struct{ Short, Status string }
		if err := json.Unmarshal(out, &all); err != nil || len(all) != 1 || all[0].Status != "running" {
			t.Fatalf("%v %s, want a saga that is under way", err, out)
		}
		var saga struct {
			Steps []struct {
				StartedAt *time.Time `json:"started_at"`
			}
		}
		out, err = arcadia("show", all[0].Short, "-o", "json").Output()
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(out, &saga); err != nil {
			t.Fatal(err)
		}
		for i, row := range saga.Steps {
			if row.StartedAt == nil || row.StartedAt.IsZero() {
				continue
			}
			started++
			if row.StartedAt.After(answered) {
				t.Errorf("step %d started %s after stop had answered", i, row.StartedAt.Sub(answered))
			}
		}
		return started
	}
	was := look()
	time.Sleep(300 * time.Millisecond)
	if is := look(); is != was || is == 0 {
		t.Errorf("%d steps had started when stop had answered, and %d a moment later", was, is)
	}
}
