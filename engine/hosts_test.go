package engine_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// pair is two processes on one store: the first drives.
type pair struct {
	memory         *storagetest.Memory
	first, second  *engine.Engine
	driver, other  *engine.Session
	begun, undoing chan struct{} // one signal for each attempt of the step "long"
	letGo          chan struct{}
	ended          atomic.Pointer[error] // the cause with which the last attempt of "long" was ended
	ran            atomic.Int64          // attempts of "quick"
}

func twoHosts(t *testing.T) *pair {
	t.Helper()
	p := &pair{memory: storagetest.NewMemory(), begun: make(chan struct{}, 8), undoing: make(chan struct{}, 8), letGo: make(chan struct{})}
	steps := []engine.Step{
		enginetest.Step("long", func(ctx context.Context, s *engine.State) error {
			s.Put("at", "work") // there is something to undo
			if err := s.Save(ctx); err != nil {
				return err
			}
			p.begun <- struct{}{}
			select {
			case <-p.letGo:
				return nil
			case <-ctx.Done():
				cause := context.Cause(ctx)
				p.ended.Store(&cause)
				return cause
			}
		}, func(context.Context, *engine.State) error { p.undoing <- struct{}{}; return nil }),
		enginetest.Step("quick", func(context.Context, *engine.State) error { p.ran.Add(1); return nil }, func(context.Context, *engine.State) error { return nil }),
	}
	var engines [2]*engine.Engine
	for i := range engines {
		e, _ := enginetest.Drive(t, p.memory.Share(), engine.Config{Steps: steps, Call: longestCall, Host: engine.Host{Name: []string{"one", "two"}[i]}})
		synctest.Wait()
		engines[i] = e
	}
	p.first, p.second = engines[0], engines[1]
	p.driver, p.other = p.first.As(enginetest.Ops), p.second.As(engine.Actor{Name: "ops2", Role: engine.Operator})
	if !p.first.Drives() || p.second.Drives() {
		t.Fatal("the first to come does not drive alone")
	}
	return p
}

func TestWhoFollowsIsToldOfEveryChange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := twoHosts(t)
		feed := p.other.Watch()
		defer feed.Close()
		told := func(id engine.ID) {
			began := time.Now()
			for {
				<-feed.Ready()
				ids, all := feed.Take()
				if all || slices.Contains(ids, id) {
					break
				}
			}
			if took := time.Since(began); took > 250*time.Millisecond {
				t.Errorf("the follower has heard of it after %s", took)
			}
		}
		id := enginetest.Launch(t, p.driver, "long")
		<-p.begun
		told(id)
		synctest.Wait()
		feed.Take()
		close(p.letGo)
		told(id)
		wantSaga(t, enginetest.Rest(t, p.other, id), engine.Completed, "completed")
	})
}

func TestACancelFromElsewhereEndsTheAttemptAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := twoHosts(t)
		id := enginetest.Launch(t, p.other, "quick", "long") // a launch from elsewhere is driven, too
		<-p.begun
		began := time.Now()
		if err := p.other.Cancel(t.Context(), id, engine.Request{Reason: "no"}); err != nil {
			t.Fatal(err)
		}
		<-p.undoing
		if took := time.Since(began); took > 250*time.Millisecond {
			t.Errorf("it went on for %s", took)
		}
		if cause := p.ended.Load(); cause == nil || !errors.Is(*cause, engine.ErrCanceled) {
			t.Errorf("the attempt was ended with %v", cause)
		}
		wantSaga(t, enginetest.Rest(t, p.other, id), engine.RolledBack, "compensated compensated")
	})
}

func TestAFreezeFromElsewhereHoldsStartsEverywhere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := twoHosts(t)
		if err := p.other.Freeze(t.Context(), engine.Request{Reason: "look first"}); err != nil {
			t.Fatal(err)
		}
		// At once, before the driver can have heard of it, and from both sides.
		ids := []engine.ID{enginetest.Launch(t, p.driver, "quick"), enginetest.Launch(t, p.other, "quick")}
		time.Sleep(time.Minute)
		if p.ran.Load() != 0 || p.first.Frozen() == nil || p.second.Frozen() == nil {
			t.Errorf("%d steps have started, frozen here: %v, there: %v", p.ran.Load(), p.first.Frozen(), p.second.Frozen())
		}
		if err := p.driver.Thaw(t.Context(), engine.Request{}); err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			wantSaga(t, enginetest.Rest(t, p.other, id), engine.Completed, "completed")
		}
		if p.second.Frozen() != nil {
			t.Errorf("the follower has not heard of the thaw: %+v", p.second.Frozen())
		}
	})
}

func TestAnAttemptOfATermThatHasEndedRecordsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := twoHosts(t)
		id := enginetest.Launch(t, p.driver, "long")
		<-p.begun
		before, err := p.driver.Saga(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		p.memory.Depose(time.Second)
		<-p.begun // the second looks: nobody knows what the first has done
		if !p.second.Drives() || p.first.Drives() {
			t.Error("the other does not drive")
		}
		close(p.letGo)
		after := enginetest.Rest(t, p.other, id)
		wantSaga(t, after, engine.Completed, "completed")
		if cause := p.ended.Load(); cause == nil || !errors.Is(*cause, engine.ErrDeposed) {
			t.Errorf("the first attempt was ended with %v", cause)
		}
		entries, err := p.other.Entries(t.Context(), id, before.Seq)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.Type == engine.EntryAttemptFailed || e.Type == engine.EntryStepFailed || e.Type == engine.EntryInterrupted {
				t.Errorf("the end of the term is in the ledger as %+v", e)
			}
		}
	})
}

func TestWhatGoesOnBesideDrivingMovesWithTheTerm(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := twoHosts(t)
		var at [2]atomic.Int64 // how many run there
		for i, e := range []*engine.Engine{p.first, p.second} {
			go e.WhileDriving(t.Context(), func(ctx context.Context) {
				at[i].Add(1)
				defer at[i].Add(-1)
				<-ctx.Done()
			})
		}
		synctest.Wait()
		if at[0].Load() != 1 || at[1].Load() != 0 {
			t.Errorf("beside the driver %d run and beside the other %d", at[0].Load(), at[1].Load())
		}
		p.memory.Depose(time.Second) // the other is first, since this one has not heard of it yet
		time.Sleep(2 * time.Second)
		if at[0].Load() != 0 || at[1].Load() != 1 {
			t.Errorf("after the take-over %d run at the old driver's and %d at the new one's", at[0].Load(), at[1].Load())
		}
	})
}

func TestTheCrowdSaysWhoIsThereAndWhoDrives(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := twoHosts(t)
		for _, e := range []*engine.Engine{p.first, p.second} {
			c := e.Crowd()
			if c == nil || c.Driver != "one" || len(c.Hosts) != 2 || c.Held {
				t.Errorf("the crowd is %+v", c)
			}
		}
		p.memory.Depose(time.Second) // the other is first, since this one has not heard of it yet
		time.Sleep(2 * time.Second)
		if c := p.first.Crowd(); c.Self != "one" || c.Driver != "two" {
			t.Errorf("after the take-over the crowd is %+v", c)
		}
		e, err := engine.New(storagetest.NewMemory(), engine.Config{})
		if err != nil || e.Crowd() != nil {
			t.Errorf("where only one process can have the store open there is a crowd: %v (%v)", e.Crowd(), err)
		}
	})
}

// TestABuildThatLacksAStepLeavesTheDrivingToOneThatHasIt has the poorer build come first.
func TestABuildThatLacksAStepLeavesTheDrivingToOneThatHasIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory := storagetest.NewMemory()
		var said bytes.Buffer
		log := slog.New(slog.NewTextHandler(&said, nil))
		host := func(name string, steps ...engine.Step) (*engine.Engine, func() error) {
			return enginetest.Drive(t, memory.Share(), engine.Config{Steps: steps, Call: longestCall, Log: log, Host: engine.Host{Name: name}})
		}
		fresh := enginetest.Step("new", func(ctx context.Context, _ *engine.State) error {
			time.Sleep(2 * time.Minute)
			return nil
		}, nil)
		old, _ := host("old", enginetest.Echo())
		synctest.Wait()
		updated, stop := host("updated", enginetest.Echo(), fresh)
		if !old.Drives() {
			t.Error("the first to come does not drive")
		}
		s := updated.As(enginetest.Ops)
		wantSaga(t, enginetest.Rest(t, s, enginetest.Launch(t, s, "new")), engine.Completed, "completed")
		if !updated.Drives() || old.Drives() {
			t.Errorf("the old build drives: %v, the updated one: %v", old.Drives(), updated.Drives())
		}
		synctest.Wait()
		if n := strings.Count(said.String(), "it cannot drive now"); n != 1 { // it has stood again every second
			t.Errorf("in two minutes it has said %d times that it cannot drive:\n%s", n, said.String())
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if !old.Drives() {
			t.Error("nobody drives, although the old build is all there is")
		}
	})
}
