package tui

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
	"arcadia/tui/keys"
)

// onEngine runs f with a console on a real engine with some slow steps, on the screen of a saga of them.
func onEngine(t *testing.T, l engine.Launch, f func(*stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		cfg := engine.Config{Steps: []engine.Step{
			slow("first", 2*time.Second, nil), slow("second", 2*time.Second, nil), slow("broken", time.Second, errors.New("no luck")),
		}, Kinds: []engine.Kind{enginetest.Kind}}
		session, stop := enginetest.Host(t, storagetest.NewMemory(), cfg)
		s := &stage{tb: t, app: New(Config{Backend: guarded{session}, Operator: "ops1", Location: time.UTC}), msgs: make(chan tea.Msg, 1024)}
		defer func() {
			s.app.Close()
			if err := stop(); err != nil {
				t.Error(err)
			}
			synctest.Wait()
		}()
		s.run(s.app.Init())
		s.send(resize(120, 40))
		l.Kind = "adhoc"
		if _, err := session.Start(context.Background(), l); err != nil {
			t.Fatal(err)
		}
		s.wait(100 * time.Millisecond)
		s.press("enter")
		f(s)
	})
}

// door opens the dialog of a verb.
func door(c keys.Command) func(*Env, engine.Summary) Action {
	return func(e *Env, s engine.Summary) Action { return Show{newDialog(c, 0, s)} }
}

func TestPPausesAndLetsGoOn(t *testing.T) {
	t.Parallel()
	onEngine(t, engine.Launch{Steps: []string{"first", "second"}}, func(s *stage) {
		s.press("p")
		s.has("GOES ON TO ITS END")
		s.has("WILL NOT START BEFORE IT IS RESUMED")
		s.press("enter")
		s.hasNot("GOES ON TO ITS END") // keeping it running is the first choice
		s.press("p", "tab", "enter")
		s.has("pauses before its next step")
		s.wait(10 * time.Second)
		s.wait(2 * pace)
		s.has("paused by ops1")
		s.has("‖ paused") // by a person, who knows: it needs nobody, and is not counted as running
		s.has("1 paused")
		s.hasNot("running")
		s.press("a")
		s.has("p  resume")
		s.press("p")
		s.has("It goes on where it was paused.")
		s.has("1  second")
		s.press("tab", "enter")
		s.wait(3 * time.Second)
		s.wait(3 * time.Second)
		s.has("✔ completed · took")
		s.press("p")
		s.has("pause: it is completed already")
	})
}

func TestSGoesOnWithoutTheStepThatFailed(t *testing.T) {
	t.Parallel()
	onEngine(t, engine.Launch{Steps: []string{"broken", "second"}, OnFailure: engine.OnFailurePause}, func(s *stage) {
		s.press("s")
		s.has("skip: no step of it waits for a decision")
		s.wait(3 * time.Second)
		s.press("s")
		s.has("HAS FAILED, AND CHANGED NOTHING")
		s.has("COMES NEXT")
		s.press("tab", "enter")
		s.wait(3 * time.Second)
		s.has("broken skipped by ops1")
		s.has("✔ completed")
	})
}
