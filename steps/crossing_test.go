package steps_test

import (
	"fmt"
	"net/http"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/steps/dosim"
)

// One saga writes a record; others delete it and are rolled back, so that it is there again under a new id each time. It is
// the first one's all the same.
func TestARecordThatCameBackUnderANewIDIsItsMakersStill(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, lag := range []int{0, 6} {
			for _, prior := range []string{"", "older"} {
				r := newRig(t)
				if prior != "" {
					r.sim.PutRecord("example.com", dosim.Record{Type: "TXT", Name: "_n", Data: prior})
				}
				first := r.run(engine.Completed, "upsert_dns_record", record("TXT", "_n", "x")...)
				res := r.only()
				for range 3 {
					r.sim.Inject(dosim.Fault{Method: http.MethodDelete, Kind: dosim.FaultGhost, Times: lag, Count: min(lag, 1)})
					r.run(engine.RolledBack, "delete_dns_record,fail", record("TXT", "_n", "")...)
				}
				second := r.run(engine.Completed, "delete_dns_record", record("TXT", "_n", "")...)
				r.outOfOrder(first.ID, second.ID)
				r.rollback(second.ID)
				r.rest(second.ID, engine.RolledBack)
				now := r.here("TXT", "_n")
				if len(now) != 1 || now[0].Data != "x" {
					t.Fatalf("%+v", now)
				}
				if got := r.only(); got.SagaID != first.ID || got.ExternalID != text(now[0].ID) || got.SpecVersion != res.SpecVersion {
					t.Errorf("%+v", got)
				}
				r.drift(r.only(), estate.InSync)
				r.rollback(first.ID)
				if s := r.rest(first.ID, engine.RolledBack); s.Verified.IsZero() || len(s.Left) > 0 {
					t.Error(dump(s))
				}
				left := r.here("TXT", "_n")
				if prior == "" && len(left) != 0 || prior != "" && (len(left) != 1 || left[0].Data != prior) || r.accounted() != 0 {
					t.Errorf("%+v is left, %d resources", left, r.accounted())
				}
				r.stop()
			}
		}
	})
}

// What somebody else has written in the place of a saga's record stands, and the saga says so.
func TestARecordThatSomebodyElseHasWrittenAgainIsAskedAbout(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		first := r.run(engine.Completed, "upsert_dns_record", record("TXT", "_n", "x")...)
		r.sim.RemoveRecord("example.com", r.here("TXT", "_n")[0].ID)
		theirs := r.sim.PutRecord("example.com", dosim.Record{Type: "TXT", Name: "_n", Data: "x"})
		before := r.sim.Zone("example.com")
		r.rollback(first.ID)
		s := r.rest(first.ID, engine.Failed)
		want := &engine.Conflict{Subject: "TXT _n.example.com", Prior: "absent", Written: "x ttl 1800", Live: fmt.Sprintf("x ttl 1800 under another id (%d)", theirs)}
		if d := gocmp.Diff(want, s.Rows[0].Compensation.Conflict); d != "" {
			t.Errorf("conflict (-want +got):\n%s", d)
		}
		if d := gocmp.Diff(before, r.sim.Zone("example.com")); d != "" {
			t.Errorf("the zone changed:\n%s", d)
		}
	})
}

// Neither the undo of a delete nor that of an update puts beside a record one that says the same.
func TestAnUndoMakesNoExactDuplicate(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for name, write := range map[string][]string{
			"delete_dns_record": record("TXT", "_n", "one"),
			"upsert_dns_record": record("TXT", "_n", "other", "dns_record_ttl", "300"),
		} {
			r := newRig(t)
			r.sim.PutRecord("example.com", dosim.Record{Type: "TXT", Name: "_n", Data: "one", TTL: 300})
			s := r.run(engine.Completed, name, write...)
			theirs := r.sim.PutRecord("example.com", dosim.Record{Type: "TXT", Name: "_n", Data: "one", TTL: 300})
			r.rollback(s.ID)
			r.rest(s.ID, engine.RolledBack)
			if now := r.here("TXT", "_n"); len(now) != 1 || now[0].ID != theirs {
				t.Errorf("%s: %+v", name, now)
			}
			r.stop()
		}
	})
}

// Two records at a name; one saga deletes the first, another deletes the second and is rolled back.
func TestANeighborUnderANewIDDoesNotStandInTheWayOfAnUndo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		r.sim.PutRecord("example.com", dosim.Record{Type: "TXT", Name: "_n", Data: "one", TTL: 300})
		r.sim.PutRecord("example.com", dosim.Record{Type: "TXT", Name: "_n", Data: "two", TTL: 300})
		first := r.run(engine.Completed, "delete_dns_record", record("TXT", "_n", "one")...)
		r.run(engine.RolledBack, "delete_dns_record,fail", record("TXT", "_n", "two")...)
		r.rollback(first.ID)
		r.rest(first.ID, engine.RolledBack)
		if got := r.here("TXT", "_n"); len(got) != 2 || got[0].Data == got[1].Data {
			t.Errorf("%+v", got)
		}
	})
}
