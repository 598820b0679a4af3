package steps_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"arcadia/engine"
)

// exampleLaunches are launches of all kinds of the catalog, ready to go in the account that it prepares for them.
func exampleLaunches(r *rig) []engine.Launch {
	r.t.Helper()
	machine := r.droplet("web-01")
	id, err := strconv.ParseInt(machine, 10, 64)
	if err != nil {
		r.t.Fatal(err)
	}
	r.run(engine.Completed, "upsert_dns_record", record("TXT", "_kept", "kept")...)
	snapshot := put[int64](r.t, r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", machine), "snapshot_id")
	asleep := strconv.FormatInt(r.sim.AddDroplet("asleep"), 10)
	saga, err := r.Start(context.Background(), engine.Launch{Kind: "hibernate_droplet", Inputs: inputs("droplet_id", asleep, "droplet_name", "asleep", "approvals", "0")})
	if err != nil {
		r.t.Fatal(err)
	}
	r.rest(saga.ID, engine.Completed)
	kept := ""
	resources, err := r.Resources(context.Background())
	if err != nil {
		r.t.Fatal(err)
	}
	for _, x := range resources {
		if x.Type == "dns_record" {
			kept = x.Key()
		}
	}
	both := record("A", "app", "203.0.113.20", "dns_record_ttl", "60", "droplet_id", machine)
	orphan := strconv.FormatInt(r.sim.AddSnapshot(id, "arcadia-snap-"+machine+"-0a1b2c3d"), 10)
	volume := r.sim.Volumes()[0].ID
	stray, err := r.cloud.SnapshotVolume(context.Background(), volume, "arcadia-vol-"+volume+"-0a1b2c3d")
	if err != nil {
		r.t.Fatal(err)
	}
	return []engine.Launch{
		{Kind: "adopt_volume_snapshot", Inputs: inputs("volume_snapshot", stray.ID)},
		{Kind: "snapshot_droplet", Inputs: inputs("droplet_id", machine)},
		{Kind: "upsert_dns_record", Inputs: inputs(record("A", "app", "203.0.113.20", "dns_record_ttl", "60")...)},
		{Kind: "delete_dns_record", Inputs: inputs(record("TXT", "_kept", "")...)},
		{Kind: "snapshot_then_dns", Inputs: inputs(both...)},
		{Kind: "restore_resource", Inputs: inputs("resource", kept)},
		{Kind: "accept_resource", Inputs: inputs("resource", kept)},
		{Kind: "forget_resource", Inputs: inputs("resource", kept)},
		{Kind: "adopt_snapshot", Inputs: inputs("snapshot", orphan)},
		{Kind: "delete_snapshot", Inputs: inputs("snapshot", strconv.FormatInt(snapshot, 10))},
		{Kind: "provision_droplet", Inputs: inputs(append(r.newDroplet("web-03"), "dns_domain", "example.com")...)},
		{Kind: "failover_reserved_ip", Inputs: inputs("ip", "198.51.100.10", "droplet_id", r.droplet("web-02"), "tcp", "{host}:22")},
		{Kind: "replace_droplet", Inputs: inputs("droplet_id", machine, "droplet_name", "web-01", "name", "web-01b", "ssh_keys", "52000512", "tcp", "{host}:22")},
		{Kind: "hibernate_droplet", Inputs: inputs("droplet_id", r.droplet("web-02"), "droplet_name", "web-02")},
		{Kind: "wake_droplet", Inputs: inputs("droplet_id", asleep, "ssh_keys", "52000512")},
		{Kind: "offboard_droplet", Inputs: inputs("droplet_id", r.droplet("db-01"), "droplet_name", "db-01")},
		{Kind: "restore_droplet", Inputs: inputs("droplet_id", machine, "image", strconv.FormatInt(snapshot, 10), "tcp", "{host}:22")},
		{Kind: "dns_cutover", Inputs: inputs(record("A", "web-01", "203.0.113.20", "tcp", "{host}:22")...)},
		{Kind: "resize_droplet", Inputs: inputs("droplet_id", r.droplet("web-01"), "size", moreSize)},
		{Kind: "rotate_snapshots", Inputs: inputs("droplet_id", machine, "keep_daily", "7")},
		{Kind: "rotate_volume_snapshots", Inputs: inputs("volume", volume, "keep_daily", "7")},
		{Kind: "open_port", Inputs: inputs("firewall", r.wall().ID, "ports", "8080")},
		{Kind: "close_port", Inputs: inputs("firewall", r.wall().ID, "ports", "443")},
		{Kind: "echo"},
		{Kind: "echo_fail"},
		{Kind: "adhoc", Steps: []string{"create_droplet_snapshot", "upsert_dns_record"}, Inputs: inputs(both...)},
	}
}

func TestTwoPlansOfAnUntouchedWorldAreOneForEveryKind(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		missing := map[string]bool{}
		for _, k := range r.Kinds() {
			missing[k.Name] = true
		}
		launches := exampleLaunches(r)
		time.Sleep(time.Hour) // sizes of snapshots settle
		before := map[engine.PlanHash]string{}
		for _, l := range launches {
			delete(missing, l.Kind)
			p, err := r.Plan(t.Context(), l)
			if err != nil {
				t.Errorf("%s: %v", l.Kind, err)
				continue
			}
			for _, s := range p.Steps {
				if s.Error != "" {
					t.Errorf("%s: %s: %s", l.Kind, s.Name, s.Error)
				}
			}
			if other := before[p.Hash]; other != "" {
				t.Errorf("the plans of %s and of %s have one hash", l.Kind, other)
			}
			before[p.Hash] = l.Kind
			time.Sleep(10 * time.Minute)
			again, err := r.Plan(t.Context(), l)
			if err != nil || again.Hash != p.Hash {
				t.Errorf("%s: the plan was %+v and is %+v ten minutes later (%v)", l.Kind, p, again, err)
			}
		}
		for k := range missing {
			t.Errorf("kind %s has no launch here: add one to exampleLaunches", k)
		}
	})
}
