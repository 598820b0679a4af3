package notify_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/engine/notify"
	"arcadia/engine/schedule"
	"arcadia/storage/storagetest"
	"arcadia/tui/say"
)

// TestAllThatHappensToAnApprovalIsTold goes through what can be asked and said, of sagas and of a schedule.
func TestAllThatHappensToAnApprovalIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ops := engine.Actor{Name: "ops1", Role: engine.Operator}
		two := engine.Actor{Name: "ops2", Role: engine.Approver, Key: "SHA256:two"}
		demand := engine.Demand{Need: 1, Within: engine.Span(24 * time.Hour)}
		store := storagetest.NewMemory()
		teller := notify.Teller{Store: store}
		e, _ := enginetest.Drive(t, store, engine.Config{
			Steps: []engine.Step{enginetest.Echo()}, Tell: teller.Tell, TellOf: teller.TellOf, Approvers: func() ([]engine.Actor, error) { return []engine.Actor{two}, nil },
			Policy: func() (engine.Policy, error) {
				return engine.Policy{Approvals: []engine.ApprovalRule{{When: engine.When{Step: "echo"}, Demand: demand}}, BreakGlass: engine.Span(time.Minute)}, nil
			},
		})
		events := []notify.Event{notify.ApprovalRequested, notify.ApprovalGranted, notify.ApprovalRefused, notify.ApprovalVoided, notify.GlassBroken}
		if err := notify.Put(t.Context(), e.As(ops), notify.Target{Name: "ops", URL: "https://ops.example.com", Format: notify.FormatText, Events: events}); err != nil {
			t.Fatal(err)
		}
		sagas := func() engine.ID { return enginetest.Launch(t, e.As(ops), "echo") }
		approve := func(id engine.ID) {
			t.Helper()
			sg, err := e.Saga(t.Context(), id)
			if err == nil {
				err = e.As(two).Approve(t.Context(), id, sg.Approval.Hash.Short(), engine.Request{})
			}
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		approve(sagas())
		if err := e.As(two).Refuse(t.Context(), sagas(), engine.Request{Reason: "not today"}); err != nil {
			t.Fatal(err)
		}
		if err := e.As(ops).BreakGlass(t.Context(), sagas(), engine.Request{Reason: "nobody answers"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		s := schedule.Schedule{Name: "nightly", Kind: "adhoc", Steps: []string{"echo"}, Cron: "30 2 * * *", Demand: &demand}
		if err := schedule.Put(t.Context(), e.As(ops), s, 0); err != nil {
			t.Fatal(err)
		}
		if err := e.As(two).ApproveDefinition(t.Context(), schedule.Of("nightly"), s.Hash().Short(), engine.Request{}); err != nil {
			t.Fatal(err)
		}
		if err := e.As(two).RefuseDefinition(t.Context(), schedule.Of("nightly"), engine.Request{Reason: "not in December"}); err != nil {
			t.Fatal(err)
		}
		docs, err := e.Docs(context.Background(), notify.Outbox)
		if err != nil {
			t.Fatal(err)
		}
		got := map[notify.Event]int{}
		var said []string
		for _, d := range docs {
			var x notify.Delivery
			if err := json.Unmarshal(d.Body, &x); err != nil {
				t.Fatal(err)
			}
			got[x.Note.Event]++
			said = append(said, say.Notice(x.Note))
		}
		for what, n := range map[notify.Event]int{notify.ApprovalRequested: 4, notify.ApprovalGranted: 3, notify.ApprovalRefused: 2, notify.GlassBroken: 1} {
			if got[what] != n {
				t.Errorf("%s: told %d times, want %d", what, got[what], n)
			}
		}
		for _, want := range []string{
			"schedule nightly by ops1 asks for 1 approval of plan " + s.Hash().Short(), "schedule nightly has its approvals and goes on", "schedule nightly was refused by ops2: not in December",
		} {
			if !slices.Contains(said, want) {
				t.Errorf("nobody is told %q:\n%q", want, said)
			}
		}
	})
}
