package cli_test

import (
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
)

// A terminal that cannot be drawn on is told of the plain lines, and one that shows only ASCII gets nothing else, by itself.
func TestTheConsoleKnowsWhatItsTerminalCanShow(t *testing.T) {
	t.Parallel()
	b := &building{t: t, home: t.TempDir(), api: ""}
	for _, c := range []struct {
		env    []string
		status int
		says   string
		ascii  bool
	}{
		{[]string{"TERM=dumb", "LANG=C.UTF-8"}, 2, "--accessible", false},
		{[]string{"LANG=C.UTF-8"}, 2, "--accessible", false},
		{[]string{"TERM=xterm-256color", "LANG=C"}, 0, "arcadia", true},
		{[]string{"TERM=linux"}, 0, "arcadia", true},
		{[]string{"TERM=xterm-256color", "LANG=C.UTF-8"}, 0, "─", false},
	} {
		cmd := b.program("", "--demo")
		cmd.Env = append([]string{"HOME=" + b.home, raceRules}, c.env...)
		tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 30, Cols: 120})
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		buf := make([]byte, 4096)
		for asked := false; ; {
			n, err := tty.Read(buf)
			if out.Write(buf[:n]); err != nil {
				break
			}
			if !asked && strings.Contains(out.String(), "DEMO") {
				asked = true
				_ = cmd.Process.Signal(syscall.SIGTERM) // a key would be asked about while the demonstration has something under way
			}
		}
		_ = tty.Close()
		_ = cmd.Wait()
		if status := cmd.ProcessState.ExitCode(); status != c.status || !strings.Contains(out.String(), c.says) {
			t.Errorf("%s: status %d, %q", c.env, status, out.String())
		}
		if beyond := strings.IndexFunc(out.String(), func(r rune) bool { return r > 0x7e }) >= 0; c.ascii && beyond {
			t.Errorf("%s: not ASCII: %q", c.env, out.String())
		}
	}
}
