package schedule_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/engine/schedule"
	"arcadia/storage/storagetest"
)

// TestAGovernedScheduleFiresOnceItsDefinitionIsApproved runs a schedule of every hour under a policy that asks for one approval of what it
// launches.
func TestAGovernedScheduleFiresOnceItsDefinitionIsApproved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ops2 := engine.Actor{Name: "ops2", Role: engine.Approver, Key: "SHA256:ops2"}
		demand := engine.Demand{Need: 1, Within: engine.Span(time.Hour)}
		e, _ := enginetest.Drive(t, storagetest.NewMemory(), engine.Config{
			Steps: []engine.Step{echo{}}, Kinds: []engine.Kind{enginetest.Kind}, Approvers: func() ([]engine.Actor, error) { return []engine.Actor{ops2}, nil },
			Policy: func() (engine.Policy, error) {
				return engine.Policy{Approvals: []engine.ApprovalRule{{When: engine.When{Step: "echo"}, Demand: demand}}}, nil
			},
		})
		h := &host{t: t, ops: e.As(enginetest.Ops), eng: e.As(enginetest.Ops)}
		var told []string
		k := h.keeper()
		k.Tell = func(_ context.Context, name string, o schedule.Outcome) ([]engine.DocChange, error) {
			told = append(told, name+": "+o.Why)
			return nil, nil
		}
		look := func() {
			t.Helper()
			time.Sleep(time.Hour)
			if _, err := k.Look(t.Context(), time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		s := hourly("hourly")
		s.Demand = &demand
		h.add(s)
		v, err := schedule.Get(t.Context(), h.ops, "hourly")
		if err != nil || v.Definition == nil || v.Definition.Need != 1 || v.Definition.By.Name != "ops1" {
			t.Fatalf("%+v (%v)", v.Definition, err)
		}
		look()
		if len(told) != 1 || !strings.Contains(told[0], "schedules/hourly has 0 of 1 approvals that count") {
			t.Fatalf("told %q", told)
		}
		if err := e.As(ops2).ApproveDefinition(t.Context(), schedule.Of("hourly"), v.Hash().Short(), engine.Request{}); err != nil {
			t.Fatal(err)
		}
		look()
		if err := schedule.SetPause(t.Context(), h.ops, "hourly", &schedule.Pause{By: "ops1", Why: "lunch"}); err != nil {
			t.Fatal(err)
		}
		if err := schedule.SetPause(t.Context(), h.ops, "hourly", nil); err != nil {
			t.Fatal(err)
		}
		look()
		v, err = schedule.Get(t.Context(), h.ops, "hourly")
		if err != nil {
			t.Fatal(err)
		}
		s.Cron = "30 * * * *"
		if err := schedule.Put(t.Context(), h.ops, s, v.Version); err != nil {
			t.Fatal(err)
		}
		look()
		var got []schedule.Result
		v, err = schedule.Get(t.Context(), h.ops, "hourly")
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range v.State.Outcomes {
			got = append(got, o.Result)
		}
		want := []schedule.Result{schedule.Skipped, schedule.Fired, schedule.Fired, schedule.Skipped}
		if len(got) != len(want) || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] || got[3] != want[3] {
			t.Errorf("unapproved, approved, paused and resumed, changed: %v, want %v", got, want)
		}
		if all := h.sagas(); len(all) != 2 || all[0].Approval != nil {
			t.Errorf("%d sagas: %+v", len(all), all)
		}
	})
}
