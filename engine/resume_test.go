package engine_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// errDead stands for the death of the process: nothing after it reaches the store.
var errDead = errors.New("the process is dead")

func TestShutdownLeavesTheSagaRunningAndTheNextStartGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store, started := storagetest.NewMemory(), make(chan struct{}, 2)
		w := enginetest.NewWorld()
		s, stop := enginetest.Host(t, store, engine.Config{Steps: []engine.Step{w.Make("make"), waiter(started)}})
		id := enginetest.Launch(t, s, "make", "waits")
		<-started
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		sg, err := s.Saga(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		wantSaga(t, sg, engine.Running, "completed running")
		again := enginetest.Step("waits", func(context.Context, *engine.State) error { return nil }, nil)
		s, _ = enginetest.Host(t, store, engine.Config{Steps: []engine.Step{w.Make("make"), again}})
		sg = enginetest.Rest(t, s, id)
		wantSaga(t, sg, engine.Completed, "completed completed")
		if sg.Rows[1].Attempts != 2 || sg.Rows[0].Attempts != 1 {
			t.Errorf("attempts = %d, %d, want 1, 2", sg.Rows[0].Attempts, sg.Rows[1].Attempts)
		}
	})
}

// crashes launches one saga of steps, kills the engine before or after the n-th append, restarts it as often as it takes,
// and returns the saga at rest. It reports false when there were fewer appends.
func crashes(t *testing.T, w *enginetest.World, steps []engine.Step, names []string, n int, after bool) bool {
	t.Helper()
	store := storagetest.NewMemory()
	dead := enginetest.Wrap(store)
	hook := func(i int, _ engine.Batch) error {
		if i >= n {
			return errDead
		}
		return nil
	}
	if after {
		dead.After(hook)
	} else {
		dead.Before(hook)
	}
	cfg := engine.Config{Steps: steps, Kinds: []engine.Kind{enginetest.Kind}}
	e, err := engine.New(dead, cfg)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { done <- e.Run(ctx) }()
	synctest.Wait()
	_, err = e.As(enginetest.Ops).Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: names})
	died := err != nil
	select {
	case err := <-done:
		if !errors.Is(err, engine.ErrStopped) {
			t.Fatalf("the engine must stop for good when the store fails: %v", err)
		}
		died = true
	case <-time.After(time.Hour):
		cancel()
		_ = <-done
	}
	s, _ := enginetest.Host(t, store, cfg)
	p, err := s.List(t.Context(), engine.Query{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.Items {
		sg := enginetest.Rest(t, s, p.Items[i].ID)
		want := map[string]int{}
		if sg.Status == engine.Completed {
			for i := range names {
				want[sg.Short+"/"+string(rune('a'+i))] = 1
			}
		}
		have := w.Things()
		for k := range want {
			if have[k] != 1 {
				t.Errorf("crash at append %d (after %v): %d of %s, want 1", n, after, have[k], k)
			}
			for range have[k] {
				w.Delete(k)
			}
		}
	}
	if left := w.Things(); len(left) != 0 {
		t.Errorf("crash at append %d (after %v): left behind %v", n, after, left)
	}
	return died
}

func TestResumeAfterACrashAtEveryCommit(t *testing.T) {
	t.Parallel()
	for _, names := range [][]string{{"make", "make", "make"}, {"make", "make", "fail"}} {
		for _, after := range []bool{false, true} {
			points := 0
			for n := 1; ; n++ {
				more := false
				synctest.Test(t, func(t *testing.T) {
					w := enginetest.NewWorld()
					more = crashes(t, w, []engine.Step{w.Make("make"), enginetest.Fail()}, names, n, after)
				})
				if !more || t.Failed() {
					break
				}
				points = n
			}
			if points < 7 {
				t.Errorf("%v: only %d crash points were reached", names, points)
			}
		}
	}
}

func TestTenDeathsInARowWaitForAnOperator(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := storagetest.NewMemory()
		deadly := true
		var kill func()
		step := enginetest.Step("deadly", func(ctx context.Context, _ *engine.State) error {
			if deadly {
				kill()
				<-ctx.Done()
				return context.Cause(ctx)
			}
			return nil
		}, nil)
		cfg := engine.Config{Steps: []engine.Step{step}, Kinds: []engine.Kind{enginetest.Kind}}
		var id engine.ID
		for i := range 12 {
			dead := enginetest.Wrap(store)
			kill = func() { dead.Before(func(int, engine.Batch) error { return errDead }) }
			e, err := engine.New(dead, cfg)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- e.Run(ctx) }()
			if i == 0 {
				sg, err := e.As(enginetest.Ops).Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"deadly"}})
				if err != nil {
					t.Fatal(err)
				}
				id = sg.ID
			}
			synctest.Wait()
			cancel()
			_ = <-done
		}
		deadly = false
		s, _ := enginetest.Host(t, store, cfg)
		sg := enginetest.Until(t, s, id, func(sg *engine.Saga) bool { return len(sg.Waiting) > 0 })
		wantSaga(t, sg, engine.Running, "running")
		if sg.Rows[0].Attempts != 11 {
			t.Errorf("attempts = %d: the first and ten after a death", sg.Rows[0].Attempts)
		}
		if err := s.Retry(t.Context(), id, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		wantSaga(t, enginetest.Rest(t, s, id), engine.Completed, "completed")
	})
}

func TestAnUnknownStepWaitsForwardAndFailsBackward(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := storagetest.NewMemory()
		w := enginetest.NewWorld()
		s, stop := enginetest.Host(t, store, engine.Config{Steps: []engine.Step{w.Make("make"), w.Make("later"), enginetest.Echo()}})
		forward, err := s.Create(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"later"}})
		if err != nil {
			t.Fatal(err)
		}
		back := enginetest.Launch(t, s, "make", "later")
		enginetest.Rest(t, s, back)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		s, _ = enginetest.Host(t, store, engine.Config{Steps: []engine.Step{w.Make("make"), enginetest.Echo()}})
		sg := enginetest.Until(t, s, forward.ID, func(sg *engine.Saga) bool { return len(sg.Waiting) > 0 })
		wantSaga(t, sg, engine.Pending, "")
		wantSaga(t, enginetest.Rest(t, s, enginetest.Launch(t, s, "echo")), engine.Completed, "completed")
		if err := s.Rollback(t.Context(), back, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		sg = enginetest.Until(t, s, back, func(sg *engine.Saga) bool { return sg.Status == engine.Failed })
		wantSaga(t, sg, engine.Failed, "compensated compensation_failed")
	})
}

func TestNoEntryAndNoStepAfterTheStoreFailed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := enginetest.Wrap(storagetest.NewMemory())
		started := make(chan struct{}, 1)
		ran := 0
		steps := []engine.Step{waiter(started), enginetest.Step("counted", func(context.Context, *engine.State) error { ran++; return nil }, nil)}
		s, stop := enginetest.Host(t, store, engine.Config{Steps: steps})
		enginetest.Launch(t, s, "waits")
		<-started
		at := store.Appends()
		store.Before(func(int, engine.Batch) error { return errors.New("input/output error") })
		if _, err := s.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"counted"}}); !errors.Is(err, engine.ErrStopped) {
			t.Errorf("start on a failed store: %v", err)
		}
		if err := stop(); !errors.Is(err, engine.ErrStopped) {
			t.Errorf("Run returned %v", err)
		}
		if n := store.Appends() - at; n != 1 || ran != 0 {
			t.Errorf("%d appends reached the failed store, %d steps ran; want 1 and 0", n, ran)
		}
	})
}

func TestALaunchThatRacesTheStartOfTheEngineIsDrivenAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := enginetest.Wrap(storagetest.NewMemory())
		e, err := engine.New(store, engine.Config{Steps: []engine.Step{enginetest.Echo()}, Kinds: []engine.Kind{enginetest.Kind}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		store.Before(func(n int, _ engine.Batch) error {
			if n == 1 { // the creation: the engine starts, and finds nothing unfinished, before it is durable
				go func() { done <- e.Run(ctx) }()
				<-e.Ready()
			}
			return nil
		})
		sg, err := e.As(enginetest.Ops).Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"echo"}})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if sg, err = e.Saga(t.Context(), sg.ID); err != nil || sg.Status != engine.Completed {
			t.Errorf("it is %s without a sweep, %v", sg.Status, err)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
