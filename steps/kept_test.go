package steps_test

import (
	"net/http"
	"strconv"
	"testing"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

func TestAReplaceThatIsResumedStillKnowsWhichRecordItKept(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		keep := r.here("A", "api")[1]
		r.sim.Inject(dosim.Fault{Method: http.MethodDelete, Kind: dosim.FaultUnavailable, Count: 1})
		s := r.run(engine.Completed, "upsert_dns_record", record("A", "api", keep.Data, "dns_record_mode", "replace", "dns_record_ttl", strconv.Itoa(keep.TTL))...)
		if id := put[int64](t, s, "dns_record_id"); id != keep.ID {
			t.Errorf("the row names record %d, want %d", id, keep.ID)
		}
		found, err := r.store.Resources(t.Context())
		if err != nil || len(found) != 1 || found[0].ExternalID != strconv.FormatInt(keep.ID, 10) {
			t.Errorf("it accounts for %d resources (%v), want record %d alone", len(found), err, keep.ID)
		}
	})
}
