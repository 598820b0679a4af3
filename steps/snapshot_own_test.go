package steps_test

import (
	"strconv"
	"testing"

	"arcadia/engine"
)

// A name belongs to one saga whole: whatever bears it goes with the saga, and is no orphan while the saga stands.
func TestEverySnapshotOfASagasNameIsTheSagas(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		droplet, err := strconv.ParseInt(r.droplet("web-01"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		s := r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", text(droplet))
		if s.Inputs["droplet_id"] != text(droplet) || len(s.Locks) != 1 || s.Locks[0] != "droplet:"+text(droplet) {
			t.Errorf("inputs %v, locks %v", s.Inputs, s.Locks)
		}
		name := put[string](t, s, "snapshot_name")
		for range 2 {
			r.sim.AddSnapshot(droplet, name)
		}
		r.sim.AddSnapshot(droplet, name+"0") // another name
		before := r.snapshots()
		r.rollback(s.ID)
		s = r.rest(s.ID, engine.RolledBack)
		if n := r.snapshots(); n != before-3 || s.Verified.IsZero() || len(s.Left) > 0 {
			t.Errorf("%d snapshots, %d before: %s", n, before, dump(s))
		}
	})
}

// Whole numbers have one spelling, so that what is locked has one name.
func TestADropletsIDHasOneSpelling(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		id := r.droplet("web-01")
		p, err := r.Plan(t.Context(), engine.Launch{Kind: "snapshot_droplet", Inputs: inputs("droplet_id", id)})
		if err != nil {
			t.Fatal(err)
		}
		same(t, "locks", []string{"droplet:" + id}, p.Locks)
		for _, bad := range []string{"0" + id, "000" + id, "+" + id, "+0" + id, "-" + id, id + " ", "0x1", "1e3", "١"} {
			if _, err := r.Plan(t.Context(), engine.Launch{Kind: "snapshot_droplet", Inputs: inputs("droplet_id", bad)}); err == nil {
				t.Errorf("%q was taken", bad)
			}
		}
	})
}

// However a record's name is written, two sagas of one record take one lock.
func TestARecordIsOneLockHoweverItsNameIsSpelt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		for want, spelt := range map[string][][2]string{
			"dns:example.com/www": {{"example.com", "www"}, {"EXAMPLE.com.", "WWW"}, {"example.com", "www.example.com"}, {"example.com.", "www.example.com."}, {"Example.Com", "wWw.ExAmPlE.CoM."}},
			"dns:example.com/@":   {{"example.com", "@"}, {"example.com", "example.com"}, {"example.com.", "EXAMPLE.COM."}},
		} {
			for _, s := range spelt {
				p, err := r.Plan(t.Context(), engine.Launch{Kind: "upsert_dns_record", Inputs: inputs(
					"dns_domain", s[0], "dns_record_name", s[1], "dns_record_type", "TXT", "dns_record_data", "x")})
				if err != nil {
					t.Fatal(err)
				}
				same(t, "locks of "+s[1], []string{want}, p.Locks)
			}
		}
	})
}
