package steps

import (
	"context"
	"errors"
	"fmt"

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

// undoAction waits for the action, which cannot be canceled, and deletes what it made.
func (w *snapshotWork) undoAction(ctx context.Context, action int64) error {
	a, err := w.cloud.Action(ctx, action)
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
	if a.Status != ActionCompleted {
		n = 1
	}
	snap, err := w.everywhere(ctx, n)
	switch {
	case err == nil:
		return w.deleteFound(ctx, snap)
	case !errors.Is(err, errSnapshotMissing):
		return err
	case a.Status == ActionCompleted:
		return w.unsure(err)
	}
	return nil
}

// unsure asks for another look. A snapshot that must have been made may be late, or somebody has deleted it: the two look
// alike, and only the second leaves nothing behind.
func (w *snapshotWork) unsure(err error) error {
	return engine.Retryable(fmt.Errorf("%w, though its action completed: if it exists delete it by hand, then resolve this row", err), 0)
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
		snap, err := w.everywhere(ctx, 1)
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
			return w.unsure(err)
		case err != nil:
			return err
		case found:
			return w.deleteFound(ctx, snap)
		}
	}
	return nil
}

// everywhere is byName that also finds the snapshot of a droplet that is gone: those live on, and are listed elsewhere.
func (w *snapshotWork) everywhere(ctx context.Context, n int) (Snapshot, error) {
	snap, err := w.byName(ctx, n)
	if err == nil || ClassOf(err) != NotFound {
		return snap, err
	}
	list, err := w.cloud.AllSnapshots(ctx)
	if err != nil {
		return Snapshot{}, verdict(ctx, err)
	}
	if snap, found := newest(w.intent.Name, list); found {
		return snap, nil
	}
	return Snapshot{}, fmt.Errorf("%w: %s is not among the snapshots of the account", errSnapshotMissing, w.intent.Name)
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
	snap, err := w.cloud.Snapshot(ctx, id)
	switch {
	case err != nil && ClassOf(err) != NotFound:
		return verdict(ctx, err)
	case err == nil && snap.Name != name:
		return &engine.Conflict{Subject: fmt.Sprintf("snapshot %d", id), Prior: "absent", Written: name, Live: visible.Short(snap.Name, 120)}
	}
	// A snapshot that cannot be read is deleted all the same: the reading may lag, and deleting nothing does no harm.
	if err := w.cloud.DeleteSnapshot(ctx, id); err != nil && ClassOf(err) != NotFound {
		return verdict(ctx, err)
	}
	return nil
}
