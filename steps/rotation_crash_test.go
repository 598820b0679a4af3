package steps_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// rotating is a kind that rotates the copies of a thing.
type rotating struct {
	kind  string
	thing func(r *rig) []string // the input that names it
	ours  func(r *rig) []string // names of the copies that sagas have made, the oldest first
}

func rotations() []rotating {
	volume := func(r *rig) string { return r.sim.Volumes()[0].ID }
	return []rotating{
		{
			"rotate_snapshots", func(r *rig) []string { return []string{"droplet_id", r.droplet("web-01")} },
			func(r *rig) []string {
				return slices.DeleteFunc(r.names(), func(name string) bool { return !strings.HasPrefix(name, "arcadia-snap-") })
			},
		},
		{
			"rotate_volume_snapshots", func(r *rig) []string { return []string{"volume", volume(r)} },
			func(r *rig) []string {
				var out []string
				for _, v := range r.copies(volume(r)) {
					out = append(out, v.Name)
				}
				return out
			},
		},
	}
}

func TestACrashAtEveryCommitOfARotationLosesNoGoodCopy(t *testing.T) {
	t.Parallel()
	for _, k := range rotations() {
		t.Run(k.kind, func(t *testing.T) {
			t.Parallel()
			points := 0
			stride, least := 1, 20
			if testing.Short() {
				stride, least = 4, 6
			}
			for n, over := 2, false; !over; n += stride {
				for _, kept := range []bool{false, true} {
					for _, fault := range []dosim.FaultKind{"", dosim.FaultResetAfter} {
						if testing.Short() && kept == (fault == "") {
							continue
						}
						over = k.crash(t, n, kept, fault) || over
						points++
					}
				}
			}
			if points < least {
				t.Errorf("only %d points", points)
			}
		})
	}
}

// crash rotates with a crash at the n-th commit and a restart, over three copies of before. It reports whether the saga had ended
// before.
func (k rotating) crash(t *testing.T, n int, kept bool, fault dosim.FaultKind) (over bool) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		start := func(in ...string) engine.ID {
			t.Helper()
			time.Sleep(24 * time.Hour)
			s, err := r.Start(context.Background(), engine.Launch{Kind: k.kind, Inputs: inputs(append(k.thing(r), in...)...)})
			if err != nil {
				t.Fatal(err)
			}
			return s.ID
		}
		for range 3 {
			r.rest(start("keep_last", "9"), engine.Completed)
		}
		before := k.ours(r)
		r.stop()
		whole := r.store
		r.store = &mortal{Store: whole, left: n, kept: kept}
		r.start()
		if fault != "" {
			for _, m := range []string{"POST", "DELETE"} {
				r.sim.Inject(dosim.Fault{Method: m, Kind: fault, Count: 1})
			}
		}
		id := start("keep_last", "2", "max_delete", "2")
		r.dead(id)
		over = r.store.(*mortal).total < n
		r.kill()
		if got := k.ours(r); !slices.Contains(got, before[2]) {
			t.Errorf("crash at commit %d, durable %v, fault %q: the newest of before is gone: %v", n, kept, fault, got)
		}
		r.store = whole
		time.Sleep(time.Minute)
		r.start()
		s := r.rest(id, engine.Completed)
		got := k.ours(r)
		if len(got) != 2 || got[0] != before[2] || !strings.HasSuffix(got[1], "-"+s.Short) || r.accounted() != 2 {
			t.Errorf("crash at commit %d, durable %v, fault %q: %v are left of %v, %d accounted for", n, kept, fault, got, before, r.accounted())
		}
	})
	return over
}
