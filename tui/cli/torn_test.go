package cli_test

import (
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"

	"arcadia/tui/input"
)

// drawn is a program on a terminal of our own, of which we see the screen.
type drawn struct {
	tty *os.File
	mu  sync.Mutex // guards what follows
	raw strings.Builder
	vt  *vt.SafeEmulator
}

// draws starts a program on a terminal that answers nothing by itself.
func draws(t *testing.T, cmd *exec.Cmd, cols, rows uint16) *drawn {
	t.Helper()
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: rows, Cols: cols})
	if err != nil {
		t.Fatal(err)
	}
	d := &drawn{tty: tty, vt: vt.NewSafeEmulator(int(cols), int(rows))}
	go func() { _, _ = io.Copy(io.Discard, d.vt) }() // what the emulator would answer
	read := make(chan struct{})
	go func() {
		defer close(read)
		buf := make([]byte, 4096)
		for {
			n, err := tty.Read(buf)
			if err != nil {
				return
			}
			d.mu.Lock()
			d.raw.Write(buf[:n])
			_, _ = d.vt.Write(buf[:n])
			d.mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = tty.Close()
		<-read
		if pipe, ok := d.vt.InputPipe().(io.Closer); ok {
			_ = pipe.Close()
		}
	})
	return d
}

// lines is what stands on the screen.
func (d *drawn) lines() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Split(strings.TrimRight(d.vt.String(), "\n"), "\n")
}

// shows waits until the screen shows a text.
func (d *drawn) shows(t *testing.T, text string) {
	t.Helper()
	for late := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		if strings.Contains(strings.Join(d.lines(), "\n"), text) {
			return
		}
		if time.Now().After(late) {
			t.Fatalf("the screen never showed %q:\n%s", text, strings.Join(d.lines(), "\n"))
		}
	}
}

// comesAndGoes is what stands in a header without any key: who else is here, since the session of the try before can still be
// leaving, and what is known only some time after the first frame.
var comesAndGoes = regexp.MustCompile(` with ops1| \d+ done today| API \d+ left`)

// frame is the header and the footer: any key that is taken for one shows there, or in a box over what is between them.
func (d *drawn) frame() string {
	all := d.lines()
	boxed := ""
	for _, l := range all {
		if strings.ContainsAny(l, "┌└") {
			boxed = "a box is open\n"
		}
	}
	return boxed + strings.Join(strings.Fields(comesAndGoes.ReplaceAllString(all[0], "")), " ") + "\n" + strings.TrimRight(all[len(all)-1], " ")
}

// What a terminal answers to our own questions, torn into two at any place and with gaps of 50 to 400 ms, presses no key: on the
// machine that one has come to over SSH, and over our own SSH server. The answers come within two seconds, as those of a terminal do.
// In short runs each is torn at one place.
func TestTornAnswersPressNoKey(t *testing.T) {
	t.Parallel()
	b := newBuilding(t)
	together := [][]string{ // as many as come within two seconds
		{"\x1b]11;rgb:1616/1616/1e1e\x1b\\", "\x1b[?2026;2$y", "\x1b[?1u"},
		{"\x1b[?2027;0$y", "\x1b[?62;4c", "\x1bP>|tmux 3.4\x1b\\"},
	}
	for name, begin := range map[string]func(t *testing.T) *exec.Cmd{
		"local under SSH_CONNECTION": func(t *testing.T) *exec.Cmd {
			here := b.on(t)
			cmd := here.program(here.free)
			cmd.Env = append(cmd.Env, "SSH_CONNECTION=203.0.113.9 50022 203.0.113.20 22")
			return cmd
		},
		"over serve": func(t *testing.T) *exec.Cmd {
			if _, err := exec.LookPath("ssh"); err != nil {
				t.Skip("no ssh here")
			}
			return b.ssh("-tt")
		},
	} {
		t.Run(name, func(t *testing.T) {
			for n, gap := range []time.Duration{50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, 400 * time.Millisecond} {
				places := []int{n}
				if !testing.Short() {
					places = []int{0, 1, 2, 3}
				}
				for _, place := range places {
					answers := together[(n+place)%2]
					t.Run(gap.String(), func(t *testing.T) {
						for range 4 {
							if tears(t, begin(t), name == "over serve", answers, place, gap) {
								return
							}
						}
						t.Skip("this machine is too busy: the answers come later than those of any terminal")
					})
				}
			}
		})
	}
}

// askTime is for how long after its questions a console takes pieces for answers.
const askTime = 2 * time.Second

// tears sends answers in two pieces each, and looks whether any was taken for a key. It reports false when that took so long that
// nothing follows from it.
func tears(t *testing.T, cmd *exec.Cmd, served bool, answers []string, place int, gap time.Duration) bool {
	t.Helper()
	begun := time.Now()
	d := draws(t, cmd, 120, 40)
	d.shows(t, "My Team")
	d.shows(t, map[bool]string{true: "? help", false: "enter open"}[served])
	before := d.frame()
	for _, answer := range answers {
		at := []int{1, 2, len(answer) / 2, len(answer) - 1}[place]
		_, _ = d.tty.WriteString(answer[:at])
		time.Sleep(gap)
		_, _ = d.tty.WriteString(answer[at:])
		time.Sleep(30 * time.Millisecond)
	}
	if gap >= input.HoldRemote && time.Since(begun) > askTime {
		return false
	}
	time.Sleep(300 * time.Millisecond) // whatever is held has been let go
	if now := d.frame(); now != before {
		t.Fatalf("torn at place %d for %s, something was pressed:\n%s\nwas\n%s", place, gap, now, before)
	}
	_, _ = d.tty.WriteString("?") // and keys are keys
	d.shows(t, "search")
	return true
}
