package engine_test

import (
	"context"
	"testing"
	"testing/synctest"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// buyer is a step that costs something: as planned, and as it turns out.
type buyer struct {
	engine.Step
	planned float64
}

func (b buyer) Plan(context.Context, engine.Inputs) (engine.Change, error) {
	return engine.Change{Action: engine.ActCreate, Subject: "a copy", Value: "203.0.113.77", MonthlyUSD: b.planned}, nil
}

func (buyer) Compensate(context.Context, *engine.State) error { return nil }

// What the target becomes and what that costs stand in the header from the launch on; what was made takes the place of what was
// planned, and what was undone costs nothing any more. Headers and folds agree.
func TestAHeaderSaysWhatItsTargetBecomesAndCosts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		made := func(_ context.Context, s *engine.State) error { s.Made("18.4 GB", 1.104); return nil }
		first := buyer{enginetest.Step("copy", made, nil), 4.8}
		second := buyer{enginetest.Step("size", func(context.Context, *engine.State) error { return nil }, nil), 24}
		store := storagetest.NewMemory()
		e, err := engine.New(store, engine.Config{Steps: []engine.Step{first, second}, Kinds: []engine.Kind{{Name: "both", Steps: []string{"copy", "size"}}}})
		if err != nil {
			t.Fatal(err)
		}
		ctx := t.Context()
		done := make(chan error, 1)
		run, stop := context.WithCancel(ctx)
		go func() { done <- e.Run(run) }()
		s := e.As(enginetest.Ops)
		saga, err := s.Start(ctx, engine.Launch{Kind: "both"})
		if err != nil {
			t.Fatal(err)
		}
		if saga.Value != "203.0.113.77" || saga.MonthlyUSD != 28.8 {
			t.Errorf("launched: %q, %v a month, want 203.0.113.77 and 28.8", saga.Value, saga.MonthlyUSD)
		}
		enginetest.Rest(t, s, saga.ID)
		check := func(status engine.Status, text string, usd float64) {
			t.Helper()
			headers, err := s.Summaries(ctx, saga.ID)
			if err != nil {
				t.Fatal(err)
			}
			whole, err := s.Saga(ctx, saga.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range []engine.Summary{headers[0], whole.Summary} {
				if h.Status != status || h.Made != text || h.MonthlyUSD != usd {
					t.Errorf("%s, %q, %v a month, want %s, %q and %v", h.Status, h.Made, h.MonthlyUSD, status, text, usd)
				}
			}
		}
		check(engine.Completed, "18.4 GB", 25.1)
		if err := s.Rollback(ctx, saga.ID, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		enginetest.Rest(t, s, saga.ID)
		check(engine.RolledBack, "18.4 GB", 0)
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
