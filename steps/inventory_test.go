package steps_test

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/steps"
	"arcadia/steps/dosim"
)

// only is the one resource there is.
func (r *rig) only() engine.Resource {
	r.t.Helper()
	all, err := r.Resources(context.Background())
	if err != nil || len(all) != 1 {
		r.t.Fatalf("%d resources, %v", len(all), err)
	}
	return all[0]
}

// drift demands the state of a resource and returns what differs as "name: from > to".
func (r *rig) drift(res engine.Resource, want estate.State) []string {
	r.t.Helper()
	d, err := steps.NewInventory(r.cloud, r.store).Check(context.Background(), res)
	if d.State != want || (err != nil) != (want == estate.NotChecked) || d.CheckedAt.IsZero() {
		r.t.Errorf("%s is %s, want %s: %+v %v", res.Name, d.State, want, d, err)
	}
	if (len(d.Live) > 0) != (want == estate.InSync || want == estate.Modified) || (d.Note != "") != (want == estate.NotChecked) {
		r.t.Errorf("%s, %s: live %s, note %q", res.Name, d.State, d.Live, d.Note)
	}
	var out []string
	for _, c := range d.Changes {
		out = append(out, c.Name+": "+c.From+" > "+c.To)
	}
	return out
}

func (r *rig) differs(res engine.Resource, want ...string) {
	r.t.Helper()
	if d := gocmp.Diff(want, r.drift(res, estate.Modified)); d != "" {
		r.t.Errorf("drift (-want +got):\n%s", d)
	}
}

func TestARecordChangedByHandIsModifiedFieldByField(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		r.run(engine.Completed, "upsert_dns_record", record("SRV", "_sip._tcp", "Host.Example.net", "dns_record_port", "5060", "dns_record_ttl", "1800", "dns_record_weight", "0")...)
		srv := r.only()
		r.drift(srv, estate.InSync)
		id := r.here("SRV", "_sip._tcp")[0].ID
		r.sim.PutRecord("example.com", dosim.Record{ID: id, Data: "other.example.net", TTL: 60, Priority: 10, Port: 5061})
		r.differs(srv, "data: host.example.net > other.example.net", "ttl: 1800 > 60", "port: 5060 > 5061")
		r.sim.PutRecord("example.com", dosim.Record{ID: id, Name: "_sips._tcp", Data: "host.example.net", TTL: 1800, Priority: 10, Port: 5060})
		time.Sleep(time.Minute) // the list of all records is kept for some seconds
		r.differs(srv, "name: _sip._tcp > _sips._tcp")
	})
}

func TestARecordDeletedByHandIsDeleted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		if _, err := r.cloud.AllRecords(t.Context(), "example.com"); err != nil { // keeps a list without the record
			t.Fatal(err)
		}
		r.run(engine.Completed, "upsert_dns_record", record("TXT", "_r", "x")...)
		res := r.only()
		r.drift(res, estate.InSync)
		r.sim.RemoveRecord("example.com", r.here("TXT", "_r")[0].ID)
		r.drift(res, estate.Deleted)
		// The same again under a new id is the same record to a resolver, and another to a saga.
		now := r.sim.PutRecord("example.com", dosim.Record{Type: "TXT", Name: "_r", Data: "x"})
		r.differs(res, "id: "+res.ExternalID+" > "+text(now))
		r.sim.PutRecord("example.com", dosim.Record{ID: now, Data: "y"})
		r.drift(res, estate.Deleted)
	})
}

func TestADeletedSnapshotAndARenamedOneAreDrift(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
		res := r.only()
		r.drift(res, estate.InSync)
		spec := steps.Snapshot{}
		if err := json.Unmarshal(res.Spec, &spec); err != nil {
			t.Fatal(err)
		}
		live := spec
		live.Name, live.Regions, live.SizeGB = "by-hand\x1b[2J", append([]string{"ams3"}, live.Regions...), 99
		raw, err := json.Marshal(live)
		if err != nil {
			t.Fatal(err)
		}
		got, err := steps.NewInventory(r.cloud, r.store).Drift(res, raw)
		if err != nil || len(got) != 2 || got[0].Name != "name" || got[0].From != res.Name || strings.Contains(got[0].To, "\x1b") ||
			got[1].Name != "regions" || got[1].To != "ams3 nyc3" {
			t.Errorf("%+v %v", got, err)
		}
		if err := r.cloud.DeleteSnapshot(t.Context(), spec.ID); err != nil {
			t.Fatal(err)
		}
		r.drift(res, estate.Deleted)
	})
}

func TestWhatCannotBeLookedAtIsNotChecked(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		r.run(engine.Completed, "upsert_dns_record", record("TXT", "_r", "x")...)
		res := r.only()
		r.drift(engine.Resource{Type: "volume", ExternalID: "7", Name: "v", Spec: json.RawMessage(`{}`)}, estate.NotChecked)
		bad := res
		bad.Spec = json.RawMessage(`[]`)
		r.drift(bad, estate.NotChecked)
		bad = res
		bad.ExternalID = "x"
		r.drift(bad, estate.NotChecked)
		d, err := steps.NewInventory(nil, nil).Check(t.Context(), res)
		if err == nil || d.State != estate.NotChecked || !strings.Contains(d.Note, "DIGITALOCEAN_TOKEN") {
			t.Errorf("%+v %v", d, err)
		}
		remove := r.sim.Inject(dosim.Fault{Kind: dosim.FaultScopeMissing})
		r.drift(res, estate.NotChecked)
		remove()
		r.sim.Inject(dosim.Fault{Kind: dosim.FaultServerError})
		r.drift(res, estate.NotChecked)
	})
}

func TestOrphansAreSagasSnapshotsThatNoSagaAccountsFor(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
		var droplet int64
		for _, d := range r.sim.Droplets() {
			if d.Name == "web-02" {
				droplet = d.ID
			}
		}
		name := "arcadia-snap-" + text(droplet) + "-0123abcd"
		lost := r.sim.AddSnapshot(droplet, name)
		known := "arcadia-snap-" + text(droplet) + "-4567abcd"
		r.sim.AddSnapshot(droplet, known)
		for _, other := range []string{"arcadia-snap-x-0123abcd", "arcadia-snap-1-0123abc", "arcadia-snap-1-0123abcd-2", "my arcadia-snap-1-0123abcd", "ARCADIA-SNAP-1-0123ABCD"} {
			r.sim.AddSnapshot(droplet, other)
		}
		time.Sleep(48 * time.Hour)
		asked := map[string]bool{}
		got, err := steps.NewInventory(r.cloud, r.store).Orphans(t.Context(), func(name string) bool { asked[name] = true; return name == known })
		if err != nil || len(got) != 1 || len(asked) != 2 {
			t.Fatalf("%+v %v, asked for %v", got, err, asked)
		}
		o := got[0]
		if o.ID != lost || o.Name != name || o.Droplet != droplet || o.Age < 48*time.Hour || o.Age > 49*time.Hour || o.SizeGB <= 0 {
			t.Errorf("%+v", o)
		}
		if cents := o.SizeGB * 6; o.MonthlyUSD*100 < cents-0.51 || o.MonthlyUSD*100 > cents+0.51 {
			t.Errorf("%g GiB cost %g", o.SizeGB, o.MonthlyUSD)
		}
		r.run(engine.Completed, "adopt_snapshot", "snapshot", text(lost))
		if got, err := steps.NewInventory(r.cloud, r.store).Orphans(t.Context(), func(name string) bool { return name == known }); err != nil || len(got) != 0 {
			t.Errorf("after it was adopted: %+v %v", got, err)
		}
		r.sim.Inject(dosim.Fault{Path: "/v2/snapshots", Kind: dosim.FaultScopeMissing})
		if _, err := steps.NewInventory(r.cloud, r.store).Orphans(t.Context(), func(string) bool { return false }); err == nil || !strings.Contains(err.Error(), "snapshot:read") {
			t.Errorf("%v", err)
		}
	})
}

func text(id int64) string { return strconv.FormatInt(id, 10) }
