package steps

import (
	"context"
	"errors"
	"fmt"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

const (
	inPatience = "snapshot_within"

	// keyUndoUntil is when an undo stops waiting for an action that it cannot end.
	keyUndoUntil = "snapshot_undo_until"

	// The provider says that a snapshot takes one to three minutes for each GB in use; how much is in use it does not say.
	// People have seen small disks take eight hours on a bad day, and waiting holds nobody up: nobody is asked before
	// half a day has passed.
	perGB        = 3 * time.Minute
	leastPatient = 12 * time.Hour
	mostPatient  = 14 * 24 * time.Hour
)

// errStillRunning ends a wait whose time is over while its action runs on.
var errStillRunning = errors.New("the action is still running at the provider")

func checkPatience(value string, _ engine.Inputs) error {
	if d, err := time.ParseDuration(value); err != nil || d < time.Minute || d > mostPatient {
		return fmt.Errorf("%q is not a time from 1m to %s, such as 90m or 6h", visible.Short(value, 40), mostPatient)
	}
	return nil
}

// patience is how long a snapshot may take before a person is asked: what the launch says, else what the droplet's disk may need.
func (w *snapshotWork) patience(ctx context.Context) time.Duration {
	if d, err := time.ParseDuration(w.s.Input(inPatience)); err == nil {
		return d
	}
	droplets, err := w.cloud.Droplets(ctx)
	if err != nil {
		return leastPatient // a guess that is too short only asks sooner
	}
	for _, d := range droplets {
		if d.ID == w.intent.Droplet {
			return min(max(leastPatient, time.Duration(d.Disk)*perGB), mostPatient)
		}
	}
	return leastPatient
}

// end is when the wait for the provider ends, as it was saved before the wait began: a restart does not reset it. Only an
// operator who says that it shall go on does.
func (w *snapshotWork) end(ctx context.Context) (time.Time, error) {
	until, known := w.intent.Until, !w.intent.Until.IsZero()
	if w.back {
		var err error
		if known, err = w.s.Saved(keyUndoUntil, &until); err != nil {
			return time.Time{}, err
		}
	}
	if known && (until.After(time.Now()) || !w.s.ToldToGoOn()) {
		return until.Time, nil
	}
	until = engine.At(time.Now().Add(w.patience(ctx)))
	if w.back {
		w.s.Put(keyUndoUntil, until)
	} else {
		w.intent.Until = until
		w.s.Put(keySnapshotIntent, w.intent)
	}
	return until.Time, w.s.Save(ctx)
}

// await waits for an action to end and holds nobody up meanwhile. It looks at growing intervals. Reads that fail are part of it, up
// to a number in a row; so are answers that there is no such action, after which it is lost. An action that runs on when the
// time is over is not thrown away: a person decides.
func (w *snapshotWork) await(ctx context.Context, a Action) (Action, error) {
	until, err := w.end(ctx)
	if err != nil {
		return a, err
	}
	began := time.Now()
	err = w.s.Idle(ctx, fmt.Sprintf("action %d on droplet %d", a.ID, w.intent.Droplet), time.Time{}, func(ctx context.Context) error {
		var err error
		a, err = w.poll(ctx, a, until)
		return err
	})
	if errors.Is(err, errStillRunning) {
		return a, engine.Undecided(fmt.Errorf("action %d runs at the provider, %s after the wait for it began: retry waits on, cancel undoes what comes of it",
			a.ID, time.Since(began).Round(time.Minute)))
	}
	return a, err
}

func (w *snapshotWork) poll(ctx context.Context, a Action, until time.Time) (Action, error) {
	bad, gone := 0, 0
	for n := 0; a.Status == ActionRunning; n++ {
		if n > 0 && !time.Now().Before(until) {
			return a, errStillRunning
		}
		if err := pause(ctx, pollPause(n)); err != nil {
			return a, err
		}
		now, err := w.action(ctx, a.ID)
		switch {
		case err == nil:
			w.s.Heard()
			a, bad, gone = now, 0, 0
		case absent(err):
			gone++
			if gone == absences {
				a.Status = actionLost
			}
		default:
			bad++
			if c := ClassOf(err); c != Retryable || bad >= badPolls {
				return a, verdict(ctx, err)
			}
		}
	}
	return a, nil
}

// free waits until nothing runs on the droplet any more, as far as can be seen, and a moment at least.
func (w *snapshotWork) free(ctx context.Context, n int) error {
	until, err := w.end(ctx)
	if err != nil {
		return err
	}
	if !time.Now().Before(until) {
		return fmt.Errorf("droplet %d is busy with another event for too long: launch again later", w.intent.Droplet)
	}
	return w.s.Idle(ctx, fmt.Sprintf("another event on droplet %d to end", w.intent.Droplet), time.Time{}, func(ctx context.Context) error {
		for i := n; time.Now().Before(until); i++ {
			if err := pause(ctx, pollPause(i)); err != nil {
				return err
			}
			if _, busy := runningOn(ctx, w.cloud, w.intent.Droplet); !busy {
				return nil
			}
		}
		return nil
	})
}

// later looks again, up to n times, for what the provider lists late.
func (w *snapshotWork) later(ctx context.Context, n int, look func(ctx context.Context, last bool) (found bool, err error)) error {
	return w.s.Idle(ctx, fmt.Sprintf("snapshot %s to be listed", visible.Text(w.intent.Name)), time.Time{}, func(ctx context.Context) error {
		for i := range n {
			if err := pause(ctx, lookupPause); err != nil {
				return err
			}
			if found, err := look(ctx, i == n-1); err != nil || found {
				return err
			}
		}
		return nil
	})
}
