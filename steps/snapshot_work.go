package steps

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"arcadia/engine"
)

// snapshotWork is one attempt to take or to delete the snapshot of a saga.
type snapshotWork struct {
	cloud  SnapshotCloud
	s      *engine.State
	intent snapshotIntent
	back   bool // it undoes
}

const (
	// skew is how far the provider's clock and ours may be apart. It only widens a net: what is found in it is waited for
	// and then known by its name.
	skew = time.Hour
	// badPolls is how many reads of a running action may fail in a row before the attempt does.
	badPolls = 8
	// actionLost is the status of an action that the provider does not show any more: what it made may be there all the same.
	actionLost = "lost"
)

// take looks for what an earlier attempt has left and posts only when there is nothing: the recorded id, the name, an
// action of the earlier attempt, and then the POST.
func (w *snapshotWork) take(ctx context.Context) (Snapshot, error) {
	var id int64
	if ok, err := w.s.Saved(keySnapshotID, &id); err != nil {
		return Snapshot{}, err
	} else if ok {
		return w.byName(ctx, lookups)
	}
	begun, err := w.s.Saved(keySnapshotIntent, &w.intent)
	if err != nil {
		return Snapshot{}, err
	}
	var action int64
	if ok, err := w.s.Saved(keySnapshotAction, &action); err != nil {
		return Snapshot{}, err
	} else if ok {
		return w.finish(ctx, action)
	}
	if begun && !w.intent.Refused { // the POST of an earlier attempt may arrive after the look
		late := func(ctx context.Context) error { return pause(ctx, lateWrite) }
		if err := w.s.Idle(ctx, fmt.Sprintf("an earlier request to droplet %d, which may still arrive", w.intent.Droplet), time.Time{}, late); err != nil {
			return Snapshot{}, err
		}
	}
	for busy, missing := 0, 1; ; {
		if begun || w.s.MayHaveRun() { // else there is nothing of ours to find before the first POST
			snap, found, err := w.look(ctx, true)
			if err != nil || found {
				return snap, err
			}
			if begun && !w.intent.Refused {
				if snap, found, err = w.unanswered(ctx, "waiting for action %d"); err != nil || found {
					return snap, err
				}
			}
		}
		action, err := w.post(ctx, !begun)
		begun = true
		if err == nil {
			return w.finish(ctx, action)
		}
		if absent(err) && missing < absences { // the launch has seen the droplet
			missing++
			if err := pause(ctx, absencePause); err != nil {
				return Snapshot{}, err
			}
			continue
		}
		if ClassOf(err) != Pending {
			return Snapshot{}, verdict(ctx, err)
		}
		if busy == 0 {
			if err := w.s.Log(ctx, fmt.Sprintf("droplet %d is busy with another event: waiting for it to end", w.intent.Droplet)); err != nil {
				return Snapshot{}, err
			}
		}
		if err := w.free(ctx, busy); err != nil {
			return Snapshot{}, err
		}
		busy++
	}
}

// post starts the snapshot. The intent is durable before, the action's id right after.
func (w *snapshotWork) post(ctx context.Context, first bool) (int64, error) {
	if first || w.intent.Refused {
		if first {
			now := time.Now()
			w.intent.At, w.intent.Until = engine.At(now), engine.At(now.Add(w.patience(ctx)))
		}
		w.intent.Refused = false
		if err := w.others(ctx); err != nil {
			return 0, err
		}
		w.s.Put(keySnapshotIntent, w.intent)
		if err := w.s.Save(ctx); err != nil {
			return 0, err
		}
	}
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	a, err := w.cloud.SnapshotDroplet(ctx, w.intent.Droplet, w.intent.Name)
	if err != nil {
		if refused(err) {
			w.intent.Refused = true
			w.s.Put(keySnapshotIntent, w.intent)
		}
		return 0, err
	}
	// Crash here: the action runs and nobody knows its number. The next attempt finds it among the droplet's actions.
	w.s.Put(keySnapshotAction, a.ID)
	return a.ID, w.s.Save(context.WithoutCancel(ctx))
}

// others notes the snapshot actions that are there before the POST: whatever comes of them, they are not ours.
func (w *snapshotWork) others(ctx context.Context) error {
	actions, err := w.actions(ctx)
	if err != nil {
		return err
	}
	w.intent.Others = nil
	for _, a := range actions {
		if w.maybeOurs(a) {
			w.intent.Others = append(w.intent.Others, a.ID)
		}
	}
	return nil
}

// maybeOurs reports whether an action may have come of a POST since the intent.
func (w *snapshotWork) maybeOurs(a Action) bool {
	return a.Type == "snapshot" && !slices.Contains(w.intent.Others, a.ID) &&
		(a.Status == ActionRunning || a.Started.After(w.intent.At.Add(-skew)))
}

// actions lists the actions of the droplet.
func (w *snapshotWork) actions(ctx context.Context) ([]Action, error) {
	return again(ctx, func() ([]Action, error) { return w.cloud.DropletActions(ctx, w.intent.Droplet) })
}

// finish waits for the action and finds what it made. An action that cannot be read any more is no failure yet: the
// snapshot says by its name that it was made.
func (w *snapshotWork) finish(ctx context.Context, action int64) (Snapshot, error) {
	a, err := w.await(ctx, Action{ID: action, Status: ActionRunning})
	if err != nil {
		return Snapshot{}, err
	}
	if a.Status != ActionCompleted && a.Status != actionLost {
		return Snapshot{}, fmt.Errorf("%w: action %d on droplet %d ended as %q: launch again", errSnapshotErrored, a.ID, w.intent.Droplet, a.Status)
	}
	return w.byName(ctx, lookups)
}

// action reads one action, by its id and then among those of the droplet.
func (w *snapshotWork) action(ctx context.Context, id int64) (Action, error) {
	a, err := w.cloud.Action(ctx, id)
	if !absent(err) {
		return a, err
	}
	actions, listErr := w.cloud.DropletActions(ctx, w.intent.Droplet)
	if listErr != nil && !absent(listErr) {
		return Action{}, listErr
	}
	if at := slices.IndexFunc(actions, func(a Action) bool { return a.ID == id }); at >= 0 {
		return actions[at], nil
	}
	return Action{}, err
}

// list are the snapshots of the droplet. Those of one that is gone live on, and are listed with the account's.
func (w *snapshotWork) list(ctx context.Context) (list []Snapshot, all bool, err error) {
	list, err = w.cloud.DropletSnapshots(ctx, w.intent.Droplet)
	if !absent(err) {
		return list, false, verdict(ctx, err)
	}
	list, err = w.everywhere(ctx)
	return list, true, err
}

// everywhere are the snapshots of the account that are of the droplet.
func (w *snapshotWork) everywhere(ctx context.Context) ([]Snapshot, error) {
	list, err := again(ctx, func() ([]Snapshot, error) { return w.cloud.AllSnapshots(ctx) })
	if err != nil {
		return nil, verdict(ctx, err)
	}
	return slices.DeleteFunc(list, func(s Snapshot) bool { return s.Droplet != w.intent.Droplet }), nil
}

// look finds the saga's snapshot by its name, now: among those of the droplet and, when that list does not have it and the
// look is a wide one, among those of the account. Forward and backward look with the same eyes.
func (w *snapshotWork) look(ctx context.Context, wide bool) (Snapshot, bool, error) {
	list, all, err := w.list(ctx)
	if err != nil {
		return Snapshot{}, false, err
	}
	snap, found := newest(w.intent.Name, list)
	if found || all || !wide {
		return snap, found, nil
	}
	if list, err = w.everywhere(ctx); err != nil {
		return Snapshot{}, false, err
	}
	snap, found = newest(w.intent.Name, list)
	return snap, found, nil
}

func newest(name string, list []Snapshot) (Snapshot, bool) {
	list = slices.DeleteFunc(slices.Clone(list), func(s Snapshot) bool { return s.Name != name })
	if len(list) == 0 {
		return Snapshot{}, false
	}
	return slices.MaxFunc(list, func(a, b Snapshot) int { return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID)) }), true
}

// byName looks up to n times: the listing lags behind the action. The last look is a wide one.
func (w *snapshotWork) byName(ctx context.Context, n int) (Snapshot, error) {
	snap, found, err := w.look(ctx, n == 1)
	if err == nil && !found && n > 1 {
		err = w.later(ctx, n-1, func(ctx context.Context, last bool) (bool, error) {
			var err error
			snap, found, err = w.look(ctx, last)
			return found, err
		})
	}
	if err == nil && !found {
		err = w.missing()
	}
	return snap, err
}

// unanswered follows a POST that never got its answer. Actions carry no name, so any snapshot action of the droplet that was
// not there before it may be ours: a running one is waited for, and an ended one counts as ours until the listing shows either our
// snapshot or somebody else's that came of it. When neither shows up the error is errSnapshotMissing: then nobody can say,
// and posting again might make a second one.
func (w *snapshotWork) unanswered(ctx context.Context, say string) (Snapshot, bool, error) {
	actions, err := w.actions(ctx)
	if err != nil && !absent(err) {
		return Snapshot{}, false, verdict(ctx, err)
	}
	var ended []Action
	for _, a := range actions {
		if !w.maybeOurs(a) {
			continue
		}
		if a.Status == ActionRunning {
			if err := w.s.Log(ctx, fmt.Sprintf(say, a.ID)); err != nil {
				return Snapshot{}, false, err
			}
			if a, err = w.await(ctx, a); err != nil {
				return Snapshot{}, false, err
			}
		}
		if a.Status == ActionCompleted || a.Status == actionLost {
			ended = append(ended, a)
		}
	}
	for i := 0; len(ended) > 0; i++ {
		list, _, err := w.list(ctx)
		if err != nil {
			return Snapshot{}, false, err
		}
		ended = slices.DeleteFunc(ended, func(a Action) bool { return foreign(w.intent.Name, a, list) })
		snap, found := newest(w.intent.Name, list)
		switch {
		case found:
			return snap, true, nil
		case len(ended) > 0 && i+1 == lookups:
			return Snapshot{}, false, w.missing()
		case len(ended) > 0:
			if err := pause(ctx, lookupPause); err != nil {
				return Snapshot{}, false, err
			}
		}
	}
	return Snapshot{}, false, nil
}

// foreign reports whether the listing shows that an action made a snapshot of another name. The provider gives a snapshot
// the second in which its action started.
func foreign(name string, a Action, list []Snapshot) bool {
	return slices.ContainsFunc(list, func(s Snapshot) bool {
		return s.Name != name && s.Created.Sub(a.Started).Abs() < time.Second
	})
}

func (w *snapshotWork) missing() error {
	return fmt.Errorf("%w: %s is neither among the snapshots of droplet %d nor among those of the account", errSnapshotMissing, w.intent.Name, w.intent.Droplet)
}
