package steps_test

import (
	"cmp"
	"maps"
	"os"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// runs is how often each property is tried, in hundreds: ARCADIA_RUNS, or 1.
func runs() int {
	if n, err := strconv.Atoi(os.Getenv("ARCADIA_RUNS")); err == nil && n > 0 {
		return n
	}
	return 1
}

// thorough reports whether this is a long run.
func thorough() bool { return runs() > 1 }

// property tries a property a hundred times in a bubble, each time with a rig of its own, and that runs times.
func property(t *testing.T, check func(t *rapid.T, r *rig)) {
	t.Helper()
	t.Parallel()
	for range runs() {
		synctest.Test(t, func(t *testing.T) {
			rapid.Check(timeless{t}, func(rt *rapid.T) { check(rt, newRig(rt)) })
		})
	}
}

// timeless hides the test's deadline, which must not be asked for in a bubble.
type timeless struct{ rapid.TB }

const there = "p" // the name that properties play with

var values = map[string][]string{
	"A":     {"192.0.2.1", "192.0.2.2", "192.0.2.3"},
	"AAAA":  {"2001:db8::1", "2001:db8:0:0::2", "2001:DB8::3"},
	"TXT":   {"one", `"two"`, "three three", "v=spf1 -all"},
	"CNAME": {"a.example.net", "B.example.net", "@"},
	"MX":    {"mx1.example.net", "mx2.example.net", "@"},
	"NS":    {"ns1.example.org", "ns2.example.org"},
	"SRV":   {"sip.example.com", "sip2.example.net"},
	"CAA":   {"letsencrypt.org", "ca.example.net"},
}

func types() []string {
	out := make([]string, 0, len(values))
	for k := range values {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// populate fills the name with what a zone may hold: a CNAME alone, or several of the other types, each set of one TTL.
func populate(t *rapid.T, r *rig) {
	some := rapid.SliceOfNDistinct(rapid.SampledFrom(types()), 0, 3, rapid.ID[string]).Draw(t, "types there")
	if slices.Contains(some, "CNAME") {
		some = []string{"CNAME"}
	}
	for _, k := range some {
		n := 1
		if k != "CNAME" {
			n = rapid.IntRange(1, 3).Draw(t, "how many "+k)
		}
		ttl := rapid.SampledFrom([]int{60, 300, 1800}).Draw(t, "ttl of "+k)
		for range n {
			rec := dosim.Record{Type: k, Name: there, Data: rapid.SampledFrom(values[k]).Draw(t, "data"), TTL: ttl}
			switch k {
			case "MX":
				rec.Priority = rapid.IntRange(0, 2).Draw(t, "priority")
			case "SRV":
				rec.Priority, rec.Weight, rec.Port = rapid.IntRange(0, 1).Draw(t, "priority"), 5, 5060
			case "CAA":
				rec.Tag = rapid.SampledFrom([]string{"issue", "issuewild"}).Draw(t, "tag")
			}
			r.sim.PutRecord("example.com", rec)
		}
	}
}

// wish draws the inputs of an upsert.
func wish(t *rapid.T, prefix string) []string {
	k := rapid.SampledFrom(types()).Draw(t, "type")
	in := []string{
		"dns_record_type", k, "dns_record_name", rapid.SampledFrom([]string{there, "P", "p.example.com", "p.example.com."}).Draw(t, "name"),
		"dns_record_data", rapid.SampledFrom(values[k]).Draw(t, "data"),
		"dns_record_ttl", rapid.SampledFrom([]string{"60", "300", "1800"}).Draw(t, "ttl"),
		"dns_record_mode", rapid.SampledFrom([]string{"single", "add", "replace"}).Draw(t, "mode"),
		"dns_record_priority", strconv.Itoa(rapid.IntRange(0, 2).Draw(t, "priority")),
		"dns_record_weight", "5", "dns_record_port", "5060",
		"dns_record_tag", rapid.SampledFrom([]string{"issue", "issuewild"}).Draw(t, "tag"),
	}
	for i := 0; i < len(in); i += 2 {
		in[i] = prefix + in[i]
	}
	return append(in, "dns_domain", "example.com")
}

// content is a zone without its ids, in an order of its own.
func content(zone []dosim.Record) []dosim.Record {
	out := slices.Clone(zone)
	for i := range out {
		out[i].ID = 0
	}
	slices.SortFunc(out, func(a, b dosim.Record) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Data, b.Data), cmp.Compare(a.Tag, b.Tag),
			cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Weight, b.Weight), cmp.Compare(a.Port, b.Port))
	})
	return out
}

func sameContent(t tb, what string, before, after []dosim.Record) {
	t.Helper()
	if d := gocmp.Diff(content(before), content(after)); d != "" {
		t.Fatalf("%s (-before +after):\n%s", what, d)
	}
}

func TestUpsertRolledBackRestoresTheZoneExactly(t *testing.T) {
	property(t, func(t *rapid.T, r *rig) {
		populate(t, r)
		before := r.sim.Zone("example.com")
		s := r.run(engine.RolledBack, "upsert_dns_record,fail", wish(t, "")...)
		after := r.sim.Zone("example.com")
		sameContent(t, "zone after "+dump(s), before, after)
		if _, did := s.Context["dns_intent"]; !did {
			if d := gocmp.Diff(before, after); d != "" {
				t.Fatalf("nothing was to be done and ids moved:\n%s", d)
			}
		}
	})
}

func TestUpsertTwiceWritesOnce(t *testing.T) {
	property(t, func(t *rapid.T, r *rig) {
		populate(t, r)
		in := wish(t, "")
		s := r.end(r.launch("upsert_dns_record", in...))
		if s.Status != engine.Completed {
			return // refused for a good reason, which is another test's matter
		}
		between := r.sim.Zone("example.com")
		r.sim.ResetLog()
		s = r.run(engine.Completed, "upsert_dns_record", in...)
		if got := put[string](t, s, "outcome"); got != "noop" || r.sim.Writes() != 0 {
			t.Fatalf("outcome %s with %d writes: %s", got, r.sim.Writes(), dump(s))
		}
		if d := gocmp.Diff(between, r.sim.Zone("example.com")); d != "" {
			t.Fatal(d)
		}
	})
}

func TestACompletedUpsertCanBeUndone(t *testing.T) {
	property(t, func(t *rapid.T, r *rig) {
		populate(t, r)
		before := r.sim.Zone("example.com")
		s := r.end(r.launch("upsert_dns_record", wish(t, "")...))
		if s.Status == engine.Completed {
			r.rollback(s.ID)
			s = r.rest(s.ID, engine.RolledBack)
		}
		sameContent(t, "zone after "+dump(s), before, r.sim.Zone("example.com"))
	})
}

func TestDeleteRolledBackPutsTheRecordsBack(t *testing.T) {
	property(t, func(t *rapid.T, r *rig) {
		populate(t, r)
		before := r.sim.Zone("example.com")
		k := rapid.SampledFrom(types()).Draw(t, "type")
		in := record(k, there, "", "dns_record_mode", rapid.SampledFrom([]string{"single", "all"}).Draw(t, "mode"))
		if rapid.Bool().Draw(t, "by value") {
			in = append(in, "dns_record_data", rapid.SampledFrom(values[k]).Draw(t, "data"))
		}
		s := r.run(engine.RolledBack, "delete_dns_record,fail", in...)
		sameContent(t, "zone after "+dump(s), before, r.sim.Zone("example.com"))
	})
}

func TestSeveralStepsOnOneNameRollBackTogether(t *testing.T) {
	property(t, func(t *rapid.T, r *rig) {
		populate(t, r)
		before := r.sim.Zone("example.com")
		in := append(wish(t, "0:"), wish(t, "1:")...)
		k := rapid.SampledFrom(types()).Draw(t, "type deleted")
		in = append(in, "2:dns_record_type", k, "2:dns_record_name", there, "2:dns_record_mode", "all")
		s := r.run(engine.RolledBack, "upsert_dns_record,upsert_dns_record,delete_dns_record,fail", in...)
		sameContent(t, "zone after "+dump(s), before, r.sim.Zone("example.com"))
	})
}

// end waits until the saga is terminal, however it ends.
func (r *rig) end(id engine.ID) *engine.Saga {
	return r.until(id, "came to rest", func(s *engine.Saga) bool { return s.Status.Terminal() })
}

// Any few faults anywhere, with a shutdown in between or not: the zone is as it was.
func TestFaultsAnywhereNeverBreakARollback(t *testing.T) {
	kinds := slices.Sorted(maps.Keys(once()))
	property(t, func(t *rapid.T, r *rig) {
		populate(t, r)
		before := r.sim.Zone("example.com")
		r.warm()
		for range rapid.IntRange(0, 3).Draw(t, "how many faults") {
			f := once()[rapid.SampledFrom(kinds).Draw(t, "fault")]
			f.Skip, f.Count = rapid.IntRange(0, 10).Draw(t, "skip"), rapid.IntRange(1, 2).Draw(t, "count")
			r.sim.Inject(f)
		}
		in := append(wish(t, "0:"), wish(t, "1:")...)
		in = append(in, "2:dns_record_type", rapid.SampledFrom(types()).Draw(t, "type deleted"), "2:dns_record_name", there, "2:dns_record_mode", "all")
		id := r.launch("upsert_dns_record,upsert_dns_record,delete_dns_record,fail", in...)
		if rapid.Bool().Draw(t, "shut down") {
			time.Sleep(time.Duration(rapid.IntRange(0, 60_000).Draw(t, "after")) * time.Millisecond)
			r.stop()
			time.Sleep(10 * time.Second)
			r.start()
		}
		s := r.end(id)
		if s.Status != engine.RolledBack {
			t.Fatalf("saga is %s: %s", s.Status, dump(s))
		}
		sameContent(t, "zone after "+dump(s), before, r.sim.Zone("example.com"))
	})
}
