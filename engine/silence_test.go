package engine_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

var errSilence = errors.New("no answer")

// silent is a store that several have open and whose answers to what is written get lost for a while.
type silent struct {
	storagetest.Shared
	now   atomic.Bool
	lands atomic.Bool // the next that is written meanwhile is durable all the same
}

func (s *silent) Append(ctx context.Context, b engine.Batch) error {
	if !s.now.Load() {
		return s.Shared.Append(ctx, b)
	}
	if s.lands.Swap(false) {
		if err := s.Shared.Append(ctx, b); err != nil {
			return err
		}
	}
	return errSilence
}

func (s *silent) PutFreeze(ctx context.Context, f engine.Freeze) error {
	if s.now.Load() {
		return errSilence
	}
	return s.Shared.PutFreeze(ctx, f)
}

// TestAStoreThatDoesNotAnswerEndsNoEngineWhereSeveralHaveIt is silent from the end of the first step on, or from the beginning of an
// undo, for a minute.
func TestAStoreThatDoesNotAnswerEndsNoEngineWhereSeveralHaveIt(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"make", "undo"} {
		for _, lands := range []bool{false, true} {
			t.Run(fmt.Sprintf("from %s, landing %v", at, lands), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { silence(t, at, lands) })
			})
		}
	}
}

func silence(t *testing.T, at string, lands bool) {
	store := &silent{Shared: storagetest.NewMemory().Share()}
	store.lands.Store(lands)
	fall := func(where string) {
		if where == at {
			store.now.Store(true)
			at = "" // once
		}
	}
	var undone atomic.Int64
	steps := []engine.Step{
		enginetest.Step("make", func(ctx context.Context, s *engine.State) error {
			s.Put("made", true)
			if err := s.Save(ctx); err != nil {
				return err
			}
			fall("make")
			return nil
		}, func(context.Context, *engine.State) error { undone.Add(1); fall("undo"); return nil }),
		enginetest.Step("refuse", func(context.Context, *engine.State) error { return errors.New("no") }, nil),
	}
	e, _ := enginetest.Drive(t, store, engine.Config{Steps: steps, Call: longestCall, Host: engine.Host{Name: "one"}})
	s := e.As(enginetest.Ops)
	id := enginetest.Launch(t, s, "make", "refuse")
	for !store.now.Load() {
		time.Sleep(time.Second)
	}
	time.Sleep(time.Minute)
	if err := s.Freeze(t.Context(), engine.Request{Reason: "look first"}); !errors.Is(err, errSilence) {
		t.Errorf("a freeze that got no answer: %v", err)
	}
	if _, err := s.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"make"}}); !errors.Is(err, errSilence) {
		t.Errorf("a launch that got no answer: %v", err)
	}
	if err := e.Err(); err != nil {
		t.Fatalf("the engine has stopped: %v", err)
	}
	store.now.Store(false)
	wantSaga(t, enginetest.Rest(t, s, id), engine.RolledBack, "compensated failed")
	if undone.Load() == 0 {
		t.Error("nothing was undone")
	}
	enginetest.Sound(t, store.Memory)
}
