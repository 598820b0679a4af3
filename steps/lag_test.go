package steps_test

import (
	"net/http"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// The listing still shows the CNAME that the first step has deleted; the second step must not take it for its own.
func TestAStepDoesNotBelieveAListingInWhatItsSagaHasDeleted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		before := r.world()
		r.sim.Inject(dosim.Fault{Kind: dosim.FaultGhost, Times: 5})
		s := r.run(engine.Completed, "upsert_dns_record,upsert_dns_record", "dns_domain", "example.com", "dns_record_name", "blog", "dns_record_mode", "replace",
			"0:dns_record_type", "A", "0:dns_record_data", "203.0.113.9", "1:dns_record_type", "CNAME", "1:dns_record_data", "sites.example.net")
		sameContent(t, "after A and CNAME again", before.zone, r.world().zone)
		r.rollback(s.ID)
		equalWorlds(t, dump(r.rest(s.ID, engine.RolledBack)), before, r.world())
	})
}

// Our write is refused, and somebody else writes the same record at that moment: it is theirs.
func TestWhatWasRefusedIsNotUndone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, dosim.WithLatency(time.Second))
		r.warm()
		r.sim.Inject(dosim.Fault{Method: http.MethodPost, Kind: dosim.FaultScopeMissing, Count: 1})
		id := r.launch("upsert_dns_record", record("TXT", "_same", "v")...)
		time.Sleep(1500 * time.Millisecond)
		theirs := r.sim.PutRecord("example.com", dosim.Record{Type: "TXT", Name: "_same", Data: "v", TTL: 1800})
		r.rest(id, engine.RolledBack)
		if got := r.here("TXT", "_same"); len(got) != 1 || got[0].ID != theirs {
			t.Errorf("%+v", got)
		}
	})
}
