package steps

import (
	"context"
	"fmt"
	"slices"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// actionWork is one attempt at an action that the provider carries out in its own time. Every step that needs one goes the
// same way:
//
//	nothing runs ──► intent saved ──► POST ──► action id saved ──► its end ──► the thing itself is as wanted
//
// A POST that got no answer is found among the actions: one of the type that was not there before it.
type actionWork struct {
	cloud Actions
	s     *engine.State
	key   string // under which intent and id are kept; one for each action of a row
	what  string // "resize droplet 12", for errors and the log
	kind  string // the type of the action
	// list gives the actions of the thing, running ones included.
	list func(ctx context.Context) ([]Action, error)
	post func(ctx context.Context) (Action, error)
	// done looks at the thing itself: an action can complete without an effect, and have one without completing.
	done func(ctx context.Context) (bool, error)
	// patience is how long after the POST the action's effect may take to show, or, with 0, a minute from its end.
	patience time.Duration
}

// actionIntent is saved before the POST, and with the action's id after it.
type actionIntent struct {
	At      engine.Time `json:"at"`
	Action  int64       `json:"action_id,omitempty"`
	Others  []int64     `json:"other_actions,omitempty"` // of the type, there before the POST: none of ours
	Refused bool        `json:"refused,omitempty"`       // every POST so far was answered with no
}

// Reasons for which an action fails a step.
const (
	errActionErrored = engine.Reason("action_errored")
	errNoEffect      = engine.Reason("action_completed_without_effect")
)

// run brings the thing into the wanted state, whatever an earlier attempt has left.
func (w *actionWork) run(ctx context.Context) error {
	in, begun, err := w.intent()
	if err != nil {
		return err
	}
	if begun && in.Action == 0 && !in.Refused { // the POST of an earlier attempt may arrive after the look
		if err := pause(ctx, lateWrite); err != nil {
			return err
		}
	}
	for busy := 0; ; busy++ {
		if err := w.adopt(ctx, &in, begun); err != nil {
			return err
		}
		if in.Action != 0 {
			return w.finish(ctx, in)
		}
		if err := w.quiet(ctx); err != nil {
			return err
		}
		if ok, err := w.done(ctx); err != nil || ok {
			return err
		}
		err := w.send(ctx, &in)
		begun = true
		if err == nil {
			continue
		}
		if ClassOf(err) != Pending {
			return verdict(ctx, err)
		}
		if err := pause(ctx, pollPause(busy)); err != nil {
			return err
		}
	}
}

func (w *actionWork) intent() (in actionIntent, begun bool, err error) {
	begun, err = w.s.Saved(w.key, &in)
	return in, begun, err
}

// adopt finds the action of a POST that got no answer.
func (w *actionWork) adopt(ctx context.Context, in *actionIntent, begun bool) error {
	if !begun || in.Action != 0 || in.Refused {
		return nil
	}
	actions, err := w.list(ctx)
	if err != nil {
		return verdict(ctx, err)
	}
	for _, a := range actions { // the newest first
		if a.Type == w.kind && !slices.Contains(in.Others, a.ID) && a.Started.After(in.At.Add(-skew)) {
			in.Action = a.ID
			w.s.Put(w.key, *in)
			return w.s.Save(ctx)
		}
	}
	return nil
}

// quiet waits until no action runs on the thing.
func (w *actionWork) quiet(ctx context.Context) error {
	running, err := w.runs(ctx)
	if err != nil {
		return verdict(ctx, err)
	}
	if running.ID == 0 {
		return nil
	}
	on := fmt.Sprintf("%s (action %d) to end, then %s", visible.Short(running.Type, 40), running.ID, w.what)
	return w.s.Idle(ctx, on, time.Time{}, func(ctx context.Context) error {
		for n, bad := 0, 0; ; n++ {
			if err := pause(ctx, pollPause(n)); err != nil {
				return err
			}
			running, err := w.runs(ctx)
			switch {
			case err != nil && (ClassOf(err) != Retryable || bad == badPolls):
				return verdict(ctx, err)
			case err != nil:
				bad++
			case running.ID == 0:
				return nil
			}
		}
	})
}

// runs is the action that runs on the thing now; its id is 0 when there is none.
func (w *actionWork) runs(ctx context.Context) (Action, error) {
	actions, err := w.list(ctx)
	if at := slices.IndexFunc(actions, func(a Action) bool { return a.Status == ActionRunning }); err == nil && at >= 0 {
		return actions[at], nil
	}
	return Action{}, err
}

// send makes the intent durable, posts, and makes the action's id durable.
func (w *actionWork) send(ctx context.Context, in *actionIntent) error {
	actions, err := w.list(ctx)
	if err != nil {
		return err
	}
	*in = actionIntent{At: engine.At(time.Now())}
	for _, a := range actions {
		if a.Type == w.kind {
			in.Others = append(in.Others, a.ID)
		}
	}
	w.s.Put(w.key, *in)
	if err := w.s.Save(ctx); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	a, err := w.post(ctx)
	if err != nil {
		if refused(err) {
			in.Refused = true
			w.s.Put(w.key, *in)
		}
		return err
	}
	// Crash here: the action runs and nobody knows its number. The next attempt finds it among the actions.
	in.Action = a.ID
	w.s.Put(w.key, *in)
	return w.s.Save(context.WithoutCancel(ctx))
}

// finish waits for the action's end and then for its effect.
func (w *actionWork) finish(ctx context.Context, in actionIntent) error {
	a, err := w.await(ctx, in.Action)
	if err != nil {
		return err
	}
	until := time.Now().Add(lookups * lookupPause)
	if w.patience > 0 {
		until = in.At.Add(w.patience)
	}
	if a.Status != ActionCompleted {
		until = time.Now()
	}
	if ok, err := w.shows(ctx, until); err != nil || ok {
		return err
	}
	if a.Status != ActionCompleted {
		return fmt.Errorf("%w: %s: action %d ended as %q: launch again", errActionErrored, w.what, a.ID, a.Status)
	}
	return fmt.Errorf("%w: %s: action %d is %s, and nothing has changed", errNoEffect, w.what, a.ID, a.Status)
}

// shows looks at the thing until it is as wanted, once at least and until then at most.
func (w *actionWork) shows(ctx context.Context, until time.Time) (bool, error) {
	ok, err := w.done(ctx)
	if err != nil || ok || !time.Now().Before(until) {
		return ok, err
	}
	err = w.s.Idle(ctx, w.what+" to show its effect", until, func(ctx context.Context) error {
		for n := 0; !ok && time.Now().Before(until); n++ {
			if err := pause(ctx, min(pollPause(n), max(time.Until(until), time.Second))); err != nil {
				return err
			}
			ok, err = w.done(ctx)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return ok, err
}

// await polls an action until it has ended. One that the provider denies, though it gave its number, has ended somehow: the
// thing itself will tell.
func (w *actionWork) await(ctx context.Context, id int64) (Action, error) {
	var a Action
	err := w.s.Idle(ctx, fmt.Sprintf("%s, action %d", w.what, id), time.Time{}, func(ctx context.Context) error {
		var err error
		a, err = w.poll(ctx, id)
		return err
	})
	return a, err
}

func (w *actionWork) poll(ctx context.Context, id int64) (Action, error) {
	a, bad := Action{ID: id, Status: ActionRunning}, 0
	for n := 0; a.Status == ActionRunning; n++ {
		if err := pause(ctx, pollPause(n)); err != nil {
			return a, err
		}
		now, err := again(ctx, func() (Action, error) { return w.cloud.Action(ctx, id) })
		switch {
		case err == nil:
			a, bad = now, 0
		case absent(err):
			return Action{ID: id, Type: w.kind, Status: ActionCompleted}, nil
		case ClassOf(err) != Retryable || bad == badPolls:
			return a, verdict(ctx, err)
		default:
			bad++
		}
	}
	return a, nil
}

// settle waits for what this work may have begun, so that the way back finds the thing at rest. began says whether the
// provider may have been asked for anything.
func (w *actionWork) settle(ctx context.Context) (began bool, err error) {
	in, begun, err := w.intent()
	if err != nil || !begun || in.Refused && in.Action == 0 {
		return false, err
	}
	if in.Action == 0 {
		if err := pause(ctx, lateWrite); err != nil {
			return true, err
		}
		if err := w.adopt(ctx, &in, begun); err != nil {
			return true, err
		}
	}
	if in.Action == 0 {
		return true, w.quiet(ctx)
	}
	a, err := w.await(ctx, in.Action)
	if err != nil {
		return true, err
	}
	if a.Status == ActionCompleted { // an effect that is yet to show would undo the way back
		if _, err := w.shows(ctx, time.Now().Add(lookups*lookupPause)); err != nil {
			return true, err
		}
	}
	return true, w.quiet(ctx)
}
