package frames

import (
	"bytes"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
)

// model shows a text that a message changes.
type model struct {
	clock *Clock
	text  string
}

func (m *model) Init() tea.Cmd { return nil }

func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.clock.Stir()
	if text, ok := msg.(string); ok {
		m.text = text
	}
	return m, nil
}

func (m *model) View() tea.View {
	m.clock.Stir()
	return tea.NewView(m.text)
}

// screen notes when something was written last.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
	last time.Time
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = time.Now()
	return s.text.Write(p)
}

func (s *screen) written() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// TestClockRestsAndWakesAtOnce lets a program rest, by its clock as the library of today keeps it, and sends it a message then:
// the frame comes as soon as ever.
func TestClockRestsAndWakesAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, out := &Clock{}, &screen{}
		p := tea.NewProgram(&model{clock: c}, tea.WithInput(nil), tea.WithOutput(out), tea.WithWindowSize(20, 2), tea.WithoutSignalHandler(), tea.WithFPS(50), tea.WithEnvironment([]string{"TERM=xterm"}))
		c.Of(p)
		done := make(chan error, 1)
		go func() { _, err := p.Run(); done <- err }()
		pace := func() time.Duration {
			c.mu.Lock()
			defer c.mu.Unlock()
			return c.pace
		}
		time.Sleep(time.Second / 50)
		synctest.Wait()
		if c.ticker == nil {
			t.Error("the program's clock was not found: consoles at rest will not rest with this version of Bubble Tea")
		} else if pace() != time.Second/50 {
			t.Error("the clock rests at once")
		}
		for _, text := range []string{"one", "two"} {
			time.Sleep(10 * time.Second)
			if pace() != asleep {
				t.Error("the clock does not rest")
			}
			sent := time.Now()
			p.Send(text)
			time.Sleep(100 * time.Millisecond)
			synctest.Wait()
			if pace() != drowsy {
				t.Errorf("%s after a message the clock goes at a pace of %s", time.Since(sent), pace())
			}
			if late := out.written().Sub(sent); late < 0 || late > 20*time.Millisecond {
				t.Errorf("the frame of %q came after %s", text, late)
			}
		}
		p.Quit()
		if err := <-done; err != nil {
			t.Error(err)
		}
		c.Close()
	})
}
