package steps

import (
	"context"
	"fmt"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// PruneVolumeSnapshots deletes the snapshots of a volume that a retention does not keep: of those that sagas have made and the store
// accounts for, never one that somebody keeps, and never the newest verified one.
type PruneVolumeSnapshots struct{ prune }

// NewPruneVolumeSnapshots makes the step over a provider and a store.
func NewPruneVolumeSnapshots(disks Disks, ledger Ledger) PruneVolumeSnapshots {
	return PruneVolumeSnapshots{prune{volumeCopies{disks}, ledger}}
}

// Name is "prune_volume_snapshots".
func (PruneVolumeSnapshots) Name() string { return "prune_volume_snapshots" }

// Inputs declares the volume, the retention and its brake.
func (p PruneVolumeSnapshots) Inputs() []engine.Field {
	return pruneFields(NewCreateVolumeSnapshot(p.copies.(volumeCopies).disks).Inputs())
}

// volumeCopies are the snapshots of a volume.
type volumeCopies struct{ disks Disks }

func (v volumeCopies) subject(ctx context.Context, in engine.Inputs) (string, error) {
	return NewCreateVolumeSnapshot(v.disks).Target(ctx, in)
}

func (volumeCopies) lock(in engine.Inputs) string { return volumeLock(in[inVolume]) }
func (volumeCopies) made() string                 { return volumeSnapshotResource }

func (v volumeCopies) list(ctx context.Context, in engine.Inputs) ([]stored, error) {
	all, err := again(ctx, func() ([]VolumeSnapshot, error) { return v.disks.VolumeSnapshots(ctx, in[inVolume]) })
	if err != nil {
		return nil, err
	}
	var out []stored
	for _, s := range all {
		if ownVolumeSnapshot.MatchString(s.Name) {
			out = append(out, stored{ID: s.ID, Name: s.Name, Created: s.Created, SizeGB: s.SizeGB})
		}
	}
	return out, nil
}

func (v volumeCopies) there(ctx context.Context, _ engine.Inputs, id string) (bool, error) {
	_, err := again(ctx, func() (VolumeSnapshot, error) { return v.disks.VolumeSnapshot(ctx, id) })
	if absent(err) {
		return false, nil
	}
	return err == nil, err
}

func (v volumeCopies) erase(ctx context.Context, id string) error {
	return v.disks.DeleteVolumeSnapshot(ctx, id)
}

func (volumeCopies) fresh(s *engine.State) (id string, err error) {
	_, err = s.Lookup(keyVolumeSnapshot, &id)
	return id, err
}

// rotateVolumeSnapshots is rotateSnapshots for volumes.
func rotateVolumeSnapshots(disks Disks) engine.Kind {
	return engine.Kind{
		Name: "rotate_volume_snapshots", Summary: "takes a snapshot of a volume, verifies it, and deletes those that a retention does not keep",
		Undo: "deletes the new snapshot, until the first old one is gone", On: onVolume,
		Inputs: append(NewCreateVolumeSnapshot(disks).Inputs(), retentionFields()...),
		Make: func(_ context.Context, in engine.Inputs) ([]engine.StepCall, error) {
			return rotation(in, "create_volume_snapshot", "verify_volume_snapshot", "prune_volume_snapshots")
		},
	}
}

// rotation are the three steps of a night.
func rotation(in engine.Inputs, take, verify, prune string) ([]engine.StepCall, error) {
	if _, err := retentionOf(in); err != nil {
		return nil, err
	}
	return []engine.StepCall{
		{Step: take, Why: "tonight's snapshot"},
		{Step: verify, Why: "nothing is deleted for a snapshot that could not be used"},
		{Step: prune, Inputs: map[string]string{inCountsNew: "yes"}, Why: fmt.Sprintf("keeps %s", visible.Text(keptBy(in)))},
	}, nil
}
