package engine_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// TestOnlyTheStepThatKillsIsParked has one step that ends its process whenever it starts, among five that work for hours: after
// twelve lives it waits for an operator, and nobody else does.
func TestOnlyTheStepThatKillsIsParked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := storagetest.NewMemory()
		errDead := errors.New("the process is dead")
		var kill atomic.Pointer[enginetest.Store]
		deadly := enginetest.Step("deadly", func(ctx context.Context, _ *engine.State) error {
			kill.Load().Before(func(int, engine.Batch) error { return errDead })
			<-ctx.Done()
			return context.Cause(ctx)
		}, nil)
		var over atomic.Bool
		long := enginetest.Step("long", func(ctx context.Context, _ *engine.State) error {
			for !over.Load() {
				select {
				case <-time.After(time.Minute):
				case <-ctx.Done():
					return context.Cause(ctx)
				}
			}
			return nil
		}, nil)
		cfg := engine.Config{Workers: 8, Steps: []engine.Step{deadly, long}, Kinds: []engine.Kind{enginetest.Kind}}
		var killer engine.ID
		var others []engine.ID
		for i := range 14 {
			dead := enginetest.Wrap(store)
			kill.Store(dead)
			e, err := engine.New(dead, cfg)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- e.Run(ctx) }()
			if i == 0 {
				for range 5 {
					others = append(others, enginetest.Launch(t, e.As(enginetest.Ops), "long"))
				}
				time.Sleep(time.Minute)
				killer = enginetest.Launch(t, e.As(enginetest.Ops), "deadly")
			}
			time.Sleep(4 * time.Minute)
			// What the dead process still does in order is not durable: it is dead.
			dead.Before(func(int, engine.Batch) error { return errDead })
			cancel()
			_ = <-done
		}
		s, _ := enginetest.Host(t, store, cfg)
		sg := enginetest.Until(t, s, killer, func(sg *engine.Saga) bool { return sg.NeedsOperator() })
		if len(sg.Waiting) != 1 || sg.Waiting[0].Because != engine.BecauseDied {
			t.Errorf("the killer waits for %+v", sg.Waiting)
		}
		over.Store(true)
		for _, id := range others {
			wantSaga(t, enginetest.Rest(t, s, id), engine.Completed, "completed")
		}
	})
}
