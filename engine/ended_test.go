package engine_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// counted is a step that is seen at work.
type counted struct{ at *atomic.Int32 }

func (counted) Name() string { return "counted" }

func (c counted) Execute(ctx context.Context, _ *engine.State) error {
	c.at.Add(1)
	defer c.at.Add(-1)
	<-ctx.Done()
	return context.Cause(ctx)
}

// A launch can meet the end of Run: then it is durable, and nobody drives it any more.
func TestNoStepIsAtWorkWhenRunHasEnded(t *testing.T) {
	t.Parallel()
	for range 100 {
		var at atomic.Int32
		e, stop := enginetest.Drive(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{counted{&at}}})
		var launching sync.WaitGroup
		for range 3 {
			launching.Go(func() {
				_, err := e.As(enginetest.Ops).Start(context.Background(), engine.Launch{Kind: enginetest.Kind.Name, Steps: []string{"counted"}})
				if err != nil && !errors.Is(err, engine.ErrShutdown) {
					t.Error(err)
				}
			})
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if n := at.Load(); n != 0 {
			t.Fatalf("%d steps are at work", n)
		}
		launching.Wait()
		if n := at.Load(); n != 0 {
			t.Fatalf("%d steps began afterwards", n)
		}
	}
}
