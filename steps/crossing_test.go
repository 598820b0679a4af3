package steps_test

import (
	"fmt"
	"net/http"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// crossed demands that a rollback of the saga ends in this conflict and writes nothing.
func (r *rig) crossed(id engine.ID, want *engine.Conflict) {
	r.t.Helper()
	before := r.sim.Zone("example.com")
	r.rollback(id)
	s := r.rest(id, engine.Failed)
	if d := gocmp.Diff(want, s.Rows[0].Compensation.Conflict); d != "" {
		r.t.Errorf("conflict (-want +got):\n%s", d)
	}
	if d := gocmp.Diff(before, r.sim.Zone("example.com")); d != "" {
		r.t.Errorf("the zone changed:\n%s", d)
	}
}

// One saga writes a record; another deletes it and is rolled back, so that it is there again under a new id.
func TestARecordThatCameBackUnderANewIDIsAskedAboutAndNotLeftInSilence(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, lag := range []int{0, 6} {
			for prior, text := range map[string]string{"": "absent", "older": "older ttl 1800"} {
				r := newRig(t)
				if prior != "" {
					r.sim.PutRecord("example.com", dosim.Record{Type: "TXT", Name: "_n", Data: prior})
				}
				first := r.run(engine.Completed, "upsert_dns_record", record("TXT", "_n", "x")...)
				r.sim.Inject(dosim.Fault{Method: http.MethodDelete, Kind: dosim.FaultGhost, Times: lag, Count: min(lag, 1)})
				second := r.launch("delete_dns_record,fail", record("TXT", "_n", "")...)
				r.rest(second, engine.RolledBack)
				now := r.here("TXT", "_n")
				if len(now) != 1 || now[0].Data != "x" {
					t.Fatalf("%+v", now)
				}
				r.crossed(first.ID, &engine.Conflict{
					Subject: "TXT _n.example.com", Prior: text, Written: "x ttl 1800", Live: fmt.Sprintf("x ttl 1800 under another id (%d)", now[0].ID),
				})
				// The person has deleted it: a retry finds nothing left of what was created, and what was changed still missing.
				r.sim.RemoveRecord("example.com", now[0].ID)
				if err := r.Retry(t.Context(), first.ID, engine.Request{}); err != nil {
					t.Fatal(err)
				}
				end := engine.RolledBack
				if prior != "" {
					end = engine.Failed
				}
				r.until(first.ID, "tried again", func(s *engine.Saga) bool { return s.Status == end && s.Rows[0].Compensation.Attempts > 1 })
				r.stop()
			}
		}
	})
}

// The undo of a delete must not put beside a record one that says the same.
func TestUndoingADeleteMakesNoDuplicateOfWhatAnotherSagaWrote(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		r.sim.PutRecord("example.com", dosim.Record{Type: "TXT", Name: "_n", Data: "one", TTL: 300})
		two := r.sim.PutRecord("example.com", dosim.Record{Type: "TXT", Name: "_n", Data: "two", TTL: 300})
		first := r.run(engine.Completed, "delete_dns_record", record("TXT", "_n", "one")...)
		r.run(engine.Completed, "upsert_dns_record", record("TXT", "_n", "one", "dns_record_ttl", "300")...)
		r.crossed(first.ID, &engine.Conflict{
			Subject: "TXT _n.example.com", Prior: "one ttl 300", Written: "absent", Live: fmt.Sprintf("one ttl 300 in record %d, which said two ttl 300", two),
		})
		// Once a person has made it say again what it did, the deleted one comes back beside it.
		r.sim.PutRecord("example.com", dosim.Record{ID: two, Data: "two"})
		if err := r.Retry(t.Context(), first.ID, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		r.rest(first.ID, engine.RolledBack)
		got := map[string]int{}
		for _, rec := range r.here("TXT", "_n") {
			got[rec.Data]++
		}
		if d := gocmp.Diff(map[string]int{"one": 1, "two": 1}, got); d != "" {
			t.Error(d)
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
