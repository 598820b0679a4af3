package steps_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// tombstones are the resources that stand for deleted droplets.
func (r *rig) tombstones() []engine.Resource {
	r.t.Helper()
	all, err := r.Resources(r.t.(*testing.T).Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(x engine.Resource) bool { return x.Type != "droplet_tombstone" })
}

// forbids demands that a launch is refused in these words, and that nothing is stored.
func (r *rig) forbids(text string, l engine.Launch) {
	r.t.Helper()
	_, err := r.Start(r.t.(*testing.T).Context(), l)
	if err == nil || !strings.Contains(err.Error(), text) {
		r.t.Errorf("%s %v %v: %v, want %q", l.Kind, l.Steps, l.Inputs, err, text)
	}
}

func adhoc(list string, in ...string) engine.Launch {
	return engine.Launch{Kind: "adhoc", Steps: strings.Split(list, ","), Inputs: inputs(in...)}
}

func TestADeletedDropletLeavesATombstone(t *testing.T) {
	for name, f := range map[string]dosim.Fault{
		"undisturbed":        {Kind: dosim.FaultBackupDeleteNoOp},
		"its answer is lost": {Kind: dosim.FaultResetAfter, Method: http.MethodDelete, Path: "/v2/droplets/*", Count: 1},
		"never carried out":  {Kind: dosim.FaultResetBefore, Method: http.MethodDelete, Path: "/v2/droplets/*", Count: 1},
		"still read a while": {Kind: dosim.FaultGhost, Method: http.MethodDelete, Path: "/v2/droplets/*", Times: 3, Delay: 20 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r := newRig(t)
				id := r.droplet("web-01")
				wall := r.sim.AddFirewall("edge")
				r.run(engine.Completed, "add_to_firewall", "firewall", wall, "droplet_id", id)
				r.sim.Inject(f)
				s := r.run(engine.Completed, "delete_droplet,verify_gone", "droplet_id", id, "droplet_name", "web-01", "reserved_ip", "198.51.100.10")
				if len(r.named("web-01")) != 0 || s.Passed != "droplet web-01 ("+id+")" {
					t.Errorf("it is there, or passed %q: %s", s.Passed, dump(s))
				}
				left := r.tombstones()
				if len(left) != 1 || left[0].ExternalID != id {
					t.Fatalf("tombstones %+v", left)
				}
				for _, part := range []string{`"name":"web-01"`, `"reserved_ips":["198.51.100.10"]`, wall, `"size":"s-2vcpu-4gb"`} {
					if !strings.Contains(string(left[0].Spec), part) {
						t.Errorf("the tombstone has no %s: %s", part, left[0].Spec)
					}
				}
				if err := r.Rollback(t.Context(), s.ID, engine.Request{}); err == nil || !strings.Contains(err.Error(), "gone for good") {
					t.Errorf("rolled back: %v", err)
				}
			})
		})
	}
}

func TestADropletIsNotDeletedUnlessAllIsRight(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		web, db := r.droplet("web-01"), r.droplet("db-01")
		list := "delete_droplet"
		r.forbids("is required: the name of the droplet", adhoc(list, "droplet_id", web))
		r.forbids("is web-01: write that name", adhoc(list, "droplet_id", web, "droplet_name", "web-02"))
		r.forbids("is not in this account", adhoc(list, "droplet_id", "7", "droplet_name", "web-02"))
		r.forbids("reserved IP 198.51.100.10 is on the droplet: move it first, or name it with reserved_ip=", adhoc(list, "droplet_id", web, "droplet_name", "web-01"))
		r.forbids("migrate runs on droplet build-01", adhoc(list, "droplet_id", r.droplet("build-01"), "droplet_name", "build-01"))
		locked := r.sim.Inject(dosim.Fault{Kind: dosim.FaultDropletLocked, Text: "db-01"})
		r.forbids("is locked by the provider", adhoc(list, "droplet_id", db, "droplet_name", "db-01"))
		locked()
		if p, err := r.store.List(t.Context(), engine.Query{}); err != nil || len(p.Items) > 0 {
			t.Errorf("%d sagas are stored, %v", len(p.Items), err)
		}
		// What only shows in the middle fails the step before its first write.
		alien := strconv.FormatInt(r.sim.Snapshots()[0].ID, 10) // of web-01
		s := r.run(engine.RolledBack, list, "droplet_id", db, "droplet_name", "db-01", "need_snapshot", alien)
		if !strings.Contains(s.Rows[0].Error, "no_sound_snapshot") || s.Rows[0].Dirty || len(r.named("db-01")) != 1 || len(r.tombstones()) != 0 {
			t.Errorf("%s", dump(s))
		}
	})
}

func TestADropletThatSomebodyElseHasDeletedIsGoneAlready(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		id := r.droplet("web-02")
		s := r.launch("wait_until,delete_droplet", "for", "1h", "droplet_id", id, "droplet_name", "web-02")
		n, _ := strconv.ParseInt(id, 10, 64)
		if err := r.cloud.DeleteDroplet(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		got := r.rest(s, engine.Completed)
		if put[string](t, got, "outcome") != "absent" || got.Passed != "" || len(r.tombstones()) != 0 {
			t.Errorf("%s", dump(got))
		}
	})
}

func TestARebuiltDropletIsRebuiltFromItsSafetyCopy(t *testing.T) {
	for name, f := range map[string]dosim.Fault{
		"undisturbed":         {Kind: dosim.FaultBackupDeleteNoOp},
		"its answer is lost":  {Kind: dosim.FaultResetAfter, Method: http.MethodPost, Path: "/v2/droplets/*/actions", Count: 1},
		"its effect is late":  {Kind: dosim.FaultStatusLate, Text: "rebuild", Delay: 40 * time.Second},
		"it errs, going back": {Kind: dosim.FaultActionErrors, Text: "rebuild", Count: 1},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r := newRig(t)
				id := r.droplet("web-01")
				golden := strconv.FormatInt(r.sim.Snapshots()[0].ID, 10)
				copied := r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", id)
				safety := strconv.FormatInt(put[int64](t, copied, "snapshot_id"), 10)
				r.sim.Inject(f)
				saga := r.launch("rebuild_droplet", "droplet_id", id, "image", golden, "safety", safety)
				image := func() string {
					n, _ := strconv.ParseInt(id, 10, 64)
					d, err := r.cloud.Droplet(t.Context(), n)
					if err != nil {
						t.Fatal(err)
					}
					return strconv.FormatInt(d.ImageID, 10)
				}
				if f.Kind == dosim.FaultActionErrors {
					before := image()
					r.rest(saga, engine.RolledBack)
					if image() != before || r.actions("rebuild") != 1 {
						t.Errorf("it runs %s after %d rebuilds", image(), r.actions("rebuild"))
					}
					return
				}
				r.rest(saga, engine.Completed)
				if image() != golden || r.actions("rebuild") != 1 {
					t.Errorf("it runs %s after %d rebuilds", image(), r.actions("rebuild"))
				}
				r.rollback(saga)
				r.rest(saga, engine.RolledBack)
				if image() != safety || r.actions("rebuild") != 2 {
					t.Errorf("it runs %s, want its safety copy %s", image(), safety)
				}
			})
		})
	}
}

func TestARebuildWithoutAWayBackIsRefused(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		web, golden := r.droplet("web-01"), strconv.FormatInt(r.sim.Snapshots()[0].ID, 10)
		large := strconv.FormatInt(r.sim.Snapshots()[1].ID, 10) // of db-01, whose disk is larger
		r.forbids("is required: the id of a snapshot of the droplet as it is now", adhoc("rebuild_droplet", "droplet_id", web, "image", golden))
		r.forbids("is not in this account", adhoc("rebuild_droplet", "droplet_id", web, "image", "7", "safety", golden))
		r.forbids("needs a disk of 160 GiB", adhoc("rebuild_droplet", "droplet_id", web, "image", large, "safety", golden))
		r.forbids("is of another droplet", adhoc("rebuild_droplet", "droplet_id", r.droplet("web-02"), "image", golden, "safety", golden))
		r.forbids("is not in nyc3", adhoc("rebuild_droplet", "droplet_id", r.droplet("db-01"), "image", strconv.FormatInt(r.sim.Snapshots()[3].ID, 10), "safety", large))
	})
}

func TestADiskGrowsForGood(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		id := r.droplet("cache-01")
		r.forbids("a disk cannot shrink", adhoc("grow_droplet_disk", "droplet_id", id, "size", "s-1vcpu-1gb"))
		r.forbids("use resize_droplet", adhoc("grow_droplet_disk", "droplet_id", id, "size", "c-4"))
		r.sim.Inject(dosim.Fault{Kind: dosim.FaultActionErrors, Text: "resize", Count: 1})
		r.run(engine.RolledBack, "grow_droplet_disk", "droplet_id", id, "size", "s-2vcpu-4gb")
		r.became("cache-01", "off", "s-1vcpu-2gb")
		s := r.run(engine.Completed, "grow_droplet_disk", "droplet_id", id, "size", "s-2vcpu-4gb")
		if !strings.Contains(s.Passed, "the disk of 50 GiB") {
			t.Errorf("passed %q", s.Passed)
		}
		if err := r.Rollback(t.Context(), s.ID, engine.Request{}); err == nil {
			t.Error("it is rolled back")
		}
		s = r.run(engine.RolledBack, "grow_droplet_disk", "droplet_id", r.droplet("web-01"), "size", "s-4vcpu-8gb")
		if !strings.Contains(s.Rows[0].Error, "power it off first") {
			t.Errorf("%s", dump(s))
		}
	})
}

func TestATTLMovesAndMovesBack(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		begun := time.Now()
		ttls := func(want int) {
			t.Helper()
			for _, rec := range r.here("A", "api") {
				if rec.TTL != want {
					t.Errorf("%s has TTL %d, want %d", rec.Data, rec.TTL, want)
				}
			}
		}
		if s := r.run(engine.RolledBack, "set_dns_ttl", record("A", "nowhere", "", "dns_record_ttl", "60")...); !strings.Contains(s.Rows[0].Error, "there is no TTL to set") {
			t.Errorf("%s", dump(s))
		}
		r.forbids("is required", adhoc("set_dns_ttl", record("A", "api", "")...))
		r.run(engine.Completed, "upsert_dns_record", record("A", "api", "203.0.113.13", "dns_record_mode", "add")...) // which the store accounts for
		id := r.launch("set_dns_ttl", record("A", "api", "", "dns_record_ttl", "60")...)
		s := r.rest(id, engine.Completed)
		ttls(60)
		if end := put[engine.Time](t, s, "old_ttl_ends"); end.Sub(begun) < 300*time.Second || end.Sub(begun) > 310*time.Second {
			t.Errorf("the former TTL is over at %s", end)
		}
		if ours := r.only(); !strings.Contains(string(ours.Spec), `"ttl":60`) {
			t.Errorf("the store wants %s", ours.Spec)
		}
		if n := r.calls("PUT", "/records/"); n != 1 {
			t.Errorf("%d writes", n)
		}
		r.rollback(id)
		r.rest(id, engine.RolledBack)
		ttls(300)
		s = r.run(engine.Completed, "set_dns_ttl", record("A", "api", "", "dns_record_ttl", "300")...)
		if put[string](t, s, "outcome") != "noop" {
			t.Errorf("%s", dump(s))
		}
	})
}

func TestAFirewallStandsBeforeADropletAndIsTakenAway(t *testing.T) {
	for name, f := range map[string]dosim.Fault{
		"undisturbed":        {Kind: dosim.FaultBackupDeleteNoOp},
		"its answer is lost": {Kind: dosim.FaultResetAfter, Method: http.MethodPost, Path: "/v2/firewalls/*/droplets", Count: 1},
		"never carried out":  {Kind: dosim.FaultResetBefore, Method: http.MethodPost, Path: "/v2/firewalls/*/droplets", Count: 1},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r := newRig(t)
				wall, before := r.sim.AddFirewall("edge"), r.sim.Firewalls()
				r.sim.Inject(f)
				id := r.launch("add_to_firewall", "firewall", wall, "droplet_id", r.droplet("web-01"))
				r.rest(id, engine.Completed)
				now := r.sim.Firewalls()
				if at := len(now) - 1; len(now[at].Droplets) != 1 || !slices.Equal(now[at].Rules, before[at].Rules) {
					t.Errorf("%+v", now[at])
				}
				// One that stood there already stays.
				again := r.launch("add_to_firewall", "firewall", wall, "droplet_id", r.droplet("web-01"))
				r.rest(again, engine.Completed)
				r.rollback(again)
				r.rest(again, engine.RolledBack)
				if now = r.sim.Firewalls(); len(now[len(now)-1].Droplets) != 1 {
					t.Errorf("%+v", now)
				}
				r.rollback(id)
				r.rest(id, engine.RolledBack)
				if now = r.sim.Firewalls(); len(now[len(now)-1].Droplets) != 0 {
					t.Errorf("%+v", now)
				}
			})
		})
	}
}
