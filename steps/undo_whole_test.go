package steps_test

import (
	"slices"
	"testing"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// A saga writes one name in several rows and comes to nothing, or nearly. Somebody else then writes where only what was there in
// the midst of it would be in the way: neither is lost, and nothing of the saga is left.
func TestWhatWasThereOnlyInTheMidstOfASagaStandsInNobodysWay(t *testing.T) {
	bubble(t, func(t *testing.T) {
		step := func(n, kind string, more ...string) []string {
			in := []string{n + ":dns_record_type", kind}
			for i := 0; i < len(more); i += 2 {
				in = append(in, n+":dns_record_"+more[i], more[i+1])
			}
			return in
		}
		const up, del = "upsert_dns_record", "delete_dns_record"
		for name, c := range map[string]struct {
			before []dosim.Record
			steps  string
			in     [][]string
			theirs dosim.Record
			want   []string // beside theirs
		}{
			"there and back, and the one in between is somebody else's": {
				[]dosim.Record{{Type: "TXT", Data: "three", TTL: 60}},
				up + "," + up,
				[][]string{step("0", "TXT", "data", "one", "ttl", "300"), step("1", "TXT", "data", "three", "ttl", "60", "mode", "replace")},
				dosim.Record{Type: "TXT", Data: "one", TTL: 60},
				[]string{"TXT three"},
			},
			"on and on": {
				[]dosim.Record{{Type: "A", Data: "192.0.2.1", TTL: 60}},
				up + "," + up + "," + up,
				[][]string{step("0", "A", "data", "192.0.2.2", "ttl", "60"), step("1", "A", "data", "192.0.2.3", "ttl", "60"), step("2", "A", "data", "192.0.2.4", "ttl", "60")},
				dosim.Record{Type: "A", Data: "192.0.2.3", TTL: 60},
				[]string{"A 192.0.2.1"},
			},
			"changed and deleted": {
				[]dosim.Record{{Type: "AAAA", Data: "2001:db8::1", TTL: 60}, {Type: "AAAA", Data: "2001:db8::9", TTL: 60}},
				up + "," + del,
				[][]string{step("0", "AAAA", "was", "2001:db8::1", "data", "2001:db8::2", "ttl", "60"), step("1", "AAAA", "data", "2001:db8::2")},
				dosim.Record{Type: "AAAA", Data: "2001:db8::2", TTL: 60},
				[]string{"AAAA 2001:db8::1", "AAAA 2001:db8::9"},
			},
			"a CNAME for a moment": {
				nil, up + "," + up + "," + del,
				[][]string{step("0", "CNAME", "data", "b.example.net"), step("1", "TXT", "data", "three", "mode", "replace"), step("2", "TXT")},
				dosim.Record{Type: "A", Data: "192.0.2.1", TTL: 60},
				nil,
			},
			"records for a moment": {
				nil, up + "," + up + "," + del,
				[][]string{step("0", "MX", "data", "mx.example.net", "priority", "10"), step("1", "A", "data", "192.0.2.1"), step("2", "MX")},
				dosim.Record{Type: "MX", Data: "mx.example.net", Priority: 10, TTL: 60},
				nil,
			},
			"a CNAME that another one follows": {
				nil, up + "," + del,
				[][]string{step("0", "CNAME", "data", "b.example.net"), step("1", "CNAME")},
				dosim.Record{Type: "CNAME", Data: "c.example.net", TTL: 60},
				nil,
			},
		} {
			r := newRig(t)
			for _, rec := range c.before {
				rec.Name = "_n"
				r.sim.PutRecord("example.com", rec)
			}
			s := r.run(engine.Completed, c.steps, append([]string{"dns_domain", "example.com", "dns_record_name", "_n"}, slices.Concat(c.in...)...)...)
			c.theirs.Name = "_n"
			theirs := r.sim.PutRecord("example.com", c.theirs)
			r.rollback(s.ID)
			if s := r.until(s.ID, "at rest", func(s *engine.Saga) bool { return s.Status == engine.RolledBack || s.Status == engine.Failed }); s.Status != engine.RolledBack {
				t.Errorf("%s: %s", name, dump(s))
			}
			stands := false
			var left []string
			for _, rec := range r.at("_n") {
				if rec.ID == theirs {
					stands = rec.Data == c.theirs.Data
					continue
				}
				left = append(left, rec.Type+" "+rec.Data)
			}
			slices.Sort(left)
			if !stands || !slices.Equal(left, c.want) {
				t.Errorf("%s: theirs stands: %v, beside it %q, want %q", name, stands, left, c.want)
			}
			r.stop()
		}
	})
}

// at is what is at a name of the zone.
func (r *rig) at(name string) []dosim.Record {
	return slices.DeleteFunc(r.sim.Zone("example.com"), func(rec dosim.Record) bool { return rec.Name != name })
}
