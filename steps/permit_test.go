package steps_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// most are the scopes of a token that may do everything the steps do.
var most = []string{
	"domain:read", "domain:create", "domain:update", "domain:delete", "droplet:read", "droplet:update",
	"image:create", "image:delete", "snapshot:read", "snapshot:delete", "actions:read",
}

// without is a token that lacks these scopes.
func without(lacking ...string) dosim.Option {
	return dosim.WithScopes("dop_v1_test", slices.DeleteFunc(slices.Clone(most), func(s string) bool { return slices.Contains(lacking, s) })...)
}

// refused demands that a launch and its plan are refused, and that nothing was written or stored for it.
func (r *rig) refused(say []string, list string, in ...string) {
	r.t.Helper()
	l := engine.Launch{Kind: "adhoc", Steps: []string{list}, Inputs: inputs(in...)}
	before, err := r.Counts(context.Background())
	if err != nil {
		r.t.Fatal(err)
	}
	r.sim.ResetLog()
	_, planErr := r.Plan(context.Background(), l)
	_, err = r.Start(context.Background(), l)
	for _, err := range []error{planErr, err} {
		if err == nil {
			r.t.Fatalf("%s %v is taken", list, in)
		}
		for _, text := range say {
			if !strings.Contains(err.Error(), text) {
				r.t.Errorf("%q does not say %q", err, text)
			}
		}
	}
	after, err := r.Counts(context.Background())
	if err != nil || after.Total != before.Total || r.sim.Writes() != 0 {
		r.t.Errorf("%d sagas and %d writes after a refusal, %v", after.Total-before.Total, r.sim.Writes(), err)
	}
}

func TestALaunchThatTheTokenIsKnownNotToBeAllowedIsRefused(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, without("domain:update"))
		r.warm()
		// Nothing is known yet: the saga finds out.
		s := r.run(engine.RolledBack, "upsert_dns_record", record("A", "web-01", "203.0.113.99")...)
		if !strings.Contains(s.Rows[0].Error, "the token lacks domain:update for this") {
			t.Errorf("%q", s.Rows[0].Error)
		}
		r.refused([]string{"write A web-01.example.com", "the token may not change DNS records", "add domain:update to the token", "refused it 0s ago"},
			"upsert_dns_record", record("A", "web-01", "203.0.113.99")...)
		// What needs another scope is taken.
		made := r.run(engine.Completed, "upsert_dns_record", record("TXT", "_new", "x")...)
		again := r.run(engine.Completed, "upsert_dns_record", record("TXT", "_new", "x")...)
		r.outOfOrder(made.ID, again.ID)
		r.rollback(again.ID)
		r.rest(again.ID, engine.RolledBack)
		r.rollback(made.ID)
		r.rest(made.ID, engine.RolledBack)
		// After a while it is tried again: the token may have been given the scope.
		time.Sleep(5 * time.Minute)
		r.run(engine.RolledBack, "upsert_dns_record", record("A", "web-01", "203.0.113.99")...)
	})
}

func TestALaunchThatCouldNotBeUndoneIsRefused(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, without("domain:delete", "domain:update"))
		r.run(engine.RolledBack, "delete_dns_record", record("TXT", "_dmarc", "")...)
		r.refused([]string{"the token may not delete DNS records", "add domain:delete"}, "upsert_dns_record", record("TXT", "_new", "x")...)

		r = newRig(t, without("snapshot:delete"))
		s := r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
		r.rollback(s.ID)
		s = r.rest(s.ID, engine.Failed)
		if !strings.Contains(s.Rows[0].Compensation.Error, "lacks image:delete and snapshot:delete") {
			t.Errorf("%q", s.Rows[0].Compensation.Error)
		}
		r.refused([]string{"snapshot droplet", "the token may not delete snapshots", "add image:delete and snapshot:delete"},
			"create_droplet_snapshot", "droplet_id", r.droplet("web-02"))
	})
}

func TestAnAnswerThatGrantsARequestEndsTheMemoryOfItsRefusal(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		r.warm()
		r.sim.Inject(dosim.Fault{Method: "POST", Kind: dosim.FaultScopeMissing, Count: 1})
		first := r.launch("upsert_dns_record", record("TXT", "_a", "x")...)
		second := r.launch("upsert_dns_record", record("TXT", "_b", "x")...)
		r.until(first, "came to rest", func(s *engine.Saga) bool { return s.Status.Terminal() })
		r.until(second, "came to rest", func(s *engine.Saga) bool { return s.Status.Terminal() })
		if len(r.here("TXT", "_a"))+len(r.here("TXT", "_b")) != 1 {
			t.Fatal("not one of the two was refused")
		}
		r.run(engine.Completed, "upsert_dns_record", record("TXT", "_c", "x")...)
	})
}

func TestThePlanOfASnapshotSaysThatItWaitsForABusyDroplet(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, dosim.WithActionTime(10*time.Minute))
		plan := func(droplet string) engine.Change {
			t.Helper()
			p, err := r.Plan(t.Context(), engine.Launch{Kind: "snapshot_droplet", Inputs: inputs("droplet_id", r.droplet(droplet))})
			if err != nil || p.Steps[0].Error != "" {
				t.Fatalf("%v %+v", err, p)
			}
			return p.Steps[0].Change
		}
		if c := plan("web-01"); c.Action != engine.ActCreate || c.Note != "" {
			t.Errorf("of an idle droplet: %+v", c)
		}
		if c := plan("build-01"); c.Action != engine.ActWait || !strings.Contains(c.Note, "another event is running on the droplet (") || len(c.Fields) != 1 {
			t.Errorf("of a locked droplet: %+v", c)
		}
		// The list of droplets is some seconds old, and the event is new.
		id := r.launch("create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
		r.until(id, "began its action", func(s *engine.Saga) bool { return s.Context["snapshot_action_id"] != nil })
		if c := plan("web-01"); c.Action != engine.ActWait || !strings.Contains(c.Note, "(snapshot, action ") {
			t.Errorf("of a busy droplet: %+v", c)
		}
		r.rest(id, engine.Completed)
		if c := plan("web-01"); c.Action != engine.ActCreate || c.Note != "" {
			t.Errorf("afterwards: %+v", c)
		}
	})
}
