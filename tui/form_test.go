package tui

import (
	"math/rand/v2"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"arcadia/engine"
)

func TestNoKeysBreakTheLaunch(t *testing.T) {
	t.Parallel()
	keys := []string{
		"enter", "enter", "tab", "tab", "shift+tab", "esc", "up", "down", "left", "right", "space", "backspace", "pgdown", "pgup",
		"home", "end", "a", "d", "e", "s", "2", "漢", "?", "/", "ctrl+w", "ctrl+u", "J", "K", "x", "n",
	}
	for seed := range uint64(8) {
		live(t, 80, 24, func(s *stage, c *cloud, _ *counted) {
			close(c.hold)
			rnd := rand.New(rand.NewPCG(seed, 1))
			for i := range 150 {
				if i%10 == 0 {
					s.send(tea.WindowSizeMsg{Width: 40 + rnd.IntN(120), Height: 10 + rnd.IntN(40)})
				}
				if _, on := s.app.screen().(*launch); !on {
					s.run(s.app.do(launchDoor(engine.Launch{})))
					s.send(nil)
				}
				s.press(keys[rnd.IntN(len(keys))])
				d := s.app.screen().View(&s.app.env, s.app.env.Width, s.app.env.Height-4)
				for _, l := range d.Lines {
					if n := ansi.StringWidth(l); n > s.app.env.Width {
						s.tb.Fatalf("seed %d, key %d: a line of %d cells on %d: %q", seed, i, n, s.app.env.Width, ansi.Strip(l))
					}
				}
				if len(d.Lines) > s.app.env.Height-4 {
					s.tb.Fatalf("seed %d, key %d: %d lines on %d:\n%s", seed, i, len(d.Lines), s.app.env.Height-4, s.text())
				}
			}
		})
	}
}

func TestPastesAreCleanedAndReachTheField(t *testing.T) {
	t.Parallel()
	live(t, 80, 24, func(s *stage, _ *cloud, _ *counted) {
		s.kind("upsert")
		s.press("enter", "enter")
		s.send(tea.PasteMsg{Content: "ap\u202ep\x1b[31m\n"})
		if v := s.launchScreen().form.Find("dns_record_name").Value(); v != `ap\u202ep␛[31m` {
			s.tb.Errorf("pasted %q", v)
		}
	})
}
