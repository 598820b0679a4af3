package tui

import (
	"context"
	"strings"
	"testing"

	"arcadia/engine"
	"arcadia/engine/enginetest"
)

func TestAFreezeStandsOnEveryScreenAndSize(t *testing.T) {
	t.Parallel()
	var ops *engine.Session
	backend := func() Backend { ops = newExhibit(t).session(enginetest.Ops); return ops }
	onStage(t, 120, 40, backend, func(c *Config) { c.Inventory = park{} }, func(s *stage) {
		s.hasNot("FROZEN")
		s.press("W", "tab", "enter")
		s.has("say why: everybody sees it")
		s.press("esc")
		s.freeze("token leaked")
		s.has("FROZEN by " + ops.Actor().Name + ": token leaked – drained")
		for _, size := range sizes {
			s.send(resize(size.w, size.h))
			for _, keys := range [][]string{{"1"}, {"enter"}, {"esc", "2"}, {"3"}, {"4"}, {"5"}, {"6"}, {"1", "n"}, {"esc", "?"}, {"esc", ":"}, {"esc"}} {
				s.press(keys...)
				if line := strings.Split(s.text(), "\n")[1]; !strings.Contains(line, "FROZEN by ") || !strings.Contains(line, "drained") {
					t.Errorf("%v after %v: the line under the header is %q", size, keys, line)
				}
			}
		}
		s.send(resize(30, 5))
		s.has("FROZEN")
		s.send(resize(120, 40))
		s.press("down", "down")
		s.has("web-01 (482913) · frozen")
		s.send(resize(200, 60))
		s.has("frozen  ") // of the sagas that wait
		s.command("freeze")
		s.has("has frozen everything already")
		s.press("esc")
		s.command("thaw")
		s.has("froze it")
		s.press("enter") // leaving it is the first choice
		s.has("FROZEN by")
		s.press("W", "tab", "enter")
		s.wait(2 * pace)
		s.hasNot("FROZEN")
		s.has("everything goes on, little by little")
	})
}

func TestOthersFreezesAndTheEnginesOwnAreShown(t *testing.T) {
	t.Parallel()
	b := &icy{}
	onStage(t, 120, 40, func() Backend { b.Backend = newExhibit(t).session(enginetest.Ops); return b }, nil, func(s *stage) {
		for _, c := range []struct {
			frozen engine.Frozen
			want   string
		}{
			{engine.Frozen{Freeze: engine.Freeze{Why: "token \u202erefused", Auto: true}, InFlight: 3}, `FROZEN by arcadia: token \u202erefused – 3 in flight`},
			{engine.Frozen{Freeze: engine.Freeze{Why: "calm", By: &engine.Actor{Name: "ops2"}}, Width: 4, InFlight: 2}, "THAWING, 4 at once: calm – 2 in flight"},
		} {
			b.frozen = &c.frozen
			s.send(lookAgain(context.Background(), b, s.app.feed, s.app.now))
			s.has(c.want)
		}
		b.frozen = nil
		s.send(lookAgain(context.Background(), b, s.app.feed, s.app.now))
		s.hasNot("THAWING")
	})
	onExhibit(t, func(c *Config) { c.ReadOnly = true }, func(s *stage) {
		s.press("W")
		s.has("freeze: this session is read-only")
	})
}

// icy is a backend that is frozen as a test says.
type icy struct {
	Backend
	frozen *engine.Frozen
}

func (b *icy) Frozen() *engine.Frozen { return b.frozen }

// freeze freezes everything as the session's operator.
func (s *stage) freeze(why string) {
	s.press("W")
	s.write(why)
	s.press("enter", "enter")
	s.wait(2 * pace)
	s.wait(errorStays)
}
