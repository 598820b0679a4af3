package steps_test

import (
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"arcadia/engine"
)

func rows(s *engine.Saga) []string {
	var out []string
	for _, r := range s.Rows {
		out = append(out, r.Name+" "+string(r.Status))
	}
	return out
}

func wantRows(t *testing.T, s *engine.Saga, want ...string) {
	t.Helper()
	if d := cmp.Diff(want, rows(s)); d != "" {
		t.Errorf("ledger (-want +got):\n%s", d)
	}
}

func TestSmoke1EchoFillsTheContextAndNothingElse(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		s := r.run(engine.Completed, "echo,echo,echo", "text", "hello")
		wantRows(t, s, "echo completed", "echo completed", "echo completed")
		if len(s.Context) != 3 {
			t.Errorf("context is %v", s.Context)
		}
		for i := range 3 {
			if got := put[string](t, s, "echoed_at_step_"+strconv.Itoa(i)); got != "hello" {
				t.Errorf("step %d echoed %q", i, got)
			}
		}
	})
}

func TestSmoke2AFailingStepRollsTheEchoesBack(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		s := r.run(engine.RolledBack, "echo,echo,fail", "text", "hello")
		wantRows(t, s, "echo compensated", "echo compensated", "fail failed")
		if s.Error == nil || s.Error.Reason != "step_failed:fail" || s.Error.CompensateFromIdx != 1 {
			t.Errorf("error is %+v", s.Error)
		}
	})
}

func TestSmoke3ASnapshotIsMadeAndDeleted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		id := r.sim.AddDroplet("smoke")
		s := r.run(engine.RolledBack, "create_droplet_snapshot,fail", "droplet_id", strconv.FormatInt(id, 10))
		wantRows(t, s, "create_droplet_snapshot compensated", "fail failed")
		if s.Error.CompensateFromIdx != 0 {
			t.Errorf("compensate_from_idx is %d", s.Error.CompensateFromIdx)
		}
		if put[int64](t, s, "snapshot_id") == 0 || r.snapshots() != 0 {
			t.Errorf("%d snapshots left", r.snapshots())
		}
		if got, want := put[string](t, s, "snapshot_name"), "arcadia-snap-"+strconv.FormatInt(id, 10)+"-"+s.Short; got != want {
			t.Errorf("name %q, want %q", got, want)
		}
	})
}

func TestSmoke4ARecordIsMadeAndDeleted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		before := r.sim.Zone("example.com")
		s := r.run(engine.RolledBack, "upsert_dns_record,fail", record("TXT", "_smoke", "hello")...)
		wantRows(t, s, "upsert_dns_record compensated", "fail failed")
		if got := put[string](t, s, "outcome"); got != "created" {
			t.Errorf("outcome %q", got)
		}
		if d := cmp.Diff(before, r.sim.Zone("example.com")); d != "" {
			t.Errorf("zone (-before +after):\n%s", d)
		}
	})
}

func TestSmoke5TheSecondUpsertWritesNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		in := record("TXT", "_smoke", "hello")
		if got := put[string](t, r.run(engine.Completed, "upsert_dns_record", in...), "outcome"); got != "created" {
			t.Errorf("first outcome %q", got)
		}
		r.sim.ResetLog()
		if got := put[string](t, r.run(engine.Completed, "upsert_dns_record", in...), "outcome"); got != "noop" {
			t.Errorf("second outcome %q", got)
		}
		if r.sim.Writes() != 0 || len(r.here("TXT", "_smoke")) != 1 {
			t.Errorf("%d writes, %d records", r.sim.Writes(), len(r.here("TXT", "_smoke")))
		}
	})
}

func TestSmoke6ARecordIsDeleted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		s := r.run(engine.Completed, "delete_dns_record", record("TXT", "_dmarc", "")...)
		if got := put[string](t, s, "outcome"); got != "deleted" || len(r.here("TXT", "_dmarc")) != 0 {
			t.Errorf("outcome %q, %d records", got, len(r.here("TXT", "_dmarc")))
		}
		s = r.run(engine.Completed, "delete_dns_record", record("TXT", "_dmarc", "")...)
		if got := put[string](t, s, "outcome"); got != "absent" {
			t.Errorf("second outcome %q", got)
		}
	})
}

func TestCallsPerSagaStayWithinTheirBudget(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		id := strconv.FormatInt(r.sim.AddDroplet("calls"), 10)
		count := func(list string, in ...string) (reads, writes int) {
			for _, err := range []error{second(r.cloud.Domains(t.Context())), second(r.cloud.Droplets(t.Context()))} {
				if err != nil {
					t.Fatal(err)
				}
			}
			r.sim.ResetLog() // the look at the target belongs to the form, and is kept for 30 s
			r.run(engine.Completed, list, in...)
			return r.calls("GET", ""), len(r.sim.Requests()) - r.calls("GET", "")
		}
		for _, c := range []struct {
			name, list    string
			in            []string
			reads, writes int
		}{
			// One look for the plan at the launch, one in its turn.
			{"create", "upsert_dns_record", record("A", "calls", "203.0.113.9"), 2, 1},
			{"noop", "upsert_dns_record", record("A", "calls", "203.0.113.9"), 2, 0},
			{"update", "upsert_dns_record", record("A", "calls", "203.0.113.8"), 2, 1},
			{"delete", "delete_dns_record", record("A", "calls", ""), 2, 1},
			{"snapshot", "create_droplet_snapshot", []string{"droplet_id", id}, 6, 1}, // the plan (two looks), a look at the actions, two polls (6 s), one lookup
		} {
			if reads, writes := count(c.list, c.in...); reads != c.reads || writes != c.writes {
				t.Errorf("%s: %d reads and %d writes, want %d and %d: %v", c.name, reads, writes, c.reads, c.writes, r.sim.Requests())
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }
