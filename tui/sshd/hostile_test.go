package sshd_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"arcadia/tui/sshd"
)

func TestAPanicEndsItsSessionAloneAndItsUserIsTold(t *testing.T) {
	quiet(t)
	r := newRig(t)
	other := r.console(r.dial("ops2"))
	other.shows("ops2")
	for _, key := range []string{"!", "@", "#"} {
		s := r.console(r.dial("ops1"))
		s.shows("ops1")
		s.keys(key)
		if exit := s.ended(); exit != 1 {
			t.Errorf("%s: exit status %d", key, exit)
		}
		restored(t, s)
		if !strings.Contains(s.bytes(), "met a fault of arcadia") {
			t.Errorf("%s: not told: %q", key, s.bytes())
		}
	}
	other.keys("fine")
	other.shows("[fine]")
	if n := r.server.Totals().Faults; n != 3 {
		t.Errorf("%d faults counted", n)
	}
	if !strings.Contains(r.log.String(), "the model is broken") || !strings.Contains(r.log.String(), "(*model).Update") {
		t.Error("the log does not say where")
	}
}

func TestAPanicOfAViewEndsItsSessionAlone(t *testing.T) {
	quiet(t)
	r := newRig(t, func(c *sshd.Config) {
		c.Console = func(ctx context.Context, s *sshd.Session) error { return s.Run(ctx, blind{}) }
	})
	s := r.console(r.dial("ops1"))
	if exit := s.ended(); exit != 1 || !strings.Contains(s.bytes(), "met a fault") {
		t.Errorf("exit status %d, %q", exit, s.bytes())
	}
	if _, _, exit := r.run("ops1", "whoami"); exit != 0 {
		t.Errorf("exit %d", exit)
	}
}

func TestAPanicOfTheGuardEndsItsSessionAlone(t *testing.T) {
	quiet(t)
	r := newRig(t, func(c *sshd.Config) { c.Guard = func(_ *sshd.Session, in io.Reader) io.Reader { return brittle{in} } })
	other := r.console(r.dial("ops2"))
	other.shows("ops2")
	s := r.console(r.dial("ops1"))
	s.shows("ops1")
	s.keys("a%")
	if exit := s.ended(); exit != 1 || !strings.Contains(s.bytes(), "met a fault") {
		t.Errorf("exit status %d, %q", exit, s.bytes())
	}
	restored(t, s)
	other.keys("fine")
	other.shows("[fine]")
}

// brittle breaks on a percent sign.
type brittle struct{ in io.Reader }

func (b brittle) Read(p []byte) (int, error) {
	n, err := b.in.Read(p)
	if bytes.IndexByte(p[:n], '%') >= 0 {
		panic("the guard is broken")
	}
	return n, err
}

type blind struct{}

func (blind) Init() tea.Cmd                       { return nil }
func (blind) Update(tea.Msg) (tea.Model, tea.Cmd) { return blind{}, nil }
func (blind) View() tea.View                      { panic("the view is broken") }

func TestCtrlZDoesNotStopTheServer(t *testing.T) {
	r := newRig(t)
	s := r.console(r.dial("ops1"))
	s.shows("ops1")
	s.keys("\x1aok")
	s.shows("[ok]") // it would not, were this process stopped
}

func TestAResizeStormLeavesTheLastSize(t *testing.T) {
	quiet(t)
	r := newRig(t)
	s := r.console(r.dial("ops1"))
	s.shows("120x24")
	for i := range 5000 {
		if err := s.session.WindowChange(10+i%90, 40+i%300); err != nil {
			t.Fatal(err)
		}
	}
	for _, size := range []struct {
		width, height int
		want          string
	}{
		{100_000, 100_000, "640x240"},
		{0, 0, "640x240"},
		{1 << 31, 1, "640x1"},
		{77, 22, "77x22"},
	} {
		if err := s.session.WindowChange(size.height, size.width); err != nil {
			t.Fatal(err)
		}
		if size.height > 1 {
			s.shows(size.want)
		}
	}
	s.keys("q")
	if exit := s.ended(); exit != 0 {
		t.Errorf("exit status %d", exit)
	}
}

// What follows has ended whole processes: the decoder of input panics on some of it, on goroutines that nobody guards.
func TestHostileInputHarmsNobodyElse(t *testing.T) {
	quiet(t)
	r := newRig(t, calm)
	other := r.console(r.dial("ops2"))
	other.shows("ops2")
	for name, text := range hostileInput() {
		s := r.console(r.dial("ops1"))
		s.shows("ops1")
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			_, _ = io.WriteString(s.in, text)
			_, _ = io.WriteString(s.in, "\x1b[201~\x1b\\")
		}()
		select {
		case <-sent:
		case <-time.After(patience):
			t.Fatalf("%s: not taken", name)
		}
		_ = s.session.Close()
		other.keys("+")
		t.Logf("%s: faults so far %d", name, r.server.Totals().Faults)
	}
	other.shows("++++++++")
}

// hostileInput is what no terminal sends.
func hostileInput() map[string]string {
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 16<<10)
	for i := range noise {
		noise[i] = byte(random.UintN(256))
	}
	return map[string]string{
		"33 parameters":        "\x1b[" + strings.Repeat(";", 33) + "1m" + "\x1b[" + strings.Repeat("1;", 40) + "1u",
		"33 parameters of DCS": "\x1bP" + strings.Repeat(";", 33) + "1|x\x1b\\",
		"a paste without end":  "\x1b[200~" + strings.Repeat("paste ", 50_000),
		"a paste of sequences": "\x1b[200~" + strings.Repeat("\x1b["+strings.Repeat(";", 33)+"1m", 100) + "\x1b[201~",
		"OSC without end":      "\x1b]52;c;" + strings.Repeat("A", 64<<10),
		"a size":               "\x1b[48;60000;60000;1;1t\x1b[8;60000;60000t",
		"noise":                string(noise),
		"numbers too large":    "\x1b[99999999999999999999999999m\x1b[<99999999999;99999999999;99999999999M",
	}
}

// hostile draws what no terminal should get.
type hostile struct{ text string }

func (h hostile) Init() tea.Cmd { return nil }
func (h hostile) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if k, ok := msg.(tea.KeyPressMsg); ok && k.String() == "q" {
		return h, tea.Quit
	}
	return h, nil
}

func (h hostile) View() tea.View {
	v := tea.NewView("begin " + h.text + " end")
	v.WindowTitle = h.text
	v.AltScreen = true
	return v
}

func TestWhatAModelDrawsCannotSteerTheTerminal(t *testing.T) {
	quiet(t)
	for name, text := range map[string]string{
		"clipboard":     "\x1b]52;c;ZXZpbA==\x07",
		"DCS":           "\x1bP+q544e\x1b\\",
		"APC":           "\x1b_Gevil\x1b\\",
		"C1":            "\u009d52;c;ZXZpbA==\u009c",
		"raw C1":        "\x9d52;c;ZXZpbA==\x9c",
		"link":          "\x1b]8;;http://evil\x07x\x1b]8;;\x07",
		"move":          "\x1b[2J\x1b[1;1H",
		"33 parameters": "\x1b[" + strings.Repeat(";", 33) + "1m",
		"long":          "\x1b[" + strings.Repeat("1", 5000) + "m",
		"half":          "\x1b[",
		"bell":          "\a\b\r",
	} {
		r := newRig(t, func(c *sshd.Config) {
			c.Console = func(ctx context.Context, s *sshd.Session) error { return s.Run(ctx, hostile{text}) }
		})
		s := r.console(r.dial("ops1"))
		s.shows("begin")
		s.keys("q")
		if exit := s.ended(); exit != 0 {
			t.Errorf("%s: exit status %d", name, exit)
		}
		for _, seq := range sequences(s.bytes()) {
			switch {
			case strings.HasPrefix(seq, "\x1b["), strings.HasPrefix(seq, "\x1b]2;"):
			case len(seq) == 2 && seq[0] == '\x1b' && strings.Contains("M78=>", seq[1:]):
			default:
				t.Errorf("%s: %q reached the terminal", name, seq)
			}
		}
	}
}

// sequences gives all control sequences and characters of an output but line ends, tabs and backspaces.
func sequences(text string) (found []string) {
	parser := ansi.NewParser()
	var state byte
	for len(text) > 0 {
		seq, width, n, next := ansi.DecodeSequence(text, state, parser)
		if width == 0 && strings.Trim(seq, "\r\n\t\b") != "" {
			found = append(found, seq)
		}
		text, state = text[n:], next
	}
	return found
}

func TestColorsPass(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(c *sshd.Config) {
		c.Console = func(ctx context.Context, s *sshd.Session) error {
			return s.Run(ctx, hostile{"\x1b[1;31mred\x1b[0m \x1b[1;4;38;2;255;255;255;48;2;1;2;3mboth\x1b[m"})
		}
	})
	s := r.console(r.dial("ops1"))
	s.shows("begin red both end")
	if !strings.Contains(s.bytes(), "31m") {
		t.Errorf("no color: %q", s.bytes())
	}
}

func TestTheSizeIsNotWhatTheInputClaims(t *testing.T) {
	r := newRig(t, func(c *sshd.Config) {
		c.Console = func(ctx context.Context, s *sshd.Session) error { return s.Run(ctx, &sized{}) }
	})
	s := r.console(r.dial("ops1"))
	s.shows("sizes: 120x24.")
	s.keys("\x1b[48;50;200;500;2000t\x1b[8;60;220tk") // reports of a size, as terminals send them
	s.shows("keys: 1")
	if strings.Contains(s.text(), "120x24.2") {
		t.Errorf("the input has set the size:\n%s", s.text())
	}
}

// sized keeps all sizes that it was told.
type sized struct {
	sizes string
	keys  int
}

func (m *sized) Init() tea.Cmd { return nil }
func (m *sized) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.sizes += fmt.Sprintf("%dx%d.", msg.Width, msg.Height)
	case tea.KeyPressMsg:
		m.keys++
	}
	return m, nil
}

func (m *sized) View() tea.View {
	v := tea.NewView(fmt.Sprintf("sizes: %s\nkeys: %d", m.sizes, m.keys))
	v.AltScreen = true
	return v
}
