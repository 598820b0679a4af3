package steps_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// notes are the lines of a saga's log.
func (r *rig) notes(id engine.ID) string {
	r.t.Helper()
	entries, err := r.Entries(context.Background(), id, 0)
	if err != nil {
		r.t.Fatal(err)
	}
	var lines []string
	for _, e := range entries {
		if e.Type == engine.EntryLogged {
			lines = append(lines, e.Text)
		}
	}
	return strings.Join(lines, "\n")
}

func TestACanceledSnapshotWaitsForItsActionAndThenDeletesIt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, dosim.WithActionTime(10*time.Minute))
		id := r.launch("create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
		time.Sleep(time.Minute)
		began := time.Now()
		if err := r.Cancel(t.Context(), id, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		s, err := r.Saga(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		action := put[int64](t, s, "snapshot_action_id")
		want := "waiting for action " + strconv.FormatInt(action, 10) + ", then deletes the snapshot"
		if s.Status != engine.Compensating || s.Rows[0].Note != want {
			t.Errorf("a second after the cancel: %s, note %q", s.Status, s.Rows[0].Note)
		}
		s = r.rest(id, engine.RolledBack)
		if took := time.Since(began); took < 8*time.Minute || r.snapshots() != 0 || s.Error.Reason != "canceled" {
			t.Errorf("rolled back after %s with %d snapshots: %s", took, r.snapshots(), dump(s))
		}
	})
}

func TestABusyDropletIsWaitedForAndSaidSo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		r.sim.Inject(dosim.Fault{Kind: dosim.FaultPendingEvent, Count: 6})
		s := r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
		if !strings.Contains(r.notes(s.ID), "busy with another event") || s.Rows[0].Attempts != 1 || r.snapshots() != 1 {
			t.Errorf("%d attempts, log %q", s.Rows[0].Attempts, r.notes(s.ID))
		}
	})
}

func TestACancelEndsTheWaitForABusyDroplet(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		id := r.launch("create_droplet_snapshot", "droplet_id", r.droplet("build-01")) // an action there never ends
		time.Sleep(10 * time.Minute)
		if err := r.Cancel(t.Context(), id, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		r.rest(id, engine.RolledBack)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("rolled back after %s", took)
		}
	})
}

func TestAnErroredActionFailsTheStepWithItsReason(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, times := range []int{0, 3} {
			r := newRig(t)
			r.sim.Inject(dosim.Fault{Kind: dosim.FaultActionErrors, Times: times})
			s := r.run(engine.RolledBack, "create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
			if !strings.HasPrefix(s.Error.Reason, "step_failed:snapshot_action_errored") || r.snapshots() != 0 {
				t.Errorf("%+v", s.Error)
			}
			r.stop()
		}
	})
}

func TestASnapshotThatIsNotListedFailsTheStepAndIsNotCalledUndone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		r.sim.Inject(dosim.Fault{Kind: dosim.FaultSnapshotLate, Delay: 100 * time.Hour})
		s := r.run(engine.Failed, "create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
		if !strings.HasPrefix(s.Error.Reason, "step_failed:snapshot_not_found_after_completion") {
			t.Errorf("%+v", s.Error)
		}
		if n := r.snapshots(); n != 1 || s.Residue != 1 {
			t.Errorf("%d snapshots exist and the residue is %d", n, s.Residue)
		}
		if c := s.Rows[0].Compensation; !strings.Contains(c.Error, "resolve this row") {
			t.Errorf("%q does not say what to do", c.Error)
		}
	})
}

func TestASnapshotListedLateIsFoundAndUndone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, late := range []dosim.Fault{{Kind: dosim.FaultSnapshotLate, Times: 11}, {Kind: dosim.FaultSnapshotLate, Delay: 50 * time.Second}} {
			r := newRig(t)
			r.sim.Inject(late)
			s := r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
			if s.Rows[0].Attempts != 1 {
				t.Errorf("%d attempts", s.Rows[0].Attempts)
			}
			r.rollback(s.ID)
			r.rest(s.ID, engine.RolledBack)
			if r.snapshots() != 0 {
				t.Error("it is still there")
			}
			r.stop()
		}
	})
}

func TestASnapshotOfAnotherNameIsNeitherAdoptedNorDeleted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		droplet, err := strconv.ParseInt(r.droplet("web-01"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"arcadia-snap-", "arcadia-snap-" + r.droplet("web-01") + "-00000000", "web-01"} {
			r.sim.AddSnapshot(droplet, name)
		}
		before := len(r.sim.Snapshots())
		r.run(engine.RolledBack, "create_droplet_snapshot,fail", "droplet_id", r.droplet("web-01"))
		if after := len(r.sim.Snapshots()); after != before {
			t.Errorf("%d snapshots before, %d after", before, after)
		}
	})
}

func TestASnapshotThatWasRenamedIsAConflict(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		s := r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
		id := put[int64](t, s, "snapshot_id")
		r.stop()
		r.cloud = connect(t, renamed{r.sim, "/v2/snapshots/" + strconv.FormatInt(id, 10), put[string](t, s, "snapshot_name")})
		r.start()
		r.rollback(s.ID)
		s = r.rest(s.ID, engine.Failed)
		c := s.Rows[0].Compensation.Conflict
		if c == nil || c.Live != "keep me␛[2J" || c.Written != put[string](t, s, "snapshot_name") {
			t.Errorf("conflict %+v", c)
		}
	})
}

// renamed is a service in which somebody has given a snapshot another name.
type renamed struct {
	next http.RoundTripper
	path string
	from string
}

func (r renamed) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.next.RoundTrip(req)
	if err != nil || req.Method != http.MethodGet || req.URL.Path != r.path {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	body = bytes.ReplaceAll(body, []byte(r.from), []byte(`keep me\u001b[2J`))
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return resp, nil
}

// api makes a request as somebody else would.
func (r *rig) api(method, path, body string) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, "https://api.digitalocean.com"+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer other")
	req.Header.Set("Content-Type", "application/json")
	resp, err := r.sim.RoundTrip(req)
	if err != nil || resp.StatusCode > 299 {
		r.t.Fatalf("%s %s: %v %v", method, path, resp, err)
	}
	_ = resp.Body.Close()
}

func TestASnapshotThatIsGoneIsUndone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		s := r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
		r.api(http.MethodDelete, "/v2/snapshots/"+strconv.FormatInt(put[int64](t, s, "snapshot_id"), 10), "")
		r.rollback(s.ID)
		r.rest(s.ID, engine.RolledBack)
	})
}

// An unclear answer, and meanwhile somebody else takes a snapshot of the droplet: theirs is theirs.
func TestSomebodyElsesSnapshotIsNotTakenForOurs(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, kind := range []dosim.FaultKind{dosim.FaultResetBefore, dosim.FaultResetAfter} {
			r := newRig(t)
			web := r.droplet("web-01")
			r.api(http.MethodPost, "/v2/droplets/"+web+"/actions", `{"type":"snapshot","name":"theirs"}`)
			r.sim.Inject(dosim.Fault{Method: http.MethodPost, Kind: kind, Count: 1})
			s := r.run(engine.RolledBack, "create_droplet_snapshot,fail", "droplet_id", web)
			names := map[string]int{}
			for _, snap := range r.sim.Snapshots() {
				names[snap.Name]++
			}
			if names["theirs"] != 1 || r.snapshots() != 0 {
				t.Errorf("%v: %s", names, dump(s))
			}
			r.stop()
		}
	})
}

func TestPollingDoesNotUseUpAttempts(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, dosim.WithActionTime(100*time.Minute))
		r.warm()
		s := r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
		polls := 0
		for _, q := range r.sim.Requests() {
			if strings.HasPrefix(q.Path, "/v2/actions/") {
				polls++
			}
		}
		if s.Rows[0].Attempts != 1 || polls < 150 || polls > 210 {
			t.Errorf("%d attempts, %d polls in 100 minutes", s.Rows[0].Attempts, polls)
		}
	})
}

// One that takes longer than it may is work in progress: a person decides.
func TestASnapshotMayTakeAsLongAsItsDiskNeedsAndIsNeverThrownAway(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, dosim.WithActionTime(150*time.Minute))
		r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", r.droplet("web-01"))
		id := r.launch("create_droplet_snapshot", "droplet_id", r.droplet("web-01"), "snapshot_within", "2h")
		s := r.until(id, "asking", func(s *engine.Saga) bool { return s.NeedsOperator() })
		if s.Status != engine.Running || !strings.Contains(s.Waiting[0].Text, "runs at the provider, 2h0m0s after") {
			t.Errorf("it is %s and waits for %+v", s.Status, s.Waiting)
		}
		if err := r.Cancel(t.Context(), id, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		r.rest(id, engine.RolledBack)
		if r.snapshots() != 1 {
			t.Errorf("%d snapshots left, want the first one's", r.snapshots())
		}
	})
}

func TestAnUnknownDropletRefusesTheLaunch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		_, err := r.Start(t.Context(), engine.Launch{Kind: "snapshot_droplet", Inputs: inputs("droplet_id", "12345")})
		if err == nil || !strings.Contains(err.Error(), "droplet 12345 is not in this account") {
			t.Errorf("%v", err)
		}
		_, err = r.Start(t.Context(), engine.Launch{Kind: "snapshot_droplet", Inputs: inputs("droplet_id", "-1")})
		if _, ok := errors.AsType[*engine.InputError](err); !ok {
			t.Errorf("%v", err)
		}
	})
}

// Another saga has taken a snapshot of the droplet and deleted it again, within the hour: its action is no sign of a POST
// that never arrived.
func TestTheActionOfADeletedSnapshotIsNotTakenForOnesOwn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, kind := range []dosim.FaultKind{dosim.FaultResetBefore, dosim.FaultResetAfter} {
			for _, back := range []bool{false, true} {
				r := newRig(t)
				droplet := r.droplet("web-01")
				r.run(engine.RolledBack, "create_droplet_snapshot,fail", "droplet_id", droplet)
				time.Sleep(20 * time.Minute)
				r.sim.Inject(dosim.Fault{Method: http.MethodPost, Kind: kind, Count: 1})
				list, want := "create_droplet_snapshot", 1
				if back {
					list, want = list+",fail", 0
				}
				began := time.Now()
				s := r.run(ending(back), list, "droplet_id", droplet)
				if took := time.Since(began); r.snapshots() != want || took > 3*time.Minute {
					t.Errorf("%s: %d snapshots after %s: %s", kind, r.snapshots(), took, dump(s))
				}
				// And cut off before anything was heard of it.
				r.sim.Inject(dosim.Fault{Method: http.MethodPost, Kind: kind, Count: 1})
				id := r.launch("create_droplet_snapshot", "droplet_id", droplet)
				r.until(id, "began", func(s *engine.Saga) bool { return s.Context["snapshot_intent"] != nil })
				if err := r.Cancel(t.Context(), id, engine.Request{}); err != nil {
					t.Fatal(err)
				}
				r.rest(id, engine.RolledBack)
				if r.snapshots() != want {
					t.Errorf("%s: %d snapshots after the cancel", kind, r.snapshots())
				}
				r.stop()
			}
		}
	})
}
