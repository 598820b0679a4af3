package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// waiter is a step that waits until its context ends, and says so.
func waiter(started chan<- struct{}) engine.Step {
	return enginetest.Step("waits", func(ctx context.Context, _ *engine.State) error {
		started <- struct{}{}
		<-ctx.Done()
		return context.Cause(ctx)
	}, func(context.Context, *engine.State) error { return nil })
}

func TestCancelReachesIntoAWaitingStepAndUndoesWhatWasDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, started := enginetest.NewWorld(), make(chan struct{}, 1)
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{w.Make("make"), waiter(started)}})
		id := enginetest.Launch(t, s, "make", "waits", "make")
		<-started
		for range 2 { // asking twice is the same as asking once
			if err := s.Cancel(t.Context(), id, engine.Request{Reason: "wrong droplet"}); err != nil {
				t.Fatal(err)
			}
		}
		sg := enginetest.Rest(t, s, id)
		wantSaga(t, sg, engine.RolledBack, "compensated failed")
		if sg.Error.Reason != "canceled" || sg.Error.By != "ops1" || sg.Error.Why != "wrong droplet" || sg.Error.CompensateFromIdx != 0 {
			t.Errorf("error = %+v", sg.Error)
		}
		if left := w.Things(); len(left) != 0 {
			t.Errorf("left behind: %v", left)
		}
		if err := s.Cancel(t.Context(), id, engine.Request{}); !errors.Is(err, engine.ErrRefused) {
			t.Errorf("cancel of a saga at rest: %v, want a refusal", err)
		}
	})
}

func TestACanceledPendingSagaIsRolledBackWithoutRows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := storagetest.NewMemory()
		e, err := engine.New(store, engine.Config{Steps: []engine.Step{enginetest.Echo()}, Kinds: []engine.Kind{enginetest.Kind}})
		if err != nil {
			t.Fatal(err)
		}
		s := e.As(enginetest.Ops)
		sg, err := s.Create(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"echo"}})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Cancel(t.Context(), sg.ID, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		if sg, err = s.Saga(t.Context(), sg.ID); err != nil {
			t.Fatal(err)
		}
		wantSaga(t, sg, engine.RolledBack, "")
		enginetest.Sound(t, store)
	})
}

func TestCreateStartsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{enginetest.Echo()}})
		sg, err := s.Create(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"echo"}})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute) // bubble time: twenty sweeps
		if sg, err = s.Saga(t.Context(), sg.ID); err != nil {
			t.Fatal(err)
		}
		wantSaga(t, sg, engine.Pending, "")
	})
}

func TestCompensationErrorsAreRetriedAndWalkedPast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := enginetest.NewWorld()
		stuck, tries := true, 0
		sticky := enginetest.Step("sticky", func(ctx context.Context, s *engine.State) error { return s.Save(ctx) },
			func(context.Context, *engine.State) error {
				if tries++; stuck {
					return errors.New("it will not go")
				}
				return nil
			})
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{w.Make("make"), sticky, enginetest.Fail()}})
		id := enginetest.Launch(t, s, "make", "sticky", "fail")
		sg := enginetest.Rest(t, s, id)
		wantSaga(t, sg, engine.Failed, "compensated compensation_failed failed")
		if tries != 10 || sg.Residue != 1 || sg.Rows[1].Compensation.Error != "it will not go" {
			t.Errorf("%d tries, residue %d, row %+v", tries, sg.Residue, sg.Rows[1].Compensation)
		}
		if left := w.Things(); len(left) != 0 {
			t.Errorf("the walk must go on below the failed row; left behind: %v", left)
		}
		stuck = false
		if err := s.Retry(t.Context(), id, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		wantSaga(t, enginetest.Rest(t, s, id), engine.RolledBack, "compensated compensated failed")
	})
}

func TestAConflictIsNotRetriedAndCanBeResolvedWithAReason(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		changed := enginetest.Step("changed", func(context.Context, *engine.State) error { return nil }, func(context.Context, *engine.State) error {
			tries++
			return &engine.Conflict{Subject: "A app", Prior: "1", Written: "2", Live: "3"}
		})
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{changed, enginetest.Fail()}})
		id := enginetest.Launch(t, s, "changed", "fail")
		sg := enginetest.Rest(t, s, id)
		wantSaga(t, sg, engine.Failed, "compensation_failed failed")
		if c := sg.Rows[0].Compensation.Conflict; tries != 1 || c == nil || c.Live != "3" {
			t.Errorf("%d tries, conflict %+v", tries, c)
		}
		if err := s.Resolve(t.Context(), id, 0, engine.Request{}); !errors.Is(err, engine.ErrInput) {
			t.Errorf("resolve without a reason: %v", err)
		}
		if err := s.Resolve(t.Context(), id, 0, engine.Request{Reason: "theirs is right"}); err != nil {
			t.Fatal(err)
		}
		sg = enginetest.Rest(t, s, id)
		wantSaga(t, sg, engine.RolledBack, "resolved failed")
		if c := sg.Rows[0].Compensation; c.By != "ops1" || c.Reason != "theirs is right" {
			t.Errorf("resolved as %+v", c)
		}
	})
}

func TestACompletedSagaCanBeRolledBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := enginetest.NewWorld()
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{w.Make("make"), enginetest.Step("plain", func(context.Context, *engine.State) error { return nil }, nil)}})
		id := enginetest.Launch(t, s, "make", "plain", "make")
		wantSaga(t, enginetest.Rest(t, s, id), engine.Completed, "completed completed completed")
		if err := s.Rollback(t.Context(), id, engine.Request{Reason: "not wanted", IfSeq: 1}); !errors.Is(err, engine.ErrChanged) {
			t.Errorf("roll back of a saga that has moved on: %v, want ErrChanged", err)
		}
		if err := s.Rollback(t.Context(), id, engine.Request{Reason: "not wanted"}); err != nil {
			t.Fatal(err)
		}
		sg := enginetest.Until(t, s, id, func(sg *engine.Saga) bool { return sg.Status == engine.RolledBack })
		wantSaga(t, sg, engine.RolledBack, "compensated completed compensated")
		if sg.Error.Reason != "rollback_requested" || sg.Error.By != "ops1" || sg.Error.CompensateFromIdx != 2 {
			t.Errorf("error = %+v", sg.Error)
		}
		if left := w.Things(); len(left) != 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

// looker is a step whose rollback can be looked at again.
type looker struct {
	engine.Step
	engine.Compensator
	left func() ([]string, error)
}

func (l looker) Verify(context.Context, *engine.State) ([]string, error) { return l.left() }

func TestRolledBackMeansItWasLookedAt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		left := []string{"snapshot 42"}
		inner := enginetest.Step("made", func(context.Context, *engine.State) error { return nil }, func(context.Context, *engine.State) error { return nil })
		step := looker{inner, inner.(engine.Compensator), func() ([]string, error) { return left, nil }}
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{step, enginetest.Fail()}})

		id := enginetest.Launch(t, s, "made", "fail")
		sg := enginetest.Rest(t, s, id)
		wantSaga(t, sg, engine.Failed, "compensation_failed failed")
		if sg.Residue != 1 || len(sg.Left) != 1 || sg.Left[0] != "snapshot 42" {
			t.Errorf("left %v, residue %d", sg.Left, sg.Residue)
		}
		left = nil
		if err := s.Retry(t.Context(), id, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		sg = enginetest.Rest(t, s, id)
		wantSaga(t, sg, engine.RolledBack, "compensated failed")
		if sg.Verified.IsZero() || len(sg.Left) != 0 {
			t.Errorf("looked at %v, left %v", sg.Verified, sg.Left)
		}
	})
}

func TestOnFailureAnOperatorMayRetrySkipOrCancel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		broken, dirty := true, false
		shaky := enginetest.Step("shaky", func(ctx context.Context, s *engine.State) error {
			if dirty {
				if err := s.Save(ctx); err != nil {
					return err
				}
			}
			if broken {
				return errors.New("broken")
			}
			return nil
		}, nil)
		w := enginetest.NewWorld()
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{w.Make("make"), shaky}})
		launch := func() engine.ID {
			sg, err := s.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"make", "shaky", "make"}, OnFailure: engine.OnFailurePause})
			if err != nil {
				t.Fatal(err)
			}
			sg = enginetest.Until(t, s, sg.ID, func(sg *engine.Saga) bool { return len(sg.Waiting) > 0 })
			wantSaga(t, sg, engine.Running, "completed failed")
			if !sg.NeedsOperator() {
				t.Errorf("it waits on %+v and says that it needs nobody", sg.Waiting)
			}
			return sg.ID
		}
		skipped, canceled, retried := launch(), launch(), launch()
		if err := s.Skip(t.Context(), skipped, engine.Request{Reason: "not needed"}); err != nil {
			t.Fatal(err)
		}
		wantSaga(t, enginetest.Rest(t, s, skipped), engine.Completed, "completed completed completed")
		if err := s.Cancel(t.Context(), canceled, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		wantSaga(t, enginetest.Rest(t, s, canceled), engine.RolledBack, "compensated failed")
		broken = false
		if err := s.Retry(t.Context(), retried, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		wantSaga(t, enginetest.Rest(t, s, retried), engine.Completed, "completed completed completed")

		broken, dirty = true, true
		if err := s.Skip(t.Context(), launch(), engine.Request{}); !errors.Is(err, engine.ErrRefused) {
			t.Errorf("skip of a step that may have changed something: %v", err)
		}
	})
}

func TestPauseStartsNoStepUntilResumed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		gate := enginetest.Step("gate", func(context.Context, *engine.State) error { <-release; return nil }, nil)
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{gate, enginetest.Echo()}})
		id := enginetest.Launch(t, s, "gate", "echo")
		synctest.Wait()
		if err := s.Pause(t.Context(), id, engine.Request{Reason: "lunch"}); err != nil {
			t.Fatal(err)
		}
		close(release)
		sg := enginetest.Until(t, s, id, func(sg *engine.Saga) bool { return len(sg.Waiting) > 0 })
		wantSaga(t, sg, engine.Running, "completed")
		time.Sleep(time.Hour) // bubble time
		if sg, _ = s.Saga(t.Context(), id); len(sg.Rows) != 1 {
			t.Errorf("a step started during the pause: %s", rows(sg))
		}
		if err := s.Resume(t.Context(), id, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		wantSaga(t, enginetest.Rest(t, s, id), engine.Completed, "completed completed")
	})
}

func TestAResourceThatALaterSagaWithdrewIsNotTakenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		nothing := func(context.Context, *engine.State) error { return nil }
		steps := []engine.Step{
			enginetest.Step("makes", func(_ context.Context, s *engine.State) error {
				s.Provision(engine.Resource{Type: "thing", ExternalID: "1", Name: "one", Spec: []byte(`{}`)})
				return nil
			}, nothing),
			enginetest.Step("drops", func(_ context.Context, s *engine.State) error { s.Withdraw("thing", "1"); return nil }, nothing),
		}
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: steps})
		first := enginetest.Launch(t, s, "makes")
		enginetest.Rest(t, s, first)
		second := enginetest.Launch(t, s, "drops")
		enginetest.Rest(t, s, second)
		if err := s.Rollback(t.Context(), first, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		enginetest.Until(t, s, first, func(sg *engine.Saga) bool { return sg.Status == engine.RolledBack })
	})
}

func TestALaterWriterMustBeRolledBackFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		nothing := func(context.Context, *engine.State) error { return nil }
		writes := enginetest.Step("writes", func(_ context.Context, s *engine.State) error {
			s.Provision(engine.Resource{Type: "thing", ExternalID: "1", Name: "one", Spec: []byte(`{}`)})
			return nil
		}, nothing)
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{writes}})
		first, second := enginetest.Launch(t, s, "writes"), engine.ID("")
		enginetest.Rest(t, s, first)
		second = enginetest.Launch(t, s, "writes")
		enginetest.Rest(t, s, second)
		if err := s.Rollback(t.Context(), first, engine.Request{}); !errors.Is(err, engine.ErrRefused) || !strings.Contains(err.Error(), second.Short()) {
			t.Errorf("roll back under a later writer: %v, want a refusal that names %s", err, second.Short())
		}
		for _, id := range []engine.ID{second, first} {
			if err := s.Rollback(t.Context(), id, engine.Request{}); err != nil {
				t.Fatal(err)
			}
			enginetest.Until(t, s, id, func(sg *engine.Saga) bool { return sg.Status == engine.RolledBack })
		}
		if left, err := s.Resources(t.Context()); err != nil || len(left) != 0 {
			t.Errorf("resources left: %v (%v)", left, err)
		}
	})
}

// Who accepts somebody else's change does not want what was there before any more: the resource is let go. What a saga has left
// behind for another reason stays what it is.
func TestAnAcceptedConflictLetsTheResourceGo(t *testing.T) {
	t.Parallel()
	for why, left := range map[string]int{"": 0, "the provider keeps it otherwise": 1} {
		synctest.Test(t, func(t *testing.T) {
			record := enginetest.Step("record", func(_ context.Context, st *engine.State) error {
				st.Provision(engine.Resource{Type: "dns_record", ExternalID: "7", Name: "A app", Spec: json.RawMessage(`{}`)})
				return nil
			}, func(context.Context, *engine.State) error {
				return &engine.Conflict{Subject: "A app", Prior: "1", Written: "2", Live: "3", Why: why}
			})
			s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{record}})
			id := enginetest.Launch(t, s, "record")
			enginetest.Rest(t, s, id)
			if err := s.Rollback(t.Context(), id, engine.Request{}); err != nil {
				t.Fatal(err)
			}
			enginetest.Until(t, s, id, func(sg *engine.Saga) bool { return sg.Status == engine.Failed })
			if err := s.Resolve(t.Context(), id, 0, engine.Request{Reason: "theirs is right"}); err != nil {
				t.Fatal(err)
			}
			wantSaga(t, enginetest.Until(t, s, id, func(sg *engine.Saga) bool { return sg.Status == engine.RolledBack }), engine.RolledBack, "resolved")
			if all, err := s.Resources(t.Context()); err != nil || len(all) != left {
				t.Errorf("%q: %d resources, want %d (%v)", why, len(all), left, err)
			}
		})
	}
}
