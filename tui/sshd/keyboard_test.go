package sshd_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/tui/input"
	"arcadia/tui/sshd"
)

// keyed shows the last key that came.
type keyed struct{ last string }

func (k *keyed) Init() tea.Cmd { return nil }

func (k *keyed) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if p, ok := msg.(tea.KeyPressMsg); ok {
		k.last = p.String()
	}
	if k.last == "q" {
		return k, tea.Quit
	}
	return k, nil
}

func (k *keyed) View() tea.View {
	return tea.View{AltScreen: true, Content: "last key: " + k.last + "."}
}

// A terminal that knows kitty's protocol is asked for unmistakable keys on the console's own screen, and the escape key that it then
// sends is there at once; when the console ends that is taken back first.
func TestATerminalIsAskedForKeysThatCannotBeMistaken(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *sshd.Config) {
		c.Console = func(ctx context.Context, s *sshd.Session) error { return s.Run(ctx, &keyed{}) }
		c.Guard = func(_ *sshd.Session, in io.Reader) io.Reader { return input.NewGuard(in, input.HoldRemote) }
	})
	s := r.console(r.dial("ops1"))
	s.shows("last key: .")
	begun := time.Now()
	s.keys("\x1b[27u")
	s.shows("last key: esc.")
	took := time.Since(begun)
	for _, plain := range []struct{ sends, key string }{{"\x1b[99;5u", "ctrl+c"}, {"\x1b[13;2u", "shift+enter"}, {"a", "a"}} {
		s.keys(plain.sends)
		s.shows("last key: " + plain.key + ".")
	}
	s.keys("q")
	if status := s.ended(); status != 0 {
		t.Errorf("it ends with %d", status)
	}
	raw := s.bytes()
	entered, asked := strings.Index(raw, "\x1b[?1049h"), strings.Index(raw, "\x1b[>1u")
	left, back := strings.LastIndex(raw, "\x1b[?1049l"), strings.LastIndex(raw, "\x1b[<1u")
	if entered < 0 || asked < entered || back < asked || left < back {
		t.Errorf("entered at %d, asked at %d, taken back at %d, left at %d: %q", entered, asked, back, left, raw)
	}
	t.Logf("esc was there after %s", took.Round(time.Millisecond))
	if took > input.HoldRemote {
		t.Errorf("esc took %s: it was held", took)
	}
}
