package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// drive takes one saga forward or backward until it is at rest or the engine shuts down. a is an attempt that is durable
// already and only waits to be run. While an attempt lasts this and attempt are all that is on the stack: a saga that waits for days
// is to cost little.
func (r *run) drive(ctx context.Context, a *attempt) {
	defer r.letAllGo()
	for on := true; on; {
		var outcome []Entry
		if a != nil {
			outcome = r.attempt(a)
		}
		a, on = r.proceed(ctx, a, outcome)
	}
}

// proceed records what came of an attempt, if one ran, and finds the next; nil when there is none yet. It reports false when the
// driving is over.
func (r *run) proceed(ctx context.Context, ran *attempt, outcome []Entry) (*attempt, bool) {
	if errors.Is(context.Cause(ctx), ErrDeposed) {
		if ran != nil {
			r.e.leave(ran.stay)
		}
		return nil, false // whoever drives now looks where the ledger ends
	}
	m, a, err := r.advance(ctx, outcome, ctx.Err() == nil)
	if ran != nil {
		r.e.leave(ran.stay) // only now: what is drained is durable
	}
	for err == nil && ctx.Err() == nil && a == nil && m.observes() {
		seen := r.observe(ctx, m)
		m, a, err = r.advance(ctx, seen, ctx.Err() == nil)
	}
	switch {
	case ctx.Err() != nil:
		if a != nil {
			a.end(context.Cause(ctx))
			r.e.leave(a.stay)
		}
		return nil, false
	case err != nil:
		r.e.log.Error("a saga is set aside until the next sweep", "saga", r.id.Short(), "error", err)
		r.e.drop(r)
		return nil, false
	case a != nil:
		return a, true
	case m.Do == DoRest:
		r.letAllGo()
		return nil, !r.e.release(r)
	case m.Resumed && !r.tried():
		r.yield()
		return nil, r.awaitTrial(ctx)
	case m.Do == DoExecute:
		return nil, r.await(ctx)
	}
	r.letAllGo()
	return nil, r.rest(ctx, m)
}

// observes reports whether the move reads the world and changes nothing.
func (m Move) observes() bool {
	return m.Do == DoVerify || m.Do == DoReview || m.Do == DoAsk || m.Do == DoConfirm
}

// observe does such a move. What is to be recorded of it that does not depend on what else happens meanwhile is returned.
func (r *run) observe(ctx context.Context, m Move) []Entry {
	switch m.Do {
	case DoVerify:
		return r.verify(ctx)
	case DoReview:
		r.reviewPlan(ctx)
	case DoAsk:
		r.askApproval(ctx)
	case DoConfirm:
		r.confirmPlan(ctx)
	default:
	}
	return nil
}

// await waits for a worker, or for something to look at. It reports false when the engine shuts down.
func (r *run) await(ctx context.Context) bool {
	r.mu.Lock()
	held := r.worker
	r.mu.Unlock()
	if held {
		return true // the gate has closed in between: look again
	}
	select {
	case r.e.workers <- struct{}{}:
		r.mu.Lock()
		r.worker = true
		r.mu.Unlock()
	case <-r.wake:
	case <-ctx.Done():
		return false
	}
	return true
}

// Considered reports whether the saga has been looked at since it began to be driven. Until then what it is recorded to wait for was
// found by a process before: that one may have had another token, or another world. A saga that goes on by itself may never be. It reads
// nothing; feeds are marked with the saga when it becomes true.
func (e *Engine) Considered(id ID) bool {
	select {
	case <-e.ready:
	default:
		return false
	}
	e.mu.Lock()
	r, drives := e.live[id], e.ctx != nil
	e.mu.Unlock()
	if !drives { // another process does, or none
		c := e.Crowd()
		return c == nil || c.Held || c.Driver != "" && c.Driver != c.Self
	}
	return r != nil && r.calm.Load()
}

// calmed takes note that the saga does not go on now, unless that is only because its account is still asked for.
func (r *run) calmed(m Move) {
	if m.Do == DoHold && r.asksAccount() || r.calm.Swap(true) {
		return
	}
	r.e.hub.mark(r.id)
}

// asksAccount reports whether the saga is held only until it is known whose account the steps act on.
func (r *run) asksAccount() bool {
	asking, _ := r.e.accountHolds()
	r.mu.Lock()
	defer r.mu.Unlock()
	return asking && r.saga != nil && r.e.needsAccount(r.saga.StepNames)
}

// rest waits for as long as a move says (for ever when it does not), or for something to look at.
func (r *run) rest(ctx context.Context, m Move) bool {
	r.calmed(m)
	if m.Wall {
		return r.restUntil(ctx, m.Until)
	}
	if r.doze(ctx, m.Until) {
		r.mu.Lock()
		r.waited = m.Until
		r.mu.Unlock()
	}
	return ctx.Err() == nil
}

// restUntil is rest until a moment by the wall clock, which may be set to another time meanwhile.
func (r *run) restUntil(ctx context.Context, moment time.Time) bool {
	for {
		left := time.Until(moment.Round(0))
		if left <= 0 || !r.doze(ctx, time.Now().Add(wallPause(left))) {
			return ctx.Err() == nil
		}
	}
}

// attempt is one run of a step in one direction. Its start is durable.
type attempt struct {
	run   *run
	move  Move
	stay  *stay
	step  Step
	state *State
	unfit error // why it cannot go forward: an earlier row has not put what the step needs
	limit limit
	ctx   context.Context //nolint:containedctx // made when the start was committed, so that a cancel in between is not lost
	end   context.CancelCauseFunc
}

// prepare makes the attempt that a move has started. Call with mu held.
func (r *run) prepare(ctx context.Context, m Move, in *stay) *attempt {
	row := &r.saga.Rows[m.Idx]
	saved := EntryStepSaved
	if m.Do == DoCompensate {
		saved = EntryCompensationSaved
	}
	a := &attempt{run: r, move: m, stay: in, step: r.e.steps[row.Name]}
	a.state = newState(r.saga, row, m.Attempt, saved, a)
	a.state.elsewhere = r.e.copied(r.saga.CreatedAt)
	a.ctx, a.end = context.WithCancelCause(ctx)
	r.under = a.state
	if m.Do == DoExecute {
		r.stop = a.end
		a.unfit = r.saga.accepted(a.step, m.Idx)
	}
	return a
}

// attempt runs a step and says what came of it. It returns when the step has returned, or when the step has ignored the
// end of its context for the engine's grace: then its State is closed, so that it can record, and so write, no more.
func (r *run) attempt(a *attempt) []Entry {
	most := deadlineOf(a.step, a.state.inputs)
	a.limit = newLimit(most, func() { a.end(deadlineError(most)) })
	done := make(chan result, 1)
	go perform(a.ctx, a, done)
	res := r.outlast(a.ctx, a, done)
	a.limit.timer.Stop()
	outcome := r.settle(a.ctx, a, res)
	a.end(nil)
	return outcome
}

// outlast waits for a step to return, or gives it up.
func (r *run) outlast(ctx context.Context, a *attempt, done <-chan result) *result {
	if a.move.Resumed {
		return r.outlastSuspect(ctx, a, done)
	}
	select {
	case res := <-done:
		return &res
	case <-ctx.Done():
		return r.giveUp(ctx, done)
	}
}

// outlastSuspect is outlast for an attempt that is suspected for a while.
func (r *run) outlastSuspect(ctx context.Context, a *attempt, done <-chan result) *result {
	lived := time.AfterFunc(trialTime, func() { r.outlive(ctx, a) })
	defer lived.Stop()
	select {
	case res := <-done:
		return &res
	case <-ctx.Done():
		return r.giveUp(ctx, done)
	}
}

// giveUp waits for a step whose context has ended no longer than the engine's grace.
func (r *run) giveUp(ctx context.Context, done <-chan result) *result {
	grace := r.e.grace
	if cause := context.Cause(ctx); errors.Is(cause, ErrShutdown) || errors.Is(cause, ErrDeposed) {
		grace = min(grace, shutdownGrace)
	}
	t := time.NewTimer(grace)
	defer t.Stop()
	select {
	case res := <-done:
		return &res
	case <-t.C:
		return &result{err: fmt.Errorf("%w; the step did not return within %s and was given up", context.Cause(ctx), grace)}
	}
}

// settle closes an attempt and says what came of it.
func (r *run) settle(ctx context.Context, a *attempt, res *result) []Entry {
	said := a.state.close()
	r.live.Store(nil)
	if res.err == nil {
		res.err = said.err
	}
	res.put, res.resources, res.moves, res.cause = said.put, said.resources, said.moves, stopCause(ctx)
	res.passed, res.made = said.passed, said.made
	r.e.judge(r.id, a.stay, *res)

	r.mu.Lock()
	defer r.mu.Unlock()
	r.under, r.stop = nil, nil
	r.acquit()
	if errors.Is(res.cause, ErrDeposed) {
		return nil // nothing that is recorded now would be believed
	}
	if err := r.reload(context.WithoutCancel(ctx)); err != nil {
		r.e.log.Error("what came of an attempt is not recorded", "saga", r.id.Short(), "error", err)
		return nil // the row stays under way, and is looked at again
	}
	if a.move.Do == DoCompensate {
		return r.compensated(a, *res)
	}
	return r.executed(a, *res)
}

// deadlineError is an ErrDeadline that says how long the step was given. Its text is made only when somebody reads it.
type deadlineError time.Duration

func (d deadlineError) Error() string { return fmt.Sprintf("%v (%s)", ErrDeadline, time.Duration(d)) }
func (d deadlineError) Unwrap() error { return ErrDeadline }

// perform calls the step on a goroutine of its own, so that neither a panic nor an endless loop takes the engine with it.
func perform(ctx context.Context, a *attempt, done chan<- result) {
	returned := false
	var err error
	defer func() {
		res := result{err: err}
		if p := recover(); p != nil {
			res.err, res.stack = fmt.Errorf("panic: %v", p), string(debug.Stack())
		} else if !returned {
			res.err = errors.New("panic: the step ended its goroutine")
		}
		done <- res
	}()
	if a.move.Do == DoCompensate {
		c, ok := a.step.(Compensator)
		if !ok {
			err, returned = fmt.Errorf("step %s of this build cannot be undone: undo it by hand and resolve the row", a.step.Name()), true
			return
		}
		err = c.Compensate(ctx, a.state)
	} else if a.unfit == nil {
		err = a.step.Execute(ctx, a.state)
	} else {
		err = a.unfit
	}
	returned = true
}
