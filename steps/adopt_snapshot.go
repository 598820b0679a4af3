package steps

import (
	"context"
	"fmt"

	"arcadia/engine"
)

// AdoptSnapshot makes an orphan a resource: a snapshot with the name of a saga's snapshot that no resource accounts for.
type AdoptSnapshot struct{ loose }

// NewAdoptSnapshot makes the step over a provider and a store.
func NewAdoptSnapshot(cloud Snapshots, ledger Ledger) AdoptSnapshot {
	return AdoptSnapshot{loose{cloud, ledger}}
}

const errNoOrphan = engine.Reason("not_an_orphan")

// Name is "adopt_snapshot".
func (AdoptSnapshot) Name() string { return "adopt_snapshot" }

// Inputs declares the snapshot.
func (a AdoptSnapshot) Inputs() []engine.Field {
	return append(a.field(a.options(func(accounted bool) bool { return !accounted })), keepField())
}

const inKeep = "keep"

func keepField() engine.Field {
	return engine.Field{
		Name: inKeep, Label: "Keep", Type: engine.ChoiceField, Default: "no", Choices: []string{"no", "yes"},
		Help: "whether it stays whatever a retention says",
	}
}

// Target is "snapshot 229305609 (arcadia-snap-482913-1a2b3c4d)". One that does not exist, that no saga made or that a saga
// still works on refuses the launch.
func (a AdoptSnapshot) Target(ctx context.Context, in engine.Inputs) (string, error) {
	snap, err := a.orphan(ctx, "", in)
	return snap.title(), err
}

func (a AdoptSnapshot) orphan(ctx context.Context, self engine.ID, in engine.Inputs) (Snapshot, error) {
	snap, found, err := a.find(ctx, in)
	switch {
	case err != nil:
		return snap, err
	case !found:
		return snap, fmt.Errorf("%w: %s is not in this account", errGone, snap.title())
	case !ownSnapshot.MatchString(snap.Name):
		return snap, fmt.Errorf("%w: %s does not have the name of a saga's snapshot: leave it to whoever made it", errNoOrphan, snap.title())
	}
	return snap, a.idle(ctx, self, snap)
}

// Plan says what is accounted for from now on.
func (a AdoptSnapshot) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	snap, err := a.orphan(ctx, "", in)
	if err != nil {
		return engine.Change{}, err
	}
	return adoption(ctx, a.ledger, snap.title(), snapshotKey(snap.ID), snap.cost())
}

// adoption is the change of accounting for a copy from now on; none where that is so already.
func adoption(ctx context.Context, l Ledger, title, key, cost string) (engine.Change, error) {
	c := engine.Change{Action: engine.ActNone, Subject: title, Undo: nothingToUndo}
	_, already, err := accounted(ctx, l, key)
	if err == nil && !already {
		c.Action, c.Note, c.Undo = engine.ActUpdate, onlyTheLedger, stopsTracking
		c.Fields = []engine.FieldChange{{Name: "accounted for", From: "no", To: "yes"}, {Name: "size", From: cost, To: cost}}
	}
	return c, err
}

const stopsTracking = "stops tracking it; the snapshot stays"

// Execute puts outcome (adopted, noop), snapshot_id, snapshot_name and what it costs.
func (a AdoptSnapshot) Execute(ctx context.Context, s *engine.State) error {
	snap, err := a.orphan(ctx, s.Saga(), s.Inputs())
	if err != nil {
		return verdict(ctx, err)
	}
	_, already, err := accounted(ctx, a.ledger, snapshotKey(snap.ID))
	if err != nil {
		return err
	}
	putSnapshot(s, snap)
	if already {
		s.Put(keyOutcome, outcomeNoop)
		return nil
	}
	s.Put(keyOutcome, outcomeAdopted)
	r, err := snapshotSpec{snap, copyNote{Keep: s.Input(inKeep) == "yes"}}.resource()
	if err != nil {
		return err
	}
	s.Provision(r)
	return nil
}

// Compensate has nothing to write: the engine takes the resource back, and the snapshot stays.
func (AdoptSnapshot) Compensate(context.Context, *engine.State) error { return nil }

// DescribeUndo says that the snapshot stays.
func (AdoptSnapshot) DescribeUndo(s *engine.State) string {
	var outcome string
	if ok, _ := s.Saved(keyOutcome, &outcome); !ok || outcome != outcomeAdopted {
		return nothingToUndo
	}
	return stopsTracking
}
