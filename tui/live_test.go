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
)

// wait lets time pass and gives the console what came meanwhile.
func (s *stage) wait(d time.Duration) {
	time.Sleep(d)
	s.send(nil)
}

// slow is a step that takes its time in both directions.
func slow(name string, d time.Duration, fail error) engine.Step {
	pause := func(ctx context.Context) error {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(d):
			return nil
		}
	}
	return enginetest.Step(name,
		func(ctx context.Context, st *engine.State) error {
			if err := pause(ctx); err != nil {
				return err
			}
			return fail
		},
		func(ctx context.Context, _ *engine.State) error { return pause(ctx) })
}

// TestCompensationIsWatchedStepByStep runs a real engine: the list and the saga's screen show every turn of a saga within
// a tenth of a second of its commit, without a key.
func TestCompensationIsWatchedStepByStep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cfg := engine.Config{Steps: []engine.Step{
			slow("first", 2*time.Second, nil), slow("second", 2*time.Second, nil), slow("third", 2*time.Second, errors.New("no luck")),
		}, Kinds: []engine.Kind{enginetest.Kind}}
		session, stop := enginetest.Host(t, storagetest.NewMemory(), cfg)
		s := &stage{tb: t, app: New(Config{Backend: guarded{session}, Operator: "ops1", Location: time.UTC}), msgs: make(chan tea.Msg, 1024)}
		s.run(s.app.Init())
		s.send(tea.WindowSizeMsg{Width: 120, Height: 40})
		s.has("No saga has run yet.")
		if _, err := session.Start(context.Background(), engine.Launch{Kind: "adhoc", Steps: []string{"first", "second", "third"}}); err != nil {
			t.Fatal(err)
		}
		const frame = 100 * time.Millisecond
		s.wait(frame)
		s.has("● running")
		s.has("1/3 first")
		s.press("enter")
		for _, want := range []string{"step 2 of 3", "step 3 of 3", "0 of 2 undone", "1 of 2 undone", "rolled back · not looked at again"} {
			s.wait(2 * time.Second)
			s.has(want)
		}
		s.has("no luck")
		s.has("saga rolled back")
		s.press("esc")
		s.has("↶ rolled back")
		s.press("x")
		s.has("it is rolled back already")
		s.app.Close()
		if err := stop(); err != nil {
			t.Error(err)
		}
		synctest.Wait()
	})
}

func TestALostSessionIsTakenUpWhereItWas(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 100_000)
	var place Spot
	onStage(t, 120, 40, func() Backend { return c }, func(cfg *Config) { cfg.Left = func(p Spot) { place = p } }, func(s *stage) {
		s.press("/")
		s.send(tea.PasteMsg{Content: "status:failed"})
		s.press("enter", "pgdown", "pgdown", "down", "enter", "s")
	})
	if place.Saga == "" || place.Filter != "status:failed" || place.Cursor == "" {
		t.Fatalf("the place is %+v", place)
	}
	onStage(t, 120, 40, func() Backend { return c }, func(cfg *Config) { cfg.Spot = place }, func(s *stage) {
		s.has("sagas › " + place.Saga.Short())
		s.press("esc")
		s.has("/ status:failed")
		if l := s.list(); l.cursor != place.Cursor {
			t.Errorf("the cursor is on %s, want %s", l.cursor.Short(), place.Cursor.Short())
		}
	})
}
