package steps_test

import (
	"context"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/steps"
)

func TestAnOrphanOfAVolumeIsListedAdoptedAndRotatedFromThenOn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		volume := r.sim.Volumes()[0].ID
		lost, err := r.cloud.SnapshotVolume(t.Context(), volume, "arcadia-vol-"+volume+"-0badcafe")
		if err != nil {
			t.Fatal(err)
		}
		nobody := func(string) bool { return false }
		inv := steps.NewInventory(r.cloud, r.store)
		found, err := inv.Orphans(t.Context(), nobody)
		if err != nil || len(found) != 1 || found[0].VolumeCopy != lost.ID || found[0].Volume != volume || found[0].ID != 0 {
			t.Fatalf("%+v %v", found, err)
		}
		time.Sleep(time.Hour)
		if c := r.change("adopt_volume_snapshot", "volume_snapshot", lost.ID); c.Action != engine.ActUpdate || c.Note != "nothing is written at the provider" {
			t.Errorf("%+v", c)
		}
		r.sim.ResetLog()
		s := r.run(engine.Completed, "adopt_volume_snapshot", "volume_snapshot", lost.ID)
		if r.sim.Writes() != 0 || put[string](t, s, "outcome") != "adopted" {
			t.Error(dump(s))
		}
		r.drift(r.only(), estate.InSync)
		if found, err := inv.Orphans(t.Context(), nobody); err != nil || len(found) != 0 {
			t.Errorf("%+v %v", found, err)
		}
		again := r.run(engine.Completed, "adopt_volume_snapshot", "volume_snapshot", lost.ID)
		if put[string](t, again, "outcome") != "noop" || r.UndoText(again, 0) != "nothing to undo" {
			t.Error(dump(again))
		}
		r.rollback(again.ID)
		r.rest(again.ID, engine.RolledBack)
		r.rollback(s.ID)
		r.rest(s.ID, engine.RolledBack)
		if r.accounted() != 0 {
			t.Errorf("%+v", r.only())
		}
		r.run(engine.Completed, "adopt_volume_snapshot", "volume_snapshot", lost.ID)
		r.volumeNight(engine.Completed, "volume", volume, "keep_last", "1") // what was adopted is the retention's
		if left := r.copies(volume); len(left) != 1 || left[0].ID == lost.ID {
			t.Errorf("%+v", left)
		}
	})
}

func TestOnlyAnOrphanOfAVolumeIsAdopted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		volume := r.sim.Volumes()[0].ID
		byHand, err := r.cloud.SnapshotVolume(t.Context(), volume, "by-hand")
		if err != nil {
			t.Fatal(err)
		}
		refused := func(id string, want ...string) {
			t.Helper()
			r.refused(want, "adopt_volume_snapshot", "volume_snapshot", id)
		}
		refused(byHand.ID, "not_an_orphan", "by-hand")
		refused("00000000-0000-0000-0000-000000000000", "gone_at_the_provider")
		refused("7", "is not the id of a volume's snapshot")
		id := r.launch("create_volume_snapshot,wait_until", "volume", volume, "for", "1h")
		r.until(id, "waits", func(s *engine.Saga) bool { return s.CurrentStepIdx == 1 })
		made, err := r.Resources(context.Background())
		if err != nil || len(made) != 1 {
			t.Fatalf("%+v %v", made, err)
		}
		refused(made[0].ExternalID, "a_saga_works_on_it", id.Short())
		time.Sleep(2 * time.Hour)
		r.rest(id, engine.Completed)
	})
}
