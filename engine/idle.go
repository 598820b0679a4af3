package engine

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Idle runs f while the step only waits or looks, and holds nobody up meanwhile: the worker's token and the place within the
// gate are given back, the step's deadline stands still, and a death of the process is not held against the step. on says
// what is waited for, as follows "waits for"; until, when it is not zero, when that ends at the latest. Both are durable before f
// is called, in one entry for the whole wait. When f has returned the step queues for a worker and for the gate, so that a
// freeze holds it there.
//
// f returns promptly when its context ends; Idle then returns the cause, ErrCanceled, ErrShutdown or ErrDeposed. f may Put and Log, and
// must not Save. A wait keeps its own end in what the step has saved before: after a restart the step comes here again.
// Otherwise Idle returns what f returned.
func (s *State) Idle(ctx context.Context, on string, until time.Time, f func(context.Context) error) error {
	if s.of == nil {
		return fmt.Errorf("wait for %s: this state is only for looking: %w", on, ErrStopped)
	}
	w := &Waiting{For: ForProvider, Because: BecauseIdle, Text: on}
	if !until.IsZero() {
		w.For, w.Until = ForTime, At(until)
	}
	return s.of.idle(ctx, w, f)
}

// Heard says that the provider has answered a look while the step waits: while an outage has frozen everything, that is what
// the engine waits for.
func (s *State) Heard() {
	if s.of != nil {
		s.of.heard()
	}
}

// still marks the state as waiting or as at work again: nothing is saved while it waits. It fails when there is something to
// save that only a Save would make durable, or when the attempt is over.
func (s *State) still(waits bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.over:
		return fmt.Errorf("wait in step %d of saga %s: the attempt was given up: %w", s.idx, s.id.Short(), ErrStopped)
	case waits && s.idling:
		return fmt.Errorf("wait in step %d of saga %s: it waits already", s.idx, s.id.Short())
	}
	s.idling = waits
	return nil
}

func (a *attempt) idle(ctx context.Context, w *Waiting, f func(context.Context) error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := a.state.still(true); err != nil {
		return err
	}
	defer func() { _ = a.state.still(false) }() // an attempt that is over takes nothing any more
	if err := a.run.depart(ctx, a, w); err != nil {
		return err
	}
	err := f(ctx)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if back := a.run.rejoin(ctx, a); back != nil {
		return back
	}
	return err
}

func (a *attempt) heard() { a.run.e.heard() }

// depart makes a wait durable and gives back what the attempt holds.
func (r *run) depart(ctx context.Context, a *attempt, w *Waiting) error {
	w.Idx, w.Step, w.Text = a.move.Idx, a.step.Name(), clip(w.Text, MaxLine)
	e := Entry{Type: EntryIdle, Idx: a.move.Idx, Waiting: []Waiting{*w}}
	if !w.Until.IsZero() {
		at := w.Until
		e.Next = &at
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.append(ctx, a, e); err != nil {
		return err
	}
	a.limit.stop()
	r.letGo()
	r.acquit()
	r.e.leave(a.stay)
	return nil
}

// append makes one entry of the attempt under way durable. Call with mu held.
func (r *run) append(ctx context.Context, a *attempt, e Entry) error {
	for {
		if r.under != a.state {
			return fmt.Errorf("wait in step %d of saga %s: the attempt was given up: %w", a.move.Idx, r.id.Short(), ErrStopped)
		}
		if err := r.reload(context.WithoutCancel(ctx)); err != nil {
			return err
		}
		b := r.batch()
		err := b.add(e)
		if err == nil {
			err = b.commit()
		}
		if !errors.Is(err, ErrConflict) {
			return err
		}
	}
}

// rejoin takes a worker, for an attempt that goes forward, and a place within the gate, and waits for both in that order of
// need: a freeze is waited out without a worker.
func (r *run) rejoin(ctx context.Context, a *attempt) error {
	for {
		now := time.Now()
		frozen, until := r.e.gate.held(a.stay, now)
		if frozen {
			r.doze(ctx, until)
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			continue
		}
		if a.move.Do == DoExecute {
			if err := r.queue(ctx, a); err != nil {
				return err
			}
		}
		in, ok := r.e.gate.enter(a.stay, time.Now())
		if !ok {
			r.yield()
			continue
		}
		in.begun() // its start is in the ledger since long
		r.mu.Lock()
		over := r.under != a.state
		if !over {
			a.stay = in
			a.limit.resume()
		}
		r.mu.Unlock()
		if over {
			r.e.leave(in)
			return ErrStopped
		}
		return nil
	}
}

// queue takes a worker's token, and says so when it has to be waited for.
func (r *run) queue(ctx context.Context, a *attempt) error {
	r.mu.Lock()
	free := r.claim()
	var err error
	if !free && r.under == a.state && r.saga != nil && r.saga.waitsFor(ForWorker) == nil {
		err = r.append(ctx, a, Entry{Type: EntryWaiting, Waiting: r.busy()})
	}
	r.mu.Unlock()
	if free || err != nil {
		return err
	}
	select {
	case r.e.workers <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.worker = true
	if r.under != a.state {
		r.letGo()
		return ErrStopped
	}
	return nil
}

// doze waits until the given time (for ever when it is zero), for something to look at, or for the end of ctx. It reports
// whether the time has come.
func (r *run) doze(ctx context.Context, until time.Time) bool {
	var due <-chan time.Time
	if !until.IsZero() {
		t := time.NewTimer(time.Until(until))
		defer t.Stop()
		due = t.C
	}
	select {
	case <-due:
		return true
	case <-r.wake:
	case <-ctx.Done():
	}
	return false
}

// limit is the deadline of one attempt. It stands still while the attempt waits. pause and resume are called by the step's own
// goroutine only.
type limit struct {
	timer *time.Timer
	due   time.Time
	left  time.Duration
}

func newLimit(d time.Duration, end func()) limit {
	return limit{timer: time.AfterFunc(d, end), due: time.Now().Add(d)}
}

func (l *limit) stop() {
	l.timer.Stop()
	l.left = max(0, time.Until(l.due))
}

func (l *limit) resume() {
	l.due = time.Now().Add(l.left)
	l.timer.Reset(l.left)
}
