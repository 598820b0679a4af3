package steps

import (
	"context"
	"fmt"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// DeleteSnapshot deletes one snapshot of a droplet, whoever made it, and with it its resource. Nothing brings it back.
type DeleteSnapshot struct {
	loose
	machines Machines
}

// NewDeleteSnapshot makes the step over a provider and a store.
func NewDeleteSnapshot(cloud SnapshotCloud, ledger Ledger) DeleteSnapshot {
	return DeleteSnapshot{loose{cloud, ledger}, cloud}
}

// Reasons for which the step, or its compensation, fails.
const (
	errUndeleted = engine.Reason("still_there_after_its_deletion")
	errFinal     = engine.Reason("cannot_be_undone")
)

// keyDeletion is the intent: saved before the DELETE.
const keyDeletion = "snapshot_deletion"

type erasure struct {
	Snapshot Snapshot `json:"snapshot"`
	Done     bool     `json:"done,omitempty"`    // the provider has said that it is gone
	Refused  bool     `json:"refused,omitempty"` // the provider has answered every DELETE so far, and said no
}

// Name is "delete_snapshot".
func (DeleteSnapshot) Name() string { return "delete_snapshot" }

// Final says why there is no way back.
func (DeleteSnapshot) Final() string { return "a deleted snapshot cannot be brought back" }

// RetryPolicies end the compensation soon: no later attempt brings a snapshot back.
func (DeleteSnapshot) RetryPolicies() (forward, backward engine.RetryPolicy) {
	backward = engine.BackwardRetry
	backward.Attempts = 3
	return engine.ForwardRetry, backward
}

// Inputs declares the snapshot.
func (d DeleteSnapshot) Inputs() []engine.Field {
	return d.field(d.options(func(bool) bool { return true }))
}

// Target is "snapshot 229305609 (arcadia-snap-482913-1a2b3c4d)". One that a saga still works on refuses the launch, and so
// does a token known to lack a scope; one that is gone already is a launch that changes nothing.
func (d DeleteSnapshot) Target(ctx context.Context, in engine.Inputs) (string, error) {
	snap, found, err := d.find(ctx, in)
	if err != nil || !found {
		return snap.title(), err
	}
	if err := denied(d.cloud, ReadSnapshots, DeleteSnapshots); err != nil {
		return "", fmt.Errorf("delete %s: %w", snap.title(), err)
	}
	return snap.title(), d.idle(ctx, "", snap)
}

// Plan says what is lost, and what it costs now.
func (d DeleteSnapshot) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	snap, found, err := d.find(ctx, in)
	if err != nil {
		return engine.Change{}, err
	}
	c := engine.Change{Action: engine.ActNone, Subject: snap.title(), Undo: nothingToUndo}
	_, ours, err := accounted(ctx, d.ledger, snapshotKey(snap.ID))
	switch {
	case err != nil:
		return engine.Change{}, err
	case found:
		c.Action, c.Undo, c.MonthlyUSD = engine.ActDelete, "cannot be undone", -MonthlyUSD(snap.SizeGB)
		origin, note, err := d.origin(ctx, snap)
		if err != nil {
			return engine.Change{}, err
		}
		c.Fields = []engine.FieldChange{
			{Name: "size", From: snap.cost()},
			{Name: "droplet", From: origin},
			{Name: "created", From: snap.Created.UTC().Format("2006-01-02 15:04 MST"), Note: age(time.Since(snap.Created))},
		}
		if !ours && !ownSnapshot.MatchString(snap.Name) {
			note = joined(note, "no saga made it")
		}
		c.Note = note
	case ours:
		c.Action, c.Note, c.Undo = engine.ActUpdate, "it is gone already: "+onlyTheLedger, "tracks it again"
		c.Fields = []engine.FieldChange{{Name: "accounted for", From: "yes", To: "no"}}
	default:
		c.Note = "no snapshot in this account has this id, and no saga tracks one"
	}
	return c, nil
}

// origin names the droplet of a snapshot, and says what matters most of it: that it is gone, so that what the snapshot holds
// may be nowhere else.
func (d DeleteSnapshot) origin(ctx context.Context, snap Snapshot) (name, note string, err error) {
	droplet, err := d.machines.Droplet(ctx, snap.Droplet)
	switch {
	case err == nil:
		return fmt.Sprintf("%s (%d)", visible.Text(droplet.Name), snap.Droplet), "", nil
	case !absent(err):
		return "", "", err
	}
	all, err := d.cloud.AllSnapshots(ctx)
	if err != nil {
		return "", "", err
	}
	others := 0
	for _, o := range all {
		if o.Droplet == snap.Droplet && o.ID != snap.ID {
			others++
		}
	}
	note = "its droplet is gone, and this is the only snapshot of it"
	if others > 0 {
		note = fmt.Sprintf("its droplet is gone; %s of it would be left", count(others, "other snapshot"))
	}
	return fmt.Sprintf("%d, which is gone", snap.Droplet), note, nil
}

// settles is how long after its making the provider may still correct the size of a snapshot.
const settles = 30 * time.Minute

// age says how old a snapshot is, and that the size of a young one is not final.
func age(d time.Duration) string {
	switch {
	case d < settles:
		return "made within the last half hour: the size is not final yet"
	case d < 48*time.Hour:
		return fmt.Sprintf("%s old", count(int(d.Hours()), "hour"))
	}
	return fmt.Sprintf("%s old", count(int(d.Hours()/24), "day"))
}

// Execute puts outcome (deleted, absent), snapshot_id, snapshot_name and what it cost. It looks again before it calls the
// snapshot gone: deleting a backup is answered like a deletion, and deletes nothing.
func (d DeleteSnapshot) Execute(ctx context.Context, s *engine.State) error {
	var del erasure
	begun, err := s.Saved(keyDeletion, &del)
	if err != nil {
		return err
	}
	snap, found, err := d.findAgain(ctx, s.Inputs())
	switch {
	case err != nil:
		return verdict(ctx, err)
	case !found && !begun:
		s.Put(keyOutcome, outcomeAbsent)
		s.Put(keySnapshotID, snap.ID)
		s.Withdraw(snapshotResource, itoa(snap.ID))
		return nil
	case found:
		if err := d.idle(ctx, s.Saga(), snap); err != nil {
			return err
		}
		if err := d.delete(ctx, s, erasure{Snapshot: snap}); err != nil {
			return err
		}
		del.Snapshot = snap
	}
	s.Passed(fmt.Sprintf("snapshot %d", del.Snapshot.ID))
	del.Done = true
	s.Put(keyDeletion, del)
	putSnapshot(s, del.Snapshot)
	s.Put(keyOutcome, outcomeDeleted)
	s.Withdraw(snapshotResource, itoa(snap.ID))
	return nil
}

// delete deletes the snapshot and looks until it is gone. The intent is durable before. A cancel in the midst of it does not make it
// unknown: either the snapshot is gone, and the saga goes on, or it stays.
func (d DeleteSnapshot) delete(ctx context.Context, s *engine.State, del erasure) error {
	s.Put(keyDeletion, del)
	if err := s.Save(ctx); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	own, end := outlive(ctx)
	defer end()
	err := d.cloud.DeleteSnapshot(ctx, del.Snapshot.ID)
	if refused(err) && !absent(err) {
		del.Refused = true
		s.Put(keyDeletion, del)
	}
	if err != nil && !absent(err) && (ClassOf(err) != Unknown || pause(own, lateWrite) != nil) {
		return verdict(ctx, err)
	}
	left, lost := settled(own, func() ([]string, error) { return d.left(own, del.Snapshot.ID) })
	switch {
	case err != nil && !absent(err) && (lost != nil || len(left) > 0):
		return verdict(ctx, err)
	case lost != nil:
		return verdict(ctx, lost)
	}
	if len(left) > 0 {
		return fmt.Errorf("%w: %s: if it is a backup, it goes with its droplet", errUndeleted, left[0])
	}
	return nil
}

func (d DeleteSnapshot) left(ctx context.Context, id int64) ([]string, error) {
	snap, err := d.cloud.Snapshot(ctx, id)
	switch {
	case absent(err):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return []string{snap.title()}, nil
}

// Compensate succeeds when nothing was deleted. A snapshot that is gone stays gone: then the saga goes forward.
func (d DeleteSnapshot) Compensate(ctx context.Context, s *engine.State) error {
	ctx = Urgent(ctx)
	var del erasure
	begun, err := s.Saved(keyDeletion, &del)
	if err != nil || !begun || del.Refused {
		return err
	}
	if !del.Done {
		if err := pause(ctx, lateWrite); err != nil { // the request may still arrive
			return err
		}
		left, err := settled(ctx, func() ([]string, error) { return d.left(ctx, del.Snapshot.ID) })
		if err != nil {
			return verdict(ctx, err)
		}
		if len(left) > 0 {
			return nil // read for longer than a reading may lag: it was never deleted
		}
		s.Passed(fmt.Sprintf("snapshot %d", del.Snapshot.ID))
	}
	return fmt.Errorf("%w: %s: %s: resolve this row", errFinal, del.Snapshot.title(), d.Final())
}

// DescribeUndo says what is lost.
func (d DeleteSnapshot) DescribeUndo(s *engine.State) string {
	var del erasure
	if begun, err := s.Saved(keyDeletion, &del); err != nil || !begun || del.Refused {
		return nothingToUndo
	}
	return "cannot be undone: " + d.Final()
}
