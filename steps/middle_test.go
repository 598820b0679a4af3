package steps_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"arcadia/engine"
	"arcadia/steps"
	"arcadia/steps/dosim"
)

// power switches a droplet as somebody else would.
func (r *rig) power(name string, do steps.PowerAction) {
	r.t.Helper()
	n, _ := strconv.ParseInt(r.droplet(name), 10, 64)
	if _, err := r.cloud.Power(r.t.(*testing.T).Context(), n, do); err != nil {
		r.t.Fatal(err)
	}
	time.Sleep(time.Minute)
}

// said is what the rows of a saga say.
func said(s *engine.Saga) string {
	var b strings.Builder
	for _, row := range s.Rows {
		b.WriteString(row.Error + "\n")
		if c := row.Compensation; c != nil {
			b.WriteString(c.Error + "\n")
		}
	}
	return b.String()
}

// TestWhatNoLongerCanBeInTheMiddleIsUndone changes the account between a launch, whose plan was good, and the step's turn.
func TestWhatNoLongerCanBeInTheMiddleIsUndone(t *testing.T) {
	replace := func(r *rig) (string, []string) {
		r.leads("web-02", "shop.example.com")
		return "replace_droplet", []string{"droplet_id", r.droplet("web-02"), "droplet_name", "web-02", "name", "web-03", "ssh_keys", "52000512", "tcp", "{host}:22", "approvals", "0"}
	}
	later := func(list string, in ...string) func(*rig) (string, []string) {
		return func(r *rig) (string, []string) {
			return list, append([]string{"for", "1h", "droplet_id", r.droplet("web-02")}, in...)
		}
	}
	for name, c := range map[string]struct {
		launch func(r *rig) (kind string, in []string)
		strike func(r *rig)
		says   string
	}{
		"the size is sold out": {replace, func(r *rig) {
			r.sim.Inject(dosim.Fault{Kind: dosim.FaultSizeUnavailable, Text: webSize})
		}, "nothing was made: mend what the provider names there, then launch again"},
		"the limit of droplets is reached": {replace, func(r *rig) {
			for len(r.sim.Droplets()) < 25 {
				r.sim.AddDroplet("more")
			}
		}, "exceed your droplet limit"},
		"the key is gone": {replace, func(r *rig) { r.api(http.MethodDelete, "/v2/account/keys/52000512", "") }, "52000512"},
		"the limit of tags is reached": {replace, func(r *rig) {
			r.sim.Inject(dosim.Fault{Kind: dosim.FaultStatus, Status: http.StatusUnprocessableEntity, Text: "tag limit reached", Method: http.MethodPost, Path: "/v2/droplets", Count: 1})
		}, "tag limit reached"},
		"somebody switches it on before its size is changed": {
			later("power_off_droplet,wait_until,resize_droplet", "size", moreSize),
			func(r *rig) { r.power("web-02", steps.PowerOn) }, "power it off first",
		},
		"the size of a resize is sold out": {
			later("power_off_droplet,wait_until,resize_droplet,power_on_droplet", "size", moreSize),
			func(r *rig) { r.sim.Inject(dosim.Fault{Kind: dosim.FaultSizeUnavailable, Text: moreSize}) }, "not available",
		},
		"somebody moves a reserved IP onto what is to be deleted": {
			later("wait_until,delete_droplet", "droplet_name", "web-02"),
			func(r *rig) {
				n, _ := strconv.ParseInt(r.droplet("web-02"), 10, 64)
				if _, err := r.cloud.AssignIP(r.t.(*testing.T).Context(), "198.51.100.10", n); err != nil {
					r.t.Fatal(err)
				}
			}, "move it first, or name it with reserved_ip=198.51.100.10",
		},
		"somebody switches on what is to be deleted": {
			later("power_off_droplet,wait_until,delete_droplet", "droplet_name", "web-02"),
			func(r *rig) { r.power("web-02", steps.PowerOn) }, "somebody has switched it on again",
		},
		"somebody renames what is to be deleted": {
			later("wait_until,delete_droplet", "droplet_name", "web-02"),
			func(r *rig) {
				r.api(http.MethodPost, "/v2/droplets/"+r.droplet("web-02")+"/actions", `{"type":"rename","name":"web-02-keep"}`)
				time.Sleep(time.Minute)
			}, "is web-02-keep now, not web-02",
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r := newFleet(t)
				kind, in := c.launch(r)
				l := engine.Launch{Kind: kind, Inputs: inputs(in...)}
				if strings.Contains(kind, ",") {
					l = engine.Launch{Kind: "adhoc", Steps: strings.Split(kind, ","), Inputs: inputs(in...)}
				}
				r.stock()
				s, err := r.Start(t.Context(), l)
				if err != nil {
					t.Fatal(err)
				}
				if l.Kind == "adhoc" {
					r.until(s.ID, "waited", func(s *engine.Saga) bool { return len(s.Waiting) > 0 && s.Waiting[0].Because == engine.BecauseMoment })
				}
				c.strike(r)
				got := r.rest(s.ID, engine.RolledBack)
				if !strings.Contains(said(got), c.says) || r.snapshots() != 0 || len(r.named("web-03")) != 0 {
					t.Errorf("it says %q, want %q; %d snapshots", said(got), c.says, r.snapshots())
				}
				if p, z := r.status("web-02"); p != "absent" && (p != "active" || z != webSize) {
					t.Errorf("web-02 is %s, %s", p, z)
				}
				if l.Kind != "adhoc" && r.here("A", "shop")[0].Data != r.address("web-02") {
					t.Error("its record leads elsewhere")
				}
			})
		})
	}
}

// TestWhatSomebodyDestroysInTheMiddleWaitsForAPersonAndItsCopyStays ends with the copy that the saga took, which is the last one.
func TestWhatSomebodyDestroysInTheMiddleWaitsForAPersonAndItsCopyStays(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newFleet(t)
		id := r.launch("create_droplet_snapshot,power_off_droplet,wait_until,resize_droplet,power_on_droplet", "for", "1h", "droplet_id", r.droplet("web-02"), "size", moreSize)
		r.until(id, "waited", func(s *engine.Saga) bool { return s.CurrentStepIdx == 2 && len(s.Waiting) > 0 })
		r.destroy(r.droplet("web-02"))
		s := r.rest(id, engine.Failed)
		if text := said(s); !strings.Contains(text, "droplet_gone") || s.Rows[1].Compensation.Conflict == nil || s.Rows[1].Compensation.Conflict.Live != "absent" || r.snapshots() != 1 {
			t.Errorf("%d snapshots, %q: %s", r.snapshots(), text, dump(s))
		}
	})
}

// TestAnIPThatSomebodyMovesIsLeftThere asks a person, who sees all three states.
func TestAnIPThatSomebodyMovesIsLeftThere(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newFleet(t)
		const ip = "198.51.100.10"
		id := r.there("failover_reserved_ip", "ip", ip, "droplet_id", r.droplet("web-02"), "tcp", "{host}:22", "soak_for", "1h")
		r.until(id, "soaked", func(s *engine.Saga) bool { return s.CurrentStepIdx == 3 })
		n, _ := strconv.ParseInt(r.droplet("db-01"), 10, 64)
		if _, err := r.cloud.AssignIP(t.Context(), ip, n); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if err := r.Cancel(t.Context(), id, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		s := r.rest(id, engine.Failed)
		c := s.Rows[1].Compensation.Conflict
		want := &engine.Conflict{Prior: "droplet " + r.droplet("web-01"), Written: "droplet " + r.droplet("web-02"), Live: "droplet " + r.droplet("db-01")}
		if c == nil || cmp.Diff([]string{want.Prior, want.Written, want.Live}, []string{c.Prior, c.Written, c.Live}) != "" || r.sim.ReservedIPs()[ip] != n {
			t.Errorf("%+v, it is on %d", c, r.sim.ReservedIPs()[ip])
		}
	})
}

// The provider starts what it has rebuilt.
func TestADropletThatWasOffIsOffAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newFleet(t)
		golden := strconv.FormatInt(r.sim.Snapshots()[0].ID, 10)
		r.power("web-01", steps.PowerOff)
		r.became("web-01", "off", webSize)
		for kind, in := range map[string][]string{
			"restore_droplet": {"image", golden, "tcp", "{host}:22", "approvals", "0"},
			"resize_droplet":  {"size", "s-4vcpu-8gb"},
		} {
			r.andBack(kind, append(in, "droplet_id", r.droplet("web-01"))...)
			r.became("web-01", "off", webSize)
		}
		copied := r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
		saga := r.run(engine.Completed, "rebuild_droplet", "droplet_id", r.droplet("web-01"), "image", golden, "safety", strconv.FormatInt(put[int64](t, copied, "snapshot_id"), 10))
		r.became("web-01", "active", webSize)
		r.rollback(saga.ID)
		r.rest(saga.ID, engine.RolledBack)
		r.became("web-01", "off", webSize)
	})
}
