package engine_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// waitsFor is a step that looks every ten seconds until done says so, for at most a year.
func waitsFor(done func() bool) engine.Step {
	return enginetest.Step("look", func(ctx context.Context, s *engine.State) error {
		return s.Idle(ctx, "a bus", time.Time{}, func(ctx context.Context) error {
			tick := time.NewTicker(10 * time.Second)
			defer tick.Stop()
			for !done() {
				select {
				case <-tick.C:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			return nil
		})
	}, func(context.Context, *engine.State) error { return nil })
}

func TestWhoWaitsHoldsNoWorker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var came atomic.Bool
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Workers: 1, Steps: []engine.Step{waitsFor(came.Load), enginetest.Echo()}})
		waits := enginetest.Launch(t, s, "look", "echo")
		synctest.Wait()
		sg, err := s.Saga(t.Context(), waits)
		if err != nil || len(sg.Waiting) != 1 || sg.Waiting[0].Because != engine.BecauseIdle || sg.Waiting[0].Text != "a bus" || sg.NeedsOperator() {
			t.Errorf("it waits for %+v (%v)", sg.Waiting, err)
		}
		wantSaga(t, enginetest.Rest(t, s, enginetest.Launch(t, s, "echo")), engine.Completed, "completed")
		came.Store(true)
		wantSaga(t, enginetest.Rest(t, s, waits), engine.Completed, "completed completed")
	})
}

func TestASagaWithoutAWorkerSaysSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		hold := enginetest.Step("hold", func(context.Context, *engine.State) error { <-release; return nil }, nil)
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Workers: 1, Steps: []engine.Step{hold, enginetest.Echo()}})
		enginetest.Launch(t, s, "hold")
		second := enginetest.Launch(t, s, "echo")
		synctest.Wait()
		sg, err := s.Saga(t.Context(), second)
		if err != nil || len(sg.Waiting) != 1 || sg.Waiting[0] != (engine.Waiting{For: engine.ForWorker, Because: engine.BecauseBusy, N: 1}) {
			t.Errorf("it waits for %+v (%v)", sg.Waiting, err)
		}
		close(release)
		enginetest.Rest(t, s, second)
	})
}

func TestACancelEndsAWaitAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var cause error
		step := enginetest.Step("look", func(ctx context.Context, s *engine.State) error {
			cause = s.Idle(ctx, "a bus", time.Time{}, func(ctx context.Context) error { <-ctx.Done(); return nil })
			return cause
		}, nil)
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{step}})
		id := enginetest.Launch(t, s, "look")
		synctest.Wait()
		at := time.Now()
		if err := s.Cancel(t.Context(), id, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		enginetest.Rest(t, s, id)
		if d := time.Since(at); d > time.Second || !errors.Is(cause, engine.ErrCanceled) {
			t.Errorf("after %s: %v", d, cause)
		}
	})
}

func TestAFreezeDrainsWhatWaitsAndHoldsItAfterwards(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var came, on atomic.Bool
		step := enginetest.Step("look", func(ctx context.Context, s *engine.State) error {
			err := s.Idle(ctx, "a bus", time.Time{}, func(ctx context.Context) error {
				for !came.Load() {
					time.Sleep(time.Second)
				}
				return nil
			})
			on.Store(err == nil)
			return err
		}, nil)
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{step}})
		id := enginetest.Launch(t, s, "look")
		synctest.Wait()
		if err := s.Freeze(t.Context(), engine.Request{Reason: "maintenance"}); err != nil {
			t.Fatal(err)
		}
		if f := s.Frozen(); f == nil || f.InFlight != 0 {
			t.Errorf("frozen beside a wait: %+v", f)
		}
		came.Store(true)
		time.Sleep(time.Hour)
		if on.Load() {
			t.Error("it went on while everything is frozen")
		}
		if err := s.Thaw(t.Context(), engine.Request{}); err != nil {
			t.Fatal(err)
		}
		wantSaga(t, enginetest.Rest(t, s, id), engine.Completed, "completed")
	})
}

// TestAWaitSurvivesFiftyDeaths ends the process fifty times during one wait, in turns in order and not. It parks nothing, its
// own end stays what it was, and an orderly end writes nothing.
func TestAWaitSurvivesFiftyDeaths(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := storagetest.NewMemory()
		store := enginetest.Wrap(memory)
		began := time.Now()
		step := enginetest.Step("look", func(ctx context.Context, s *engine.State) error {
			var until time.Time
			if known, err := s.Saved("until", &until); err != nil {
				return err
			} else if !known {
				until = time.Now().Add(72 * time.Hour)
				s.Put("until", until)
				if err := s.Save(ctx); err != nil {
					return err
				}
			}
			return s.Idle(ctx, "the old TTL", until, func(ctx context.Context) error {
				select {
				case <-time.After(time.Until(until)):
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			})
		}, nil)
		cfg := engine.Config{Steps: []engine.Step{step}}
		var id engine.ID
		for i := range 50 {
			s, stop := enginetest.Host(t, store, cfg)
			if i == 0 {
				id = enginetest.Launch(t, s, "look")
			}
			time.Sleep(time.Hour)
			at := store.Appends()
			_ = stop()
			if n := store.Appends() - at; n != 0 {
				t.Fatalf("an orderly end wrote %d times", n)
			}
		}
		s, _ := enginetest.Host(t, store, cfg)
		sg := enginetest.Rest(t, s, id)
		wantSaga(t, sg, engine.Completed, "completed")
		if d := time.Since(began) - 72*time.Hour; d < 0 || d > time.Second {
			t.Errorf("it ended %s beside its time", d)
		}
		entries, err := s.Entries(t.Context(), id, 0)
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(entries, func(e engine.Entry) bool { return e.Resumed || e.Type == engine.EntryInterrupted }) {
			t.Error("a wait that was cut off is held against the step")
		}
	})
}

func TestNothingIsSavedWithinAWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var within, nested error
		step := enginetest.Step("look", func(ctx context.Context, s *engine.State) error {
			return s.Idle(ctx, "a bus", time.Time{}, func(ctx context.Context) error {
				within = s.Save(ctx)
				nested = s.Idle(ctx, "another", time.Time{}, func(context.Context) error { return nil })
				return nil
			})
		}, nil)
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{step}})
		wantSaga(t, enginetest.Rest(t, s, enginetest.Launch(t, s, "look")), engine.Completed, "completed")
		if within == nil || nested == nil {
			t.Errorf("save: %v, wait: %v", within, nested)
		}
	})
}

// TestAnUndecidedStepWaitsForAnOperator asks at its deadline; a retry goes on, and is known to the step; a cancel undoes.
func TestAnUndecidedStepWaitsForAnOperator(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := enginetest.NewWorld()
		step := enginetest.Step("slow", func(ctx context.Context, s *engine.State) error {
			s.Put("thing", "x")
			if err := s.Save(ctx); err != nil {
				return err
			}
			w.Create("x")
			if !s.ToldToGoOn() {
				return engine.Undecided(errors.New("still at work after 2h"))
			}
			return nil
		}, func(context.Context, *engine.State) error { w.Delete("x"); return nil })
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{step}})
		ask := func(sg *engine.Saga) bool { return sg.NeedsOperator() }
		first := enginetest.Launch(t, s, "slow")
		sg := enginetest.Until(t, s, first, ask)
		if sg.Refuses(engine.VerbSkip) == nil || sg.Refuses(engine.VerbRetry) != nil || sg.Refuses(engine.VerbCancel) != nil || !w.Has("x") {
			t.Errorf("skip %v, retry %v, cancel %v", sg.Refuses(engine.VerbSkip), sg.Refuses(engine.VerbRetry), sg.Refuses(engine.VerbCancel))
		}
		if err := s.Retry(t.Context(), first, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		wantSaga(t, enginetest.Rest(t, s, first), engine.Completed, "completed")
		second := enginetest.Launch(t, s, "slow")
		enginetest.Until(t, s, second, ask)
		if err := s.Cancel(t.Context(), second, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		wantSaga(t, enginetest.Rest(t, s, second), engine.RolledBack, "compensated")
	})
}

// TestAThousandWaitsCostNothing lets 1,000 sagas wait for an hour beside 8 workers: no commit, and at most 16 MiB.
func TestAThousandWaitsCostNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := enginetest.Wrap(storagetest.NewMemory())
		var over atomic.Bool
		cfg := engine.Config{Workers: 8, Kinds: []engine.Kind{enginetest.Kind}, Steps: []engine.Step{waitsFor(over.Load), enginetest.Echo()}}
		const n = 1000
		ids := make([]engine.ID, 0, n)
		still, err := engine.New(store, cfg) // it stores them, so that what is measured is what waiting takes
		if err != nil {
			t.Fatal(err)
		}
		for range n {
			ids = append(ids, enginetest.Launch(t, still.As(enginetest.Ops), "look"))
		}
		before := used()
		s, _ := enginetest.Host(t, store, cfg)
		synctest.Wait()
		cost := float64(used()-before) / (1 << 20)
		at := store.Appends()
		time.Sleep(time.Hour)
		if commits := store.Appends() - at; commits != 0 {
			t.Errorf("%d commits in an hour of nothing but waiting", commits)
		}
		began := time.Now()
		enginetest.Rest(t, s, enginetest.Launch(t, s, "echo"))
		if d := time.Since(began); d > 50*time.Millisecond {
			t.Errorf("a saga beside them takes %s", d)
		}
		began = time.Now()
		if err := s.Freeze(t.Context(), engine.Request{Reason: "maintenance"}); err != nil {
			t.Fatal(err)
		}
		if f := s.Frozen(); f == nil || f.InFlight != 0 || time.Since(began) > time.Second {
			t.Errorf("a freeze beside them: %+v after %s", f, time.Since(began))
		}
		if err := s.Thaw(t.Context(), engine.Request{}); err != nil {
			t.Fatal(err)
		}
		t.Logf("figure | sagas that wait | %d: %.1f MiB, 0 commits an hour | 0 wrong", n, cost)
		if cost > 16 && !raceEnabled {
			t.Errorf("%.1f MiB, want at most 16", cost)
		}
		over.Store(true)
		for _, id := range ids {
			enginetest.Rest(t, s, id)
		}
	})
}

// used is the memory in use, stacks included. A collection halves a stack that is mostly empty, so there are several.
func used() int64 {
	for range 4 {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
