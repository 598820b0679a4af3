package steps_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// status is what a droplet is, as the account holds it.
func (r *rig) status(name string) (power, size string) {
	r.t.Helper()
	for _, d := range r.sim.Droplets() {
		if d.Name == name {
			return d.Status, d.Size
		}
	}
	return "absent", ""
}

// became demands what a droplet is.
func (r *rig) became(name, power, size string) {
	r.t.Helper()
	if p, z := r.status(name); p != power || z != size {
		r.t.Errorf("%s is %s, %s; want %s, %s", name, p, z, power, size)
	}
}

// actions counts the actions of a type that were begun since the rig was made.
func (r *rig) actions(kind string) int {
	n := 0
	for _, a := range r.sim.Actions() {
		if a.Type == kind {
			n++
		}
	}
	return n
}

func (r *rig) resize(droplet, size string, more ...string) engine.ID {
	r.t.Helper()
	return r.launch("create_droplet_snapshot,power_off_droplet,resize_droplet,power_on_droplet",
		append([]string{"droplet_id", r.droplet(droplet), "size", size}, more...)...)
}

const (
	webSize  = "s-2vcpu-4gb" // of web-01
	moreSize = "s-4vcpu-8gb"
)

func TestAResizeRunsForwardAndBack(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		id := r.resize("web-01", moreSize)
		r.rest(id, engine.Completed)
		r.became("web-01", "active", moreSize)
		if r.snapshots() != 1 {
			t.Errorf("%d snapshots", r.snapshots())
		}
		r.rollback(id)
		r.rest(id, engine.RolledBack)
		r.became("web-01", "active", webSize)
		if r.snapshots() != 0 {
			t.Errorf("%d snapshots are left", r.snapshots())
		}
		// One that was off is off again, and one that has the size already is not touched.
		id = r.launch("power_on_droplet", "droplet_id", r.droplet("cache-01"))
		r.rest(id, engine.Completed)
		r.became("cache-01", "active", "s-1vcpu-2gb")
		r.rollback(id)
		r.rest(id, engine.RolledBack)
		r.became("cache-01", "off", "s-1vcpu-2gb")
		resized := r.actions("resize")
		r.run(engine.Completed, "power_off_droplet,resize_droplet", "droplet_id", r.droplet("cache-01"), "size", "s-1vcpu-2gb")
		if n := r.actions("resize"); n != resized {
			t.Errorf("%d actions for nothing", n-resized)
		}
	})
}

func TestAShutdownThatDoesNotTakeIsFollowedByPoweringOff(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		r.sim.Inject(dosim.Fault{Kind: dosim.FaultShutdownIgnored, Delay: 30 * time.Second})
		begun := time.Now()
		id := r.launch("power_off_droplet", "droplet_id", r.droplet("web-01"), "grace", "90s")
		r.rest(id, engine.Completed)
		r.became("web-01", "off", webSize)
		if took := time.Since(begun); took < 90*time.Second || took > 3*time.Minute || r.actions("power_off") != 1 {
			t.Errorf("after %s and %d actions", took, r.actions("power_off"))
		}
		r.rollback(id)
		r.rest(id, engine.RolledBack)
		r.became("web-01", "active", webSize)

		// Without force it is left on, and says so.
		s := r.run(engine.RolledBack, "power_off_droplet", "droplet_id", r.droplet("web-01"), "force", "no")
		if e := s.Rows[0].Error; !strings.Contains(e, "force=yes") {
			t.Errorf("error %q", e)
		}
		r.became("web-01", "active", webSize)
		if r.actions("power_off") != 1 {
			t.Error("it was switched off by force")
		}
	})
}

func TestAResizeThatFailsLeavesTheDropletOnAtItsOldSize(t *testing.T) {
	for name, f := range map[string]dosim.Fault{
		"the resize errs":         {Kind: dosim.FaultActionErrors, Text: "resize", Times: 1, Count: 1},
		"powering on errs":        {Kind: dosim.FaultActionErrors, Text: "power_on", Count: 1},
		"the size is gone by now": {Kind: dosim.FaultSizeUnavailable, Text: moreSize},
		"the shutdown errs":       {Kind: dosim.FaultActionErrors, Text: "shutdown", Count: 1},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r := newRig(t)
				id := r.resize("web-01", moreSize)
				r.sim.Inject(f)
				s := r.until(id, "came to rest", func(s *engine.Saga) bool { return s.Status.Terminal() })
				if f.Text == "shutdown" { // it is switched off instead
					r.became("web-01", "active", moreSize)
				} else {
					r.became("web-01", "active", webSize)
					if s.Status != engine.RolledBack || r.snapshots() != 0 {
						t.Errorf("%s, %d snapshots: %s", s.Status, r.snapshots(), dump(s))
					}
				}
			})
		})
	}
}

func TestASizeThatIsGoneInTheMiddleOfTheUndoLeavesTheDropletOnAndSaysWhichSize(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		id := r.resize("web-01", moreSize)
		r.rest(id, engine.Completed)
		back := r.sim.Inject(dosim.Fault{Kind: dosim.FaultSizeUnavailable, Text: webSize})
		r.rollback(id)
		s := r.rest(id, engine.Failed)
		r.became("web-01", "active", moreSize)
		if e := s.Rows[2].Compensation.Error; !strings.Contains(e, "stays at size "+moreSize) {
			t.Errorf("it says %q", e)
		}
		back()
	})
}

func TestAnEffectThatShowsLateIsWaitedFor(t *testing.T) {
	for _, kind := range []string{"shutdown", "resize", "power_on"} {
		t.Run(kind, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r := newRig(t)
				r.sim.Inject(dosim.Fault{Kind: dosim.FaultStatusLate, Text: kind, Delay: 40 * time.Second})
				id := r.resize("web-01", moreSize)
				r.rest(id, engine.Completed)
				r.became("web-01", "active", moreSize)
				for _, one := range []string{"shutdown", "resize", "power_on"} {
					if n := r.actions(one); n != 1 {
						t.Errorf("%d of %s", n, one)
					}
				}
				r.rollback(id)
				r.rest(id, engine.RolledBack)
				r.became("web-01", "active", webSize)
			})
		})
	}
}

func TestAnActionWhoseAnswerIsLostIsNotPostedTwice(t *testing.T) {
	for _, kind := range []dosim.FaultKind{dosim.FaultResetAfter, dosim.FaultGarbageBody, dosim.FaultTruncatedBody} {
		for skip := range 4 {
			t.Run(string(kind)+string(rune('0'+skip)), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					r := newRig(t)
					r.sim.Inject(dosim.Fault{Kind: kind, Method: http.MethodPost, Path: "/v2/droplets/*/actions", Skip: skip, Count: 1})
					r.rest(r.resize("web-01", moreSize), engine.Completed)
					r.became("web-01", "active", moreSize)
					for _, one := range []string{"snapshot", "shutdown", "resize", "power_on"} {
						if n := r.actions(one); n != 1 {
							t.Errorf("%d of %s", n, one)
						}
					}
				})
			})
		}
	}
}

func TestABusyDropletIsWaitedFor(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		r.sim.Inject(dosim.Fault{Kind: dosim.FaultPendingEvent, Path: "/v2/droplets/*/actions", Count: 3})
		r.rest(r.resize("web-01", moreSize), engine.Completed)
		r.became("web-01", "active", moreSize)
	})
}

func TestSomebodyElsesSizeIsNotOverwritten(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		id := r.launch("resize_droplet", "droplet_id", r.droplet("cache-01"), "size", "c-4")
		r.rest(id, engine.Completed)
		n, err := strconv.ParseInt(r.droplet("cache-01"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.cloud.Resize(t.Context(), n, webSize, false); err != nil {
			t.Fatal(err)
		}
		r.rollback(id)
		s := r.rest(id, engine.Failed)
		if c := s.Rows[0].Compensation.Conflict; c == nil || c.Prior != "s-1vcpu-2gb" || c.Written != "c-4" || c.Live != webSize {
			t.Errorf("conflict %+v", c)
		}
		r.became("cache-01", "off", webSize)
		if err := r.Overrule(t.Context(), id, 0, engine.Request{Reason: "they asked me to"}); err != nil { // but by an operator's word
			t.Fatal(err)
		}
		r.rest(id, engine.RolledBack)
		r.became("cache-01", "off", "s-1vcpu-2gb")

		// Nor is one that somebody has resized switched on.
		id = r.launch("power_off_droplet", "droplet_id", r.droplet("web-02"))
		r.rest(id, engine.Completed)
		if n, err = strconv.ParseInt(r.droplet("web-02"), 10, 64); err != nil {
			t.Fatal(err)
		}
		if _, err := r.cloud.Resize(t.Context(), n, moreSize, false); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		r.rollback(id)
		r.rest(id, engine.Failed)
		r.became("web-02", "off", moreSize)
	})
}

func TestASizeThatCannotBeIsRefusedBeforeAnythingIsStored(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		refuse := func(text string, in ...string) {
			t.Helper()
			_, err := r.Start(t.Context(), engine.Launch{Kind: "resize_droplet", Inputs: inputs(in...)})
			if err == nil || !strings.Contains(err.Error(), text) {
				t.Errorf("%v: %v, want %q", in, err, text)
			}
		}
		web := r.droplet("web-01")
		refuse("there is no size s-9vcpu", "droplet_id", web, "size", "s-9vcpu")
		refuse("a disk cannot shrink", "droplet_id", web, "size", "s-1vcpu-1gb")
		refuse("is not a slug", "droplet_id", web, "size", "S 1")
		refuse("is not in this account", "droplet_id", "7", "size", moreSize)
		refuse("not a time between", "droplet_id", web, "size", moreSize, "grace", "soon")
		sold := r.sim.Inject(dosim.Fault{Kind: dosim.FaultSizeUnavailable, Text: moreSize, Scope: "nyc3"})
		refuse("not available in nyc3", "droplet_id", web, "size", moreSize)
		sold()
		defer r.sim.Inject(dosim.Fault{Kind: dosim.FaultDropletLocked, Text: "web-01"})()
		refuse("is locked by the provider", "droplet_id", web, "size", moreSize)
		if p, err := r.store.List(t.Context(), engine.Query{}); err != nil || len(p.Items) > 0 {
			t.Errorf("%d sagas are stored, %v", len(p.Items), err)
		}
	})
}
