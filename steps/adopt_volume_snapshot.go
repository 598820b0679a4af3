package steps

import (
	"context"
	"fmt"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// AdoptVolumeSnapshot makes an orphan of a volume a resource: a snapshot with the name of a saga's that no resource accounts for.
type AdoptVolumeSnapshot struct {
	disks  Disks
	ledger Ledger
}

// NewAdoptVolumeSnapshot makes the step over a provider and a store.
func NewAdoptVolumeSnapshot(disks Disks, ledger Ledger) AdoptVolumeSnapshot {
	return AdoptVolumeSnapshot{disks, ledger}
}

// Name is "adopt_volume_snapshot".
func (AdoptVolumeSnapshot) Name() string { return "adopt_volume_snapshot" }

// Inputs declares the snapshot, and whether it stays whatever a retention says.
func (a AdoptVolumeSnapshot) Inputs() []engine.Field {
	return []engine.Field{
		{
			Name: inVolumeSnapshot, Label: "Snapshot", Type: engine.TextField, Required: true, Check: checkVolumeSnapshot, Options: a.options,
			Help: "the id of a volume's snapshot",
		},
		keepField(),
	}
}

// options lists the orphans.
func (a AdoptVolumeSnapshot) options(ctx context.Context, _ engine.Inputs) ([]engine.Option, error) {
	all, err := a.disks.AllVolumeSnapshots(ctx)
	if err != nil {
		return nil, err
	}
	ours, err := keys(ctx, a.ledger)
	if err != nil {
		return nil, err
	}
	var out []engine.Option
	for _, v := range all {
		if ownVolumeSnapshot.MatchString(v.Name) && !ours[volumeSnapshotKey(v.ID)] {
			out = append(out, engine.Option{Value: v.ID, Label: visible.Text(v.Name), Detail: visible.Text(v.ID) + "  " + v.cost()})
		}
	}
	return out, nil
}

// Locks names the snapshot, and the volume of one that a saga accounts for.
func (a AdoptVolumeSnapshot) Locks(ctx context.Context, in engine.Inputs) ([]string, error) {
	r, found, err := accounted(ctx, a.ledger, volumeSnapshotKey(in[inVolumeSnapshot]))
	if !found {
		r = engine.Resource{Type: volumeSnapshotResource, ExternalID: in[inVolumeSnapshot]}
	}
	return resourceLocks(r), err
}

// Target is "volume snapshot 9a1b… (arcadia-vol-…)". One that does not exist, that no saga made or that a saga still works on refuses
// the launch.
func (a AdoptVolumeSnapshot) Target(ctx context.Context, in engine.Inputs) (string, error) {
	snap, err := a.orphan(ctx, "", in)
	return snap.title(), err
}

func (a AdoptVolumeSnapshot) orphan(ctx context.Context, self engine.ID, in engine.Inputs) (VolumeSnapshot, error) {
	id := in[inVolumeSnapshot]
	if err := checkVolumeSnapshot(id, in); err != nil {
		return VolumeSnapshot{}, named(inVolumeSnapshot, err)
	}
	snap, err := again(ctx, func() (VolumeSnapshot, error) { return a.disks.VolumeSnapshot(ctx, id) })
	switch {
	case absent(err):
		snap = VolumeSnapshot{ID: id}
		return snap, fmt.Errorf("%w: %s is not in this account", errGone, snap.title())
	case err != nil:
		return snap, err
	case !ownVolumeSnapshot.MatchString(snap.Name):
		return snap, fmt.Errorf("%w: %s does not have the name of a saga's snapshot: leave it to whoever made it", errNoOrphan, snap.title())
	}
	saga, err := worker(ctx, a.ledger, self, snap.Name, volumeLock(""))
	if err != nil {
		return snap, fmt.Errorf("look who works on %s: %w", snap.title(), err)
	}
	if saga != "" {
		return snap, fmt.Errorf("%w: saga %s is not done with %s: wait for its end, or retry or resolve it", errInUse, saga.Short(), snap.title())
	}
	return snap, nil
}

// Plan says what is accounted for from now on.
func (a AdoptVolumeSnapshot) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	snap, err := a.orphan(ctx, "", in)
	if err != nil {
		return engine.Change{}, err
	}
	return adoption(ctx, a.ledger, snap.title(), volumeSnapshotKey(snap.ID), snap.cost())
}

// Execute puts outcome (adopted, noop), volume_snapshot_id, its name and what it costs.
func (a AdoptVolumeSnapshot) Execute(ctx context.Context, s *engine.State) error {
	snap, err := a.orphan(ctx, s.Saga(), s.Inputs())
	if err != nil {
		return verdict(ctx, err)
	}
	_, already, err := accounted(ctx, a.ledger, volumeSnapshotKey(snap.ID))
	if err != nil {
		return err
	}
	putVolumeSnapshot(s, snap)
	if already {
		s.Put(keyOutcome, outcomeNoop)
		return nil
	}
	s.Put(keyOutcome, outcomeAdopted)
	r, err := volumeSnapshotSpec{snap, copyNote{Keep: s.Input(inKeep) == "yes"}}.resource()
	if err != nil {
		return err
	}
	s.Provision(r)
	return nil
}

// Compensate has nothing to write: the engine takes the resource back, and the snapshot stays.
func (AdoptVolumeSnapshot) Compensate(context.Context, *engine.State) error { return nil }

// DescribeUndo says that the snapshot stays.
func (AdoptVolumeSnapshot) DescribeUndo(s *engine.State) string {
	return AdoptSnapshot{}.DescribeUndo(s)
}
