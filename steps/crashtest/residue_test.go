package crashtest

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

const dropletActions = "/v2/droplets/*/actions"

func snapshotScenario() *scenario { return others()[0] }

// bubble runs a story on a fake clock of its own.
func bubble(t *testing.T, run func(t *testing.T, dir string)) {
	t.Helper()
	t.Parallel()
	dir := scratch(t)
	synctest.Test(t, func(t *testing.T) { run(t, dir) })
}

func TestSnapshotThatAppearsAfterTheLookupGaveUpIsDeletedAllTheSame(t *testing.T) {
	t.Parallel()
	for _, late := range []time.Duration{90 * time.Second, 5 * time.Minute, 12 * time.Minute} {
		for _, lost := range []bool{false, true} {
			t.Run(late.String()+map[bool]string{true: " and the answer to the POST was lost"}[lost], func(t *testing.T) {
				bubble(t, func(t *testing.T, dir string) {
					s := snapshotScenario()
					st := newStage(t, dir, s, nil)
					st.world.sim.Inject(dosim.Fault{Method: http.MethodPost, Path: dropletActions, Kind: dosim.FaultSnapshotLate, Delay: late})
					if lost {
						st.world.sim.Inject(dosim.Fault{Method: http.MethodPost, Path: dropletActions, Kind: dosim.FaultResetAfter, Count: 1})
					}
					id := st.launch(s.launch(st.world, "k", false))
					st.until(id, "compensating", func(s *engine.Saga) bool { return s.Status == engine.Compensating })
					for {
						sg := st.saga(id)
						if sg.Status != engine.Compensating {
							break
						}
						if c := sg.Rows[0].Compensation; c != nil && c.Attempts > 1 && !strings.Contains(c.Error, "snapshot_not_found_after_completion") {
							t.Fatalf("it does not say what it waits for: %s", rows(sg))
						}
						time.Sleep(time.Second)
					}
					st.rest(id, engine.RolledBack)
					st.nothing(s)
				})
			})
		}
	}
}

// TestASnapshotThatOutlastsItsTimeIsNotThrownAway asks a person: a retry waits on, a cancel leaves nothing.
func TestASnapshotThatOutlastsItsTimeIsNotThrownAway(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		s := snapshotScenario()
		st := newStage(t, dir, s, nil, dosim.WithActionTime(15*time.Hour))
		id := st.launch(s.launch(st.world, "k", false))
		asks := func(s *engine.Saga) bool { return s.NeedsOperator() }
		sg := st.until(id, "waiting for a person", asks)
		if sg.Status != engine.Running || !strings.Contains(sg.Rows[0].Error, "retry waits on") {
			t.Errorf("it is %s and the row says %q", sg.Status, sg.Rows[0].Error)
		}
		if err := st.p.ops.Retry(context.Background(), id, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		st.rest(id, engine.Completed)

		id = st.launch(s.launch(st.world, "k2", false))
		st.until(id, "waiting for a person", asks)
		if err := st.p.ops.Cancel(context.Background(), id, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		st.says(id, "waiting for action")
		st.rest(id, engine.RolledBack)
	})
}

// says demands that the saga's first row tells what it waits for.
func (st *stage) says(id engine.ID, what string) {
	st.t.Helper()
	sg := st.saga(id)
	if !strings.Contains(sg.Rows[0].Note, what) && (len(sg.Waiting) == 0 || !strings.Contains(sg.Waiting[0].Text, what)) {
		st.t.Errorf("while it waits it says %q and %+v, not %q", sg.Rows[0].Note, sg.Waiting, what)
	}
}

func TestCancelDuringTheActionWaitsForItAndDeletesTheSnapshot(t *testing.T) {
	t.Parallel()
	for _, lost := range []bool{false, true} {
		t.Run(map[bool]string{false: "answered", true: "the answer to the POST was lost"}[lost], func(t *testing.T) {
			bubble(t, func(t *testing.T, dir string) {
				s := snapshotScenario()
				st := newStage(t, dir, s, nil, dosim.WithActionTime(10*time.Minute))
				if lost {
					st.world.sim.Inject(dosim.Fault{Method: http.MethodPost, Path: dropletActions, Kind: dosim.FaultResetAfter, Count: 1})
				}
				id := st.launch(s.launch(st.world, "k", false))
				time.Sleep(time.Minute)
				if err := st.p.ops.Cancel(context.Background(), id, engine.Request{}); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				if sg := st.saga(id); sg.Status != engine.Compensating {
					t.Fatalf("it is %s while the action runs", sg.Status)
				}
				st.says(id, "waiting for action")
				st.rest(id, engine.RolledBack)
				st.nothing(s)
			})
		})
	}
}

func TestActionThatNeverEndsIsNeverCalledRolledBack(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		s := snapshotScenario()
		st := newStage(t, dir, s, nil)
		st.world.sim.Inject(dosim.Fault{Method: http.MethodPost, Path: dropletActions, Kind: dosim.FaultActionNeverEnds})
		id := st.launch(s.launch(st.world, "k", false))
		time.Sleep(time.Minute)
		if err := st.p.ops.Cancel(context.Background(), id, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		sg := st.longRest(id)
		if sg.Status != engine.Failed || sg.Residue != 1 {
			t.Errorf("it is %s with residue %d while the action runs on: %s", sg.Status, sg.Residue, rows(sg))
		}
		if err := st.p.ops.Resolve(context.Background(), id, 0, engine.Request{Reason: "the provider's support has ended it"}); err != nil {
			t.Fatal(err)
		}
		st.rest(id, engine.RolledBack)
	})
}

// longRest waits for an end, whichever, for as long as ten attempts of two hours take.
func (st *stage) longRest(id engine.ID) *engine.Saga {
	for range 40 {
		if sg := st.saga(id); sg.Status.Terminal() {
			return sg
		}
		time.Sleep(time.Hour)
	}
	return st.saga(id)
}

func TestErroredSnapshotActionLeavesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		s := snapshotScenario()
		st := newStage(t, dir, s, nil)
		st.world.sim.Inject(dosim.Fault{Method: http.MethodPost, Path: dropletActions, Kind: dosim.FaultActionErrors, Times: 2, Count: 1})
		id := st.launch(s.launch(st.world, "k", false))
		st.rest(id, engine.RolledBack)
		st.nothing(s)
	})
}
