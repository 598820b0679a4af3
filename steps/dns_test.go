package steps_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"

	gocmp "github.com/google/go-cmp/cmp"

	"arcadia/engine"
	"arcadia/steps"
	"arcadia/steps/dosim"
)

func TestAConflictShowsAllThreeStatesAndWritesNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		id := r.sim.PutRecord("example.com", dosim.Record{Type: "A", Name: "app", Data: "203.0.113.9", TTL: 1800})
		s := r.run(engine.Completed, "upsert_dns_record", record("A", "app", "203.0.113.10", "dns_record_ttl", "60")...)
		r.sim.PutRecord("example.com", dosim.Record{ID: id, Data: "203.0.113.11"})
		r.sim.ResetLog()
		r.rollback(s.ID)
		s = r.rest(s.ID, engine.Failed)
		want := &engine.Conflict{
			Subject: "A app.example.com", Prior: "203.0.113.9 ttl 1800", Written: "203.0.113.10 ttl 60", Live: "203.0.113.11 ttl 60", Overwritable: true,
		}
		if d := gocmp.Diff(want, s.Rows[0].Compensation.Conflict); d != "" {
			t.Errorf("conflict (-want +got):\n%s", d)
		}
		if r.sim.Writes() != 0 {
			t.Errorf("%d writes", r.sim.Writes())
		}
		// Once the person has put the record back to what the saga wrote, a retry undoes it.
		r.sim.PutRecord("example.com", dosim.Record{ID: id, Data: "203.0.113.10"})
		if err := r.Retry(t.Context(), s.ID, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		r.rest(s.ID, engine.RolledBack)
		if got := r.here("A", "app"); len(got) != 1 || got[0].Data != "203.0.113.9" || got[0].TTL != 1800 || got[0].ID != id {
			t.Errorf("%+v", got)
		}
	})
}

// By an operator's word, with a reason, what somebody else wrote is written over: just that, and nothing they have written since.
func TestAConflictIsOverruledForWhatWasShownOnly(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			there bool // the record was there before
		}{"a changed record": {true}, "a new record": {false}} {
			r := newRig(t)
			host := "app"
			if !c.there {
				host = "fresh"
			}
			id := int64(0)
			if c.there {
				id = r.sim.PutRecord("example.com", dosim.Record{Type: "A", Name: host, Data: "203.0.113.9", TTL: 1800})
			}
			s := r.run(engine.Completed, "upsert_dns_record", record("A", host, "203.0.113.10")...)
			if !c.there {
				id = r.here("A", host)[0].ID
			}
			r.sim.PutRecord("example.com", dosim.Record{ID: id, Data: "203.0.113.11"})
			r.rollback(s.ID)
			r.rest(s.ID, engine.Failed)
			if err := r.Overrule(t.Context(), s.ID, 0, engine.Request{}); !errors.Is(err, engine.ErrInput) {
				t.Errorf("%s: without a reason: %v", name, err)
			}
			r.sim.PutRecord("example.com", dosim.Record{ID: id, Data: "203.0.113.12"}) // after it was shown
			if err := r.Overrule(t.Context(), s.ID, 0, engine.Request{Reason: "they asked me to"}); err != nil {
				t.Fatal(err)
			}
			s = r.rest(s.ID, engine.Failed)
			if got := r.here("A", host); len(got) != 1 || got[0].Data != "203.0.113.12" {
				t.Errorf("%s: what was not shown was written over: %+v", name, got)
			}
			if err := r.Overrule(t.Context(), s.ID, 0, engine.Request{Reason: "that too"}); err != nil {
				t.Fatal(err)
			}
			r.rest(s.ID, engine.RolledBack)
			switch got := r.here("A", host); {
			case c.there && (len(got) != 1 || got[0].Data != "203.0.113.9" || got[0].TTL != 1800):
				t.Errorf("%s: %+v", name, got)
			case !c.there && len(got) > 0:
				t.Errorf("%s: still there: %+v", name, got)
			}
			entries, err := r.Entries(t.Context(), s.ID, 0)
			if err != nil {
				t.Fatal(err)
			}
			said := ""
			for _, e := range entries {
				if e.Type == engine.EntryRetryRequested && e.Conflict != nil {
					said += e.By.Name + " " + e.Why + ": " + e.Conflict.Live + "; "
				}
			}
			if !strings.Contains(said, "that too: 203.0.113.12") {
				t.Errorf("%s: the ledger says %q", name, said)
			}
			r.stop()
		}
	})
}

// Somebody else changes the record between our reading and our deleting it: what they wrote is not put back as ours.
func TestAnOutOfBandChangeBeforeTheCompensationIsNeverOverwritten(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, c := range []struct {
			list string
			in   []string
			put  dosim.Record
		}{
			{"upsert_dns_record", record("TXT", "_new", "ours"), dosim.Record{Type: "TXT", Name: "_new", Data: "theirs"}},
			{"upsert_dns_record", record("CNAME", "blog", "ours.example.net"), dosim.Record{Type: "CNAME", Name: "blog", Data: "theirs.example.net"}},
			{"upsert_dns_record", record("MX", "@", "ours.example.net", "dns_record_mode", "replace"), dosim.Record{Type: "MX", Name: "@", Data: "theirs.example.net", Priority: 10}},
			{"delete_dns_record", record("TXT", "_dmarc", ""), dosim.Record{Type: "TXT", Name: "_dmarc", Data: "theirs"}},
		} {
			r := newRig(t)
			s := r.run(engine.Completed, c.list, c.in...)
			if now := r.here(c.put.Type, c.put.Name); len(now) > 0 {
				c.put.ID = now[0].ID
			}
			r.sim.PutRecord("example.com", c.put)
			before := r.sim.Zone("example.com")
			r.rollback(s.ID)
			s = r.rest(s.ID, engine.Failed)
			if s.Rows[0].Compensation.Conflict == nil {
				t.Errorf("%v: no conflict: %s", c.in, dump(s))
			}
			if d := gocmp.Diff(before, r.sim.Zone("example.com")); d != "" {
				t.Errorf("%v: the zone changed:\n%s", c.in, d)
			}
			r.stop()
		}
	})
}

func TestSeveralRecordsAndNoChoiceFailsAndSaysWhatToChoose(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		r.warm()
		s := r.run(engine.RolledBack, "upsert_dns_record", record("A", "api", "203.0.113.77")...)
		if !strings.HasPrefix(s.Error.Reason, "step_failed:several_records") || !strings.Contains(s.Rows[0].Error, "2 records") || !strings.Contains(s.Rows[0].Error, "dns_record_mode=add") {
			t.Errorf("%+v %s", s.Error, s.Rows[0].Error)
		}
		s = r.run(engine.RolledBack, "delete_dns_record", record("A", "api", "")...)
		if !strings.Contains(s.Rows[0].Error, "2 records") || !strings.Contains(s.Rows[0].Error, "dns_record_mode=all") {
			t.Error(s.Rows[0].Error)
		}
		if r.sim.Writes() != 0 {
			t.Errorf("%d writes", r.sim.Writes())
		}
	})
}

func TestSOAAndTheDomainsOwnNameServersAreLeftAlone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		for _, in := range [][]string{
			record("NS", "@", "ns1.example.org"), record("NS", "example.com.", "ns1.example.org"), record("SOA", "@", "1800"), record("CNAME", "@", "a.example.net"),
		} {
			for _, list := range []string{"upsert_dns_record", "delete_dns_record"} {
				if _, err := r.Start(t.Context(), engine.Launch{Kind: list, Inputs: inputs(in...)}); err == nil {
					t.Errorf("%s %v is taken", list, in)
				}
			}
		}
		before := r.here("NS", "@")
		r.run(engine.Completed, "upsert_dns_record", record("A", "@", "203.0.113.1", "dns_record_mode", "replace")...)
		if d := gocmp.Diff(before, r.here("NS", "@")); d != "" || len(r.here("SOA", "@")) != 1 {
			t.Error(d)
		}
	})
}

func TestAnUnknownDomainRefusesTheLaunch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		for _, list := range []string{"upsert_dns_record", "delete_dns_record"} {
			in := inputs(record("A", "www", "203.0.113.1")...)
			in["dns_domain"] = "nowhere.example"
			_, err := r.Start(t.Context(), engine.Launch{Kind: list, Inputs: in})
			if err == nil || !strings.Contains(err.Error(), "domain nowhere.example is not in this account") {
				t.Errorf("%v", err)
			}
		}
	})
}

// The plan that was shown is what happens.
func TestThePlanEqualsWhatHappens(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, sc := range scenarios() {
			r := sc.rig(t)
			l := engine.Launch{Kind: "adhoc", Steps: []string{sc.steps}, Inputs: inputs(sc.in(r)...)}
			r.sim.ResetLog()
			p, err := r.Plan(t.Context(), l)
			if err != nil || p.Steps[0].Error != "" {
				t.Fatalf("%s: %v %+v", sc.name, err, p)
			}
			if r.sim.Writes() != 0 {
				t.Errorf("%s: a plan wrote", sc.name)
			}
			s := r.run(engine.Completed, sc.steps, sc.in(r)...)
			if sc.name == "snapshot" {
				r.stop()
				continue
			}
			change := p.Steps[0].Change
			want := map[string]engine.Action{
				"created": engine.ActCreate, "updated": engine.ActUpdate, "replaced": engine.ActUpdate, "deleted": engine.ActDelete, "noop": engine.ActNone,
				"accepted": engine.ActUpdate, "forgotten": engine.ActUpdate, "adopted": engine.ActUpdate,
			}[put[string](t, s, "outcome")]
			if change.Action != want && (want != engine.ActCreate || len(put[[]steps.Record](t, s, "dns_prior_records")) <= 0 || change.Action != engine.ActUpdate) {
				t.Errorf("%s: planned %s, outcome %s", sc.name, change.Action, s.Context["outcome"])
			}
			if undo := r.UndoText(s, 0); undo != change.Undo {
				t.Errorf("%s: planned to undo with %q, it is %q", sc.name, change.Undo, undo)
			}
			again, err := r.Plan(t.Context(), l)
			if sc.name == "forget" || sc.name == "restore what is gone" {
				if err == nil {
					t.Errorf("%s: %s is still there", sc.name, l.Inputs["resource"])
				}
				r.stop()
				continue
			}
			if err != nil || !again.Nothing() {
				t.Errorf("%s: a second plan has something to do: %v %+v", sc.name, err, again.Steps)
			}
			r.stop()
		}
	})
}

func TestUndoTextsSayWhatWillHappen(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		for _, c := range []struct {
			list string
			in   []string
			want string
		}{
			{"upsert_dns_record", record("TXT", "_acme", "x"), "deletes TXT _acme.example.com"},
			{"upsert_dns_record", record("TXT", "_acme", "x"), "nothing to undo"},
			{"upsert_dns_record", record("TXT", "_acme", "y", "dns_record_ttl", "60"), "restores TXT _acme.example.com to x ttl 1800"},
			{"delete_dns_record", record("TXT", "_acme", ""), "recreates TXT _acme.example.com y ttl 60"},
			{"delete_dns_record", record("TXT", "_acme", ""), "nothing to undo"},
			{"delete_dns_record", record("MX", "@", "", "dns_record_mode", "all"), "recreates MX example.com 20 mx2.example.net ttl 1800 and recreates 1 more"},
			{"upsert_dns_record", record("A", "blog", "203.0.113.1", "dns_record_mode", "replace"), "deletes A blog.example.com, recreates CNAME blog.example.com sites.example.net"},
			{"echo", nil, "nothing to undo"},
		} {
			s := r.run(engine.Completed, c.list, c.in...)
			if got := r.UndoText(s, 0); got != c.want {
				t.Errorf("%v: %q, want %q", c.in, got, c.want)
			}
		}
		s := r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
		if got := r.UndoText(s, 0); !strings.HasPrefix(got, "deletes snapshot 2") || !strings.HasSuffix(got, "("+put[string](t, s, "snapshot_name")+")") {
			t.Errorf("%q", got)
		}
	})
}

func TestResourcesFollowWhatSagasDo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		names := func() []string {
			all, err := r.Resources(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			out := []string{}
			for _, x := range all {
				out = append(out, x.Type+" "+x.Name)
			}
			return out
		}
		want := func(what string, want ...string) {
			t.Helper()
			if d := gocmp.Diff(append([]string{}, want...), names()); d != "" {
				t.Errorf("after %s (-want +got):\n%s", what, d)
			}
		}
		r.run(engine.Completed, "upsert_dns_record", record("A", "web-01", "203.0.113.11")...)
		want("a noop")
		s := r.run(engine.Completed, "upsert_dns_record", record("TXT", "_r", "x")...)
		want("a create", "dns_record TXT _r.example.com")
		d := r.run(engine.Completed, "delete_dns_record", record("TXT", "_r", "")...)
		want("a delete")
		r.rollback(d.ID)
		r.rest(d.ID, engine.RolledBack)
		want("undoing the delete", "dns_record TXT _r.example.com")
		snap := r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
		want("a snapshot", "dns_record TXT _r.example.com", "droplet_snapshot "+put[string](t, snap, "snapshot_name"))
		r.rollback(snap.ID)
		r.rest(snap.ID, engine.RolledBack)
		want("undoing the snapshot", "dns_record TXT _r.example.com")
		_ = s
	})
}

func TestTextOfOthersIsShownAndKeptApart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		evil := "v=\x1b]0;title\x07\u202eend\u009b31m"
		r.sim.PutRecord("example.com", dosim.Record{Type: "TXT", Name: "evil", Data: evil, TTL: 60})
		in := record("TXT", "evil", "good")
		p, err := r.Plan(t.Context(), engine.Launch{Kind: "upsert_dns_record", Inputs: inputs(in...)})
		if err != nil {
			t.Fatal(err)
		}
		s := r.run(engine.Completed, "upsert_dns_record", in...)
		shown := []string{s.Target, p.Target, p.Steps[0].Change.Undo, r.UndoText(s, 0)}
		for _, f := range p.Steps[0].Change.Fields {
			shown = append(shown, f.From, f.To)
		}
		_, fields, err := r.Fields("upsert_dns_record", nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fields[0] {
			if f.Options == nil {
				continue
			}
			options, err := f.Options(t.Context(), inputs(in...))
			if err != nil || len(options) == 0 {
				t.Fatalf("%s: %v", f.Name, err)
			}
			for _, o := range options {
				shown = append(shown, o.Label, o.Detail)
			}
		}
		for _, text := range shown {
			if strings.ContainsFunc(text, func(c rune) bool { return unicode.IsControl(c) || unicode.Is(unicode.Cf, c) }) {
				t.Errorf("%q would steer a terminal", text)
			}
		}
		r.rollback(s.ID)
		r.rest(s.ID, engine.RolledBack)
		if got := r.here("TXT", "evil"); len(got) != 1 || got[0].Data != evil {
			t.Errorf("the data came back as %+v", got)
		}
	})
}

func TestWithoutACloudTheStepsSayWhatToDo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		id := r.launch("create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
		r.stop()
		whole := r.cloud
		r.cloud = nil
		r.start()
		if _, err := r.Start(t.Context(), engine.Launch{Kind: "echo"}); err != nil {
			t.Errorf("echo needs no cloud: %v", err)
		}
		_, err := r.Start(t.Context(), engine.Launch{Kind: "upsert_dns_record", Inputs: inputs(record("A", "www", "203.0.113.1")...)})
		if err == nil || !strings.Contains(err.Error(), "DIGITALOCEAN_TOKEN") || !strings.Contains(err.Error(), "--demo") {
			t.Errorf("%v", err)
		}
		time.Sleep(time.Hour)
		s, err := r.Saga(context.Background(), id)
		if err != nil || s.Status != engine.Running || len(s.Waiting) == 0 || !strings.Contains(s.Waiting[0].Text, "DIGITALOCEAN_TOKEN") {
			t.Errorf("a saga under way does not wait: %v %s", err, dump(s))
		}
		r.stop()
		r.cloud = whole
		r.start()
		r.rest(id, engine.Completed)
		if r.snapshots() != 1 {
			t.Errorf("%d snapshots", r.snapshots())
		}
	})
}
