package steps

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// VerifySnapshot looks whether a snapshot could be used in need: that it is available, in its droplet's region, and not
// suspiciously small beside the one before it. It writes nothing at the provider; the store then accounts for the snapshot as a
// verified one.
type VerifySnapshot struct {
	loose
	cloud VerifyCloud
}

// VerifyCloud is what the step asks of the provider.
type VerifyCloud interface {
	Machines
	Snapshots
}

// NewVerifySnapshot makes the step over a provider and a store.
func NewVerifySnapshot(cloud VerifyCloud, ledger Ledger) VerifySnapshot {
	return VerifySnapshot{loose{cloud, ledger}, cloud}
}

// keyVerified is put when a snapshot was found sound: its id.
const keyVerified = "verified_snapshot_id"

const snapshotAvailable = "available"

// Name is "verify_snapshot".
func (VerifySnapshot) Name() string { return "verify_snapshot" }

// Inputs declares the snapshot, which a saga that has taken one leaves out.
func (v VerifySnapshot) Inputs() []engine.Field {
	fields := v.field(v.options(func(bool) bool { return true }))
	fields[0].Required, fields[0].Help = false, "the id of a droplet's snapshot; left out: the one that the saga has taken"
	return fields
}

// Outputs is the snapshot that was found sound.
func (VerifySnapshot) Outputs(engine.Inputs) []engine.Output {
	return []engine.Output{{Key: keyVerified, What: "the snapshot that was found sound"}}
}

// Locks names the snapshot and its droplet. A snapshot that the saga takes is guarded by the step that takes it.
func (v VerifySnapshot) Locks(ctx context.Context, in engine.Inputs) ([]string, error) {
	if in[inSnapshot] == "" {
		return nil, nil
	}
	return v.loose.Locks(ctx, in)
}

// Target is "snapshot 229305609 (arcadia-snap-482913-1a2b3c4d)". One that does not exist, or that would not pass now, refuses the
// launch.
func (v VerifySnapshot) Target(ctx context.Context, in engine.Inputs) (string, error) {
	if in[inSnapshot] == "" {
		return "", nil
	}
	snap, err := v.sight(in).sound(ctx)
	return snap.title(), err
}

// Plan says what is looked at.
func (v VerifySnapshot) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	return v.sight(in).plan(ctx, in[inSnapshot] != "", "available, in the droplet's region, and at least half as large as the one before it")
}

// Execute puts verified_snapshot_id. It waits for as long as the provider may still correct what it says.
func (v VerifySnapshot) Execute(ctx context.Context, s *engine.State) error {
	in, err := v.meant(s)
	if err != nil {
		return err
	}
	snap, err := v.sight(in).await(ctx, s)
	if err != nil {
		return err
	}
	s.Put(keyVerified, snap.ID)
	putSnapshot(s, snap)
	return v.account(ctx, s, snap)
}

// meant are inputs that name the snapshot: the given one, or the one that the saga has taken.
func (VerifySnapshot) meant(s *engine.State) (engine.Inputs, error) {
	if s.Input(inSnapshot) != "" {
		return s.Inputs(), nil
	}
	var id int64
	taken, err := s.Lookup(keySnapshotID, &id)
	if err == nil && !taken {
		err = fmt.Errorf("%w: no step before this one has taken a snapshot: give %s", errNothingTaken, inSnapshot)
	}
	return engine.Inputs{inSnapshot: itoa(id)}, err
}

// account records that the snapshot is verified, when the store tracks it.
func (v VerifySnapshot) account(ctx context.Context, s *engine.State, snap Snapshot) error {
	r, ours, err := accounted(ctx, v.ledger, snapshotKey(snap.ID))
	if err != nil || !ours {
		return err
	}
	spec, err := snapshotOf(r)
	if err != nil {
		return err
	}
	spec.Snapshot, spec.Verified = snap, engine.At(time.Now())
	if r, err = spec.resource(); err != nil {
		return err
	}
	s.Provision(r)
	return nil
}

// sight looks at the snapshot that the inputs name.
func (v VerifySnapshot) sight(in engine.Inputs) sight[Snapshot] {
	return func(ctx context.Context) (snap Snapshot, flaw string, err error) {
		snap, found, err := v.findAgain(ctx, in)
		if err == nil && !found {
			err = fmt.Errorf("%w: %s is not in this account", errGone, snap.title())
		}
		if err == nil {
			flaw, err = v.flaw(ctx, snap)
		}
		return snap, flaw, err
	}
}

// flaw is what speaks against a snapshot now; empty when nothing does.
func (v VerifySnapshot) flaw(ctx context.Context, snap Snapshot) (string, error) {
	status, err := again(ctx, func() (string, error) { return v.cloud.SnapshotStatus(ctx, snap.ID) })
	if err != nil {
		return "", err
	}
	droplet, err := v.cloud.Droplet(ctx, snap.Droplet)
	switch {
	case absent(err): // the copy may be all that is left of it
		droplet = Droplet{}
	case err != nil:
		return "", err
	}
	before, err := v.before(ctx, snap)
	if err != nil {
		return "", err
	}
	if status != snapshotAvailable {
		return "it is " + visible.Short(cmp.Or(status, "of no status"), 40) + ", not available", nil
	}
	return cmp.Or(misplaced(snap.Regions, droplet.Region, "droplet"), shrunk(snap.SizeGB, before.SizeGB, before.title())), nil
}

// before is the newest snapshot of the droplet that is older; the zero Snapshot when there is none.
func (v VerifySnapshot) before(ctx context.Context, snap Snapshot) (Snapshot, error) {
	all, err := v.cloud.AllSnapshots(ctx)
	if err != nil {
		return Snapshot{}, err
	}
	var out Snapshot
	for _, o := range all {
		if o.Droplet == snap.Droplet && older(o, snap) && (out.ID == 0 || older(out, o)) {
			out = o
		}
	}
	return out, nil
}

// older reports whether a was made before b. Ids grow.
func older(a, b Snapshot) bool {
	return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID)) < 0
}

// Compensate has nothing to write: the engine accounts for the snapshot as before.
func (VerifySnapshot) Compensate(context.Context, *engine.State) error { return nil }

// DescribeUndo says that nothing is undone.
func (VerifySnapshot) DescribeUndo(*engine.State) string { return nothingToUndo }

// Touches is the snapshot.
func (VerifySnapshot) Touches(s *engine.State) []engine.Touch { return snapshotTouches(s) }

// Spares says that looking leaves the snapshot as it is.
func (VerifySnapshot) Spares() {}
