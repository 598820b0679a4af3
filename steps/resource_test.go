package steps_test

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/steps/dosim"
)

// provisioned makes a record by a saga, and returns it as a resource.
func (r *rig) provisioned(in ...string) engine.Resource {
	r.t.Helper()
	r.run(engine.Completed, "upsert_dns_record", in...)
	return r.only()
}

// change is the plan of the one step of a kind.
func (r *rig) change(kind string, in ...string) engine.Change {
	r.t.Helper()
	p, err := r.Plan(context.Background(), engine.Launch{Kind: kind, Inputs: inputs(in...)})
	if err != nil || p.Steps[0].Error != "" {
		r.t.Fatalf("plan of %s %v: %v %+v", kind, in, err, p)
	}
	return p.Steps[0].Change
}

// fields are the changes of a plan as "name: from > to".
func fields(c engine.Change) []string {
	var out []string
	for _, f := range c.Fields {
		out = append(out, f.Name+": "+f.From+" > "+f.To)
	}
	return out
}

func same(t tb, what string, want, got any) {
	t.Helper()
	if d := gocmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestARestoredRecordThatWasChangedSaysAgainWhatIsWanted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		res := r.provisioned(record("SRV", "_sip._tcp", "host.example.net", "dns_record_port", "5060", "dns_record_ttl", "1800", "dns_record_weight", "0")...)
		id := r.here("SRV", "_sip._tcp")[0].ID
		r.sim.PutRecord("example.com", dosim.Record{ID: id, Data: "other.example.net", TTL: 60, Priority: 10, Port: 5061})
		before := r.world()
		c := r.change("restore_resource", "resource", res.Key())
		same(t, "plan", []string{"data: 10 0 5061 other.example.net > 10 0 5060 host.example.net", "ttl: 60 > 1800"}, fields(c))
		if c.Action != engine.ActUpdate || c.Subject != "SRV _sip._tcp.example.com" || !strings.HasPrefix(c.Undo, "restores ") {
			t.Errorf("%+v", c)
		}
		s := r.run(engine.Completed, "restore_resource", "resource", res.Key())
		if s.Target != "SRV _sip._tcp.example.com" || put[string](t, s, "outcome") != "updated" {
			t.Error(dump(s))
		}
		r.drift(r.only(), estate.InSync)
		same(t, "resource", res, r.only())
		if c := r.change("restore_resource", "resource", res.Key()); c.Action != engine.ActNone {
			t.Errorf("%+v", c)
		}
		r.rollback(s.ID)
		r.rest(s.ID, engine.RolledBack)
		equalWorlds(t, "after the rollback", before, r.world())
	})
}

func TestARestoredRecordThatIsGoneIsCreatedAnewAndItsResourceMovesThere(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		res := r.provisioned(record("TXT", "_r", "x")...)
		r.sim.RemoveRecord("example.com", r.here("TXT", "_r")[0].ID)
		theirs := r.sim.PutRecord("example.com", dosim.Record{Type: "TXT", Name: "_r", Data: "theirs"})
		before := r.world()
		c := r.change("restore_resource", "resource", res.Key())
		same(t, "plan", []string{"data:  > x", "ttl:  > 1800", "id: " + res.ExternalID + " > new"}, fields(c))
		if c.Action != engine.ActCreate || !strings.Contains(c.Note, "beside TXT _r.example.com theirs") {
			t.Errorf("%+v", c)
		}
		s := r.run(engine.Completed, "restore_resource", "resource", res.Key())
		now := r.only()
		if id := put[int64](t, s, "dns_record_id"); now.ExternalID != text(id) || id == theirs || now.ExternalID == res.ExternalID {
			t.Errorf("%+v, id %d", now, id)
		}
		r.drift(now, estate.InSync)
		r.rollback(s.ID)
		r.rest(s.ID, engine.RolledBack)
		equalWorlds(t, "after the rollback", before, r.world())
		same(t, "resource", res, r.only())
	})
}

func TestARecordThatIsThereUnderAnotherIDIsTakenForTheOneWantedAndNotWritten(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for kind, undo := range map[string]string{"restore_resource": "accounts for record ", "accept_resource": "wants TXT _r.example.com as in version 1 again"} {
			r := newRig(t)
			res := r.provisioned(record("TXT", "_r", "x")...)
			r.sim.RemoveRecord("example.com", r.here("TXT", "_r")[0].ID)
			now := r.sim.PutRecord("example.com", dosim.Record{Type: "TXT", Name: "_r", Data: "x", TTL: 1800})
			c := r.change(kind, "resource", res.Key())
			same(t, "plan", []string{"id: " + res.ExternalID + " > " + text(now)}, fields(c))
			if c.Action != engine.ActUpdate || c.Note != "nothing is written at the provider" || !strings.HasPrefix(c.Undo, undo) {
				t.Errorf("%+v", c)
			}
			r.sim.ResetLog()
			s := r.run(engine.Completed, kind, "resource", res.Key())
			if r.sim.Writes() != 0 || r.only().ExternalID != text(now) || !strings.HasPrefix(r.UndoText(s, 0), undo) {
				t.Errorf("%d writes, %+v, undo %q", r.sim.Writes(), r.only(), r.UndoText(s, 0))
			}
			r.rollback(s.ID)
			r.rest(s.ID, engine.RolledBack)
			same(t, "resource", res, r.only())
			r.stop()
		}
	})
}

// unplanned demands that a step refuses, in its plan and in its run, and that the run leaves all as it was.
func (r *rig) unplanned(say, kind string, in ...string) {
	r.t.Helper()
	before := r.world()
	p, err := r.Plan(context.Background(), engine.Launch{Kind: kind, Inputs: inputs(in...)})
	if err == nil && !strings.Contains(p.Steps[0].Error, say) {
		r.t.Errorf("the plan of %s says %q, not %q", kind, p.Steps[0].Error, say)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	s := r.run(engine.RolledBack, kind, in...)
	if !strings.Contains(s.Rows[0].Error, say) {
		r.t.Errorf("%s says %q, not %q", kind, s.Rows[0].Error, say)
	}
	equalWorlds(r.t, kind, before, r.world())
}

func TestARestoreRefusesWhatOnlyAPersonCanDecide(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		// Another record says what is wanted, and ours was changed.
		res := r.provisioned(record("TXT", "_r", "x")...)
		r.sim.PutRecord("example.com", dosim.Record{ID: r.here("TXT", "_r")[0].ID, Data: "y"})
		r.sim.PutRecord("example.com", dosim.Record{Type: "TXT", Name: "_r", Data: "x", TTL: 1800})
		r.unplanned("several_records", "restore_resource", "resource", res.Key())
		// What cannot stand beside it is there.
		for _, rec := range r.here("TXT", "_r") {
			r.sim.RemoveRecord("example.com", rec.ID)
		}
		r.sim.PutRecord("example.com", dosim.Record{Type: "CNAME", Name: "_r", Data: "a.example.net"})
		r.unplanned("records_in_the_way", "restore_resource", "resource", res.Key())
		// A snapshot cannot be written.
		r.run(engine.Completed, "forget_resource", "resource", res.Key())
		r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
		snap := r.only()
		if c := r.change("restore_resource", "resource", snap.Key()); c.Action != engine.ActNone {
			t.Errorf("%+v", c)
		}
		r.run(engine.Completed, "restore_resource", "resource", snap.Key())
		id, _ := strconv.ParseInt(snap.ExternalID, 10, 64)
		if err := r.cloud.DeleteSnapshot(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		r.unplanned("cannot_be_written_back", "restore_resource", "resource", snap.Key())
		r.unplanned("gone_at_the_provider", "accept_resource", "resource", snap.Key())
		r.run(engine.Completed, "forget_resource", "resource", snap.Key())
	})
}

func TestAcceptingMakesWhatIsLiveTheDesiredState(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		res := r.provisioned(record("A", "app", "203.0.113.9")...)
		id := r.here("A", "app")[0].ID
		r.sim.PutRecord("example.com", dosim.Record{ID: id, Data: "203.0.113.10", TTL: 60})
		want := []string{"data: 203.0.113.9 > 203.0.113.10", "ttl: 1800 > 60"}
		same(t, "plan", want, fields(r.change("accept_resource", "resource", res.Key())))
		r.sim.ResetLog()
		s := r.run(engine.Completed, "accept_resource", "resource", res.Key())
		now := r.only()
		if now.SpecVersion != res.SpecVersion+1 || now.SagaID != s.ID || now.ExternalID != res.ExternalID || r.sim.Writes() != 0 {
			t.Errorf("%+v after %d writes", now, r.sim.Writes())
		}
		r.drift(now, estate.InSync)
		if c := r.change("accept_resource", "resource", res.Key()); c.Action != engine.ActNone {
			t.Errorf("%+v", c)
		}
		again := r.run(engine.Completed, "accept_resource", "resource", res.Key())
		same(t, "resource", now, r.only())
		r.outOfOrder(s.ID, again.ID)
		r.rollback(again.ID)
		r.rest(again.ID, engine.RolledBack)
		if got := r.UndoText(s, 0); got != "wants A app.example.com as in version 1 again; nothing is written at the provider" {
			t.Error(got)
		}
		r.rollback(s.ID)
		r.rest(s.ID, engine.RolledBack)
		same(t, "resource", res, r.only())
		r.differs(r.only(), want...)
	})
}

func TestAForgottenResourceStaysAtTheProvider(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		res := r.provisioned(record("TXT", "_r", "x")...)
		before := r.world()
		if c := r.change("forget_resource", "resource", res.Key()); c.Action != engine.ActUpdate || len(c.Fields) != 1 {
			t.Errorf("%+v", c)
		}
		s := r.run(engine.Completed, "forget_resource", "resource", res.Key())
		if all, err := r.Resources(t.Context()); err != nil || len(all) != 0 {
			t.Errorf("%+v %v", all, err)
		}
		sameContent(t, "after it was forgotten", before.zone, r.world().zone)
		r.refused([]string{"not_accounted_for", res.Key(), "arcadia resources"}, "restore_resource", "resource", res.Key())
		r.refused([]string{"not_accounted_for"}, "forget_resource", "resource", res.Key())
		r.rollback(s.ID)
		r.rest(s.ID, engine.RolledBack)
		same(t, "resource", res, r.only())
	})
}

func TestAResourceIsNamedByTypeAndID(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		for _, bad := range []string{"123", "dns_record", "dns_record/", "dns_record/0", "dns_record/-1", "dns_record/007", "dns_record/1/2", "volume/1", "dns_record/\x1b[2J", "../1"} {
			r.refused([]string{"is not a resource"}, "restore_resource", "resource", bad)
			_, err := r.Start(t.Context(), engine.Launch{Kind: "forget_resource", Inputs: inputs("resource", bad)})
			if err == nil || strings.ContainsRune(err.Error(), '\x1b') {
				t.Errorf("%q", err)
			}
		}
		res := r.provisioned(record("TXT", "_r", "x")...)
		for _, kind := range []string{"restore_resource", "accept_resource", "forget_resource"} {
			_, fields, err := r.Fields(kind, nil)
			if err != nil {
				t.Fatal(err)
			}
			options, err := fields[0][0].Options(t.Context(), nil)
			if err != nil || len(options) != 1 || options[0].Value != res.Key() || options[0].Label != "TXT _r.example.com" {
				t.Errorf("%+v %v", options, err)
			}
		}
	})
}

// A saga that waits for its turn may find that the resource has another lock by then.
func TestAResourceThatMovedToAnotherNameIsNotWrittenWithoutItsLock(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		res := r.provisioned(record("TXT", "_r", "x")...)
		id := r.here("TXT", "_r")[0].ID
		r.sim.PutRecord("example.com", dosim.Record{ID: id, Name: "_s", Data: "x", TTL: 1800})
		if err := r.Freeze(t.Context(), engine.Request{Reason: "so that the first does not move it before the other is launched"}); err != nil {
			t.Fatal(err)
		}
		accept := r.launch("accept_resource", "resource", res.Key())
		restore := r.launch("restore_resource", "resource", res.Key())
		if err := r.Thaw(t.Context(), engine.Request{}); err != nil {
			t.Fatal(err)
		}
		r.rest(accept, engine.Completed)
		if s := r.rest(restore, engine.RolledBack); !strings.Contains(s.Rows[0].Error, "resource_moved") {
			t.Error(dump(s))
		}
		p, err := r.Plan(t.Context(), engine.Launch{Kind: "restore_resource", Inputs: inputs("resource", res.Key())})
		if err != nil || !slices.Equal(p.Locks, []string{"dns:example.com/_s"}) {
			t.Errorf("%v %v", p.Locks, err)
		}
	})
}

func TestARecordThatWasMovedAwayStaysWhereItIsWhenItsResourceIsRestored(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		res := r.provisioned(record("TXT", "_r", "x")...)
		id := r.here("TXT", "_r")[0].ID
		r.sim.PutRecord("example.com", dosim.Record{ID: id, Name: "_s", Data: "x", TTL: 1800})
		if c := r.change("restore_resource", "resource", res.Key()); !strings.Contains(c.Note, "record "+text(id)+" is TXT _s.example.com now and stays there") {
			t.Errorf("%+v", c)
		}
		r.run(engine.Completed, "restore_resource", "resource", res.Key())
		if len(r.here("TXT", "_r")) != 1 || len(r.here("TXT", "_s")) != 1 {
			t.Error(r.sim.Zone("example.com"))
		}
	})
}

func TestHostileNamesOfResourcesAreCleanedWhereTheyAreShown(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		res := r.provisioned(record("TXT", "_r", "x")...)
		r.sim.PutRecord("example.com", dosim.Record{ID: r.here("TXT", "_r")[0].ID, Data: "\x1b[2J\u202e"})
		for _, kind := range []string{"restore_resource", "accept_resource", "forget_resource"} {
			raw, err := json.Marshal(r.change(kind, "resource", res.Key()))
			if err != nil || strings.Contains(string(raw), `\u001b`) || strings.ContainsRune(string(raw), '\u202e') {
				t.Errorf("%s %v", raw, err)
			}
		}
	})
}
