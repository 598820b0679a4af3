package engine_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// planned is a step whose plan says what is on a board, and which says whether it was told that it may have run.
type planned struct {
	engine.Step
	board *string
}

func (p planned) Plan(context.Context, engine.Inputs) (engine.Change, error) {
	return engine.Change{Action: engine.ActUpdate, Subject: "the board", Fields: []engine.FieldChange{{Name: "text", From: *p.board, To: "mine"}}}, nil
}

func TestWhatHasNotBegunInACopyGoesOnOnlyAsItWasLaunched(t *testing.T) {
	t.Parallel()
	for _, moved := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			board := "theirs"
			var told sync.Map // the sagas whose step was told that it may have run
			step := planned{enginetest.Step("post", func(_ context.Context, s *engine.State) error {
				told.Store(s.Saga(), s.MayHaveRun())
				return nil
			}, nil), &board}
			store := storagetest.NewMemory()
			cfg := engine.Config{Steps: []engine.Step{step}, Kinds: []engine.Kind{enginetest.Kind}}
			e, err := engine.New(store, cfg)
			if err != nil {
				t.Fatal(err)
			}
			old, err := e.As(enginetest.Ops).Create(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"post"}})
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
			at := engine.At(time.Now())
			if err := store.PutFreeze(t.Context(), engine.Freeze{N: 1, At: at, Why: "this is a copy", Copy: true}); err != nil {
				t.Fatal(err)
			}
			if moved {
				board = "mine"
			}
			time.Sleep(time.Second)
			s, _ := enginetest.Host(t, store, cfg)
			if err := s.Thaw(t.Context(), engine.Request{}); err != nil {
				t.Fatal(err)
			}
			fresh := enginetest.Launch(t, s, "post")
			wantSaga(t, enginetest.Rest(t, s, fresh), engine.Completed, "completed")
			if was, _ := told.Load(fresh); was != false {
				t.Error("a step of a saga that was launched in the copy is told that it may have run")
			}
			if moved {
				sg := enginetest.Until(t, s, old.ID, func(sg *engine.Saga) bool { return sg.NeedsOperator() })
				if sg.Status != engine.Pending || sg.Waiting[0].Because != engine.BecauseCopied {
					t.Errorf("it is %s, waiting for %+v", sg.Status, sg.Waiting)
				}
				if err := s.Retry(t.Context(), old.ID, engine.Request{}); err != nil {
					t.Error(err)
				}
			}
			wantSaga(t, enginetest.Rest(t, s, old.ID), engine.Completed, "completed")
			if was, _ := told.Load(old.ID); was != true {
				t.Error("the step is not told that it may have run")
			}
		})
	}
}

// replaced is a store whose file was taken from under it.
type replaced struct {
	engine.Store
	gone *atomic.Bool
}

func (r replaced) Same() error {
	if r.gone.Load() {
		return engine.ErrStopped
	}
	return nil
}

func TestAnEngineWhoseStoreIsNoLongerTheOneThatWasOpenedStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var gone atomic.Bool
		s, stop := enginetest.Host(t, enginetest.Wrap(replaced{storagetest.NewMemory(), &gone}), engine.Config{Steps: []engine.Step{enginetest.Echo()}})
		enginetest.Rest(t, s, enginetest.Launch(t, s, "echo"))
		gone.Store(true)
		time.Sleep(31 * time.Second)
		if s.Err() == nil {
			t.Error("half a minute later it goes on")
		}
		if err := stop(); err == nil || !strings.Contains(err.Error(), "stopped") {
			t.Errorf("run: %v", err)
		}
	})
}
