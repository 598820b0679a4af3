package steps

import (
	"cmp"
	"context"
	"fmt"
	"slices"
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
	snap, err := v.sound(ctx, in[inVolumeSnapshot])
	return snap.title(), err
}

// sound is a snapshot, unless it is known by now that it will not pass.
func (v VerifyVolumeSnapshot) sound(ctx context.Context, id string) (VolumeSnapshot, error) {
	snap, flaw, err := v.look(ctx, id)
	if err == nil && flaw != "" && time.Since(snap.Created) >= settles {
		err = unsoundVolume(snap, flaw)
	}
	return snap, err
}

func unsoundVolume(snap VolumeSnapshot, flaw string) error {
	return fmt.Errorf("%w: %s: %s: look at it, then take another", errUnsound, snap.title(), flaw)
}

// Plan says what is looked at.
func (v VerifyVolumeSnapshot) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	c := engine.Change{
		Action: engine.ActNone, Subject: "the snapshot that the saga takes", Undo: nothingToUndo,
		Note: "looks whether it is there, in the volume's region, and at least half as large as the one before it",
	}
	if in[inVolumeSnapshot] == "" {
		return c, nil
	}
	snap, err := v.sound(ctx, in[inVolumeSnapshot])
	c.Subject = snap.title()
	return c, err
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
	snap, flaw, err := v.look(ctx, id)
	if until := snap.Created.Add(settles); err == nil && flaw != "" && time.Now().Before(until) {
		err = s.Idle(ctx, snap.title()+" to be sound: "+flaw, until, func(ctx context.Context) error {
			snap, flaw, err = v.wait(ctx, id, until)
			return err
		})
	}
	if err != nil {
		return verdict(ctx, err)
	}
	if flaw != "" {
		return unsoundVolume(snap, flaw)
	}
	s.Put(keyVolumeVerified, snap.ID)
	putVolumeSnapshot(s, snap)
	return v.account(ctx, s, snap)
}

// wait looks until the snapshot is sound, or until then.
func (v VerifyVolumeSnapshot) wait(ctx context.Context, id string, until time.Time) (snap VolumeSnapshot, flaw string, err error) {
	for n := 0; ; n++ {
		if err := pause(ctx, min(pollPause(n), max(time.Until(until), time.Second))); err != nil {
			return snap, flaw, err
		}
		if snap, flaw, err = v.look(ctx, id); err != nil || flaw == "" || !time.Now().Before(until) {
			return snap, flaw, err
		}
	}
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

// look reads a snapshot, and says what speaks against it now; empty when nothing does.
func (v VerifyVolumeSnapshot) look(ctx context.Context, id string) (snap VolumeSnapshot, flaw string, err error) {
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
	if err != nil {
		return snap, "", err
	}
	var before VolumeSnapshot
	for _, o := range all {
		if o.Created.Before(snap.Created) && cmp.Or(o.Created.Compare(before.Created), cmp.Compare(o.ID, before.ID)) > 0 {
			before = o
		}
	}
	switch {
	case len(snap.Regions) == 0:
		flaw = "it is in no region"
	case !slices.Contains(snap.Regions, volume.Region):
		flaw = "it is not in " + visible.Short(volume.Region, 40) + ", where its volume is"
	case snap.SizeGB < leastShare*before.SizeGB:
		flaw = fmt.Sprintf("it has %.2f GiB, less than half of the %.2f GiB of %s, the one before it", snap.SizeGB, before.SizeGB, before.title())
	}
	return snap, flaw, nil
}

// Compensate has nothing to write: the engine accounts for the snapshot as before.
func (VerifyVolumeSnapshot) Compensate(context.Context, *engine.State) error { return nil }

// DescribeUndo says that nothing is undone.
func (VerifyVolumeSnapshot) DescribeUndo(*engine.State) string { return nothingToUndo }

// Touches is the snapshot.
func (VerifyVolumeSnapshot) Touches(s *engine.State) []engine.Touch { return volumeSnapshotTouches(s) }
