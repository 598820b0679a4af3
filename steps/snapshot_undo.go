package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// lateLooks is how often a compensation looks for a POST that was cut off on its way before it says that nothing is there.
const lateLooks = 3

// undo deletes what take has made, as far as anything was made.
func (w *snapshotWork) undo(ctx context.Context) error {
	name := w.intent.Name
	var id int64
	if ok, err := w.s.Saved(keySnapshotID, &id); err != nil {
		return err
	} else if ok {
		return w.delete(ctx, id)
	}
	begun, err := w.s.Saved(keySnapshotIntent, &w.intent)
	if err != nil || !begun {
		return err
	}
	if w.intent.Name != name {
		return fmt.Errorf("the intent names snapshot %s and this saga's is %s: undo it by hand", visible.Text(w.intent.Name), name)
	}
	var action int64
	known, err := w.s.Saved(keySnapshotAction, &action)
	if err != nil {
		return err
	}
	if known {
		return w.undoAction(ctx, action)
	}
	return w.undoUnanswered(ctx)
}

// undoAction waits for the action, which cannot be canceled, and deletes what it made. One that cannot be read any more may
// have made it as well: then only the name tells.
func (w *snapshotWork) undoAction(ctx context.Context, action int64) error {
	a, err := again(ctx, func() (Action, error) { return w.action(ctx, action) })
	if absent(err) {
		a, err = Action{ID: action, Status: actionLost}, nil
	}
	if err != nil {
		return verdict(ctx, err)
	}
	if a.Status == ActionRunning {
		if err := w.s.Log(ctx, fmt.Sprintf("waiting for action %d, then deletes the snapshot", action)); err != nil {
			return err
		}
		if a, err = w.await(ctx, a); err != nil {
			return err
		}
	}
	n := lookups
	if a.Status == ActionErrored {
		n = 1
	}
	snap, err := w.byName(ctx, n)
	switch {
	case err == nil:
		return w.deleteFound(ctx, snap)
	case !errors.Is(err, errSnapshotMissing):
		return err
	case a.Status == ActionErrored:
		return nil
	}
	return w.unsure(err, a)
}

// unsure asks for another look. A snapshot that must have been made may be late, or somebody has deleted it: the two look
// alike, and only the second leaves nothing behind.
func (w *snapshotWork) unsure(err error, a Action) error {
	though := "its action completed"
	if a.Status == actionLost {
		though = fmt.Sprintf("its action %d began, which the provider does not show any more", a.ID)
	}
	return engine.Retryable(fmt.Errorf("%w, though %s: if it exists delete it by hand, then resolve this row", err, though), 0)
}

// undoUnanswered looks for what a POST without an answer may have made.
func (w *snapshotWork) undoUnanswered(ctx context.Context) error {
	looks := lateLooks
	if w.intent.Refused {
		looks = 1
	}
	for i := range looks {
		if i > 0 {
			if err := pause(ctx, lookupPause); err != nil {
				return err
			}
		}
		snap, err := w.byName(ctx, 1)
		if err == nil {
			return w.deleteFound(ctx, snap)
		}
		if !errors.Is(err, errSnapshotMissing) {
			return err
		}
		if w.intent.Refused {
			continue
		}
		snap, found, err := w.unanswered(ctx, "waiting for action %d, then deletes the snapshot")
		switch {
		case errors.Is(err, errSnapshotMissing):
			return w.unsure(err, Action{Status: ActionCompleted})
		case err != nil:
			return err
		case found:
			return w.deleteFound(ctx, snap)
		}
	}
	return nil
}

// deleteFound deletes what was found by its name. The id is durable before: if the answer is lost, the next attempt must
// know that this very snapshot is gone, and not go on looking for it.
func (w *snapshotWork) deleteFound(ctx context.Context, snap Snapshot) error {
	w.s.Put(keySnapshotID, snap.ID)
	w.s.Put(keySnapshotName, snap.Name)
	if err := w.s.Save(ctx); err != nil {
		return err
	}
	return w.delete(ctx, snap.ID)
}

// delete deletes a snapshot that carries exactly the saga's name. One that is gone is fine; what the listing says
// afterwards does not count, for it lags.
func (w *snapshotWork) delete(ctx context.Context, id int64) error {
	name := snapshotName(w.intent.Droplet, w.s.Saga())
	for try := 1; ; try++ {
		snap, err := w.cloud.Snapshot(ctx, id)
		switch {
		case err != nil && !absent(err):
			return verdict(ctx, err)
		case err == nil && snap.Name != name && !w.s.MayOverwrite(fmt.Sprintf("snapshot %d", id), visible.Short(snap.Name, 120)):
			return &engine.Conflict{
				Subject: fmt.Sprintf("snapshot %d", id), Prior: "absent", Written: name, Live: visible.Short(snap.Name, 120), Overwritable: true,
			}
		}
		read := err == nil
		if err := w.replaceable(ctx, Snapshot{ID: id, Name: name, Droplet: w.intent.Droplet}); err != nil {
			return err
		}
		// A snapshot that cannot be read is deleted all the same: the reading may lag, and deleting nothing does no harm.
		err = w.cloud.DeleteSnapshot(ctx, id)
		switch {
		case err == nil, absent(err) && !read:
			return nil
		case !absent(err):
			return verdict(ctx, err)
		case try == absences: // it is read, and whoever deletes it is told that there is none
			return engine.Retryable(fmt.Errorf("snapshot %d is shown, and deleting it says that there is none", id), 0)
		}
		if err := pause(ctx, absencePause); err != nil {
			return err
		}
	}
}

// lastCopy is why the undo of a step leaves a snapshot that it could delete.
const lastCopy = "nobody has asked for this undo, and nothing else is left of the droplet: retry to delete it all the same, resolve to keep it"

// replaceable refuses to delete the only snapshot of a droplet that is gone in an undo that nobody has asked for: what the
// step made could be made again when it began, and cannot be any more.
func (w *snapshotWork) replaceable(ctx context.Context, snap Snapshot) error {
	if w.s.Asked() {
		return nil
	}
	_, err := again(ctx, func() (Droplet, error) { return w.cloud.Droplet(ctx, snap.Droplet) })
	if !absent(err) {
		return verdict(ctx, err)
	}
	all, err := w.everywhere(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(s Snapshot) bool { return s.ID == snap.ID }) {
		return nil // it is gone itself
	}
	if slices.ContainsFunc(all, func(s Snapshot) bool { return s.ID != snap.ID }) {
		return nil
	}
	return &engine.Conflict{
		Subject: snap.title(), Prior: "absent", Written: snap.Name, Live: fmt.Sprintf("the only snapshot of droplet %d, which is gone", snap.Droplet),
		Why: lastCopy,
	}
}
