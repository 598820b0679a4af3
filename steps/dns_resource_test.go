package steps_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/steps/dosim"
)

func TestARecordPutBackUnderANewIDTakesItsResourceThere(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, unanswered := range []bool{false, true} {
			r := newRig(t)
			before := r.provisioned(record("TXT", "_r", "x")...)
			if unanswered {
				r.sim.Inject(dosim.Fault{Method: http.MethodPost, Kind: dosim.FaultResetAfter, Count: 1})
			}
			r.run(engine.RolledBack, "delete_dns_record,fail", record("TXT", "_r", "")...)
			now := r.only()
			if id := r.here("TXT", "_r")[0].ID; now.ExternalID != text(id) || now.Key() == before.Key() || now.SagaID != before.SagaID {
				t.Errorf("%+v, the record is %d", now, id)
			}
			r.drift(now, estate.InSync)
			r.stop()
		}
	})
}

// What was nobody's before is nobody's afterwards, whatever the steps of the saga have done to it in between.
func TestOnlyWhatWasAResourceIsOneAfterARollback(t *testing.T) {
	bubble(t, func(t *testing.T) {
		ours := record("CNAME", "blog", "ours.example.net")
		other := func(step string) []string {
			return record("CNAME", "blog", "", step+":dns_record_data", "other.example.net")
		}
		for name, in := range map[string]struct {
			given []string
			steps string
			in    []string
		}{
			"foreign, deleted":              {nil, "delete_dns_record,fail", record("CNAME", "blog", "")},
			"foreign, updated and deleted":  {nil, "upsert_dns_record,delete_dns_record,fail", other("0")},
			"ours, updated and deleted":     {ours, "upsert_dns_record,delete_dns_record,fail", other("0")},
			"ours, deleted and created":     {ours, "delete_dns_record,upsert_dns_record,fail", other("1")},
			"ours, deleted, created, again": {ours, "delete_dns_record,upsert_dns_record,delete_dns_record,fail", other("1")},
		} {
			r := newRig(t)
			if in.given != nil {
				r.run(engine.Completed, "upsert_dns_record", in.given...)
			}
			before := r.world()
			r.run(engine.RolledBack, in.steps, in.in...)
			equalWorlds(t, name, before, r.world())
			if in.given != nil {
				r.drift(r.only(), estate.InSync)
			}
			r.stop()
		}
	})
}

// The saga has created a record and deleted it. What a person writes afterwards is that person's, however alike it is.
func TestARecordWrittenByHandAfterTheSagaDeletedItsOwnIsNotTakenForIt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, prior := range []string{"", "older"} {
			r := newRig(t)
			if prior != "" {
				r.sim.PutRecord("example.com", dosim.Record{Type: "TXT", Name: "_n", Data: prior})
			}
			in := []string{
				"dns_domain", "example.com", "dns_record_type", "TXT", "dns_record_name", "_n", "0:dns_record_data", "x",
			}
			s := r.run(engine.Completed, "upsert_dns_record,delete_dns_record", in...)
			theirs := r.sim.PutRecord("example.com", dosim.Record{Type: "TXT", Name: "_n", Data: "x", TTL: 1800})
			r.rollback(s.ID)
			s = r.rest(s.ID, engine.Failed)
			c := s.Rows[0].Compensation.Conflict
			if c == nil || c.Live != fmt.Sprintf("x ttl 1800 under another id (%d)", theirs) {
				t.Errorf("%s", dump(s))
			}
			if here := r.here("TXT", "_n"); len(here) != 1 || here[0].ID != theirs || here[0].Data != "x" {
				t.Errorf("%+v", here)
			}
			r.stop()
		}
	})
}

// The same with the saga's own undo cut off after its POST: then the record is ours.
func TestARecordThatTheUndoPutBackWithoutHearingOfItIsOurs(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, kind := range []dosim.FaultKind{dosim.FaultResetAfter, dosim.FaultHangAfter, dosim.FaultGarbageBody, dosim.FaultUnavailable} {
			r := newRig(t)
			before := r.world()
			r.sim.Inject(dosim.Fault{Method: http.MethodPost, Kind: kind, Skip: 1, Count: 1})
			r.run(engine.RolledBack, "upsert_dns_record,delete_dns_record,fail", "dns_domain", "example.com", "dns_record_type", "TXT",
				"dns_record_name", "_n", "0:dns_record_data", "x")
			equalWorlds(t, string(kind), before, r.world())
			time.Sleep(time.Second)
			r.stop()
		}
	})
}
