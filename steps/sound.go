package steps

import (
	"context"
	"fmt"
	"slices"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// Reasons for which looking at a snapshot fails.
const (
	errUnsound      = engine.Reason("snapshot_not_sound")
	errNothingTaken = engine.Reason("no_snapshot_to_verify")
)

// leastShare is what a snapshot must have at least of the size of the one before it: a disk does not lose more than half of
// what is on it in a night unless something is wrong.
const leastShare = 0.5

// taken is a snapshot of either sort.
type taken interface {
	title() string
	settledAt() time.Time // until then the provider may still correct what it says of it
}

func (s Snapshot) settledAt() time.Time       { return s.Created.Add(settles) }
func (v VolumeSnapshot) settledAt() time.Time { return v.Created.Add(settles) }

// sight reads a snapshot and says what speaks against it now; empty when nothing does.
type sight[S taken] func(ctx context.Context) (snap S, flaw string, err error)

// sound is the snapshot, unless it is known by now that it will not pass.
func (look sight[S]) sound(ctx context.Context) (S, error) {
	snap, flaw, err := look(ctx)
	if err == nil && flaw != "" && !time.Now().Before(snap.settledAt()) {
		err = unsound(snap, flaw)
	}
	return snap, err
}

func unsound(snap taken, flaw string) error {
	return fmt.Errorf("%w: %s: %s: look at it, then take another", errUnsound, snap.title(), flaw)
}

// await waits for as long as the provider may still correct what it says, and is an error when the snapshot is not sound then.
func (look sight[S]) await(ctx context.Context, s *engine.State) (S, error) {
	snap, flaw, err := look(ctx)
	if until := snap.settledAt(); err == nil && flaw != "" && time.Now().Before(until) {
		err = s.Idle(ctx, snap.title()+" to be sound: "+flaw, until, func(ctx context.Context) error {
			for n := 0; ; n++ {
				if err := pause(ctx, min(pollPause(n), max(time.Until(until), time.Second))); err != nil {
					return err
				}
				if snap, flaw, err = look(ctx); err != nil || flaw == "" || !time.Now().Before(until) {
					return err
				}
			}
		})
	}
	if err == nil && flaw != "" {
		return snap, unsound(snap, flaw)
	}
	return snap, verdict(ctx, err)
}

// plan says what is looked at; the snapshot is named, or one that the saga takes.
func (look sight[S]) plan(ctx context.Context, named bool, looksAt string) (engine.Change, error) {
	c := engine.Change{Action: engine.ActNone, Subject: "the snapshot that the saga takes", Undo: nothingToUndo, Note: "looks whether it is " + looksAt}
	if !named {
		return c, nil
	}
	snap, err := look.sound(ctx)
	c.Subject = snap.title()
	return c, err
}

// misplaced is what speaks against where a snapshot is; there is the region of what it is a copy of, empty when that is gone.
func misplaced(regions []string, there, of string) string {
	switch {
	case len(regions) == 0:
		return "it is in no region"
	case there != "" && !slices.Contains(regions, there):
		return "it is not in " + visible.Short(there, 40) + ", where its " + of + " is"
	}
	return ""
}

// shrunk is what speaks against the size of a snapshot beside that of the one before it.
func shrunk(size, before float64, title string) string {
	if size >= leastShare*before {
		return ""
	}
	return fmt.Sprintf("it has %.2f GiB, less than half of the %.2f GiB of %s, the one before it", size, before, title)
}
