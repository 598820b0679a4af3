package tui

import (
	"context"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/engine/visible"
	"arcadia/storage/storagetest"
)

func TestTheTitleCountsAndSteersNothing(t *testing.T) {
	t.Parallel()
	onExhibit(t, nil, func(s *stage) {
		if got := s.app.View().WindowTitle; got != "1! 3 running arcadia sagas" {
			t.Errorf("the title is %q", got)
		}
		x := newSaga(&engine.Summary{ID: "x", Short: "\x1b]0;owned\a" + strings.Repeat("w", 200)}, false)
		s.app.do(Open{x})
		got := s.app.title()
		if got != visible.Text(got) || len([]rune(got)) > maxTitle+20 {
			t.Errorf("the title is %q", got)
		}
	})
}

func TestTheProgressBarIsTheTerminalsAndOffUntilAskedFor(t *testing.T) {
	t.Parallel()
	onExhibit(t, nil, func(s *stage) {
		if s.app.View().ProgressBar != nil {
			t.Error("nobody has asked for a progress bar")
		}
	})
	onExhibit(t, func(c *Config) { c.Progress = true }, func(s *stage) {
		bar := func() tea.ProgressBar {
			if b := s.app.View().ProgressBar; b != nil {
				return *b
			}
			return tea.ProgressBar{}
		}
		if got := bar(); got.State != tea.ProgressBarError {
			t.Errorf("with a saga that needs a person the bar is %s", got.State)
		}
		s.press("down", "down", "enter") // a saga in its second step of two
		if got := bar(); got.State != tea.ProgressBarDefault || got.Value != 50 {
			t.Errorf("of a saga half done the bar is %s %d", got.State, got.Value)
		}
		s.press("esc", "down", "enter")
		if got := bar(); got.State != tea.ProgressBarWarning {
			t.Errorf("of a saga that goes back the bar is %s", got.State)
		}
	})
}

func TestTheBellRingsAgainOnlyAfterTheSagaWasAtWorkAgain(t *testing.T) {
	t.Parallel()
	onExhibit(t, func(c *Config) { c.Bell = true }, func(s *stage) {
		s.press("down", "enter")
		x, ok := s.app.screen().(*saga)
		if !ok {
			t.Fatal("no saga is open")
		}
		for _, c := range []struct {
			status engine.Status
			rings  bool
		}{{engine.Running, false}, {engine.Failed, true}, {engine.Failed, false}, {engine.Compensating, false}, {engine.RolledBack, true}} {
			if got := s.app.ring([]engine.Summary{{ID: x.first.ID, Status: c.status}}) != nil; got != c.rings {
				t.Errorf("at %s it rings: %v, want %v", c.status, got, c.rings)
			}
		}
	})
}

func TestTheBellRingsOnceAtTheEndOfASagaThatIsWatched(t *testing.T) {
	t.Parallel()
	for _, bell := range []bool{true, false} {
		store := storagetest.NewMemory()
		var session *engine.Session
		var stop func() error
		cfg := func() Config {
			ec := engine.Config{Steps: []engine.Step{slow("first", 2*time.Second, nil)}, Kinds: []engine.Kind{enginetest.Kind}}
			session, stop = enginetest.Host(t, store, ec)
			return Config{Backend: guarded{session}, Operator: "ops1", Location: time.UTC, Bell: bell}
		}
		onProgram(t, cfg, func(p *tea.Program, w *wire) {
			launch := func() {
				if _, err := session.Start(context.Background(), engine.Launch{Kind: "adhoc", Steps: []string{"first"}}); err != nil {
					t.Fatal(err)
				}
			}
			rings := func() int {
				text := w.take()
				return strings.Count(text, "\a") - strings.Count(text, "\x1b]2;") - strings.Count(text, "\x1b]0;")
			}
			launch()
			time.Sleep(5 * time.Second)
			if n := rings(); n > 0 {
				t.Errorf("bell %v: it rings %d times for a saga that nobody watches", bell, n)
			}
			launch()
			time.Sleep(time.Second)
			p.Send(keyPress("g"))
			p.Send(keyPress("enter"))
			time.Sleep(5 * time.Second)
			want := 0
			if bell {
				want = 1
			}
			if n := rings(); n != want {
				t.Errorf("bell %v: it rings %d times, want %d", bell, n, want)
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
		})
	}
}
