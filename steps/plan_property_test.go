package steps_test

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/steps"
	"arcadia/steps/dosim"
)

// meddle does to the records at the name what people do by hand.
func meddle(t *rapid.T, r *rig) {
	var live []dosim.Record
	for _, rec := range r.sim.Zone("example.com") {
		if rec.Name == there {
			live = append(live, rec)
		}
	}
	if len(live) == 0 {
		return
	}
	rec := rapid.SampledFrom(live).Draw(t, "whose")
	switch rapid.SampledFrom([]string{"leave", "data", "ttl", "remove", "again", "rename"}).Draw(t, "by hand") {
	case "data":
		rec.Data = rapid.SampledFrom(values[rec.Type]).Draw(t, "data by hand")
		r.sim.PutRecord("example.com", rec)
	case "ttl":
		rec.TTL = 120
		r.sim.PutRecord("example.com", rec)
	case "remove":
		r.sim.RemoveRecord("example.com", rec.ID)
	case "again":
		r.sim.RemoveRecord("example.com", rec.ID)
		rec.ID = 0
		r.sim.PutRecord("example.com", rec)
	case "rename":
		rec.Name = "elsewhere"
		r.sim.PutRecord("example.com", rec)
	}
}

// anything draws a launch of any kind that needs a cloud, in the world as it is.
func anything(t *rapid.T, r *rig) engine.Launch {
	all, err := r.Resources(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	kinds := []string{"snapshot_droplet", "upsert_dns_record", "delete_dns_record", "adopt_snapshot", "delete_snapshot"}
	if len(all) > 0 {
		kinds = append(kinds, "restore_resource", "restore_resource", "accept_resource", "accept_resource", "forget_resource")
	}
	l := engine.Launch{Kind: rapid.SampledFrom(kinds).Draw(t, "kind")}
	switch l.Kind {
	case "snapshot_droplet":
		l.Inputs = inputs("droplet_id", r.droplet("web-02"))
	case "upsert_dns_record":
		l.Inputs = inputs(wish(t, r, "")...)
	case "delete_dns_record":
		l.Inputs = inputs(record(rapid.SampledFrom(types()).Draw(t, "type deleted"), there, "", "dns_record_mode",
			rapid.SampledFrom([]string{"single", "all"}).Draw(t, "mode deleted"))...)
	case "adopt_snapshot", "delete_snapshot":
		ids := []string{"7"}
		for _, s := range r.sim.Snapshots() {
			if s.Type == "snapshot" {
				ids = append(ids, text(s.ID))
			}
		}
		l.Inputs = inputs("snapshot", rapid.SampledFrom(ids).Draw(t, "snapshot"))
	default:
		l.Inputs = inputs("resource", rapid.SampledFrom(all).Draw(t, "resource").Key())
	}
	return l
}

// plain is a record's data as a plan shows it, whoever spelt it.
func plain(rec dosim.Record) string {
	data := rec.Data
	if a, err := netip.ParseAddr(data); err == nil {
		data = a.String()
	} else if rec.Type != "TXT" {
		data = strings.ToLower(strings.TrimSuffix(data, "."))
	}
	rec.Data = data
	return listed(rec)
}

// listed is a record's data as the provider lists it, with its numbers.
func listed(rec dosim.Record) string {
	numbers := map[string][]any{
		"CAA": {rec.Flags, rec.Tag}, "MX": {rec.Priority}, "SRV": {rec.Priority, rec.Weight, rec.Port},
	}[rec.Type]
	return strings.Join(append(strings.Fields(strings.Trim(fmt.Sprint(numbers), "[]")), rec.Data), " ")
}

// seen is what the requests and the difference of two worlds say that a saga has done.
type seen struct {
	action       engine.Action
	fields       []string // "name: from > to" of the record's own values
	moved        int      // records whose TTL moved along
	posts, puts  int
	deletes      int
	ledgerWrites bool
}

func (r *rig) saw(before, after []dosim.Record, ledger bool) seen {
	s := seen{posts: r.calls(http.MethodPost, ""), puts: r.calls(http.MethodPut, ""), deletes: r.calls(http.MethodDelete, ""), ledgerWrites: ledger}
	switch {
	case s.puts > 0, s.posts > 0 && s.deletes > 0:
		s.action = engine.ActUpdate
	case s.posts > 0:
		s.action = engine.ActCreate
	case s.deletes > 0:
		s.action = engine.ActDelete
	case ledger:
		s.action = engine.ActUpdate
	default:
		s.action = engine.ActNone
	}
	written := map[string]bool{}
	for _, q := range r.sim.Requests() {
		if q.Method == http.MethodPut {
			written[q.Path[strings.LastIndex(q.Path, "/")+1:]] = true
		}
	}
	find := func(in []dosim.Record, id int64) int {
		return slices.IndexFunc(in, func(rec dosim.Record) bool { return rec.ID == id })
	}
	add := func(name, from, to string) {
		if from != to {
			s.fields = append(s.fields, name+": "+from+" > "+to)
		}
	}
	for _, old := range before {
		at := find(after, old.ID)
		switch {
		case at < 0:
			add("record", fmt.Sprintf("%s %s ttl %d", old.Type, listed(old), old.TTL), "")
		case written[text(old.ID)]:
			add("data", plain(old), plain(after[at]))
			add("ttl", strconv.Itoa(old.TTL), strconv.Itoa(after[at].TTL))
		case old != after[at]:
			s.moved++
		}
	}
	for _, now := range after {
		if find(before, now.ID) < 0 {
			add("data", "", plain(now))
			add("ttl", "", strconv.Itoa(now.TTL))
		}
	}
	slices.Sort(s.fields)
	return s
}

// TestThePlanIsWhatHappensInAnyWorld: the plan's action and fields are what the requests and the worlds then say, "no
// change" is no write, and the undo does what it was said to do.
func TestThePlanIsWhatHappensInAnyWorld(t *testing.T) {
	t.Parallel()
	rounds := 10
	if testing.Short() {
		rounds = 1
	}
	for range rounds * runs() {
		synctest.Test(t, func(t *testing.T) {
			rapid.Check(timeless{t}, func(rt *rapid.T) { foretold(rt, newRig(rt)) })
		})
	}
}

func foretold(t *rapid.T, r *rig) {
	populate(t, r)
	if rapid.Bool().Draw(t, "ours") {
		if id, taken := r.try("upsert_dns_record", wish(t, r, "")...); taken {
			r.end(id)
		}
	}
	if rapid.Bool().Draw(t, "a snapshot of ours") {
		r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
	}
	if rapid.Bool().Draw(t, "an orphan") {
		r.orphan()
	}
	meddle(t, r)
	l := anything(t, r)
	r.warm()

	zone, before := r.sim.Zone("example.com"), r.world()
	p, err := r.Plan(context.Background(), l)
	if r.sim.Writes() > 0 {
		t.Fatalf("the plan of %+v wrote", l)
	}
	s, refusal := r.Start(context.Background(), l)
	if (err == nil) != (refusal == nil) {
		t.Fatalf("the plan says %v and the launch %v", err, refusal)
	}
	if err != nil {
		return
	}
	change := p.Steps[0].Change
	s = r.end(s.ID)
	if why := p.Steps[0].Error; why != "" {
		if s.Status != engine.RolledBack || s.Rows[0].Error != why || r.sim.Writes() > 0 {
			t.Fatalf("planned %q: %d writes, %s", why, r.sim.Writes(), dump(s))
		}
		return
	}
	if s.Status != engine.Completed {
		t.Fatalf("planned %+v: %s", change, dump(s))
	}
	after := r.world()
	got := r.saw(zone, r.sim.Zone("example.com"), !slices.Equal(before.accounted, after.accounted) || moved(s))
	if change.Action != got.action {
		t.Fatalf("planned to %s, did %+v: %s", change.Action, got, dump(s))
	}
	foretoldFields(t, l.Kind, change, got)
	undone(t, r, s, change, before)
}

// moved reports whether the saga has written a resource: another version, or another id.
func moved(s *engine.Saga) bool {
	return slices.ContainsFunc(s.Rows, func(row engine.Row) bool {
		return slices.ContainsFunc(row.Resources, func(c engine.ResourceChange) bool { return c.Before != nil })
	})
}

// foretoldFields compares the fields of a plan with what became of the records.
func foretoldFields(t *rapid.T, kind string, change engine.Change, got seen) {
	t.Helper()
	if !strings.HasSuffix(kind, "_dns_record") && kind != "restore_resource" {
		return // their fields are about the ledger or about a snapshot
	}
	var want []string
	for _, f := range change.Fields {
		if f.Name != "id" {
			want = append(want, f.Name+": "+f.From+" > "+f.To)
		}
	}
	slices.Sort(want)
	same(t, "fields of "+kind+", planned and done", want, got.fields)
	if n := 0; got.deletes == 0 {
		if _, err := fmt.Sscanf(change.Note[max(0, strings.Index(change.Note, "the ttl of")):], "the ttl of %d other", &n); err != nil {
			n = 0
		}
		if n != got.moved {
			t.Fatalf("%d records moved along, the note is %q", got.moved, change.Note)
		}
	}
}

// undone rolls a completed saga back and compares what that did with what was said of it.
func undone(t *rapid.T, r *rig, s *engine.Saga, change engine.Change, before world) {
	t.Helper()
	said := r.UndoText(s, 0)
	if s.Kind == "delete_snapshot" {
		err := r.Rollback(context.Background(), s.ID, engine.Request{})
		if gone := s.Passed != ""; (err == nil) == gone {
			t.Fatalf("planned to %s, gone for good: %v, rolled back: %v", change.Action, gone, err)
		}
		return
	}
	if s.Kind == "snapshot_droplet" {
		said = cmp.Or(map[bool]string{true: change.Undo}[strings.HasPrefix(said, "deletes snapshot ")], said)
	}
	if said != change.Undo {
		t.Fatalf("planned to undo with %q, it is %q", change.Undo, said)
	}
	r.sim.ResetLog()
	r.rollback(s.ID)
	r.rest(s.ID, engine.RolledBack)
	equalWorlds(t, "after the rollback", before, r.world())
	did := map[string]int{"deletes": r.calls(http.MethodDelete, ""), "restores": r.calls(http.MethodPut, ""), "recreates": r.calls(http.MethodPost, "")}
	for word, n := range did {
		if word == "restores" && strings.Contains(said, " and recreates ") {
			n += did["recreates"] // which brings the TTL of the others back with it
		}
		if strings.HasPrefix(said, word+" ") && n == 0 {
			t.Fatalf("it was to be undone with %q, and was by %v", said, did)
		}
	}
	if quiet := !strings.HasPrefix(said, "deletes ") && !strings.HasPrefix(said, "restores ") && !strings.HasPrefix(said, "recreates "); quiet && r.sim.Writes() > 0 {
		t.Fatalf("it was to be undone with %q, and was by %v", said, did)
	}
	if strings.HasPrefix(said, "accounts for ") || strings.HasPrefix(said, "wants ") {
		return
	}
	for _, res := range must(r.Resources(context.Background())) {
		if d, err := steps.NewInventory(r.cloud, r.store).Check(context.Background(), res); err != nil || d.State == estate.NotChecked {
			t.Fatalf("%+v %v", d, err)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
