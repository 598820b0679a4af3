package steps_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// night rotates the snapshots of a droplet and waits for the end, at the next two o'clock.
func (r *rig) night(want engine.Status, droplet string, in ...string) *engine.Saga {
	r.t.Helper()
	now := time.Now().UTC()
	two := time.Date(now.Year(), now.Month(), now.Day(), 2, 0, 0, 0, time.UTC)
	if !two.After(now) {
		two = two.AddDate(0, 0, 1)
	}
	time.Sleep(time.Until(two))
	s, err := r.Start(context.Background(), engine.Launch{Kind: "rotate_snapshots", Inputs: inputs(append([]string{"droplet_id", r.droplet(droplet)}, in...)...)})
	if err != nil {
		r.t.Fatalf("night of %s: %v", droplet, err)
	}
	return r.rest(s.ID, want)
}

// names are those of the snapshots in the account, the oldest first.
func (r *rig) names() []string {
	all := r.sim.Snapshots()
	slices.SortFunc(all, func(a, b dosim.Snapshot) int { return a.CreatedAt.Compare(b.CreatedAt) })
	var out []string
	for _, s := range all {
		out = append(out, s.Name)
	}
	return out
}

func TestARotationKeepsWhatItSaysAndNothingForeignIsGone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		foreign := r.names()
		strange := r.orphan() // the name of a saga's, and no saga of this store accounts for it
		foreign = append(foreign, r.names()[len(foreign)])
		for n := range 9 {
			s := r.night(engine.Completed, "web-02", "keep_last", "4")
			if got, want := r.snapshots(), min(n+1, 4)+1; got != want || r.accounted() != want-1 {
				t.Fatalf("night %d: %d snapshots, %d accounted for, want %d: %v", n, got, r.accounted(), want, r.names())
			}
			if pruned := put[[]string](t, s, "pruned"); len(pruned) != max(0, min(1, n-3)) {
				t.Errorf("night %d: pruned %v", n, pruned)
			}
			if n > 3 && (s.Passed == "" || put[float64](t, s, "pruned_monthly_usd") <= 0) {
				t.Error(dump(s))
			}
		}
		for _, name := range foreign {
			if !slices.Contains(r.names(), name) {
				t.Errorf("%s is gone", name)
			}
		}
		r.run(engine.Completed, "adopt_snapshot", "snapshot", strange, "keep", "yes")
		r.night(engine.Completed, "web-02", "keep_last", "4")
		if r.snapshots() != 5 || r.accounted() != 5 {
			t.Errorf("one that is kept was counted or deleted: %v", r.names())
		}
	})
}

func TestMoreThanMayGoFailsBeforeTheFirstIsDeleted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		for range 8 {
			r.night(engine.Completed, "web-01", "keep_last", "20")
		}
		before := r.names()
		s := r.night(engine.RolledBack, "web-01", "keep_last", "2")
		if e := s.Rows[2].Error; !strings.Contains(e, "would prune 7 of 9, at most 25%: nothing was deleted") {
			t.Errorf("%q", e)
		}
		if !slices.Equal(before, r.names()) {
			t.Errorf("%v, before %v", r.names(), before)
		}
		c, err := r.Plan(t.Context(), engine.Launch{Kind: "rotate_snapshots", Inputs: inputs("droplet_id", r.droplet("web-01"), "keep_last", "2", "max_delete", "7")})
		if err != nil {
			t.Fatal(err)
		}
		change := c.Steps[2].Change
		told := map[string]int{}
		for _, f := range change.Fields {
			told[f.Name]++
			if f.Note == "" || f.From == "" || f.Name == "delete" && !strings.Contains(f.Note, "saves $") {
				t.Errorf("%+v", f)
			}
		}
		if told["delete"] != 7 || told["keep"] != 2 || !strings.HasPrefix(change.Note, "prunes 7 of 9, saves $") || change.Final == "" {
			t.Errorf("%v %+v", told, change)
		}
		r.night(engine.Completed, "web-01", "keep_last", "2", "max_delete", "7")
		if r.snapshots() != 2 {
			t.Errorf("%v", r.names())
		}
	})
}

func TestTheNewestVerifiedOneStaysHoweverTheNightEnds(t *testing.T) {
	del := "/v2/snapshots/*"
	for name, f := range map[string]dosim.Fault{
		"the snapshot errs":            {Kind: dosim.FaultActionErrors, Text: "snapshot"},
		"the snapshot is too small":    {Kind: dosim.FaultSnapshotSmall},
		"deleting is refused":          {Kind: dosim.FaultStatus, Method: http.MethodDelete, Path: del, Status: 403},
		"deleting is refused, then ok": {Kind: dosim.FaultStatus, Method: http.MethodDelete, Path: del, Status: 409, Count: 1},
		"deleting fails":               {Kind: dosim.FaultServerError, Method: http.MethodDelete, Path: del, Count: 3},
		"the answer is lost":           {Kind: dosim.FaultResetAfter, Method: http.MethodDelete, Path: del, Count: 1},
		"what is gone still shows":     {Kind: dosim.FaultGhost, Path: del, Times: 4, Delay: 20 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r := newRig(t)
				for range 3 {
					r.night(engine.Completed, "web-01", "keep_last", "1", "max_delete", "100%")
				}
				best := r.newestVerified()
				lift := r.sim.Inject(f)
				s, err := r.Start(t.Context(), engine.Launch{Kind: "rotate_snapshots", Inputs: inputs("droplet_id", r.droplet("web-01"), "keep_last", "1")})
				if err != nil {
					t.Fatal(err)
				}
				morning := time.Now().Add(5 * time.Hour) // a refusal that a person can mend is waited for
				s = r.until(s.ID, "came to rest", func(s *engine.Saga) bool { return s.Status.Terminal() || time.Now().After(morning) })
				lift()
				if now := r.newestVerified(); now == "" || s.Status == engine.RolledBack && now != best {
					t.Errorf("%s: the newest verified is %q, was %q: %v", s.Status, now, best, r.names())
				}
			})
		})
	}
}

// newestVerified is the name of the newest snapshot that the store knows to be sound and that is there.
func (r *rig) newestVerified() string {
	r.t.Helper()
	all, err := r.Resources(context.Background())
	if err != nil {
		r.t.Fatal(err)
	}
	known := map[string]bool{}
	for _, res := range all {
		known[res.ExternalID] = strings.Contains(string(res.Spec), "verified_at")
	}
	best := dosim.Snapshot{}
	for _, s := range r.sim.Snapshots() {
		if known[strconv.FormatInt(s.ID, 10)] && s.CreatedAt.After(best.CreatedAt) {
			best = s
		}
	}
	return best.Name
}

func TestARetentionThatKeepsNothingIsRefusedBeforeAnythingIsStored(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		for text, in := range map[string][]string{
			"this keeps nothing":     {},
			"from 0 to 1000":         {"keep_last", "-1"},
			"write a share":          {"keep_last", "1", "max_delete", "most"},
			"is not in this account": {"keep_last", "1", "droplet_id", "7"},
		} {
			given := inputs(append([]string{"droplet_id", r.droplet("web-01")}, in...)...)
			if _, err := r.Start(t.Context(), engine.Launch{Kind: "rotate_snapshots", Inputs: given}); err == nil || !strings.Contains(fmt.Sprint(err), text) {
				t.Errorf("%v: %v, want %q", in, err, text)
			}
		}
		if p, err := r.store.List(t.Context(), engine.Query{}); err != nil || len(p.Items) > 0 {
			t.Errorf("%d sagas are stored, %v", len(p.Items), err)
		}
	})
}

// A cancel at any moment, with the answer to the deletion lost or not, and what is gone still shown for a while: nobody is asked, even
// when that is longer than the step outlives the cancel.
func TestACanceledPruningNeverCallsALossRolledBack(t *testing.T) {
	t.Parallel()
	ends := map[engine.Status]int{}
	for _, fault := range []dosim.FaultKind{"", dosim.FaultResetAfter, dosim.FaultHangAfter} {
		for _, lag := range []time.Duration{0, 10 * time.Second, 45 * time.Second} {
			for _, after := range []time.Duration{0, 400, 700, 1300, 1500, 1700, 2200, 3500, 6000} {
				synctest.Test(t, func(t *testing.T) {
					r := newRig(t, dosim.WithLatency(300*time.Millisecond))
					for range 3 {
						r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
					}
					if fault != "" {
						r.sim.Inject(dosim.Fault{Method: http.MethodDelete, Kind: fault, Count: 1})
					}
					if lag > 0 {
						r.sim.Inject(dosim.Fault{Method: http.MethodDelete, Kind: dosim.FaultGhost, Delay: lag})
					}
					saga := r.launch("prune_snapshots", "droplet_id", r.droplet("web-01"), "keep_last", "1", "max_delete", "2")
					time.Sleep(after * time.Millisecond)
					_ = r.Cancel(t.Context(), saga, engine.Request{}) // which may come too late
					s := r.end(saga)
					ends[s.Status]++
					whole := map[engine.Status]int{engine.RolledBack: 3, engine.Completed: 1}[s.Status]
					if r.snapshots() != whole || (s.Status == engine.Completed) != (s.Passed != "") {
						t.Errorf("canceled after %d ms, %q, lag %s: %d snapshots, passed %q: %s", after, fault, lag, r.snapshots(), s.Passed, dump(s))
					}
				})
			}
		}
	}
	if ends[engine.RolledBack] == 0 || ends[engine.Completed] == 0 || ends[engine.Failed] > 0 {
		t.Errorf("the moments prove nothing: %v", ends)
	}
}

// The process dies at any commit around a cancel, and what is gone still shows when the next one looks.
func TestAPruningThatDiesWhileCanceledNeverCallsALossRolledBack(t *testing.T) {
	t.Parallel()
	ends := map[engine.Status]int{}
	over := false
	for n := 2; !over; n++ {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, dosim.WithLatency(300*time.Millisecond))
			for range 2 {
				r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
			}
			r.stop()
			whole := r.store
			r.store = &mortal{Store: whole, left: n}
			r.start()
			r.sim.Inject(dosim.Fault{Method: http.MethodDelete, Kind: dosim.FaultResetAfter, Count: 1})
			r.sim.Inject(dosim.Fault{Method: http.MethodDelete, Kind: dosim.FaultGhost, Times: 3})
			saga := r.launch("prune_snapshots", "droplet_id", r.droplet("web-01"), "keep_last", "1", "max_delete", "1")
			r.until(saga, "deleted", func(s *engine.Saga) bool { return s.Status.Terminal() || r.snapshots() == 1 || len(r.over) > 0 })
			_ = r.Cancel(t.Context(), saga, engine.Request{}) // which the process may die over
			r.dead(saga)
			over = r.store.(*mortal).total < n
			r.kill()
			r.store = whole
			r.start()
			s := r.end(saga)
			ends[s.Status]++
			if s.Status == engine.RolledBack && r.snapshots() != 2 || s.Status == engine.Completed && (r.snapshots() != 1 || s.Passed == "") {
				t.Errorf("died at commit %d: %d snapshots, passed %q: %s", n, r.snapshots(), s.Passed, dump(s))
			}
		})
	}
	if ends[engine.Failed] > 0 || ends[engine.Completed] == 0 {
		t.Errorf("the moments prove nothing: %v", ends)
	}
}
