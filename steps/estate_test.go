package steps_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/steps"
	"arcadia/steps/dosim"
)

func (r *rig) estate() estate.Estate {
	r.t.Helper()
	time.Sleep(time.Minute) // lists may be some seconds old
	e, err := steps.NewInventory(r.cloud, r.store).Estate(r.t.(*testing.T).Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return e
}

func machine(t *testing.T, e estate.Estate, name string) estate.Machine {
	t.Helper()
	at := slices.IndexFunc(e.Machines, func(m estate.Machine) bool { return m.Name == name })
	if at < 0 {
		t.Fatalf("no %s among %d machines", name, len(e.Machines))
	}
	return e.Machines[at]
}

func TestAnEstateJoinsADropletWithAllThatBelongsToIt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		id := r.droplet("db-01")
		r.run(engine.Completed, "upsert_dns_record", record("A", "db", machine(t, r.estate(), "db-01").IPv4)...)
		s := r.run(engine.Completed, "create_droplet_snapshot,verify_snapshot", "droplet_id", id)
		e := r.estate()
		m := machine(t, e, "db-01")
		if len(e.Missing) > 0 {
			t.Errorf("missing %q", e.Missing)
		}
		if c := m.Copies; len(c) == 0 || c[0].Saga != s.ID.Short() || !c[0].Verified || c[0].OfName != "db-01" || c[0].MonthlyUSD != steps.MonthlyUSD(c[0].SizeGB) {
			t.Errorf("copies %+v", c)
		}
		if !slices.ContainsFunc(m.Records, func(z estate.Record) bool { return z.Domain == "example.com" && z.Name == "db" && z.Type == "A" }) {
			t.Errorf("records %+v", m.Records)
		}
		if v := m.Volumes; len(v) != 1 || v[0].Name != "db-01-data" || v[0].MonthlyUSD != 10 {
			t.Errorf("volumes %+v", v)
		}
		if m.MonthlyUSD <= 0 || m.Addresses[0] != (estate.Address{IP: m.IPv4, Sort: "public"}) {
			t.Errorf("costs %v, addresses %+v", m.MonthlyUSD, m.Addresses)
		}
		for _, o := range e.Machines {
			if tagged := slices.Contains(o.Tags, "web"); tagged != (len(o.Walls) > 0) {
				t.Errorf("%s is tagged %v and has %d firewalls", o.Name, o.Tags, len(o.Walls))
			}
			for _, a := range e.Addresses {
				has := slices.Contains(o.Addresses, estate.Address{IP: a.IP, Sort: "reserved"})
				if has != (a.Droplet == o.ID) {
					t.Errorf("%s has %s: %v", o.Name, a.IP, has)
				}
			}
		}
	})
}

func TestAnEstateListsWhatIsLeftOfDropletsThatAreGone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		asleep, gone := r.droplet("web-01"), r.droplet("web-02")
		r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", asleep)
		r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", gone)
		r.run(engine.Completed, "delete_droplet,verify_gone", "droplet_id", asleep, "droplet_name", "web-01", "reserved_ip", "198.51.100.10")
		var n int64
		if _, err := fmt.Sscan(gone, &n); err != nil {
			t.Fatal(err)
		}
		if err := r.cloud.DeleteDroplet(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		left := map[string]estate.Remains{}
		for _, x := range r.estate().Remains {
			left[x.ID] = x
		}
		if x := left[asleep]; x.Name != "web-01" || !x.Asleep || x.Size == "" || x.WasUSD <= 0 || len(x.Copies) == 0 {
			t.Errorf("asleep: %+v", x)
		}
		if x := left[gone]; x.Name != "" || x.Asleep || len(x.Copies) == 0 {
			t.Errorf("gone: %+v", x)
		}
	})
}

func TestAnEstateSaysWhatCouldNotBeRead(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		r.sim.Inject(dosim.Fault{Kind: dosim.FaultScopeMissing, Path: "/v2/volumes"})
		e := r.estate()
		if len(e.Machines) == 0 || len(e.Missing) != 1 || !strings.HasPrefix(e.Missing[0], "volumes (") {
			t.Errorf("%d machines, missing %q", len(e.Machines), e.Missing)
		}
	})
}
