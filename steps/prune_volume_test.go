package steps_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/steps"
	"arcadia/steps/dosim"
)

// copies are the snapshots of a volume, the oldest first.
func (r *rig) copies(volume string) []steps.VolumeSnapshot {
	r.t.Helper()
	all, err := r.cloud.VolumeSnapshots(context.Background(), volume)
	if err != nil {
		r.t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b steps.VolumeSnapshot) int { return a.Created.Compare(b.Created) })
	return all
}

// volumeNight rotates the snapshots of a volume a day later and waits for the end.
func (r *rig) volumeNight(want engine.Status, in ...string) *engine.Saga {
	r.t.Helper()
	time.Sleep(24 * time.Hour)
	s, err := r.Start(context.Background(), engine.Launch{Kind: "rotate_volume_snapshots", Inputs: inputs(in...)})
	if err != nil {
		r.t.Fatal(err)
	}
	return r.rest(s.ID, want)
}

func TestTheSnapshotsOfAVolumeAreRotatedLikeThoseOfADroplet(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		volume := r.sim.Volumes()[0].ID
		byHand, err := r.cloud.SnapshotVolume(t.Context(), volume, "by-hand")
		if err != nil {
			t.Fatal(err)
		}
		strange, err := r.cloud.SnapshotVolume(t.Context(), volume, "arcadia-vol-"+volume+"-0badcafe") // of no saga of this store
		if err != nil {
			t.Fatal(err)
		}
		for n := range 6 {
			s := r.volumeNight(engine.Completed, "volume", volume, "keep_last", "3")
			if got, want := len(r.copies(volume)), min(n+1, 3)+2; got != want || r.accounted() != want-2 {
				t.Fatalf("night %d: %d copies, %d accounted for, want %d", n, got, r.accounted(), want)
			}
			if n > 2 && (s.Passed == "" || put[float64](t, s, "pruned_monthly_usd") <= 0) {
				t.Error(dump(s))
			}
		}
		for _, foreign := range []string{byHand.ID, strange.ID} {
			if !slices.ContainsFunc(r.copies(volume), func(v steps.VolumeSnapshot) bool { return v.ID == foreign }) {
				t.Errorf("%s is gone, and is not ours", foreign)
			}
		}
		res, err := r.Resources(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range res {
			if one.Type != "volume_snapshot" || !strings.Contains(string(one.Spec), "verified_at") {
				t.Errorf("%s %s", one.Type, one.Spec)
			}
			r.drift(one, estate.InSync)
		}
		before := len(r.copies(volume))
		s := r.volumeNight(engine.RolledBack, "volume", volume, "keep_last", "1", "max_delete", "1")
		if !strings.Contains(s.Rows[2].Error, "would prune 2 of 4") || len(r.copies(volume)) != before {
			t.Errorf("%q, %d copies", s.Rows[2].Error, len(r.copies(volume)))
		}
		r.api(http.MethodDelete, "/v2/volumes/snapshots/"+res[0].ExternalID, "")
		r.drift(res[0], estate.Deleted)
		r.run(engine.Completed, "forget_resource", "resource", res[0].Key())
	})
}

func TestACopyOfAVolumeThatIsNotSoundDeletesNothing(t *testing.T) {
	for delay, want := range map[time.Duration]engine.Status{20 * time.Minute: engine.Completed, 0: engine.RolledBack} {
		t.Run(delay.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r := newRig(t)
				volume := r.sim.Volumes()[0].ID
				r.volumeNight(engine.Completed, "volume", volume, "keep_last", "1")
				best := r.copies(volume)[0]
				r.sim.Inject(dosim.Fault{Kind: dosim.FaultSnapshotSmall, Delay: delay})
				s := r.volumeNight(want, "volume", volume, "keep_last", "1")
				left := r.copies(volume)
				if want == engine.RolledBack && (len(left) != 1 || left[0].ID != best.ID || !strings.Contains(s.Rows[1].Error, "less than half of")) {
					t.Errorf("%q: %+v", s.Rows[1].Error, left)
				}
				if want == engine.Completed && left[len(left)-1].ID == best.ID {
					t.Errorf("%+v", left)
				}
			})
		})
	}
}

func TestThingsUnderATagAreDropletsOrVolumes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		volume := r.sim.Volumes()[0].ID
		r.api(http.MethodPost, "/v2/tags", `{"name":"data"}`)
		r.api(http.MethodPost, "/v2/tags/data/resources", `{"resources":[{"resource_id":"`+volume+`","resource_type":"volume"}]}`)
		inv := steps.NewInventory(r.cloud, r.store)
		for of, want := range map[string]int{"volume": 1, "droplet": 0} {
			got, err := inv.Tagged(t.Context(), of, "data")
			if err != nil || len(got) != want || want == 1 && got[0]["id"] != volume {
				t.Errorf("%s: %v %v", of, got, err)
			}
		}
		if _, err := inv.Tagged(t.Context(), "dns_record", "data"); err == nil {
			t.Error("records carry tags")
		}
	})
}

func TestACopyWhoseAnswerWasLostIsFoundAndAccountedForOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		volume := r.sim.Volumes()[0].ID
		r.sim.Inject(dosim.Fault{Kind: dosim.FaultResetAfter, Method: http.MethodPost, Path: "/v2/volumes/*/snapshots", Count: 1})
		r.run(engine.Completed, "create_volume_snapshot", "volume", volume)
		var spec steps.VolumeSnapshot
		if err := json.Unmarshal(r.only().Spec, &spec); err != nil || spec.Volume != volume || len(r.copies(volume)) != 1 || spec.ID != r.copies(volume)[0].ID {
			t.Errorf("%+v %v, %d copies", spec, err, len(r.copies(volume)))
		}
	})
}
