package steps_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/steps/dosim"
)

// orphan adds a snapshot that a saga of another ledger has made.
func (r *rig) orphan() string {
	r.t.Helper()
	id, err := strconv.ParseInt(r.droplet("web-02"), 10, 64)
	if err != nil {
		r.t.Fatal(err)
	}
	return text(r.sim.AddSnapshot(id, "arcadia-snap-"+text(id)+"-0123abcd"))
}

func (r *rig) accounted() int {
	r.t.Helper()
	all, err := r.Resources(context.Background())
	if err != nil {
		r.t.Fatal(err)
	}
	return len(all)
}

func TestAnAdoptedOrphanIsAResourceUntilThatIsUndone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		id := r.orphan()
		before := r.world()
		if c := r.change("adopt_snapshot", "snapshot", id); c.Action != engine.ActUpdate || !strings.Contains(c.Undo, "stays") || c.Note != "nothing is written at the provider" {
			t.Errorf("%+v", c)
		}
		r.sim.ResetLog()
		s := r.run(engine.Completed, "adopt_snapshot", "snapshot", id)
		if !strings.HasPrefix(s.Target, "snapshot "+id+" (arcadia-snap-") || put[float64](t, s, "snapshot_monthly_usd") <= 0 || r.sim.Writes() != 0 {
			t.Error(dump(s))
		}
		r.drift(r.only(), estate.InSync)
		if c := r.change("adopt_snapshot", "snapshot", id); c.Action != engine.ActNone {
			t.Errorf("%+v", c)
		}
		again := r.run(engine.Completed, "adopt_snapshot", "snapshot", id)
		if put[string](t, again, "outcome") != "noop" || r.UndoText(again, 0) != "nothing to undo" || r.only().SagaID != s.ID {
			t.Error(dump(again))
		}
		r.outOfOrder(s.ID, again.ID)
		r.rollback(again.ID)
		r.rest(again.ID, engine.RolledBack)
		r.rollback(s.ID)
		r.rest(s.ID, engine.RolledBack)
		equalWorlds(t, "after the rollback", before, r.world())
		if r.accounted() != 0 {
			t.Errorf("%+v", r.only())
		}
	})
}

func TestOnlyAnOrphanIsAdopted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, dosim.WithActionTime(10*time.Minute))
		droplet, _ := strconv.ParseInt(r.droplet("web-01"), 10, 64)
		foreign := text(r.sim.AddSnapshot(droplet, "by-hand"))
		r.refused([]string{"not_an_orphan", "by-hand"}, "adopt_snapshot", "snapshot", foreign)
		r.refused([]string{"gone_at_the_provider"}, "adopt_snapshot", "snapshot", "7")
		for _, bad := range []string{"0", "-1", "007", "x"} {
			r.refused([]string{bad}, "adopt_snapshot", "snapshot", bad)
			r.refused([]string{bad}, "delete_snapshot", "snapshot", bad)
		}
		// A snapshot that its saga has not accounted for yet is no orphan, and must not be deleted under it.
		r.sim.Inject(dosim.Fault{Method: http.MethodGet, Path: "/v2/droplets/*/snapshots", Kind: dosim.FaultServerError})
		id := r.launch("create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
		time.Sleep(11 * time.Minute)
		var snap string
		for _, s := range r.sim.Snapshots() {
			if strings.HasSuffix(s.Name, id.Short()) {
				snap = text(s.ID)
			}
		}
		for _, step := range []string{"adopt_snapshot", "delete_snapshot"} {
			r.refused([]string{"a_saga_works_on_it", "saga " + id.Short()}, step, "snapshot", snap)
		}
	})
}

func TestADeletedSnapshotIsGoneWithItsResourceAndTheSagaIsNotRolledBack(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		made := r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
		id := r.only().ExternalID
		p, err := r.Plan(t.Context(), engine.Launch{Kind: "delete_snapshot", Inputs: inputs("snapshot", id)})
		if err != nil {
			t.Fatal(err)
		}
		c := p.Steps[0].Change
		if c.Action != engine.ActDelete || c.Undo != "cannot be undone" || c.Final != "a deleted snapshot cannot be brought back" || c.Note != "" || !strings.Contains(c.Fields[0].From, " a month") {
			t.Errorf("%+v", c)
		}
		same(t, "locks", []string{"droplet:" + r.droplet("web-01"), "snapshot:" + id}, p.Locks)
		s := r.run(engine.Completed, "delete_snapshot", "snapshot", id)
		if r.snapshots() != 0 || r.accounted() != 0 || put[string](t, s, "outcome") != "deleted" {
			t.Error(dump(s))
		}
		if err := r.Rollback(t.Context(), s.ID, engine.Request{}); err == nil || !strings.Contains(err.Error(), "a deleted snapshot cannot be brought back") {
			t.Errorf("%v", err)
		}
		r.rollback(made.ID)
		r.rest(made.ID, engine.RolledBack)
		// Once more: it is gone already.
		if c := r.change("delete_snapshot", "snapshot", id); c.Action != engine.ActNone {
			t.Errorf("%+v", c)
		}
		if s := r.run(engine.Completed, "delete_snapshot", "snapshot", id); put[string](t, s, "outcome") != "absent" {
			t.Error(dump(s))
		}
	})
}

func TestAResourceWhoseSnapshotIsGoneIsWithdrawn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
		res := r.only()
		id, _ := strconv.ParseInt(res.ExternalID, 10, 64)
		if err := r.cloud.DeleteSnapshot(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if c := r.change("delete_snapshot", "snapshot", res.ExternalID); c.Action != engine.ActUpdate || !strings.Contains(c.Note, "gone already") {
			t.Errorf("%+v", c)
		}
		nothing := r.run(engine.Completed, "delete_snapshot", "snapshot", res.ExternalID)
		r.rollback(nothing.ID) // it had nothing to delete, and so passed no point of no return
		r.rest(nothing.ID, engine.RolledBack)
		same(t, "resource", res, r.only())
		r.run(engine.Completed, "delete_snapshot", "snapshot", res.ExternalID)
		if r.accounted() != 0 {
			t.Errorf("%+v", r.only())
		}
	})
}

func TestADeletionCannotBeUndoneAndSaysSo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		id := r.orphan()
		s := r.run(engine.Completed, "delete_snapshot", "snapshot", id)
		if s.Passed != "snapshot "+id || !strings.Contains(r.UndoText(s, 0), "cannot be undone") {
			t.Error(dump(s))
		}
		err := r.Rollback(t.Context(), s.ID, engine.Request{})
		if !errors.Is(err, engine.ErrRefused) || !strings.Contains(err.Error(), "cannot be brought back: snapshot "+id+" is gone for good") {
			t.Error(err)
		}
	})
}

func TestADeletionThatDidNotHappenLeavesNothingToUndo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		// The token may not, or the provider says yes and does nothing.
		for _, refuse := range []bool{true, false} {
			r := newRig(t)
			id := r.orphan()
			before := r.world()
			if refuse {
				r.sim.Inject(dosim.Fault{Method: http.MethodDelete, Kind: dosim.FaultScopeMissing})
			} else {
				r.stop()
				r.cloud = connect(t, liar{r.sim})
				r.start()
			}
			s := r.run(engine.RolledBack, "delete_snapshot", "snapshot", id)
			if !refuse && !strings.Contains(s.Rows[0].Error, "still_there_after_its_deletion") {
				t.Error(dump(s))
			}
			equalWorlds(t, "after the rollback", before, r.world())
			r.stop()
		}
	})
}

// Every passing fault at every request: the snapshot is gone in the end, or the launch has changed nothing.
func TestADeletionEndsWellWhateverPasses(t *testing.T) {
	for name, f := range once() {
		for skip := range 4 {
			t.Run(name+" at "+strconv.Itoa(skip), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					r := newRig(t)
					id := r.orphan()
					launch := engine.Launch{Kind: "delete_snapshot", Inputs: inputs("snapshot", id)}
					passing := f
					passing.Skip, passing.Count = skip+1, 1 // the launch's own look is the first
					r.sim.Inject(passing)
					s, err := r.Start(t.Context(), launch)
					if err != nil {
						t.Fatal(err)
					}
					r.rest(s.ID, engine.Completed)
					if r.snapshots() != 0 {
						t.Errorf("%d snapshots", r.snapshots())
					}
				})
			})
		}
	}
}

// A crash at every commit: the deletion is gone on from.
func TestADeletionSurvivesACrashAtEveryCommit(t *testing.T) {
	t.Parallel()
	for n, over := 2, false; !over; n++ {
		for _, kept := range []bool{false, true} {
			for _, fault := range []dosim.FaultKind{dosim.FaultResetInPast, dosim.FaultResetAfter, dosim.FaultResetBefore} {
				synctest.Test(t, func(t *testing.T) {
					r := newRig(t)
					r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
					id := r.only().ExternalID
					r.stop()
					whole := r.store
					r.store = &mortal{Store: whole, left: n, kept: kept}
					r.start()
					r.sim.Inject(dosim.Fault{Method: http.MethodDelete, Kind: fault, Count: 1})
					saga := r.launch("delete_snapshot", "snapshot", id)
					r.dead(saga)
					over = r.store.(*mortal).total < n
					r.kill()
					r.store = whole
					time.Sleep(time.Minute)
					r.start()
					r.rest(saga, engine.Completed)
					if r.snapshots() != 0 || r.accounted() != 0 {
						t.Errorf("commit %d, durable %v: %d snapshots, %d resources", n, kept, r.snapshots(), r.accounted())
					}
				})
			}
		}
	}
}

// A cancel at any moment: rolled back is only what deleted nothing, and what deleted something goes forward.
func TestACanceledDeletionNeverCallsALossRolledBack(t *testing.T) {
	t.Parallel()
	ends := map[engine.Status]int{}
	for _, hang := range []bool{false, true} {
		for _, after := range []time.Duration{0, 100, 250, 400, 700, 1100, 2200, 3500, 6000} {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, dosim.WithLatency(300*time.Millisecond))
				id := r.orphan()
				if hang {
					r.sim.Inject(dosim.Fault{Method: http.MethodDelete, Kind: dosim.FaultHangAfter, Count: 1})
				}
				saga := r.launch("delete_snapshot", "snapshot", id)
				time.Sleep(after * time.Millisecond)
				_ = r.Cancel(t.Context(), saga, engine.Request{}) // which may come too late
				s := r.end(saga)
				ends[s.Status]++
				if (s.Status == engine.RolledBack) != (r.snapshots() == 1) {
					t.Errorf("canceled after %d ms, hang %v: %d snapshots: %s", after, hang, r.snapshots(), dump(s))
				}
			})
		}
	}
	if ends[engine.RolledBack] == 0 || ends[engine.Completed] == 0 || ends[engine.Failed] > 0 {
		t.Errorf("the moments prove nothing: %v", ends)
	}
}
