package steps

import (
	"context"
	"slices"

	"arcadia/engine"
)

// A name belongs to one saga whole: a POST that was repeated somewhere on its way makes two snapshots of it, and a person can
// make a third. Each of them is the saga's.

// own are all snapshots with the saga's name, without those with the given ids.
func (w *snapshotWork) own(ctx context.Context, but ...int64) ([]Snapshot, error) {
	list, all, err := w.list(ctx)
	if err == nil && !all && len(list) == 0 {
		list, err = w.everywhere(ctx)
	}
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(list), func(s Snapshot) bool {
		return s.Name != w.intent.Name || slices.Contains(but, s.ID)
	}), nil
}

// deleteOthers deletes what else has the saga's name, beside what undo has deleted already.
func (w *snapshotWork) deleteOthers(ctx context.Context) error {
	begun, err := w.s.Saved(keySnapshotIntent, &snapshotIntent{})
	if err != nil || !begun {
		return err
	}
	var id int64
	if _, err := w.s.Saved(keySnapshotID, &id); err != nil {
		return err
	}
	others, err := w.own(ctx, id)
	if err != nil {
		return err
	}
	for _, snap := range others {
		if err := w.delete(ctx, snap.ID); err != nil {
			return err
		}
	}
	return nil
}

// provision accounts for the snapshot and, when the POST may have been sent twice, for all others of the name.
func (w *snapshotWork) provision(ctx context.Context, snap Snapshot) error {
	all := []Snapshot{snap}
	if w.s.Attempt() > 1 {
		others, err := w.own(ctx, snap.ID)
		if err != nil {
			return err
		}
		all = append(all, others...)
	}
	for _, snap := range all {
		r, err := snapshotResourceOf(snap)
		if err != nil {
			return err
		}
		w.s.Provision(r)
	}
	return nil
}

// left names what of the saga's is still there, under the id that is known or not.
func (w *snapshotWork) left(ctx context.Context, id int64) ([]string, error) {
	found, err := w.own(ctx, id)
	if err != nil && !absent(err) {
		return nil, err
	}
	if id != 0 {
		snap, err := w.cloud.Snapshot(ctx, id)
		switch {
		case err != nil && !absent(err):
			return nil, err
		case err == nil && snap.Name == w.intent.Name:
			found = append(found, snap)
		}
	}
	var left []string
	for _, snap := range found {
		left = append(left, snap.title()+", "+snap.cost())
	}
	return left, nil
}

// snapshotTouches is the snapshot that the row has made or is about: other snapshots of the droplet have nothing to do with it.
func snapshotTouches(s *engine.State) []engine.Touch {
	var id int64
	if ok, err := s.Saved(keySnapshotID, &id); err != nil || !ok {
		return nil
	}
	return []engine.Touch{{Name: snapshotLock(itoa(id))}}
}
