package steps_test

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/steps/dosim"
)

// runs is how often each property is tried, in hundreds: ARCADIA_RUNS, or 1, or 100 where everything is to be gone through.
func runs() int {
	if n, err := strconv.Atoi(os.Getenv("ARCADIA_RUNS")); err == nil && n > 0 {
		return n
	}
	if os.Getenv("ARCADIA_TORTURE") == "1" {
		return 100
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
	t.Logf("figure | property %s | %d random zones | 0 wrong", strings.TrimPrefix(t.Name(), "Test"), 100*runs())
}

// timeless hides the test's deadline, which must not be asked for in a bubble.
type timeless struct{ rapid.TB }

const there = "p" // the name that properties play with

var values = map[string][]string{
	"A":     {"192.0.2.1", "192.0.2.2", "192.0.2.3"},
	"AAAA":  {"2001:db8::1", "2001:db8:0:0::2", "2001:DB8::3"},
	"TXT":   {"one", `"two"`, "three three", "v=spf1 -all"}, // and see backslashed
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
	some := rapid.SliceOfNDistinct(rapid.SampledFrom(types()), rapid.IntRange(0, 1).Draw(t, "none"), 3, rapid.ID[string]).Draw(t, "types there")
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

// backslashed is a value that a provider may keep otherwise than it is sent: see rig.otherwise.
const backslashed = `fo\ur\;`

// maybe draws an input, and in a third of the cases leaves it out.
func maybe(t *rapid.T, in []string, name string, values ...string) []string {
	if rapid.IntRange(0, 2).Draw(t, name+" left out") == 0 {
		return in
	}
	return append(in, name, rapid.SampledFrom(values).Draw(t, name))
}

// names are the ways to write the name that properties play with; the last ones are other names, and refused.
var names = []string{there, "P", "p.example.com", "p.example.com.", "P.Example.com.", "p.example.org.", "p."}

// wish draws the inputs of an upsert: of a value that may be kept otherwise, of a member by what it was or by its id, with
// and without the numbers, by names of all kinds.
func wish(t *rapid.T, r *rig, prefix string) []string {
	k := rapid.SampledFrom(append(r.kinds(), types()...)).Draw(t, "type")
	if some := r.kinds(); len(some) > 0 && rapid.Bool().Draw(t, "of a type that is there") {
		k = rapid.SampledFrom(some).Draw(t, "type there")
	}
	data := values[k]
	if k == "TXT" {
		data = append(slices.Clone(data), backslashed)
	}
	in := []string{
		"dns_record_type", rapid.SampledFrom([]string{k, strings.ToLower(k)}).Draw(t, "spelling"),
		"dns_record_name", rapid.SampledFrom(names[:5]).Draw(t, "name"),
		"dns_record_data", rapid.SampledFrom(data).Draw(t, "data"),
		"dns_record_mode", rapid.SampledFrom([]string{"single", "add", "replace"}).Draw(t, "mode"),
	}
	if rapid.IntRange(0, 20).Draw(t, "elsewhere") == 0 {
		in[3] = rapid.SampledFrom(names[5:]).Draw(t, "name elsewhere")
	}
	in = maybe(t, in, "dns_record_ttl", "60", "300", "1800", "95")
	in = maybe(t, in, "dns_record_priority", "0", "1", "2")
	in = maybe(t, in, "dns_record_weight", "5", "6")
	in = maybe(t, in, "dns_record_port", "5060", "5061")
	in = maybe(t, in, "dns_record_tag", "issue", "issuewild", "ISSUE")
	if rapid.IntRange(0, 2).Draw(t, "a member") == 0 {
		in = append(in, member(t, r, k, "dns_record_was")...)
	}
	for i := 0; i < len(in); i += 2 {
		in[i] = prefix + in[i]
	}
	return append(in, "dns_domain", "example.com")
}

// kinds are the types of the records at the name, each once.
func (r *rig) kinds() []string {
	var out []string
	for _, rec := range r.sim.Zone("example.com") {
		if rec.Name == there && !slices.Contains(out, rec.Type) {
			out = append(out, rec.Type)
		}
	}
	return out
}

// member draws what names one record of a type: the value of one that is there, as it is shown, or of none; or an id.
func member(t *rapid.T, r *rig, k, byValue string) []string {
	all := r.here(k, there)
	if len(all) == 0 || rapid.IntRange(0, 4).Draw(t, "of none") == 0 {
		return []string{byValue, rapid.SampledFrom(values[k]).Draw(t, "value of none")}
	}
	rec := rapid.SampledFrom(all).Draw(t, "member")
	switch rapid.SampledFrom([]string{"value", "shown", "id", "was id"}).Draw(t, "by") {
	case "value":
		return []string{byValue, rec.Data}
	case "shown":
		return []string{byValue, listed(rec)}
	case "was id":
		if byValue == "dns_record_was" {
			return []string{byValue, text(rec.ID)}
		}
	}
	return []string{"dns_record_id", text(rec.ID)}
}

// try launches what may be refused for what it says.
func (r *rig) try(list string, in ...string) (id engine.ID, taken bool) {
	r.t.Helper()
	s, err := r.Start(context.Background(), engine.Launch{Kind: "adhoc", Steps: strings.Split(list, ","), Inputs: inputs(in...)})
	switch {
	case errors.Is(err, engine.ErrInput):
		return "", false
	case err != nil:
		r.t.Fatalf("launch %s: %v", list, err)
	}
	return s.ID, true
}

// keeps draws whether the provider keeps records otherwise than they are sent.
func keeps(t *rapid.T, r *rig) {
	if rapid.Bool().Draw(t, "kept otherwise") {
		r.otherwise()
	}
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
		keeps(t, r)
		before := r.sim.Zone("example.com")
		id, taken := r.try("upsert_dns_record,fail", wish(t, r, "")...)
		after := r.sim.Zone("example.com")
		if !taken {
			same(t, "after a refusal", before, after)
			return
		}
		s := r.rest(id, engine.RolledBack)
		after = r.sim.Zone("example.com")
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
		keeps(t, r)
		in := wish(t, r, "")
		id, taken := r.try("upsert_dns_record", in...)
		if !taken {
			return
		}
		s := r.end(id)
		if s.Status != engine.Completed {
			return // refused for a good reason, which is another test's matter
		}
		if slices.Contains(in, "dns_record_id") && put[string](t, s, "outcome") != "noop" {
			return // the record that had this id says something else now, and is not looked for under another
		}
		between := r.sim.Zone("example.com")
		r.sim.ResetLog()
		s = r.end(r.launch("upsert_dns_record", in...))
		if s.Status == engine.RolledBack && r.sim.Writes() == 0 && strings.HasPrefix(s.Rows[0].Error, "value_is_there_already") {
			return // one of several exact duplicates was changed, and the others would be made a second one of that
		}
		if got := put[string](t, s, "outcome"); got != "noop" || r.sim.Writes() != 0 {
			t.Fatalf("outcome %s with %d writes: %s", got, r.sim.Writes(), dump(s))
		}
		if d := gocmp.Diff(between, r.sim.Zone("example.com")); d != "" {
			t.Fatal(d)
		}
		for _, res := range must(r.Resources(context.Background())) {
			r.drift(res, estate.InSync)
		}
	})
}

func TestACompletedUpsertCanBeUndone(t *testing.T) {
	property(t, func(t *rapid.T, r *rig) {
		populate(t, r)
		keeps(t, r)
		before := r.sim.Zone("example.com")
		id, taken := r.try("upsert_dns_record", wish(t, r, "")...)
		if !taken {
			return
		}
		s := r.end(id)
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
		keeps(t, r)
		before := r.sim.Zone("example.com")
		k := rapid.SampledFrom(append(r.kinds(), types()...)).Draw(t, "type")
		if some := r.kinds(); len(some) > 0 && rapid.IntRange(0, 3).Draw(t, "of a type that is there") > 0 {
			k = rapid.SampledFrom(some).Draw(t, "type there")
		}
		in := record(k, rapid.SampledFrom(names).Draw(t, "name"), "", "dns_record_mode", rapid.SampledFrom([]string{"single", "all"}).Draw(t, "mode"))
		if rapid.Bool().Draw(t, "a member") {
			in = append(in, member(t, r, k, "dns_record_data")...)
		}
		if rapid.IntRange(0, 3).Draw(t, "a number") == 0 {
			in = maybe(t, in, "dns_record_priority", "0", "1")
			in = maybe(t, in, "dns_record_tag", "issue", "issuewild")
		}
		id, taken := r.try("delete_dns_record,fail", in...)
		if !taken {
			return
		}
		s := r.rest(id, engine.RolledBack)
		sameContent(t, "zone after "+dump(s), before, r.sim.Zone("example.com"))
	})
}

func TestSeveralStepsOnOneNameRollBackTogether(t *testing.T) {
	property(t, func(t *rapid.T, r *rig) {
		populate(t, r)
		keeps(t, r)
		before := r.sim.Zone("example.com")
		in := append(wish(t, r, "0:"), wish(t, r, "1:")...)
		k := rapid.SampledFrom(types()).Draw(t, "type deleted")
		in = append(in, "2:dns_record_type", k, "2:dns_record_name", there, "2:dns_record_mode", "all")
		id, taken := r.try("upsert_dns_record,upsert_dns_record,delete_dns_record,fail", in...)
		if !taken {
			return
		}
		s := r.rest(id, engine.RolledBack)
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
		in := append(wish(t, r, "0:"), wish(t, r, "1:")...)
		in = append(in, "2:dns_record_type", rapid.SampledFrom(types()).Draw(t, "type deleted"), "2:dns_record_name", there, "2:dns_record_mode", "all")
		id, taken := r.try("upsert_dns_record,upsert_dns_record,delete_dns_record,fail", in...)
		if !taken {
			return
		}
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
