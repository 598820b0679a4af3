package digitalocean_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// TestWhoMayNotDriveAnyMoreCallsNobody has the term end in the midst of a step, before its process has heard of it.
func TestWhoMayNotDriveAnyMoreCallsNobody(t *testing.T) {
	t.Parallel()
	sim, all := world(t)
	c := client(t, sim)
	memory := storagetest.NewMemory()
	asked := make(chan struct{})
	step := enginetest.Step("calls", func(ctx context.Context, _ *engine.State) error {
		if err := all[1].do(ctx, c); err != nil {
			t.Errorf("%s while the term lasts: %v", all[1].name, err)
		}
		memory.Depose(time.Hour)
		sim.ResetLog()
		for _, call := range all {
			if err := call.do(ctx, c); !errors.Is(err, engine.ErrDeposed) {
				t.Errorf("%s after the term: %v", call.name, err)
			}
		}
		if n := len(sim.Requests()); n != 0 {
			t.Errorf("%d requests have left", n)
		}
		close(asked)
		return nil
	}, nil)
	e, err := engine.New(memory.Share(), engine.Config{Steps: []engine.Step{step}, Kinds: []engine.Kind{enginetest.Kind}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	over := make(chan error, 1)
	go func() { over <- e.Run(ctx) }()
	enginetest.Launch(t, e.As(enginetest.Ops), "calls")
	<-asked
	stop()
	if err := <-over; err != nil {
		t.Error(err)
	}
	if err := all[0].do(t.Context(), c); err != nil { // who follows may look
		t.Errorf("%s outside of a term: %v", all[0].name, err)
	}
}
