package steps_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// destroy deletes a droplet behind the engine's back.
func (r *rig) destroy(id string) {
	r.t.Helper()
	r.api(http.MethodDelete, "/v2/droplets/"+id, "")
}

func TestASnapshotWhoseDropletIsGoneByTheTimeItIsLookedForIsKept(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for name, away := range map[string]func(r *rig){
			"nobody looked meanwhile": func(r *rig) {
				r.stop()
				time.Sleep(time.Minute)
			},
			"the step waits": func(*rig) { time.Sleep(5500 * time.Millisecond) },
		} {
			r := newRig(t, dosim.WithActionTime(6*time.Second))
			web := r.droplet("web-01")
			id := r.launch("create_droplet_snapshot", "droplet_id", web)
			time.Sleep(time.Second)
			away(r)
			time.Sleep(time.Second) // past the action's end
			r.destroy(web)
			if name == "nobody looked meanwhile" {
				r.start()
			}
			if s := r.rest(id, engine.Completed); r.snapshots() != 1 || put[int64](t, s, "snapshot_id") == 0 {
				t.Errorf("%s: %d snapshots: %s", name, r.snapshots(), dump(s))
			}
			r.stop()
		}
	})
}

// lost is a saga whose snapshot is the only one of a droplet that is gone, on its way to fail by itself.
func (r *rig) lost(more func(droplet string)) engine.ID {
	r.t.Helper()
	web := r.droplet("web-01")
	id := r.launch("create_droplet_snapshot,create_droplet_snapshot,fail", "0:droplet_id", web, "1:droplet_id", r.droplet("web-02"))
	r.until(id, "took the first", func(s *engine.Saga) bool { return s.CurrentStepIdx == 1 })
	for _, s := range r.sim.Snapshots() { // those of the seed
		if text(s.DropletID) == web && !strings.HasPrefix(s.Name, "arcadia-snap-") {
			r.api(http.MethodDelete, "/v2/snapshots/"+text(s.ID), "")
		}
	}
	if more != nil {
		more(web)
	}
	r.destroy(web)
	return id
}

func TestNobodysLastCopyIsDeletedByAnUndoThatNobodyAskedFor(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, dosim.WithActionTime(time.Minute))
		id := r.lost(nil)
		s := r.rest(id, engine.Failed)
		c := s.Rows[0].Compensation
		if r.snapshots() != 1 || c == nil || c.Conflict == nil || !strings.Contains(c.Conflict.Live, "the only snapshot of droplet") || !strings.Contains(c.Error, "resolve to keep it") {
			t.Fatalf("%d snapshots: %s", r.snapshots(), dump(s))
		}
		// A person can say that it is to go.
		if err := r.Retry(t.Context(), id, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		if s := r.rest(id, engine.RolledBack); r.snapshots() != 0 {
			t.Errorf("%d snapshots: %s", r.snapshots(), dump(s))
		}
	})
}

func TestWhatSomebodyAskedForIsUndoneAlsoWhenItIsTheLastCopy(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, dosim.WithActionTime(time.Minute))
		web := r.droplet("web-01")
		s := r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", web)
		r.destroy(web)
		r.rollback(s.ID)
		r.rest(s.ID, engine.RolledBack)

		r2 := newRig(t, dosim.WithActionTime(time.Minute))
		id := r2.lost(nil)
		if err := r2.Cancel(t.Context(), id, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		r2.rest(id, engine.RolledBack)
		if r.snapshots()+r2.snapshots() != 0 {
			t.Errorf("%d and %d snapshots", r.snapshots(), r2.snapshots())
		}
	})
}

func TestACopyThatIsNotTheLastIsUndoneAsEver(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, dosim.WithActionTime(time.Minute))
		id := r.lost(func(web string) {
			r.api(http.MethodPost, "/v2/droplets/"+web+"/actions", `{"type":"snapshot","name":"by hand"}`)
			time.Sleep(time.Minute)
		})
		if s := r.rest(id, engine.RolledBack); r.snapshots() != 0 {
			t.Errorf("%d snapshots: %s", r.snapshots(), dump(s))
		}
	})
}

// One answer that says "no such thing" is no fact, whatever it is about and in which direction.
func TestOne404IsNotGone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, c := range []struct {
			name, method, path string
			count              int
		}{
			{"the action, once", http.MethodGet, "/v2/actions/*", 1},
			{"the action, for good", http.MethodGet, "/v2/actions/*", 0},
			{"the droplet's snapshots, once", http.MethodGet, "/v2/droplets/*/snapshots", 1},
			{"the droplet's snapshots, for good", http.MethodGet, "/v2/droplets/*/snapshots", 0},
			{"the droplet's actions, once", http.MethodGet, "/v2/droplets/*/actions", 1},
			{"the account's snapshots, once", http.MethodGet, "/v2/snapshots", 1},
			{"the start", http.MethodPost, "/v2/droplets/*/actions", 1},
			{"the snapshot, once", http.MethodGet, "/v2/snapshots/*", 1},
			{"its deletion, once", http.MethodDelete, "/v2/snapshots/*", 1},
		} {
			for _, list := range []string{"create_droplet_snapshot", "create_droplet_snapshot,fail"} {
				r := newRig(t, dosim.WithActionTime(10*time.Minute))
				r.warm()
				r.sim.Inject(dosim.Fault{Method: c.method, Path: c.path, Kind: dosim.FaultStatus, Status: http.StatusNotFound, Count: c.count})
				back := strings.HasSuffix(list, "fail")
				want := 1
				if back {
					want = 0
				}
				if s := r.run(ending(back), list, "droplet_id", r.droplet("web-01")); r.snapshots() != want {
					t.Errorf("%s, %s: %d snapshots: %s", c.name, list, r.snapshots(), dump(s))
				}
				r.stop()
			}
		}
		for _, c := range []struct{ name, method, path, list string }{
			{"the zone", http.MethodGet, "/v2/domains/*/records", "upsert_dns_record,fail"},
			{"a creation", http.MethodPost, "/v2/domains/*/records", "upsert_dns_record,fail"},
			{"an update", http.MethodPut, "/v2/domains/*/records/*", "upsert_dns_record,upsert_dns_record,fail"},
			{"a deletion", http.MethodDelete, "/v2/domains/*/records/*", "upsert_dns_record,fail"},
		} {
			for skip := range 3 {
				r := newRig(t)
				r.warm()
				before := r.world()
				r.sim.Inject(dosim.Fault{Method: c.method, Path: c.path, Kind: dosim.FaultStatus, Status: http.StatusNotFound, Skip: skip, Count: 1})
				in := record("TXT", "_gone", "", "0:dns_record_data", "one")
				if strings.Contains(c.list, "upsert_dns_record,upsert") {
					in = append(in, "1:dns_record_data", "two")
				}
				s := r.run(engine.RolledBack, c.list, in...)
				equalWorlds(t, c.name+" "+dump(s), before, r.world())
				if !strings.HasPrefix(s.Error.Reason, "step_failed:fail") {
					t.Errorf("%s, the %d. time: %+v", c.name, skip+1, s.Error)
				}
				r.stop()
			}
		}
	})
}

// Eight hours is what people report of a small disk on a bad day. It holds nobody up, costs no attempt, and survives
// shutdowns.
func TestASnapshotThatTakesEightHoursCompletes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, dosim.WithActionTime(8*time.Hour))
		id := r.launch("create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
		for range 3 {
			time.Sleep(2 * time.Hour)
			r.stop()
			time.Sleep(time.Minute)
			r.start()
		}
		r.run(engine.Completed, "upsert_dns_record", record("TXT", "_beside", "x")...) // nobody waits for it
		s := r.rest(id, engine.Completed)
		if took := s.FinishedAt.Sub(s.StartedAt.Time); r.snapshots() != 1 || took < 8*time.Hour || took > 9*time.Hour {
			t.Errorf("%d snapshots after %s: %s", r.snapshots(), took, dump(s))
		}
		// The way back of one that was canceled in the middle waits as long.
		id = r.launch("create_droplet_snapshot", "droplet_id", r.droplet("web-02"))
		time.Sleep(time.Hour)
		if err := r.Cancel(t.Context(), id, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		r.rest(id, engine.RolledBack)
		if r.snapshots() != 1 {
			t.Errorf("%d snapshots", r.snapshots())
		}
	})
}
