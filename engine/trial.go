package engine

import (
	"context"
	"time"
)

// trialTime is how long an attempt is suspected after its process has died: what ends the process does so soon after it starts.
const trialTime = 30 * time.Second

// A process that died took every attempt under way with it, and at most one of them was why. So what is started again after a
// death is started alone: the next of these suspects waits until the one before has ended, only waits, or has lived for
// trialTime, which the ledger keeps. A suspect that never starts in a life is not blamed for its end.

// onTrial takes the suspects' token if it is free. Call with mu held.
func (r *run) onTrial() bool {
	if r.trial {
		return true
	}
	select {
	case r.e.trial <- struct{}{}:
		r.trial = true
	default:
	}
	return r.trial
}

// awaitTrial waits for the suspects' token, or for something to look at. It reports false when the engine shuts down.
func (r *run) awaitTrial(ctx context.Context) bool {
	r.mu.Lock()
	held := r.trial
	r.mu.Unlock()
	if held {
		return true
	}
	select {
	case r.e.trial <- struct{}{}:
		r.mu.Lock()
		r.trial = true
		r.mu.Unlock()
	case <-r.wake:
	case <-ctx.Done():
		return false
	}
	return true
}

// tried reports whether the saga holds the suspects' token.
func (r *run) tried() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.trial
}

// letAllGo gives back all that a saga without an attempt has no use for.
func (r *run) letAllGo() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.letGo()
	r.acquit()
}

// acquit gives the suspects' token back. Call with mu held.
func (r *run) acquit() {
	if r.trial {
		<-r.e.trial
		r.trial = false
	}
}

// outlive acquits an attempt that has lived for trialTime.
func (r *run) outlive(ctx context.Context, a *attempt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.under != a.state || !r.trial {
		return
	}
	if err := r.append(ctx, a, Entry{Type: EntryOutlived, Idx: a.move.Idx}); err != nil {
		r.e.log.Warn("that an attempt has outlived its trial is not recorded", "saga", r.id.Short(), "error", err)
	}
	r.acquit()
}
