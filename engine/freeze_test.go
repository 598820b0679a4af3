package engine_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// gated is a step that runs until its gate is closed or its context ends.
func gated(name string, gate <-chan struct{}) engine.Step {
	return enginetest.Step(name, func(ctx context.Context, _ *engine.State) error {
		select {
		case <-gate:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}, func(context.Context, *engine.State) error { return nil })
}

func freeze(t *testing.T, s *engine.Session, why string) {
	t.Helper()
	if err := s.Freeze(t.Context(), engine.Request{Reason: why}); err != nil {
		t.Fatal(err)
	}
}

func thaw(t *testing.T, s *engine.Session) {
	t.Helper()
	if err := s.Thaw(t.Context(), engine.Request{}); err != nil {
		t.Fatal(err)
	}
}

func TestAFreezeLetsTheStepUnderWayFinishAndStartsNoOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		w := enginetest.NewWorld()
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{gated("gated", gate), w.Make("make")}})
		id := enginetest.Launch(t, s, "gated", "make")
		synctest.Wait()
		freeze(t, s, "the provider has maintenance")
		if f := s.Frozen(); f == nil || f.InFlight != 1 || f.Width != 0 || f.Why != "the provider has maintenance" || f.Who() != "ops1" {
			t.Fatalf("frozen = %+v", f)
		}
		later := enginetest.Launch(t, s, "make")
		close(gate)
		time.Sleep(time.Hour)
		synctest.Wait()
		if f := s.Frozen(); f == nil || f.InFlight != 0 {
			t.Fatalf("after an hour: %+v, want it drained", f)
		}
		for i, want := range []struct {
			id     engine.ID
			status engine.Status
			rows   int
		}{{id, engine.Running, 1}, {later, engine.Pending, 0}} {
			sg, err := s.Saga(t.Context(), want.id)
			if err != nil || sg.Status != want.status || len(sg.Rows) != want.rows {
				t.Errorf("saga %d: %s with %d rows, %v", i, sg.Status, len(sg.Rows), err)
			}
		}
		thaw(t, s)
		wantSaga(t, enginetest.Rest(t, s, id), engine.Completed, "completed completed")
		wantSaga(t, enginetest.Rest(t, s, later), engine.Completed, "completed")
		synctest.Wait()
		if f := s.Frozen(); f != nil {
			t.Errorf("still thawing, and everything is at rest: %+v", f)
		}
	})
}

func TestACancelDuringAFreezeIsDurableAtOnceAndUndoneAfterIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := enginetest.NewWorld()
		gate := make(chan struct{})
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{w.Make("make"), gated("gated", gate)}})
		id := enginetest.Launch(t, s, "make", "gated")
		synctest.Wait()
		freeze(t, s, "wait")
		if err := s.Cancel(t.Context(), id, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		sg, err := s.Saga(t.Context(), id)
		if err != nil || sg.Status != engine.Compensating || len(w.Things()) != 1 {
			t.Fatalf("%s with %v left, %v", sg.Status, w.Things(), err)
		}
		thaw(t, s)
		if sg = enginetest.Rest(t, s, id); sg.Status != engine.RolledBack || len(w.Things()) != 0 {
			t.Errorf("%s with %v left", sg.Status, w.Things())
		}
	})
}

func TestAFreezeOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := storagetest.NewMemory()
		cfg := engine.Config{Steps: []engine.Step{enginetest.Echo()}}
		s, stop := enginetest.Host(t, store, cfg)
		freeze(t, s, "until monday")
		id := enginetest.Launch(t, s, "echo")
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		s, _ = enginetest.Host(t, store, cfg)
		time.Sleep(time.Hour)
		synctest.Wait()
		if sg, err := s.Saga(t.Context(), id); err != nil || sg.Status != engine.Pending {
			t.Fatalf("%v, %v", sg.Status, err)
		}
		if err := s.Freeze(t.Context(), engine.Request{Reason: "again"}); !errors.Is(err, engine.ErrRefused) || !strings.Contains(err.Error(), "until monday") {
			t.Errorf("freezing twice: %v", err)
		}
		thaw(t, s)
		enginetest.Rest(t, s, id)
		all, err := s.Freezes(t.Context(), 0)
		if err != nil || len(all) != 1 || all[0].EndedBy == nil || all[0].EndedAt.IsZero() {
			t.Errorf("freezes = %+v, %v", all, err)
		}
	})
}

// provider is a step's other side: it answers with err while there is one.
type provider struct {
	mu    sync.Mutex // guards the fields below
	err   error
	calls int
}

// heals lets it answer well from now on.
func (p *provider) heals() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = nil
}

func (p *provider) asked() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls
}

func (p *provider) step() engine.Step {
	return enginetest.Step("call", func(context.Context, *engine.State) error {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.calls++
		return p.err
	}, func(context.Context, *engine.State) error { return nil })
}

func TestARefusedTokenFreezesEverythingAndAGoodOneThawsIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &provider{err: engine.Blocked(errors.New("the token is refused"), 0)}
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{p.step()}, Workers: 1})
		var ids []engine.ID
		for range 40 {
			ids = append(ids, enginetest.Launch(t, s, "call"))
		}
		synctest.Wait()
		f := s.Frozen()
		if f == nil || !f.Auto || !f.Refused || f.Who() != "arcadia" || !strings.Contains(f.Why, "token is refused") {
			t.Fatalf("frozen = %+v", f)
		}
		time.Sleep(time.Hour)
		if p.asked() > 20 {
			t.Errorf("%d calls within an hour of refusals", p.asked())
		}
		p.heals()
		for _, id := range ids {
			if sg := enginetest.Rest(t, s, id); sg.Status != engine.Completed {
				t.Fatalf("saga %s is %s: %s", sg.Short, sg.Status, sg.Rows[0].Error)
			}
		}
		all, err := s.Freezes(t.Context(), 0)
		if err != nil || len(all) != 1 || all[0].EndedAt.IsZero() || all[0].EndedBy != nil {
			t.Errorf("freezes = %+v, %v", all, err)
		}
	})
}

func TestAnOutageFreezesAndOneBrokenSagaDoesNot(t *testing.T) {
	t.Parallel()
	for name, sagas := range map[string]int{"one": 1, "many": 6} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := &provider{err: engine.Retryable(errors.New("503"), 10*time.Second)}
				s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{p.step()}})
				for range sagas {
					enginetest.Launch(t, s, "call")
				}
				time.Sleep(45 * time.Second)
				synctest.Wait()
				if f := s.Frozen(); (f != nil) != (sagas > 1) {
					t.Errorf("%d sagas failing: frozen = %+v", sagas, f)
				}
				p.heals()
				time.Sleep(time.Hour)
				if f := s.Frozen(); f != nil {
					t.Errorf("an hour after the outage: %+v", f)
				}
			})
		})
	}
}

func TestAThawLetsMoreAndMoreThrough(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex // guards the three
		flying, most, atFirst := 0, 0, 0
		step := enginetest.Step("slow", func(context.Context, *engine.State) error {
			mu.Lock()
			flying++
			if most = max(most, flying); atFirst == 0 {
				atFirst = flying
			}
			mu.Unlock()
			time.Sleep(time.Minute)
			mu.Lock()
			defer mu.Unlock()
			flying--
			return nil
		}, nil)
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{step}, Workers: 100})
		freeze(t, s, "wait")
		var ids []engine.ID
		for range 60 {
			ids = append(ids, enginetest.Launch(t, s, "slow"))
		}
		thaw(t, s)
		synctest.Wait()
		mu.Lock()
		now := flying
		mu.Unlock()
		if f := s.Frozen(); f == nil || f.Width != 1 || now != 1 {
			t.Errorf("just after the thaw: %+v, %d under way", f, now)
		}
		for _, id := range ids {
			enginetest.Rest(t, s, id)
		}
		mu.Lock()
		defer mu.Unlock()
		if atFirst != 1 || most < 8 {
			t.Errorf("%d at first and %d at most", atFirst, most)
		}
	})
}

// lasting is a step whose effect stays.
type lasting struct{ engine.Step }

func (lasting) Final() string { return "what is said is said" }

func TestWhatCannotBeUndoneIsRefusedAndInARollbackIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		say := lasting{enginetest.Step("say", func(_ context.Context, s *engine.State) error { s.Passed("a word"); return nil }, nil)}
		stutter := lasting{enginetest.Step("stutter", func(ctx context.Context, s *engine.State) error { // it may have said it
			if err := s.Save(ctx); err != nil {
				return err
			}
			return errors.New("half a word")
		}, nil)}
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{say, stutter, enginetest.Fail()}})
		p, err := s.Plan(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"say"}})
		if err != nil || p.Steps[0].Change.Final != "what is said is said" || p.Steps[0].Change.Undo != "cannot be undone" {
			t.Errorf("plan = %+v, %v", p, err)
		}
		done := enginetest.Launch(t, s, "say")
		enginetest.Rest(t, s, done)
		if err := s.Rollback(t.Context(), done, engine.Request{}); !errors.Is(err, engine.ErrRefused) || !strings.Contains(err.Error(), "what is said is said") {
			t.Errorf("rolling it back: %v", err)
		}
		if _, err := s.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"say", "fail"}}); !errors.Is(err, engine.ErrInput) {
			t.Errorf("a step that may fail behind it: %v", err)
		}
		id := enginetest.Launch(t, s, "stutter")
		sg := enginetest.Rest(t, s, id)
		if sg.Status != engine.Failed || sg.Residue != 1 || len(sg.LeftBehind()) != 0 || !strings.Contains(sg.Rows[0].Compensation.Error, "what is said is said") {
			t.Fatalf("%s, %d left: %+v", sg.Status, sg.Residue, sg.Rows[0])
		}
		if err := s.Resolve(t.Context(), id, 0, engine.Request{Reason: "known"}); err != nil {
			t.Fatal(err)
		}
		wantSaga(t, enginetest.Rest(t, s, id), engine.RolledBack, "resolved")
	})
}
