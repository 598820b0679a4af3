package steps_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// scenario is one change to a world of its own, with what may be left when it has been done and when it has been undone.
type scenario struct {
	name  string
	steps string
	in    func(r *rig) []string
	given func(r *rig) // what was there before; nil: the simulator's own world
	quiet bool         // a saga of it asks the provider once at most
}

// rig is a rig with the scenario's world.
func (sc scenario) rig(t tb, opts ...dosim.Option) *rig {
	t.Helper()
	r := newRig(t, opts...)
	if sc.given != nil {
		sc.given(r)
	}
	return r
}

func scenarios() []scenario {
	dns := func(in ...string) func(*rig) []string { return func(*rig) []string { return in } }
	only := func(r *rig) []string { return []string{"resource", r.only().Key()} }
	ours := func(r *rig) { r.provisioned(record("A", "app", "203.0.113.9")...) }
	changed := func(r *rig) {
		ours(r)
		r.sim.PutRecord("example.com", dosim.Record{ID: r.here("A", "app")[0].ID, Data: "203.0.113.10", TTL: 60})
	}
	gone := func(r *rig) {
		ours(r)
		r.sim.RemoveRecord("example.com", r.here("A", "app")[0].ID)
	}
	return []scenario{
		{name: "create", steps: "upsert_dns_record", in: dns(record("TXT", "_new", "hello")...)},
		{name: "add to a set", steps: "upsert_dns_record", in: dns(record("A", "api", "203.0.113.99", "dns_record_mode", "add")...)},
		{name: "update", steps: "upsert_dns_record", in: dns(record("CNAME", "blog", "other.example.net", "dns_record_ttl", "60")...)},
		{name: "replace a set", steps: "upsert_dns_record", in: dns(record("MX", "@", "mx9.example.net", "dns_record_mode", "replace")...)},
		{name: "cname to a", steps: "upsert_dns_record", in: dns(record("A", "status", "203.0.113.9", "dns_record_mode", "replace")...)},
		{name: "a set to a cname", steps: "upsert_dns_record", in: dns(record("CNAME", "api", "lb.example.net", "dns_record_mode", "replace")...)},
		{name: "delete all", steps: "delete_dns_record", in: dns(record("TXT", "@", "", "dns_record_mode", "all")...)},
		{name: "snapshot", steps: "create_droplet_snapshot", in: func(r *rig) []string { return []string{"droplet_id", r.droplet("web-02")} }},
		{name: "delete ours", steps: "delete_dns_record", in: dns(record("A", "app", "")...), given: ours},
		{name: "restore what was changed", steps: "restore_resource", in: only, given: changed},
		{name: "restore what is gone", steps: "restore_resource", in: only, given: gone},
		{name: "accept", steps: "accept_resource", in: only, given: changed, quiet: true},
		{name: "forget", steps: "forget_resource", in: only, given: changed, quiet: true},
		{
			name: "adopt", steps: "adopt_snapshot", quiet: true, given: func(r *rig) { r.orphan() },
			in: func(r *rig) []string {
				return []string{"snapshot", text(r.sim.Snapshots()[len(r.sim.Snapshots())-1].ID)}
			},
		},
	}
}

func (r *rig) droplet(name string) string {
	for _, d := range r.sim.Droplets() {
		if d.Name == name {
			return strconv.FormatInt(d.ID, 10)
		}
	}
	r.t.Fatalf("no droplet %s", name)
	return ""
}

// world is all that a saga may change: the zone without ids, how many snapshots sagas have left, and what is accounted for.
type world struct {
	zone      []dosim.Record
	snapshots int
	accounted []string
}

func (r *rig) world() world {
	r.t.Helper()
	all, err := r.store.Resources(context.Background())
	if err != nil {
		r.t.Fatal(err)
	}
	w := world{zone: content(r.sim.Zone("example.com")), snapshots: r.snapshots()}
	for _, res := range all {
		name, _, _ := strings.Cut(res.Name, "-snap-")
		id := regexp.MustCompile(`"id":[0-9]+`).ReplaceAll(res.Spec, nil)
		if res.Type == "droplet_snapshot" {
			id = nil
		}
		w.accounted = append(w.accounted, fmt.Sprintf("%s %s %s", res.Type, name, id))
	}
	slices.Sort(w.accounted)
	return w
}

// warm reads the lists that a launch looks at, so that only the saga's own requests meet a fault.
func (r *rig) warm() {
	r.t.Helper()
	if _, err := r.cloud.Domains(context.Background()); err != nil {
		r.t.Fatal(err)
	}
	if _, err := r.cloud.Droplets(context.Background()); err != nil {
		r.t.Fatal(err)
	}
	r.sim.ResetLog()
}

// once are faults that strike one request; after each the saga must come to its proper end by itself.
func once() map[string]dosim.Fault {
	out := map[string]dosim.Fault{
		"burst told to wait": {Kind: dosim.FaultBurst, RetryAfter: 7 * time.Second},
		"huge once":          {Kind: dosim.FaultHugeBody, Times: 5},
		"slow":               {Kind: dosim.FaultLatency, Delay: 20 * time.Second},
		"slower than we are": {Kind: dosim.FaultLatency, Delay: time.Minute},
		"cut after a while":  {Kind: dosim.FaultHangAfter, Delay: 4 * time.Second},
		"ghost":              {Kind: dosim.FaultGhost, Times: 3},
		"pending":            {Kind: dosim.FaultPendingEvent},
		"late snapshot":      {Kind: dosim.FaultSnapshotLate, Times: 5},
		"lenient put":        {Kind: dosim.FaultLenientPut},
	}
	for _, k := range []dosim.FaultKind{
		dosim.FaultBurst, dosim.FaultHourly, dosim.FaultServerError, dosim.FaultBadGateway, dosim.FaultUnavailable, dosim.FaultGatewayTimeout,
		dosim.FaultResetBefore, dosim.FaultResetAfter, dosim.FaultHangAfter, dosim.FaultTruncatedBody, dosim.FaultGarbageBody,
		dosim.FaultEmptyBody, dosim.FaultResetInPast,
	} {
		out[string(k)] = dosim.Fault{Kind: k}
	}
	return out
}

func TestEveryPassingFaultAtEveryRequestEndsWell(t *testing.T) {
	t.Parallel()
	for _, sc := range scenarios() {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			for _, back := range []bool{false, true} {
				var before, want world
				requests := 0
				synctest.Test(t, func(t *testing.T) {
					r := sc.rig(t)
					before = r.world()
					r.warm()
					r.run(ending(back), sc.list(back), sc.in(r)...)
					want, requests = r.world(), len(r.sim.Requests())
				})
				if back {
					equalWorlds(t, "without a fault", before, want)
				}
				for name, f := range once() {
					for skip := range requests {
						if testing.Short() && (skip+len(name))%3 != 0 {
							continue // a third of them, and the others in a long run
						}
						what := fmt.Sprintf("back %v, %s at request %d", back, name, skip+1)
						synctest.Test(t, func(t *testing.T) {
							r := sc.rig(t)
							r.warm()
							f.Skip, f.Count = skip, 1
							r.sim.Inject(f)
							s := r.end(r.launch(sc.list(back), sc.in(r)...))
							if s.Status != ending(back) {
								t.Fatalf("%s: %s", what, dump(s))
							}
							equalWorlds(t, what, want, r.world())
						})
					}
				}
			}
		})
	}
}

func (sc scenario) list(back bool) string {
	if back {
		return sc.steps + ",fail"
	}
	return sc.steps
}

// plain is the world after the scenario when nothing goes wrong.
func (sc scenario) plain(t *testing.T, back bool) (w world) {
	synctest.Test(t, func(t *testing.T) {
		r := sc.rig(t)
		r.run(ending(back), sc.list(back), sc.in(r)...)
		w = r.world()
	})
	return w
}

func ending(back bool) engine.Status {
	if back {
		return engine.RolledBack
	}
	return engine.Completed
}

func equalWorlds(t tb, what string, want, got world) {
	t.Helper()
	sameContent(t, what, want.zone, got.zone)
	if want.snapshots != got.snapshots {
		t.Fatalf("%s: %d snapshots, want %d", what, got.snapshots, want.snapshots)
	}
	if !slices.Equal(want.accounted, got.accounted) {
		t.Fatalf("%s: %q is accounted for, want %q", what, got.accounted, want.accounted)
	}
}

// Two unclear answers in a row, or one on the way forward and one on the way back, with a listing that lags behind.
func TestPairsOfUnclearAnswersWithALaggingListingEndWell(t *testing.T) {
	t.Parallel()
	unclear := []dosim.FaultKind{
		dosim.FaultResetAfter, dosim.FaultBadGateway, dosim.FaultUnavailable, dosim.FaultTruncatedBody, dosim.FaultGarbageBody, dosim.FaultEmptyBody, dosim.FaultHangAfter,
	}
	for _, sc := range scenarios() {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, ""} {
				for i, first := range unclear {
					second := unclear[(i+1)%len(unclear)]
					synctest.Test(t, func(t *testing.T) {
						r := sc.rig(t)
						before := r.world()
						r.warm()
						r.sim.Inject(dosim.Fault{Method: method, Kind: first, Count: 1})
						r.sim.Inject(dosim.Fault{Kind: second, Skip: 1, Count: 1})
						r.sim.Inject(dosim.Fault{Kind: dosim.FaultGhost, Times: 2})
						r.sim.Inject(dosim.Fault{Kind: dosim.FaultSnapshotLate, Times: 6})
						s := r.run(engine.RolledBack, sc.list(true), sc.in(r)...)
						equalWorlds(t, fmt.Sprintf("%s %s then %s: %s", method, first, second, dump(s)), before, r.world())
					})
				}
			}
		})
	}
}

// A cancel at any moment, with the answer to the write that is under way lost or not.
func TestACancelAtAnyMomentLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, sc := range scenarios() {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			for _, hang := range []bool{false, true} {
				for _, after := range []time.Duration{0, 100, 250, 400, 700, 1100, 2200, 3500, 4300, 6000, 9000, 12000} {
					synctest.Test(t, func(t *testing.T) {
						r := sc.rig(t, dosim.WithLatency(300*time.Millisecond))
						before := r.world()
						r.warm()
						if hang {
							for _, m := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
								r.sim.Inject(dosim.Fault{Method: m, Kind: dosim.FaultHangAfter, Count: 1})
							}
						}
						id := r.launch(sc.steps, sc.in(r)...)
						time.Sleep(after * time.Millisecond)
						if err := r.Cancel(context.Background(), id, engine.Request{}); err != nil {
							r.rollback(r.rest(id, engine.Completed).ID)
						}
						s := r.rest(id, engine.RolledBack)
						equalWorlds(t, fmt.Sprintf("canceled after %d ms, hang %v: %s", after, hang, dump(s)), before, r.world())
					})
				}
			}
		})
	}
}

// A shutdown at any moment; the next start goes on. The engine of the test stops in an orderly way, so that what a step
// has not saved is lost.
func TestAShutdownAtAnyMomentIsGoneOnFrom(t *testing.T) {
	t.Parallel()
	for _, sc := range scenarios() {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			for _, back := range []bool{false, true} {
				want := sc.plain(t, back)
				for _, after := range []time.Duration{0, 100, 400, 700, 1000, 1300, 1700, 3000, 5500, 8000, 11000, 14000} {
					synctest.Test(t, func(t *testing.T) {
						r := sc.rig(t, dosim.WithLatency(300*time.Millisecond))
						r.warm()
						r.sim.Inject(dosim.Fault{Kind: dosim.FaultSnapshotLate, Times: 4})
						id := r.launch(sc.list(back), sc.in(r)...)
						time.Sleep(after * time.Millisecond)
						r.stop()
						time.Sleep(time.Minute)
						r.start()
						s := r.rest(id, ending(back))
						equalWorlds(t, fmt.Sprintf("shut down after %d ms, back %v: %s", after, back, dump(s)), want, r.world())
					})
				}
			}
		})
	}
}

func TestARevokedTokenMakesTheSagaWaitAndUndoesNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, sc := range scenarios() {
			if sc.quiet {
				continue
			}
			for _, back := range []bool{false, true} {
				r := sc.rig(t)
				before := r.world()
				r.warm()
				remove := r.sim.Inject(dosim.Fault{Kind: dosim.FaultTokenRevoked, Skip: 1})
				id := r.launch(sc.list(back), sc.in(r)...)
				time.Sleep(20 * time.Minute)
				s, err := r.Saga(t.Context(), id)
				if err != nil || s.Status != engine.Running || len(s.Waiting) == 0 {
					t.Fatalf("%s: it does not wait: %v %s", sc.name, err, dump(s))
				}
				remove()
				r.rest(id, ending(back))
				if back {
					equalWorlds(t, sc.name, before, r.world())
				}
				r.stop()
			}
		}
	})
}

func TestAMissingScopeFailsTheStepAndLeavesNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, sc := range scenarios() {
			if sc.quiet {
				continue
			}
			for turn := range 2 {
				r := sc.rig(t)
				before := r.world()
				r.warm()
				for range 2 { // the second asks only for what is not kept
					r.sim.ResetLog()
					if _, err := r.Plan(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{sc.steps}, Inputs: inputs(sc.in(r)...)}); err != nil {
						t.Fatal(err)
					}
				}
				looks := len(r.sim.Requests()) // those of the launch's own plan are let through
				r.sim.Inject(dosim.Fault{Kind: dosim.FaultScopeMissing, Skip: looks + turn, Count: 1})
				r.run(engine.RolledBack, sc.steps, sc.in(r)...)
				equalWorlds(t, sc.name, before, r.world())
				r.stop()
			}
		}
	})
}
