package steps_test

import (
	"strings"
	"testing"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// A plan says beforehand what an undo could not put back as it is, and such an undo fails at once: the provider will say the same
// again.
func TestAPlanSaysWhatCouldNotBePutBackAsItIs(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			rec  dosim.Record
			note string
			in   []string
			kind string
		}{
			"a short ttl, deleted":  {dosim.Record{Type: "A", Name: "old", Data: "192.0.2.1", TTL: 10}, "ttl of 10", record("A", "old", ""), "delete_dns_record"},
			"a short ttl, updated":  {dosim.Record{Type: "A", Name: "old", Data: "192.0.2.1", TTL: 10}, "ttl of 10", record("A", "old", "192.0.2.2", "dns_record_ttl", "60"), "upsert_dns_record"},
			"a long text, replaced": {dosim.Record{Type: "TXT", Name: "old", Data: strings.Repeat("x", 600), TTL: 60}, "602 bytes", record("TXT", "old", "y", "dns_record_mode", "replace"), "upsert_dns_record"},
		} {
			r := newRig(t)
			r.sim.PutRecord("example.com", c.rec)
			if got := r.change(c.kind, c.in...); !strings.Contains(got.Note, "could not be put back as it is") || !strings.Contains(got.Note, c.note) {
				t.Errorf("%s: note %q", name, got.Note)
			}
			s := r.run(engine.Completed, c.kind, c.in...)
			r.rollback(s.ID)
			s = r.rest(s.ID, engine.Failed)
			comp := s.Rows[0].Compensation
			if f := comp.Failure; comp.Attempts != 1 || f == nil || f.Class != engine.FailRefused || f.HTTPStatus != 422 || f.RequestID == "" {
				t.Errorf("%s: %s", name, dump(s))
			}
			r.stop()
		}
		r := newRig(t)
		r.sim.PutRecord("example.com", dosim.Record{Type: "A", Name: "new", Data: "192.0.2.1", TTL: 30})
		if got := r.change("delete_dns_record", record("A", "new", "")...); strings.Contains(got.Note, "put back") {
			t.Errorf("note %q", got.Note)
		}
	})
}
