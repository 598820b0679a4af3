package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// untiring is a step that may be repeated for ever.
type untiring struct{ engine.Step }

func (untiring) Again() {}

// half is a world with one thing that a saga makes and one that it takes away for good: half of that is wrong.
type half struct {
	*enginetest.World
	sulks int // how often the last step fails before it goes well
}

func (h *half) steps() []engine.Step {
	drop := lasting{enginetest.Step("drop", func(ctx context.Context, s *engine.State) error {
		if err := s.Save(ctx); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		h.Delete("old")
		s.Passed("the old thing")
		return nil
	}, func(_ context.Context, _ *engine.State) error {
		if !h.Has("old") {
			return errors.New("the old thing cannot be brought back")
		}
		return nil
	})}
	tell := untiring{enginetest.Step("tell", func(context.Context, *engine.State) error {
		if h.sulks > 0 {
			h.sulks--
			return errors.New("nobody listens")
		}
		h.Create("told")
		return nil
	}, nil)}
	return []engine.Step{h.Make("make"), h.drop(drop), tell, enginetest.Echo(), enginetest.Fail()}
}

// drop keeps both powers of the final step in sight of the engine.
func (h *half) drop(s lasting) engine.Step { return finalUndoer{s, s.Step.(engine.Compensator)} }

type finalUndoer struct {
	lasting
	engine.Compensator
}

func newHalf() *half {
	w := enginetest.NewWorld()
	w.Create("old")
	return &half{World: w, sulks: 3}
}

func TestAListWithHalfAWayBackIsRefused(t *testing.T) {
	t.Parallel()
	steps := newHalf().steps()
	for list, want := range map[string]string{
		"make drop tell":      "",
		"drop tell tell":      "",
		"make drop fail":      "step 2 fail stands behind step 1 drop, which cannot be undone, and may fail for good",
		"drop make":           "step 1 make can be undone and stands behind step 0 drop",
		"make drop tell drop": "there can be one point of no return",
	} {
		names := strings.Fields(list)
		_, err := engine.New(storagetest.NewMemory(), engine.Config{Steps: steps, Kinds: []engine.Kind{{Name: "k", Steps: names}}})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("a kind of %s: %v", list, err)
		}
		e, err := engine.New(storagetest.NewMemory(), engine.Config{Steps: steps, Kinds: []engine.Kind{enginetest.Kind}})
		if err != nil {
			t.Fatal(err)
		}
		l := engine.Launch{Kind: "adhoc", Steps: names}
		_, planned := e.As(enginetest.Ops).Plan(t.Context(), l)
		_, err = e.As(enginetest.Ops).Create(t.Context(), l)
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || !errors.Is(err, engine.ErrInput) || planned == nil) {
			t.Errorf("a launch of %s: %v, its plan: %v", list, err, planned)
		}
		if c, err := e.Counts(t.Context()); err != nil || (c.Total == 0) != (want != "") {
			t.Errorf("%s: %d sagas are stored (%v)", list, c.Total, err)
		}
	}
}

// TestPastThePointOfNoReturnASagaOnlyGoesForward has a step behind it that fails until an operator has looked.
func TestPastThePointOfNoReturnASagaOnlyGoesForward(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHalf()
		h.sulks = 1000
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: h.steps()})
		began := time.Now()
		id := enginetest.Launch(t, s, "make", "drop", "tell")
		sg := enginetest.Until(t, s, id, func(sg *engine.Saga) bool { return sg.NeedsOperator() })
		if d := time.Since(began); d < 15*time.Minute || d > 21*time.Minute {
			t.Errorf("it asks after %s", d)
		}
		if sg.Status != engine.Running || sg.Passed != "the old thing" || sg.Rows[1].Passed != "the old thing" || sg.Pivot != 2 {
			t.Errorf("it is %s, passed %q, pivot %d", sg.Status, sg.Passed, sg.Pivot)
		}
		for verb, ask := range map[engine.Verb]func(context.Context, engine.ID, engine.Request) error{engine.VerbCancel: s.Cancel, engine.VerbRollback: s.Rollback} {
			err := ask(t.Context(), id, engine.Request{})
			if !errors.Is(err, engine.ErrRefused) || !strings.Contains(err.Error(), "the old thing is gone for good") || !strings.Contains(err.Error(), "left to do: 2 tell") {
				t.Errorf("%s: %v", verb, err)
			}
		}
		h.sulks = 2
		if err := s.Retry(t.Context(), id, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		wantSaga(t, enginetest.Rest(t, s, id), engine.Completed, "completed completed completed")
		if err := s.Rollback(t.Context(), id, engine.Request{}); !errors.Is(err, engine.ErrRefused) || !strings.Contains(err.Error(), "gone for good") {
			t.Errorf("roll back: %v", err)
		}
		h.Create("old")
		h.sulks = 1000
		second := enginetest.Launch(t, s, "make", "drop", "tell")
		enginetest.Until(t, s, second, func(sg *engine.Saga) bool { return sg.NeedsOperator() })
		if err := s.Skip(t.Context(), second, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		wantSaga(t, enginetest.Rest(t, s, second), engine.Completed, "completed completed completed")
	})
}

// TestEveryCrashPointAroundThePointOfNoReturn ends the process at every commit of a saga with a final step in the middle, before
// and after the commit is durable, with and without a cancel: the world is whole each time, and no invariant is broken.
func TestEveryCrashPointAroundThePointOfNoReturn(t *testing.T) {
	t.Parallel()
	points := 0
	for _, canceled := range []bool{false, true} {
		for _, durable := range []bool{false, true} {
			for at, more := 1, true; more; at++ {
				more = crashAt(t, at, durable, canceled)
				points++
			}
		}
	}
	t.Logf("figure | crash points of a saga with its final step in the middle, with and without a cancel | %d courses | 0 wrong", points)
	if points < 30 {
		t.Errorf("%d points: the test proves little", points)
	}
}

// crashAt is one course; it reports whether the process came as far as the point.
func crashAt(t *testing.T, at int, durable, canceled bool) (reached bool) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := newHalf()
		store := enginetest.Wrap(storagetest.NewMemory())
		crash := func(n int, _ engine.Batch) error {
			if n == at {
				reached = true
				return errors.New("the power is gone")
			}
			return nil
		}
		if durable {
			store.After(crash)
		} else {
			store.Before(crash)
		}
		cfg := engine.Config{Steps: h.steps()}
		s, stop := enginetest.Host(t, store, cfg)
		sg, err := s.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"make", "drop", "tell"}, Key: "k"})
		if err == nil && canceled {
			_ = s.Cancel(t.Context(), sg.ID, engine.Request{}) // before, at or after the point of no return
		}
		time.Sleep(time.Hour)
		_ = stop() // the store has failed it
		s, _ = enginetest.Host(t, store, cfg)
		if sg, err = s.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"make", "drop", "tell"}, Key: "k"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(24 * time.Hour)
		if sg, err = s.Saga(t.Context(), sg.ID); err != nil {
			t.Fatal(err)
		}
		made := len(h.Things()) - map[bool]int{true: 1}[h.Has("old")] - map[bool]int{true: 1}[h.Has("told")]
		switch {
		case sg.Status == engine.Completed && made == 1 && !h.Has("old") && h.Has("told"):
		case sg.Status == engine.RolledBack && made == 0 && h.Has("old") && !h.Has("told") && canceled:
		default:
			t.Errorf("at commit %d (durable %v, canceled %v) it ends %s in %v, waiting for %+v", at, durable, canceled, sg.Status, h.Things(), sg.Waiting)
		}
	})
	return reached
}

// TestACompensationPastThePointOfNoReturnIsFound is the control: a ledger that no build writes.
func TestACompensationPastThePointOfNoReturnIsFound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHalf()
		h.sulks = 0
		memory := storagetest.NewMemory()
		s, stop := enginetest.Drive(t, memory, engine.Config{Steps: h.steps()[:3]})
		ops := s.As(enginetest.Ops)
		id := enginetest.Launch(t, ops, "make", "drop", "tell")
		sg := enginetest.Rest(t, ops, id)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		other := storagetest.NewMemory()
		entries, err := memory.Entries(t.Context(), id, 0)
		if err != nil {
			t.Fatal(err)
		}
		from := 0
		seq := uint64(len(entries))
		entries = append(entries,
			engine.Entry{V: 2, Seq: seq + 1, At: sg.UpdatedAt, Type: engine.EntryRollbackStarted, From: &from, Reason: "rollback_requested"},
			engine.Entry{V: 2, Seq: seq + 2, At: sg.UpdatedAt, Type: engine.EntryCompensating, Idx: 0, Attempt: 1})
		bad, err := engine.Fold(entries)
		if err != nil {
			t.Fatal(err)
		}
		if err := other.Append(t.Context(), engine.Batch{ID: id, Entries: entries, Summary: bad.Summary}); err != nil {
			t.Fatal(err)
		}
		found, err := engine.Check(t.Context(), other)
		if err != nil || len(found) != 1 || found[0].Invariant != "I12" {
			t.Errorf("found %v (%v)", found, err)
		}
	})
}
