package steps_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/steps"
	"arcadia/steps/dosim"
)

// verified reports whether the store accounts for its only resource as a verified snapshot.
func (r *rig) verified() bool {
	r.t.Helper()
	var spec struct {
		Verified engine.Time `json:"verified_at"`
	}
	if err := json.Unmarshal(r.only().Spec, &spec); err != nil {
		r.t.Fatal(err)
	}
	return !spec.Verified.IsZero()
}

func TestASoundSnapshotIsAccountedForAsVerifiedUntilThatIsUndone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		web := r.droplet("web-01")
		first := r.run(engine.Completed, "create_droplet_snapshot", "droplet_id", web)
		if r.verified() {
			t.Error("verified without a look")
		}
		r.rollback(first.ID)
		r.rest(first.ID, engine.RolledBack)

		s := r.run(engine.Completed, "create_droplet_snapshot,verify_snapshot", "droplet_id", web)
		if id := put[int64](t, s, "verified_snapshot_id"); id != put[int64](t, s, "snapshot_id") || !r.verified() {
			t.Error(dump(s))
		}
		r.drift(r.only(), estate.InSync)
		again := r.run(engine.Completed, "verify_snapshot", "snapshot", r.only().ExternalID)
		if !strings.HasPrefix(again.Target, "snapshot "+r.only().ExternalID) {
			t.Errorf("target %q", again.Target)
		}
		r.rollback(again.ID)
		r.rest(again.ID, engine.RolledBack)
		if !r.verified() {
			t.Error("the undo of a second look took the first one back")
		}
		r.rollback(s.ID)
		if r.rest(s.ID, engine.RolledBack); r.snapshots() != 0 || r.accounted() != 0 {
			t.Errorf("%d snapshots, %d resources", r.snapshots(), r.accounted())
		}
	})
}

func TestASizeThatTheProviderCorrectsInTimeIsWaitedFor(t *testing.T) {
	for delay, want := range map[time.Duration]engine.Status{20 * time.Minute: engine.Completed, 0: engine.RolledBack} {
		t.Run(delay.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r := newRig(t)
				r.sim.Inject(dosim.Fault{Kind: dosim.FaultSnapshotSmall, Delay: delay})
				before := time.Now()
				s := r.run(want, "create_droplet_snapshot,verify_snapshot", "droplet_id", r.droplet("web-01"))
				if took := time.Since(before); took < 19*time.Minute || took > time.Hour {
					t.Errorf("took %s", took)
				}
				if want == engine.RolledBack && (!strings.Contains(s.Rows[1].Error, "less than half of") || r.snapshots() != 0) {
					t.Errorf("%q, %d snapshots", s.Rows[1].Error, r.snapshots())
				}
			})
		})
	}
}

func TestASnapshotThatCannotBeVerifiedIsRefusedWithTheReason(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		refuse := func(text, snapshot string) {
			t.Helper()
			_, err := r.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"verify_snapshot"}, Inputs: inputs("snapshot", snapshot)})
			if err == nil || !strings.Contains(err.Error(), text) {
				t.Errorf("%s: %v, want %q", snapshot, err, text)
			}
		}
		refuse("is not in this account", "12345")
		refuse("is not a whole number", "twelve")
		web, err := strconv.ParseInt(r.droplet("web-01"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		r.sim.Inject(dosim.Fault{Kind: dosim.FaultSnapshotSmall})
		if _, err := r.cloud.SnapshotDroplet(t.Context(), web, "by-hand"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		all, err := r.cloud.DropletSnapshots(t.Context(), web)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(all, func(a, b steps.Snapshot) int { return a.Created.Compare(b.Created) })
		if n := len(all); n < 2 || all[n-1].Name != "by-hand" {
			t.Fatalf("%+v", all)
		}
		refuse("less than half of", strconv.FormatInt(all[len(all)-1].ID, 10))

		s := r.run(engine.RolledBack, "verify_snapshot")
		if !strings.Contains(s.Rows[0].Error, "no step before this one has taken a snapshot") {
			t.Errorf("%q", s.Rows[0].Error)
		}
		// A hand-made one can be looked at, and stays a stranger to the store.
		r.run(engine.Completed, "verify_snapshot", "snapshot", strconv.FormatInt(all[0].ID, 10))
		if r.accounted() != 0 {
			t.Error("a foreign snapshot is accounted for")
		}
	})
}
