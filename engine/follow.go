package engine

import (
	"context"
	"time"
)

// sweepEvery is how often everything is looked at, whatever was told.
const sweepEvery = 30 * time.Second

// follow takes in what other processes do with the store, until ctx ends. Watching is a hint; that all is looked at now and then is
// the guarantee.
func (e *Engine) follow(ctx context.Context) {
	var marks <-chan Marks
	if w, ok := ability[Watcher](e.store); ok {
		marks = w.Watch(ctx)
	}
	sweep, look := time.NewTicker(sweepEvery), time.NewTicker(leaderless/2)
	defer sweep.Stop()
	defer look.Stop()
	for ctx.Err() == nil {
		select {
		case m, ok := <-marks:
			if !ok {
				marks = nil
				continue
			}
			e.heed(ctx, m)
		case <-sweep.C:
			e.heed(ctx, Marks{All: true})
		case <-look.C:
			e.attend(ctx)
			e.hub.mark("") // that nobody drives for long is for everybody to see, though nothing has changed
		case <-ctx.Done():
		}
	}
}

// heed takes in what others may have changed.
func (e *Engine) heed(ctx context.Context, m Marks) {
	ids := make([]ID, 0, len(m.IDs))
	common := m.All
	for _, id := range m.IDs {
		if id == "" {
			common = true
		} else {
			ids = append(ids, id)
		}
	}
	if common {
		if err := e.syncFreeze(ctx); err != nil && ctx.Err() == nil {
			e.log.Warn("whether everything is frozen is asked again in a while", "error", err)
		}
		e.muster(ctx)
		e.hub.mark("")
	}
	if m.All {
		e.hub.markAll()
	}
	if len(ids) == 0 {
		return
	}
	if e.Drives() {
		heads, err := e.store.Summaries(ctx, ids...)
		if err != nil && ctx.Err() == nil {
			e.log.Warn("what others have changed is looked at again in a while", "error", err)
		}
		for i := range heads {
			e.catchUp(&heads[i])
		}
	}
	for _, id := range ids {
		e.hub.mark(id)
	}
}

// catchUp makes the driver of a saga look at what others have added to its ledger, and drives it when nobody does.
func (e *Engine) catchUp(head *Summary) {
	e.mu.Lock()
	r, ctx := e.live[head.ID], e.ctx
	e.mu.Unlock()
	switch {
	case ctx == nil:
	case r != nil:
		if !e.several || r.catchUp(ctx, head.Seq) {
			r.nudge()
		}
	case !head.Status.Terminal():
		e.take(head.ID)
	case head.Status != Failed && e.several && e.locks.knows(head.ID): // ended elsewhere
		if err := e.syncLocks(ctx); err != nil {
			e.log.Warn("the locks are compared again in a while", "error", err)
		}
	}
}

// catchUp reads the saga again when its ledger is longer than what is in memory, so that a cancel from elsewhere ends the attempt
// under way at once. It reports whether it was.
func (r *run) catchUp(ctx context.Context, seq uint64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.saga != nil && r.saga.Seq >= seq {
		return false
	}
	r.saga = nil
	if err := r.reload(ctx); err != nil && ctx.Err() == nil {
		r.e.log.Warn("a saga is read again in a while", "saga", r.id.Short(), "error", err)
	}
	return true
}

// syncFreeze takes over from the store the freezes and thaws of other processes.
func (e *Engine) syncFreeze(ctx context.Context) error {
	e.freezing.Lock()
	defer e.freezing.Unlock()
	return e.loadFreezeLocked(ctx)
}

// syncFreezeLocked is syncFreeze for who holds freezing, once the freezes have been read.
func (e *Engine) syncFreezeLocked(ctx context.Context) error {
	last, err := e.Freezes(ctx, 1)
	if err != nil || len(last) == 0 {
		return err
	}
	newest, known, lasting := last[0], e.gate.known(), e.gate.freeze()
	switch {
	case newest.EndedAt.IsZero() && newest.N != known:
		e.gate.shut(newest, time.Time{}) // one that an engine began is put to the test at once
		e.stir()
	case newest.EndedAt.IsZero():
	case lasting != nil:
		e.gate.know(newest.N)
		e.thaw()
	default:
		e.gate.know(newest.N)
	}
	return nil
}
