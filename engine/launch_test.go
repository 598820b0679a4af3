package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// locked is a step that touches the resource named by its input and waits to be let go.
type locked struct {
	engine.Step
	engine.Compensator
}

func (l locked) Locks(_ context.Context, in engine.Inputs) ([]string, error) {
	return strings.Fields(in["on"]), nil
}

func (l locked) Inputs() []engine.Field {
	return []engine.Field{
		{Name: "on", Type: engine.TextField, Required: true, Help: "what it touches"},
		{Name: "size", Type: engine.IntField, Default: "3"},
		{Name: "mode", Type: engine.ChoiceField, Choices: []string{"fast", "slow"}},
	}
}

func held(release <-chan struct{}) engine.Step {
	step := enginetest.Step("held", func(ctx context.Context, _ *engine.State) error {
		select {
		case <-release:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}, func(context.Context, *engine.State) error { return nil })
	return locked{step, step.(engine.Compensator)}
}

func launchOn(t *testing.T, s *engine.Session, on string) engine.ID {
	t.Helper()
	sg, err := s.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"held"}, Inputs: engine.Inputs{"on": on}})
	if err != nil {
		t.Fatal(err)
	}
	return sg.ID
}

func TestLocksAreServedInOrderAndNameTheHolder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{held(release)}})
		first := launchOn(t, s, "droplet:1")
		second := launchOn(t, s, "droplet:1 droplet:2")
		third := launchOn(t, s, "droplet:2")
		free := launchOn(t, s, "droplet:3")
		synctest.Wait()
		for id, want := range map[engine.ID]string{first: "", second: first.Short(), third: second.Short(), free: ""} {
			sg, err := s.Saga(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			holder := ""
			for _, w := range sg.Waiting {
				holder += w.Saga
			}
			if holder != want || (want == "") != (sg.Status == engine.Running) {
				t.Errorf("saga is %s waiting on %+v, want %q", sg.Status, sg.Waiting, want)
			}
		}
		_, err := s.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"held"}, Inputs: engine.Inputs{"on": "droplet:2"}, RefuseLocked: true})
		if !errors.Is(err, engine.ErrLocked) {
			t.Errorf("launch that will not wait: %v, want ErrLocked", err)
		}
		for _, id := range []engine.ID{first, second, third} {
			release <- struct{}{}
			_ = id
		}
		release <- struct{}{}
		for _, id := range []engine.ID{first, second, third, free} {
			wantSaga(t, enginetest.Rest(t, s, id), engine.Completed, "completed")
		}
		if locks, err := s.Locks(t.Context()); err != nil || len(locks) != 0 {
			t.Errorf("locks left: %v %v", locks, err)
		}
	})
}

func TestLocksSurviveARestartAndACanceledWaiterLeavesTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store, release := storagetest.NewMemory(), make(chan struct{}, 9)
		s, stop := enginetest.Host(t, store, engine.Config{Steps: []engine.Step{held(release)}})
		first, second, third := launchOn(t, s, "d:1"), launchOn(t, s, "d:1"), launchOn(t, s, "d:1")
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		s, _ = enginetest.Host(t, store, engine.Config{Steps: []engine.Step{held(release)}})
		if err := s.Cancel(t.Context(), second, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		wantSaga(t, enginetest.Rest(t, s, second), engine.RolledBack, "")
		release <- struct{}{}
		wantSaga(t, enginetest.Rest(t, s, first), engine.Completed, "completed")
		release <- struct{}{}
		wantSaga(t, enginetest.Rest(t, s, third), engine.Completed, "completed")
	})
}

func TestARollbackTakesItsLocksAgainAndWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{}, 9)
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{held(release)}})
		release <- struct{}{}
		first := launchOn(t, s, "d:1")
		enginetest.Rest(t, s, first)
		second := launchOn(t, s, "d:1")
		if err := s.Rollback(t.Context(), first, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		sg, err := s.Saga(t.Context(), first)
		if err != nil || sg.Status != engine.Compensating || len(sg.Waiting) != 1 || sg.Waiting[0].Saga != second.Short() {
			t.Errorf("it is %s waiting on %+v (%v)", sg.Status, sg.Waiting, err)
		}
		release <- struct{}{}
		enginetest.Rest(t, s, second)
		// The other one has written meanwhile: the rollback is given up before it has begun.
		sg = enginetest.Rest(t, s, first)
		wantSaga(t, sg, engine.Completed, "completed")
		if want := "roll back " + second.Short() + " first (or both, in order: " + second.Short() + " " + first.Short() + ")"; sg.Error == nil || !strings.Contains(sg.Error.Reason, want) {
			t.Errorf("%+v, want %q", sg.Error, want)
		}
		order, err := s.RollbackAll(t.Context(), []engine.ID{first, second}, engine.Request{})
		if err != nil || !slices.Equal(order, []engine.ID{second, first}) {
			t.Errorf("%v %v", order, err)
		}
		for _, id := range order {
			wantSaga(t, enginetest.Until(t, s, id, func(sg *engine.Saga) bool { return sg.Status == engine.RolledBack }), engine.RolledBack, "compensated")
		}
	})
}

func TestAKeyLaunchesOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{enginetest.Echo()}})
		l := engine.Launch{Kind: "adhoc", Steps: []string{"echo"}, Key: "form-1"}
		a, err := s.Start(t.Context(), l)
		if err != nil {
			t.Fatal(err)
		}
		b, err := s.Start(t.Context(), l)
		if err != nil || a.ID != b.ID {
			t.Errorf("the same key gave %v and %v (%v)", a.ID, b.ID, err)
		}
		l.Steps = []string{"echo", "echo"}
		if _, err := s.Start(t.Context(), l); !errors.Is(err, engine.ErrKeyTaken) {
			t.Errorf("the key with another launch: %v, want ErrKeyTaken", err)
		}
	})
}

func TestBadInputsAreRefusedByNameAndLeaveNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := storagetest.NewMemory()
		s, _ := enginetest.Host(t, store, engine.Config{Steps: []engine.Step{held(nil)}})
		for _, tc := range []struct {
			kind  string
			steps []string
			in    engine.Inputs
			want  string
		}{
			{"adhok", []string{"held"}, nil, "did you mean adhoc?"},
			{"adhoc", nil, nil, "needs a list of steps"},
			{"adhoc", []string{"hold"}, nil, "did you mean held?"},
			{"adhoc", []string{"held"}, nil, "input on: is required"},
			{"adhoc", []string{"held"}, engine.Inputs{"on": "x", "siez": "1"}, "did you mean size?"},
			{"adhoc", []string{"held"}, engine.Inputs{"on": "x", "size": "many"}, "not a whole number"},
			{"adhoc", []string{"held"}, engine.Inputs{"on": "x", "mode": "medium"}, "not one of fast, slow"},
			{"adhoc", []string{"held"}, engine.Inputs{"on": "x", "1:size": "1"}, "no such input"},
			{"adhoc", []string{"held"}, engine.Inputs{"on": "x", "0:size": "a"}, "input 0:size"},
			{"adhoc", []string{"held"}, engine.Inputs{"on": strings.Repeat("x", engine.MaxInputs)}, "too large"},
		} {
			_, err := s.Start(t.Context(), engine.Launch{Kind: tc.kind, Steps: tc.steps, Inputs: tc.in})
			if !errors.Is(err, engine.ErrInput) || !strings.Contains(fmt.Sprint(err), tc.want) || strings.Contains(fmt.Sprint(err), "\n") {
				t.Errorf("%v %v %v: %v, want ErrInput with %q", tc.kind, tc.steps, tc.in, err, tc.want)
			}
		}
		if n, err := s.Counts(t.Context()); err != nil || n.Total != 0 {
			t.Errorf("%d sagas were stored (%v)", n.Total, err)
		}
	})
}

func TestScopedInputsReachTheirStepOnly(t *testing.T) {
	t.Parallel()
	in := engine.Inputs{"a": "all", "0:a": "zero", "1:b": "one"}
	if got := in.Step(0); len(got) != 1 || got["a"] != "zero" {
		t.Errorf("step 0 sees %v", got)
	}
	if got := in.Step(1); len(got) != 2 || got["a"] != "all" || got["b"] != "one" {
		t.Errorf("step 1 sees %v", got)
	}
}

func TestFindTakesShortFullAndUnambiguousSuffix(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{enginetest.Echo()}})
		id := enginetest.Launch(t, s, "echo")
		for _, ref := range []string{string(id), id.Short(), strings.ToUpper(id.Short()), id.Short()[1:], string(id[len(id)-12:])} {
			if got, err := s.Find(t.Context(), ref); err != nil || got != id {
				t.Errorf("find %q: %v %v", ref, got, err)
			}
		}
		for _, ref := range []string{"", "abc", "zzzzzzzz", "../../etc"} {
			if _, err := s.Find(t.Context(), ref); !errors.Is(err, engine.ErrInput) {
				t.Errorf("find %q: %v, want ErrInput", ref, err)
			}
		}
	})
}

func TestAFeedCoalescesAndNeverBlocks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{enginetest.Echo()}})
		slow := s.Watch()
		defer slow.Close()
		var last engine.ID
		for range 1500 {
			last = enginetest.Launch(t, s, "echo", "echo")
		}
		enginetest.Rest(t, s, last)
		synctest.Wait()
		<-slow.Ready()
		if ids, all := slow.Take(); !all || len(ids) != 0 {
			t.Errorf("1500 sagas changed: %d named, all %v; want an overflow", len(ids), all)
		}
		id := enginetest.Launch(t, s, "echo", "echo")
		enginetest.Rest(t, s, id)
		<-slow.Ready()
		if ids, all := slow.Take(); all || len(ids) != 1 || ids[0] != id {
			t.Errorf("one saga changed four times: %v, all %v", ids, all)
		}
	})
}

// remote is a step whose provider can be away.
type remote struct {
	engine.Step
	away *atomic.Bool
}

func (r remote) Target(context.Context, engine.Inputs) (string, error) {
	if r.away.Load() {
		return "", errors.New("nobody answers")
	}
	return "there", nil
}

func TestALaunchRepeatedUnderItsKeyGivesTheSagaEvenWhileTheProviderIsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := remote{enginetest.Echo(), new(atomic.Bool)}
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{r}})
		l := engine.Launch{Kind: "adhoc", Steps: []string{"echo"}, Key: "form-1"}
		p, err := s.Plan(t.Context(), l)
		if err != nil {
			t.Fatal(err)
		}
		l.PlanHash = string(p.Hash)
		a, err := s.Start(t.Context(), l)
		if err != nil {
			t.Fatal(err)
		}
		r.away.Store(true)
		b, err := s.Start(t.Context(), l)
		if err != nil || a.ID != b.ID {
			t.Errorf("the same key gave %v and %v (%v)", a.ID, b, err)
		}
		l.Key = "form-2"
		if _, err := s.Start(t.Context(), l); err == nil {
			t.Error("another key launches without a look at the provider")
		}
	})
}
