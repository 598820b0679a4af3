package steps_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// newDroplet are the inputs of a droplet.
func (r *rig) newDroplet(name string) []string {
	r.t.Helper()
	return []string{"name", name, "region", "nyc3", "size", "s-1vcpu-1gb", "image", "debian-12-x64", "ssh_keys", "52000512", "tags", "web, new"}
}

func (r *rig) named(name string) []dosim.Droplet {
	var out []dosim.Droplet
	for _, d := range r.sim.Droplets() {
		if d.Name == name {
			out = append(out, d)
		}
	}
	return out
}

func TestADropletIsMadeOnceAndDeletedAgain(t *testing.T) {
	for name, f := range map[string]dosim.Fault{
		"undisturbed":          {Kind: dosim.FaultBackupDeleteNoOp},
		"its answer is lost":   {Kind: dosim.FaultResetAfter, Method: http.MethodPost, Path: "/v2/droplets", Count: 1},
		"its answer is broken": {Kind: dosim.FaultGarbageBody, Method: http.MethodPost, Path: "/v2/droplets", Count: 1},
		"it is never carried":  {Kind: dosim.FaultResetBefore, Method: http.MethodPost, Path: "/v2/droplets", Count: 1},
		"it is listed late":    {Kind: dosim.FaultDropletLate, Times: 5, Delay: 20 * time.Second},
		"a 503":                {Kind: dosim.FaultUnavailable, Method: http.MethodPost, Path: "/v2/droplets", Count: 2},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r := newRig(t, dosim.WithDeleteWindow(11*time.Second))
				r.sim.Inject(f)
				id := r.launch("create_droplet", r.newDroplet("web-03")...)
				s := r.rest(id, engine.Completed)
				made := r.named("web-03")
				if len(made) != 1 || made[0].Status != "active" || made[0].ID != put[int64](t, s, "created_droplet_id") || !slices.Contains(made[0].Tags, "new") {
					t.Fatalf("made %+v: %s", made, dump(s))
				}
				r.rollback(id)
				r.rest(id, engine.RolledBack)
				if left := r.named("web-03"); len(left) > 0 {
					t.Errorf("left %+v", left)
				}
			})
		})
	}
}

func TestALostAnswerAndALateListingMakeNoSecondDroplet(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		r.sim.Inject(dosim.Fault{Kind: dosim.FaultResetAfter, Method: http.MethodPost, Path: "/v2/droplets", Count: 1})
		r.sim.Inject(dosim.Fault{Kind: dosim.FaultDropletLate, Times: 4, Delay: 25 * time.Second, Count: 1})
		s := r.run(engine.RolledBack, "create_droplet,fail", r.newDroplet("web-03")...)
		if left := r.named("web-03"); len(left) > 0 {
			t.Errorf("left %+v: %s", left, dump(s))
		}
		if n := r.actions("create"); n != 1 {
			t.Errorf("%d were made", n)
		}
	})
}

func TestADropletIsNotDeletedWithWhatSomebodyPutOnIt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		id := r.launch("create_droplet", r.newDroplet("web-03")...)
		s := r.rest(id, engine.Completed)
		r.sim.AddSnapshot(put[int64](t, s, "created_droplet_id"), "precious")
		r.rollback(id)
		s = r.rest(id, engine.Failed)
		if c := s.Rows[0].Compensation.Conflict; c == nil || !strings.Contains(c.Live, "1 snapshots") || len(r.named("web-03")) != 1 {
			t.Errorf("conflict %+v", c)
		}
	})
}

func TestADropletThatCannotBeMadeLeavesNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		refuse := func(text, name, value string) {
			t.Helper()
			in := r.newDroplet("web-03")
			in[slices.Index(in, name)+1] = value
			if _, err := r.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"create_droplet"}, Inputs: inputs(in...)}); err == nil || !strings.Contains(err.Error(), text) {
				t.Errorf("%s=%s: %v, want %q", name, value, err, text)
			}
		}
		refuse("not a host name", "name", "bad host!")
		refuse("there is no size", "size", "s-9vcpu")
		refuse("not available in nyc2", "region", "nyc2")
		refuse("not a list of ids", "ssh_keys", "mine")
		refuse("not a list of tags", "tags", "a b")
		in := r.newDroplet("web-03")
		in[slices.Index(in, "ssh_keys")+1] = "999999" // only the service knows
		s := r.run(engine.RolledBack, "create_droplet", in...)
		if !strings.Contains(s.Rows[0].Error, "999999 are invalid key identifiers") || len(r.named("web-03")) > 0 {
			t.Errorf("%s", dump(s))
		}
		r.sim.Inject(dosim.Fault{Kind: dosim.FaultActionErrors, Text: "create"})
		r.run(engine.RolledBack, "create_droplet", r.newDroplet("web-03")...)
		if left := r.named("web-03"); len(left) > 0 {
			t.Errorf("left %+v", left)
		}
	})
}

func TestAReservedIPMovesAndMovesBack(t *testing.T) {
	const ip = "198.51.100.10" // on web-01
	for name, f := range map[string]dosim.Fault{
		"undisturbed":        {Kind: dosim.FaultBackupDeleteNoOp},
		"its answer is lost": {Kind: dosim.FaultResetAfter, Method: http.MethodPost, Path: "/v2/reserved_ips/*/actions", Count: 1},
		"never carried out":  {Kind: dosim.FaultResetBefore, Method: http.MethodPost, Path: "/v2/reserved_ips/*/actions", Count: 1},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r := newRig(t)
				before := r.sim.ReservedIPs()
				r.sim.Inject(f)
				begun := time.Now()
				id := r.launch("assign_reserved_ip", "ip", ip, "droplet_id", r.droplet("web-02"))
				r.rest(id, engine.Completed)
				if on := r.sim.ReservedIPs()[ip]; on != r.sim.Droplets()[1].ID || r.actions("assign") != 1 {
					t.Errorf("it is on %d after %d moves", on, r.actions("assign"))
				}
				r.rollback(id)
				r.rest(id, engine.RolledBack)
				if now := r.sim.ReservedIPs()[ip]; now != before[ip] || time.Since(begun) < time.Minute {
					t.Errorf("it is on %d after %s, before on %d", now, time.Since(begun), before[ip])
				}
				// One that was nowhere is nowhere again.
				id = r.launch("assign_reserved_ip", "ip", "198.51.100.11", "droplet_id", r.droplet("db-02"))
				r.rest(id, engine.Completed)
				r.rollback(id)
				r.rest(id, engine.RolledBack)
				if now := r.sim.ReservedIPs()["198.51.100.11"]; now != 0 {
					t.Errorf("it is on %d", now)
				}
			})
		})
	}
}

func TestAnIPThatSomebodyHasMovedStaysThere(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		const ip = "198.51.100.10"
		id := r.launch("assign_reserved_ip", "ip", ip, "droplet_id", r.droplet("web-02"))
		r.rest(id, engine.Completed)
		if _, err := r.cloud.AssignIP(t.Context(), ip, r.sim.Droplets()[2].ID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		r.rollback(id)
		s := r.rest(id, engine.Failed)
		if c := s.Rows[0].Compensation.Conflict; c == nil || r.sim.ReservedIPs()[ip] != r.sim.Droplets()[2].ID {
			t.Errorf("conflict %+v", c)
		}
		if err := r.Overrule(t.Context(), id, 0, engine.Request{Reason: "they asked me to"}); err != nil { // but by an operator's word
			t.Fatal(err)
		}
		r.rest(id, engine.RolledBack)
		if to := r.sim.ReservedIPs()[ip]; to == r.sim.Droplets()[2].ID {
			t.Errorf("the IP is still on droplet %d", to)
		}
		if _, err := r.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"assign_reserved_ip"}, Inputs: inputs("ip", ip, "droplet_id", r.droplet("db-02"))}); err == nil ||
			!strings.Contains(err.Error(), "choose a droplet in nyc3") {
			t.Errorf("another region: %v", err)
		}
	})
}

func TestAVolumeIsCopiedOnceAndTheCopyDeleted(t *testing.T) {
	for name, f := range map[string]dosim.Fault{
		"undisturbed":          {Kind: dosim.FaultBackupDeleteNoOp},
		"its answer is lost":   {Kind: dosim.FaultResetAfter, Method: http.MethodPost, Path: "/v2/volumes/*/snapshots", Count: 1},
		"its answer is broken": {Kind: dosim.FaultGarbageBody, Method: http.MethodPost, Path: "/v2/volumes/*/snapshots", Count: 1},
		"never carried out":    {Kind: dosim.FaultResetBefore, Method: http.MethodPost, Path: "/v2/volumes/*/snapshots", Count: 1},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r := newRig(t)
				r.sim.Inject(f)
				volume := r.sim.Volumes()[0].ID
				count := func(want int) {
					t.Helper()
					if all, err := r.cloud.VolumeSnapshots(t.Context(), volume); err != nil || len(all) != want {
						t.Errorf("%+v, %v; want %d", all, err, want)
					}
				}
				id := r.launch("create_volume_snapshot", "volume", volume)
				r.rest(id, engine.Completed)
				count(1)
				r.rollback(id)
				r.rest(id, engine.RolledBack)
				count(0)
			})
		})
	}
}
