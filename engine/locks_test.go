package engine_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

func statuses(t *testing.T, s *engine.Session, ids ...engine.ID) string {
	t.Helper()
	synctest.Wait()
	text := ""
	for _, id := range ids {
		sg, err := s.Saga(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		text += " " + string(sg.Status)
	}
	return text[1:]
}

func TestASagaThatWaitsForOneLockKeepsAnotherFromNobodyUnlessItIsNext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store, release := storagetest.NewMemory(), map[string]chan struct{}{"a": make(chan struct{}), "b": make(chan struct{}), "a b": make(chan struct{})}
		step := enginetest.Step("held", func(ctx context.Context, st *engine.State) error {
			select {
			case <-release[st.Input("on")]:
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}, func(context.Context, *engine.State) error { return nil })
		cfg := engine.Config{Steps: []engine.Step{locked{step, step.(engine.Compensator)}}}
		s, stop := enginetest.Host(t, store, cfg)
		first, second := launchOn(t, s, "a"), launchOn(t, s, "a")
		both := launchOn(t, s, "a b")
		b1, b2 := launchOn(t, s, "b"), launchOn(t, s, "b")
		if got := statuses(t, s, first, second, both, b1, b2); got != "running pending pending running pending" {
			t.Fatalf("two wait for a before it, and it keeps b: %s", got)
		}
		if err := stop(); err != nil { // who has passed it still holds b
			t.Fatal(err)
		}
		s, _ = enginetest.Host(t, store, cfg)
		if got := statuses(t, s, first, second, both, b1, b2); got != "running pending pending running pending" {
			t.Fatalf("after a restart: %s", got)
		}
		release["a"] <- struct{}{} // second holds a, and both is next for it
		synctest.Wait()
		release["b"] <- struct{}{}
		if got := statuses(t, s, first, second, both, b1, b2); got != "completed running pending completed pending" {
			t.Fatalf("it is next for a, and b is not kept for it: %s", got)
		}
		release["a"] <- struct{}{}
		if got := statuses(t, s, second, both, b2); got != "completed running pending" {
			t.Fatalf("it is its turn: %s", got)
		}
		release["a b"] <- struct{}{}
		release["b"] <- struct{}{}
		for _, id := range []engine.ID{both, b2} {
			enginetest.Rest(t, s, id)
		}
	})
}

func TestWaitersForOneLockWriteAFewEntriesEach(t *testing.T) {
	t.Parallel()
	for _, n := range []int{50, 300} {
		synctest.Test(t, func(t *testing.T) {
			s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{locked{enginetest.Echo(), enginetest.Echo().(engine.Compensator)}}})
			if err := s.Freeze(t.Context(), engine.Request{Reason: "until all are there"}); err != nil {
				t.Fatal(err)
			}
			ids := make([]engine.ID, n)
			for i := range ids {
				sg, err := s.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"echo"}, Inputs: engine.Inputs{"on": "a " + fmt.Sprint("b", i%7)}})
				if err != nil {
					t.Fatal(err)
				}
				ids[i] = sg.ID
			}
			if err := s.Thaw(t.Context(), engine.Request{}); err != nil {
				t.Fatal(err)
			}
			var entries uint64
			for _, id := range ids {
				entries += enginetest.Rest(t, s, id).Seq
			}
			if entries > 6*uint64(n) {
				t.Errorf("%d sagas in one queue wrote %d entries", n, entries)
			}
		})
	}
}
