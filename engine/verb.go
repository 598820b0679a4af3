package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Request is what every verb takes besides its saga.
type Request struct {
	Reason string // the operator's own words; optional except for Resolve
	// IfSeq refuses the verb with ErrChanged when the ledger no longer ends at this number. 0: any.
	IfSeq uint64
}

// Cancel asks a saga to stop and to undo what it has done. It is durable when it returns; no step starts after it. Asking
// twice is the same as asking once; a terminal saga is refused with the reason. It ends a pause, and it withdraws a rollback
// that has undone nothing yet: then the saga is completed, as before.
func (s *Session) Cancel(ctx context.Context, id ID, q Request) error {
	return s.ask(ctx, VerbCancel, id, q, func(sg *Saga, _ *run) ([]Entry, error) {
		if sg.Withdrawable() {
			e := s.entry(EntryRollbackWithdrawn, q)
			e.Reason = reasonWithdrawn
			return []Entry{e}, nil
		}
		var entries []Entry
		if sg.Paused {
			entries = append(entries, s.entry(EntryResumed, q))
		}
		if !sg.CancelRequested && sg.Status != Compensating {
			entries = append(entries, s.entry(EntryCancelRequested, q))
		}
		return entries, nil
	})
}

// Rollback undoes a completed saga, from its last step down; on a failed one it tries again what is left.
func (s *Session) Rollback(ctx context.Context, id ID, q Request) error {
	return s.ask(ctx, VerbRollback, id, q, func(sg *Saga, r *run) ([]Entry, error) {
		if err := r.e.undoable(ctx, sg, nil, false); err != nil {
			return nil, err
		}
		if sg.Status == Failed {
			return []Entry{s.entry(EntryRetryRequested, q)}, nil
		}
		from := len(sg.Rows) - 1
		e := s.entry(EntryRollbackStarted, q)
		e.From, e.Reason = &from, reasonRollback
		e.Ticket = r.e.locks.back(id, sg.undoLocks())
		return []Entry{e}, nil
	})
}

// Retry gives what could not be undone a fresh budget, and starts again a saga that waits because its process died too
// often, because its next attempt is not due yet, or because what it has undone could not be looked at.
func (s *Session) Retry(ctx context.Context, id ID, q Request) error {
	return s.ask(ctx, VerbRetry, id, q, func(sg *Saga, r *run) ([]Entry, error) {
		if sg.Status == Failed {
			if err := r.e.undoable(ctx, sg, nil, false); err != nil {
				return nil, err
			}
		}
		return []Entry{s.entry(EntryRetryRequested, q)}, nil
	})
}

// RetryRow is Retry for one row of a failed saga; the others stay as they are.
func (s *Session) RetryRow(ctx context.Context, id ID, idx int, q Request) error {
	return s.ask(ctx, VerbRetry, id, q, func(sg *Saga, r *run) ([]Entry, error) {
		if err := sg.RefusesRow(VerbRetry, idx); err != nil {
			return nil, err
		}
		e := s.entry(EntryRetryRequested, q)
		e.From = &idx
		return []Entry{e}, r.e.undoable(ctx, sg, nil, false)
	})
}

// Overrule undoes one row although somebody else has changed what it wrote: by the operator's word the step may write over what
// the conflict has found, and over nothing else. The reason is required; the ledger keeps it with what was overwritten.
func (s *Session) Overrule(ctx context.Context, id ID, idx int, q Request) error {
	return s.ask(ctx, VerbOverrule, id, q, func(sg *Saga, _ *run) ([]Entry, error) {
		if strings.TrimSpace(q.Reason) == "" {
			return nil, fmt.Errorf("%w: say why somebody else's change may be lost", ErrInput)
		}
		if err := sg.RefusesRow(VerbOverrule, idx); err != nil {
			return nil, err
		}
		e := s.entry(EntryRetryRequested, q)
		e.From, e.Conflict = &idx, sg.Rows[idx].Compensation.Conflict
		return []Entry{e}, nil
	})
}

// Resolve accepts what one row has left behind. The reason is required. When no failed row is left the saga is rolled back. Of a
// row whose undo has found somebody else's change the resources are let go: what is there now is theirs, and is not looked after
// any more.
func (s *Session) Resolve(ctx context.Context, id ID, idx int, q Request) error {
	return s.ask(ctx, VerbResolve, id, q, func(sg *Saga, r *run) ([]Entry, error) {
		if strings.TrimSpace(q.Reason) == "" {
			return nil, fmt.Errorf("%w: say why what is left may stay", ErrInput)
		}
		if err := sg.RefusesRow(VerbResolve, idx); err != nil {
			return nil, err
		}
		e := s.entry(EntryResolved, q)
		e.Idx = idx
		var err error
		e.Resources, err = r.disowned(&sg.Rows[idx])
		return []Entry{e}, err
	})
}

// Skip goes on without the step that failed. Only a step that has changed nothing can be skipped. A saga whose undo cannot be
// looked at ends without the look: rolled back, and never verified.
func (s *Session) Skip(ctx context.Context, id ID, q Request) error {
	return s.ask(ctx, VerbSkip, id, q, func(sg *Saga, _ *run) ([]Entry, error) {
		if sg.unseen != nil {
			e := s.entry(EntryVerified, q)
			e.Error = sg.unseen.Text
			return []Entry{e}, nil
		}
		e := s.entry(EntrySkipped, q)
		e.Idx = sg.CurrentStepIdx
		return []Entry{e}, nil
	})
}

// Pause lets the step under way finish and starts no other, in either direction, until Resume.
func (s *Session) Pause(ctx context.Context, id ID, q Request) error {
	return s.ask(ctx, VerbPause, id, q, s.says(EntryPaused, q))
}

// Resume ends a pause.
func (s *Session) Resume(ctx context.Context, id ID, q Request) error {
	return s.ask(ctx, VerbResume, id, q, s.says(EntryResumed, q))
}

// entry is a verb's own, with who and why.
func (s *Session) entry(t EntryType, q Request) Entry {
	return Entry{Type: t, By: &s.actor, Why: q.Reason}
}

// decision is what a verb that the rules allow records; it is pure but for the locks it enters.
type decision func(*Saga, *run) ([]Entry, error)

// says is the decision of a verb that needs nothing but who and why.
func (s *Session) says(t EntryType, q Request) decision {
	return func(*Saga, *run) ([]Entry, error) { return []Entry{s.entry(t, q)}, nil }
}

// ask applies an operator's decision to a saga, whether it is driven or at rest, and hands it to the driver if there is
// something to do.
func (s *Session) ask(ctx context.Context, v Verb, id ID, q Request, decide decision) error {
	if err := s.permit(v); err != nil {
		return err
	}
	if err := q.check(string(v)); err != nil {
		return err
	}
	e := s.engine
	if err := s.admits(ctx, id); err != nil {
		return fmt.Errorf("%s saga %s: %w", v, id.Short(), err)
	}
	for {
		err := e.askOnce(ctx, v, id, q, decide)
		if errors.Is(err, ErrConflict) || e.overtaken(ctx, err) {
			continue // a driver wrote between the read and the append
		}
		if err != nil {
			return fmt.Errorf("%s saga %s: %w", v, id.Short(), err)
		}
		e.unpark(id)
		e.take(id)
		return nil
	}
}

func (e *Engine) askOnce(ctx context.Context, v Verb, id ID, q Request, decide decision) error {
	entered, err := e.entering(ctx)
	if err != nil {
		return err
	}
	defer entered()
	return e.runFor(id).ask(ctx, v, q, decide)
}

// runFor is the run that drives the saga, or one of its own for a saga that is at rest or driven elsewhere.
func (e *Engine) runFor(id ID) *run {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r := e.live[id]; r != nil && r.term == e.term {
		return r
	}
	r := newRun(e, id)
	r.term = e.term
	return r
}

// unpark lets a saga that was only created be driven after an operator's verb.
func (e *Engine) unpark(id ID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.parked, id)
}

func (r *run) ask(ctx context.Context, v Verb, q Request, decide decision) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.reload(ctx); err != nil {
		return err
	}
	if q.IfSeq != 0 && q.IfSeq != r.saga.Seq {
		return fmt.Errorf("%w: it was at entry %d and is at %d, %s now", ErrChanged, q.IfSeq, r.saga.Seq, words(r.saga.Status))
	}
	err := r.saga.Refuses(v)
	if errors.Is(err, ErrAlready) {
		return nil
	}
	queued := r.saga.Ticket != 0
	var entries []Entry
	if err == nil {
		entries, err = decide(r.saga, r)
	}
	var why refusal
	switch {
	case errors.As(err, &why):
		return fmt.Errorf("%w: %w", ErrRefused, err)
	case err != nil:
		return err
	}
	b := r.batch()
	_, _, err = r.pass(ctx, &b, entries, false)
	if err != nil {
		if !queued { // the decision may have entered it
			r.e.wake(r.e.locks.leave(r.id))
		}
		return err
	}
	r.tell()
	return nil
}
