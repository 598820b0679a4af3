package steps

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// VerifyVolumeSnapshot looks whether the snapshot of a volume could be used in need: that it is there, in its volume's region, and
// not suspiciously small beside the one before it. It writes nothing at the provider; the store then accounts for the snapshot as
// a verified one.
type VerifyVolumeSnapshot struct {
	disks  Disks
	ledger Ledger
}

// NewVerifyVolumeSnapshot makes the step over a provider and a store.
func NewVerifyVolumeSnapshot(disks Disks, ledger Ledger) VerifyVolumeSnapshot {
	return VerifyVolumeSnapshot{disks, ledger}
}

const (
	inVolumeSnapshot  = "volume_snapshot"
	keyVolumeVerified = "verified_volume_snapshot_id"
)

// Name is "verify_volume_snapshot".
func (VerifyVolumeSnapshot) Name() string { return "verify_volume_snapshot" }

// Inputs declares the snapshot, which a saga that has taken one leaves out.
func (VerifyVolumeSnapshot) Inputs() []engine.Field {
	return []engine.Field{{
		Name: inVolumeSnapshot, Label: "Snapshot", Type: engine.TextField, Help: "the id of a volume's snapshot; left out: the one that the saga has taken",
		Check: checkVolumeSnapshot,
	}}
}

func checkVolumeSnapshot(value string, _ engine.Inputs) error {
	if !isUUID(value) {
		return fmt.Errorf("%q is not the id of a volume's snapshot", visible.Short(value, 40))
	}
	return nil
}

// Locks names the snapshot. One that the saga takes is guarded by the step that takes it.
func (v VerifyVolumeSnapshot) Locks(ctx context.Context, in engine.Inputs) ([]string, error) {
	id := in[inVolumeSnapshot]
	if id == "" {
		return nil, nil
	}
	r, found, err := accounted(ctx, v.ledger, volumeSnapshotKey(id))
	if !found {
		r = engine.Resource{Type: volumeSnapshotResource, ExternalID: id}
	}
	return resourceLocks(r), err
}

// Target is the snapshot. One that does not exist, or that would not pass now, refuses the launch.
func (v VerifyVolumeSnapshot) Target(ctx context.Context, in engine.Inputs) (string, error) {
	if in[inVolumeSnapshot] == "" {
		return "", nil
	}
	snap, err := v.sight(in[inVolumeSnapshot]).sound(ctx)
	return snap.title(), err
}

// Plan says what is looked at.
func (v VerifyVolumeSnapshot) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	id := in[inVolumeSnapshot]
	return v.sight(id).plan(ctx, id != "", "there, in the volume's region, and at least half as large as the one before it")
}

// Execute puts verified_volume_snapshot_id. It waits for as long as the provider may still correct what it says.
func (v VerifyVolumeSnapshot) Execute(ctx context.Context, s *engine.State) error {
	id := s.Input(inVolumeSnapshot)
	if id == "" {
		taken, err := s.Lookup(keyVolumeSnapshot, &id)
		if err != nil {
			return err
		}
		if !taken {
			return fmt.Errorf("%w: no step before this one has taken a snapshot: give %s", errNothingTaken, inVolumeSnapshot)
		}
	}
	snap, err := v.sight(id).await(ctx, s)
	if err != nil {
		return err
	}
	s.Put(keyVolumeVerified, snap.ID)
	putVolumeSnapshot(s, snap)
	return v.account(ctx, s, snap)
}

// account records that the snapshot is verified, when the store tracks it.
func (v VerifyVolumeSnapshot) account(ctx context.Context, s *engine.State, snap VolumeSnapshot) error {
	r, ours, err := accounted(ctx, v.ledger, volumeSnapshotKey(snap.ID))
	if err != nil || !ours {
		return err
	}
	spec, err := volumeSnapshotOf(r)
	if err != nil {
		return err
	}
	spec.VolumeSnapshot, spec.Verified = snap, engine.At(time.Now())
	if r, err = spec.resource(); err != nil {
		return err
	}
	s.Provision(r)
	return nil
}

// sight looks at a snapshot.
func (v VerifyVolumeSnapshot) sight(id string) sight[VolumeSnapshot] {
	return func(ctx context.Context) (snap VolumeSnapshot, flaw string, err error) {
		snap, err = again(ctx, func() (VolumeSnapshot, error) { return v.disks.VolumeSnapshot(ctx, id) })
		if absent(err) {
			return VolumeSnapshot{ID: id}, "", fmt.Errorf("%w: volume snapshot %s is not in this account", errGone, visible.Short(id, 40))
		}
		if err != nil {
			return snap, "", err
		}
		volume, err := v.disks.Volume(ctx, snap.Volume)
		if absent(err) { // the copy may be all that is left of it
			return snap, "", nil
		}
		if err != nil {
			return snap, "", err
		}
		all, err := again(ctx, func() ([]VolumeSnapshot, error) { return v.disks.VolumeSnapshots(ctx, snap.Volume) })
		var before VolumeSnapshot
		for _, o := range all {
			if o.Created.Before(snap.Created) && cmp.Or(o.Created.Compare(before.Created), cmp.Compare(o.ID, before.ID)) > 0 {
				before = o
			}
		}
		return snap, cmp.Or(misplaced(snap.Regions, volume.Region, "volume"), shrunk(snap.SizeGB, before.SizeGB, before.title())), err
	}
}

// Compensate has nothing to write: the engine accounts for the snapshot as before.
func (VerifyVolumeSnapshot) Compensate(context.Context, *engine.State) error { return nil }

// DescribeUndo says that nothing is undone.
func (VerifyVolumeSnapshot) DescribeUndo(*engine.State) string { return nothingToUndo }

// Touches is the snapshot.
func (VerifyVolumeSnapshot) Touches(s *engine.State) []engine.Touch { return volumeSnapshotTouches(s) }
