package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

func approve(t *testing.T, e *engine.Engine, who engine.Actor, id engine.ID) error {
	t.Helper()
	sg, err := e.As(who).Saga(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if sg.Approval == nil {
		return errors.New("nobody is asked")
	}
	return e.As(who).Approve(t.Context(), id, sg.Approval.Hash.Short(), engine.Request{})
}

func standing(t *testing.T, e *engine.Engine, id engine.ID, status engine.Status, waits string) *engine.Saga {
	t.Helper()
	synctest.Wait()
	sg, err := e.Saga(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, w := range sg.Waiting {
		got += fmt.Sprintf("%s %d of %d;", w.Because, w.Have, w.N)
	}
	if sg.Status != status || got != waits {
		t.Fatalf("%s, waits for %q, want %s, %q", sg.Status, got, status, waits)
	}
	return sg
}

func TestASagaStandsWithoutLocksUntilEnoughOthersHaveApproved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := team("ops1", "ops2", "ops3")
		e, _ := governed(t, storagetest.NewMemory(), p, demand(2))
		ops1 := e.As(person("ops1"))
		id := enginetest.Launch(t, ops1, "change")
		sg := standing(t, e, id, engine.Pending, "unapproved 0 of 2;")
		if locks, err := e.Locks(t.Context()); err != nil || len(locks) != 0 || sg.Ticket != 0 {
			t.Fatalf("it holds %v (%v)", locks, err)
		}
		other := enginetest.Launch(t, ops1, "then") // needs the same lock, and has it at once
		if sg := enginetest.Rest(t, ops1, other); sg.Status != engine.Completed {
			t.Fatal(sg.Status)
		}
		if err := approve(t, e, person("ops2"), id); err != nil {
			t.Fatal(err)
		}
		standing(t, e, id, engine.Pending, "unapproved 1 of 2;")
		if err := approve(t, e, person("ops3"), id); err != nil {
			t.Fatal(err)
		}
		sg = enginetest.Rest(t, ops1, id)
		if sg.Status != engine.Completed || len(sg.Approval.Votes) != 2 || sg.Approval.Votes[1].Key != "SHA256:ops3" {
			t.Fatalf("%s, %+v", sg.Status, sg.Approval)
		}
	})
}

func TestWhoDoesNotCountIsToldWhy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := team("ops1", "ops2", "ops3", "ops4")
		e, _ := governed(t, storagetest.NewMemory(), p, demand(2, "ops1", "ops2", "ops3", "ops5"))
		ops1 := e.As(person("ops1"))
		id := enginetest.Launch(t, ops1, "change")
		standing(t, e, id, engine.Pending, "unapproved 0 of 2;")
		if err := approve(t, e, person("ops2"), id); err != nil {
			t.Fatal(err)
		}
		with := func(a engine.Actor, change func(*engine.Actor)) engine.Actor {
			change(&a)
			return a
		}
		ops3 := person("ops3")
		for what, c := range map[string]struct {
			who  engine.Actor
			want string
		}{
			"own saga":              {person("ops1"), "ops1 has launched it"},
			"own key, another name": {with(ops3, func(a *engine.Actor) { a.Key = "SHA256:ops1" }), "launched with this very key"},
			"twice":                 {person("ops2"), "ops2 has approved it already"},
			"another name, one key": {with(ops3, func(a *engine.Actor) { a.Key = "SHA256:ops2" }), "this very key has approved it already, as ops2"},
			"viewer":                {with(ops3, func(a *engine.Actor) { a.Role = engine.Viewer }), "a viewer can only read"},
			"operator alone":        {with(ops3, func(a *engine.Actor) { a.Role = engine.Operator }), "an operator can act, and not approve"},
			"local":                 {with(ops3, func(a *engine.Actor) { a.Key = "" }), "no key of its own"},
			"not asked":             {person("ops4"), "only ops1, ops2, ops3, ops5 may approve it"},
			"removed":               {person("ops5"), "not in the operators file any more"},
		} {
			err := approve(t, e, c.who, id)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %q", what, err, c.want)
			}
		}
		if err := e.As(ops3).Approve(t.Context(), id, "0123456789ab", engine.Request{}); !errors.Is(err, engine.ErrRefused) || !strings.Contains(err.Error(), "and not 0123456789ab") {
			t.Errorf("another plan: %v", err)
		}
		if err := e.As(ops3).Approve(t.Context(), id, "nonsense", engine.Request{}); !errors.Is(err, engine.ErrInput) {
			t.Errorf("no hash: %v", err)
		}
		if err := ops1.Refuse(t.Context(), id, engine.Request{}); !errors.Is(err, engine.ErrInput) {
			t.Errorf("refused without a reason: %v", err)
		}
		standing(t, e, id, engine.Pending, "unapproved 1 of 2;")
		time.Sleep(24*time.Hour + time.Second)
		sg := standing(t, e, id, engine.RolledBack, "")
		if sg.Error.Reason != "approval_expired" || len(sg.Rows) != 0 {
			t.Errorf("%+v, %d rows", sg.Error, len(sg.Rows))
		}
		if err := approve(t, e, ops3, id); err == nil || !strings.Contains(err.Error(), "it is rolled back already") {
			t.Errorf("too late: %v", err)
		}
	})
}

func TestARefusalEndsItAndSaysWho(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := team("ops1", "ops2")
		e, _ := governed(t, storagetest.NewMemory(), p, demand(1))
		id := enginetest.Launch(t, e.As(person("ops1")), "change")
		if err := e.As(person("ops2")).Refuse(t.Context(), id, engine.Request{Reason: "not today"}); err != nil {
			t.Fatal(err)
		}
		sg := standing(t, e, id, engine.RolledBack, "")
		if sg.Error.Reason != "approval_refused" || sg.Error.By != "ops2" || sg.Error.Why != "not today" || sg.Approval.Refused.Key != "SHA256:ops2" {
			t.Errorf("%+v, %+v", sg.Error, sg.Approval)
		}
	})
}

func TestAnotherWorldVoidsWhatWasApprovedAndAsksAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := team("ops1", "ops2")
		e, _ := governed(t, storagetest.NewMemory(), p, demand(1))
		ops1 := e.As(person("ops1"))
		id := enginetest.Launch(t, ops1, "change")
		p.becomes("another")
		if err := approve(t, e, person("ops2"), id); err != nil {
			t.Fatal(err)
		}
		sg := standing(t, e, id, engine.Pending, "unapproved 0 of 1;")
		if sg.Approval.Before == nil || sg.Ticket != 0 || sg.VoidedPlan[0].Change.Subject != "as it was" || sg.AskedPlan[0].Change.Subject != "another" {
			t.Fatalf("%+v; ticket %d; before %+v, now %+v", sg.Approval, sg.Ticket, sg.VoidedPlan, sg.AskedPlan)
		}
		if err := approve(t, e, person("ops2"), id); err != nil {
			t.Fatal(err)
		}
		if sg := enginetest.Rest(t, ops1, id); sg.Status != engine.Completed {
			t.Error(sg.Status)
		}
	})
}

func TestARemovedKeyVoidsWhatWasApproved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := team("ops1", "ops2", "ops3", "ops4")
		e, _ := governed(t, storagetest.NewMemory(), p, demand(2))
		ops1 := e.As(person("ops1"))
		id := enginetest.Launch(t, ops1, "change")
		if err := approve(t, e, person("ops2"), id); err != nil {
			t.Fatal(err)
		}
		p.leaves("ops2")
		if err := approve(t, e, person("ops3"), id); err != nil {
			t.Fatal(err)
		}
		sg := standing(t, e, id, engine.Pending, "unapproved 0 of 2;")
		if !strings.Contains(sg.Approval.Before.Reason, "ops2 may not approve with that key any more") {
			t.Error(sg.Approval.Before)
		}
		for _, who := range []string{"ops3", "ops4"} {
			if err := approve(t, e, person(who), id); err != nil {
				t.Fatal(err)
			}
		}
		if sg := enginetest.Rest(t, ops1, id); sg.Status != engine.Completed {
			t.Error(sg.Status)
		}
	})
}

func TestWhatWasApprovedIsLookedAtUnderTheLocks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := team("ops1", "ops2")
		store := storagetest.NewMemory()
		e, _ := enginetest.Drive(t, store, engine.Config{
			Steps: []engine.Step{change{name: "change", p: p}, holds{p}}, Approvers: p.list,
			Policy: func() (engine.Policy, error) {
				return engine.Policy{Approvals: []engine.ApprovalRule{{When: engine.When{Step: "change"}, Demand: demand(1)}}}, nil
			},
		})
		ops1 := e.As(person("ops1"))
		enginetest.Launch(t, ops1, "hold")
		id := enginetest.Launch(t, ops1, "change")
		if err := approve(t, e, person("ops2"), id); err != nil {
			t.Fatal(err)
		}
		standing(t, e, id, engine.Pending, "locked 0 of 0;")
		time.Sleep(2 * time.Hour) // the other has changed the world, and is done
		standing(t, e, id, engine.Pending, "unapproved 0 of 1;")
	})
}

// holds takes the lock for an hour, and changes the world.
type holds struct{ p *people }

func (holds) Name() string { return "hold" }

func (holds) Locks(context.Context, engine.Inputs) ([]string, error) {
	return []string{"droplet:1"}, nil
}

func (h holds) Execute(ctx context.Context, _ *engine.State) error {
	if err := sleep(ctx, 10*time.Minute); err != nil {
		return err
	}
	h.p.becomes("another")
	return nil
}

func TestInTheMiddlePeopleAgreeToTheStepsThatRemain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := team("ops1", "ops2")
		store := storagetest.NewMemory()
		steps := []engine.Step{change{name: "first", p: p, ran: func(string) { p.world = "half done" }}, asks{demand(1)}, change{name: "then", p: p}}
		e, stop := enginetest.Drive(t, store, engine.Config{Steps: steps, Approvers: p.list})
		ops1 := e.As(person("ops1"))
		id := enginetest.Launch(t, ops1, "first", "ask", "then")
		sg := standing(t, e, id, engine.Running, "unapproved 0 of 1;")
		if locks, err := e.Locks(t.Context()); err != nil || len(locks) != 1 || sg.Approval.Idx != 1 || len(sg.AskedPlan) != 1 || sg.AskedPlan[0].Change.Subject != "half done" {
			t.Fatalf("locks %v (%v), asked about %+v", locks, err, sg.AskedPlan)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		e, _ = enginetest.Drive(t, store, engine.Config{Steps: steps, Approvers: p.list})
		ops1 = e.As(person("ops1"))
		standing(t, e, id, engine.Running, "unapproved 0 of 1;")
		p.becomes("elsewhere")
		if err := approve(t, e, person("ops2"), id); err != nil {
			t.Fatal(err)
		}
		standing(t, e, id, engine.Running, "unapproved 0 of 1;") // what remains would do something else
		if err := approve(t, e, person("ops2"), id); err != nil {
			t.Fatal(err)
		}
		if sg := enginetest.Rest(t, ops1, id); sg.Status != engine.Completed || len(sg.Rows) != 3 {
			t.Errorf("%s, %d rows", sg.Status, len(sg.Rows))
		}
		id = enginetest.Launch(t, ops1, "first", "ask", "then")
		standing(t, e, id, engine.Running, "unapproved 0 of 1;")
		if err := e.As(person("ops2")).Refuse(t.Context(), id, engine.Request{Reason: "no"}); err != nil {
			t.Fatal(err)
		}
		if sg := enginetest.Rest(t, ops1, id); sg.Status != engine.RolledBack || sg.Rows[0].Status != engine.RowCompensated {
			t.Errorf("%s, %s", sg.Status, sg.Rows[0].Status)
		}
	})
}

func TestTheGlassIsBrokenInSightOfAllAndNotAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := team("ops1", "ops2")
		store := storagetest.NewMemory()
		e, stop := governed(t, store, p, demand(2))
		ops1 := e.As(engine.Actor{Name: "ops1", Role: engine.Operator}) // on the machine itself
		refused := enginetest.Launch(t, ops1, "change")
		id := enginetest.Launch(t, ops1, "change")
		synctest.Wait()
		why := engine.Request{Reason: "the shop is down and nobody answers"}
		if err := ops1.BreakGlass(t.Context(), id, engine.Request{}); !errors.Is(err, engine.ErrInput) {
			t.Fatalf("without a reason: %v", err)
		}
		for _, one := range []engine.ID{id, refused} {
			if err := ops1.BreakGlass(t.Context(), one, why); err != nil {
				t.Fatal(err)
			}
		}
		if err := e.As(person("ops2")).Refuse(t.Context(), refused, engine.Request{Reason: "I am here"}); err != nil {
			t.Fatal(err)
		}
		standing(t, e, refused, engine.RolledBack, "")
		time.Sleep(9 * time.Minute)
		standing(t, e, id, engine.Pending, "unapproved 0 of 2;")
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		e, _ = governed(t, store, p, demand(2))
		time.Sleep(time.Minute + time.Second)
		sg := standing(t, e, id, engine.Completed, "")
		if sg.Glass != "ops1" || sg.Approval.Glass.Why != why.Reason {
			t.Errorf("marked %q, %+v", sg.Glass, sg.Approval.Glass)
		}
	})
}

func TestWhatCannotBePlannedAgainWaitsAndGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := team("ops1", "ops2")
		var know atomic.Bool
		e, _ := enginetest.Drive(t, storagetest.NewMemory(), engine.Config{
			Steps: []engine.Step{change{name: "change", p: p}},
			Approvers: func() ([]engine.Actor, error) {
				if !know.Load() {
					return nil, errors.New("the file hangs")
				}
				return p.list()
			},
			Policy: func() (engine.Policy, error) {
				return engine.Policy{Approvals: []engine.ApprovalRule{{Demand: demand(1)}}}, nil
			},
		})
		ops1 := e.As(person("ops1"))
		id := enginetest.Launch(t, ops1, "change")
		if err := approve(t, e, person("ops2"), id); err != nil {
			t.Fatal(err)
		}
		standing(t, e, id, engine.Pending, "untold 0 of 0;")
		know.Store(true)
		time.Sleep(time.Minute)
		standing(t, e, id, engine.Completed, "")
	})
}
