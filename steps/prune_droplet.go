package steps

import (
	"context"
	"slices"
	"strconv"

	"arcadia/engine"
)

// PruneSnapshots deletes the snapshots of a droplet that a retention does not keep: of those that sagas have made and the store
// accounts for, never one that somebody keeps, and never the newest verified one.
type PruneSnapshots struct{ prune }

// NewPruneSnapshots makes the step over a provider and a store.
func NewPruneSnapshots(cloud SnapshotCloud, ledger Ledger) PruneSnapshots {
	return PruneSnapshots{prune{dropletCopies{cloud}, ledger}}
}

// Name is "prune_snapshots".
func (PruneSnapshots) Name() string { return "prune_snapshots" }

// Inputs declares the droplet, the retention and its brake.
func (p PruneSnapshots) Inputs() []engine.Field {
	return pruneFields(NewCreateDropletSnapshot(p.copies.(dropletCopies).cloud).Inputs()[:1])
}

// dropletCopies are the snapshots of a droplet.
type dropletCopies struct{ cloud SnapshotCloud }

func (d dropletCopies) subject(ctx context.Context, in engine.Inputs) (string, error) {
	return NewCreateDropletSnapshot(d.cloud).Target(ctx, in)
}

func (dropletCopies) lock(in engine.Inputs) string { return dropletLock(in[inDroplet]) }
func (dropletCopies) made() string                 { return snapshotResource }

func (d dropletCopies) list(ctx context.Context, in engine.Inputs) ([]stored, error) {
	id, err := dropletOf(in)
	if err != nil {
		return nil, err
	}
	all, err := d.cloud.DropletSnapshots(ctx, id)
	if err != nil {
		return nil, err
	}
	var out []stored
	for _, s := range all {
		if ownSnapshot.MatchString(s.Name) {
			out = append(out, stored{ID: itoa(s.ID), Name: s.Name, Created: s.Created, SizeGB: s.SizeGB})
		}
	}
	return out, nil
}

func (d dropletCopies) there(ctx context.Context, _ engine.Inputs, id string) (bool, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return false, err
	}
	_, err = again(ctx, func() (Snapshot, error) { return d.cloud.Snapshot(ctx, n) })
	if absent(err) {
		return false, nil
	}
	return err == nil, err
}

func (d dropletCopies) erase(ctx context.Context, id string) error {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return err
	}
	return d.cloud.DeleteSnapshot(ctx, n)
}

func (dropletCopies) fresh(s *engine.State) (string, error) {
	var id int64
	if ok, err := s.Lookup(keySnapshotID, &id); err != nil || !ok {
		return "", err
	}
	return itoa(id), nil
}

// rotateSnapshots is the kind that most nights are made of.
func rotateSnapshots(cloud SnapshotCloud) engine.Kind {
	asks := slices.Concat(NewCreateDropletSnapshot(cloud).Inputs()[:2], retentionFields())
	return engine.Kind{
		Name: "rotate_snapshots", Summary: "takes a snapshot of a droplet, verifies it, and deletes those that a retention does not keep",
		Undo: "deletes the new snapshot, until the first old one is gone", On: onDroplet, Inputs: asks,
		Make: func(_ context.Context, in engine.Inputs) ([]engine.StepCall, error) {
			return rotation(in, "create_droplet_snapshot", "verify_snapshot", "prune_snapshots")
		},
	}
}

// keptBy says what a retention keeps: "3 last, 7 daily, 4 weekly".
func keptBy(in engine.Inputs) string {
	text := ""
	for _, f := range []struct{ name, word string }{
		{inKeepLast, "last"}, {inKeepDaily, "daily"}, {inKeepWeekly, "weekly"}, {inKeepMonthly, "monthly"},
	} {
		if v := in[f.name]; v != "" && v != "0" {
			if text != "" {
				text += ", "
			}
			text += v + " " + f.word
		}
	}
	return text
}
