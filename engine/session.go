package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Session is the engine as one person may use it: everybody reads. Every verb is refused to a role that may not act, and
// recorded with the actor in the transaction that makes the change.
type Session struct {
	*Engine
	actor Actor
}

// As opens the engine for a person.
func (e *Engine) As(a Actor) *Session { return &Session{Engine: e, actor: a} }

// Actor is the person of the session.
func (s *Session) Actor() Actor { return s.actor }

// Verb is what every verb takes besides its saga.
type Verb struct {
	Reason string // the operator's own words; optional except for Resolve
	// IfSeq refuses the verb with ErrChanged when the ledger no longer ends at this number. 0: any.
	IfSeq uint64
}

func (s *Session) permit(verb string) error {
	if s.actor.Role != Operator {
		return fmt.Errorf("%s as %s: %w: a %s only looks; ask an operator", verb, s.actor.Name, ErrForbidden, s.actor.Role)
	}
	var m measure
	if m.actor(&s.actor); m.err != nil || m.size > 2*MaxName {
		return fmt.Errorf("%s as %.40q: %w: a name that cannot be recorded: use another", verb, s.actor.Name, ErrInput)
	}
	return nil
}

// Create records a saga, durable when it returns, and starts nothing. A later Start of the engine takes it up.
func (s *Session) Create(ctx context.Context, l Launch) (*Saga, error) {
	return s.launch(ctx, l, false)
}

// Start records a saga and hands it to the driver. When a worker is free, creation and the first step's start are one
// commit. Without a running engine the saga is pending until one runs.
func (s *Session) Start(ctx context.Context, l Launch) (*Saga, error) { return s.launch(ctx, l, true) }

func (s *Session) launch(ctx context.Context, l Launch, start bool) (*Saga, error) {
	if err := s.permit("launch"); err != nil {
		return nil, err
	}
	e := s.Engine
	steps, in, err := e.check(l)
	if err != nil {
		return nil, err
	}
	c := Created{Kind: l.Kind, StepNames: steps, Inputs: in, Key: l.Key, OnFailure: l.OnFailure, Locks: e.lockNames(steps, in)}
	if err := lockable(c.Locks); err != nil {
		return nil, err
	}
	if l.Key != "" { // before the provider is asked: it may be down, or the world may have moved since, by this very saga
		switch id, err := e.store.Keyed(ctx, l.Key); {
		case err == nil:
			return e.sameLaunch(ctx, id, c)
		case !errors.Is(err, ErrNotFound):
			return nil, fmt.Errorf("launch %s: %w", l.Kind, err)
		}
	}
	if c.Target, err = e.targetFor(ctx, l, steps, in); err != nil {
		return nil, err
	}
	if err := e.loadLocks(ctx); err != nil {
		return nil, err
	}
	for {
		if c.ID, err = newID(); err != nil {
			return nil, err
		}
		saga, err := s.create(c, l, start)
		var taken *KeyTakenError
		switch {
		case errors.Is(err, ErrShortTaken):
			continue
		case errors.As(err, &taken):
			return e.sameLaunch(ctx, taken.ID, c)
		}
		return saga, err
	}
}

// create makes one try at recording a new saga.
func (s *Session) create(c Created, l Launch, start bool) (*Saga, error) {
	e := s.Engine
	ticket, holder := e.locks.enter(c.ID, c.Locks, l.RefuseLocked)
	if holder != "" {
		return nil, fmt.Errorf("launch %s: %w: saga %s holds it", l.Kind, ErrLocked, holder.Short())
	}
	r := newRun(e, c.ID)
	ctx := e.adopt(r, start)
	a, saga, err := r.create(ctx, Entry{Type: EntryCreated, By: &s.actor, Why: l.Reason, Ticket: ticket, Created: &c}, start)
	if err != nil {
		e.drop(r)
		e.wake(e.locks.leave(c.ID, c.Locks))
		return nil, err
	}
	e.embark(r, ctx, a)
	if start && ctx == nil {
		e.take(c.ID) // Run may have begun meanwhile, and have looked for unfinished sagas before this one was durable
	}
	return saga, nil
}

// adopt registers a new saga's run before its first commit, so that no sweep takes it up a second time.
func (e *Engine) adopt(r *run, start bool) context.Context {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !start {
		e.parked[r.id] = true
		return nil
	}
	if e.ctx == nil || e.ctx.Err() != nil {
		return nil
	}
	e.live[r.id] = r
	return e.ctx
}

// embark drives a new saga, if the engine still runs.
func (e *Engine) embark(r *run, ctx context.Context, a *attempt) {
	if ctx == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ctx == nil { // shut down since: the next start takes the saga up
		r.yieldLocked(a)
		return
	}
	e.drives.Go(func() { r.drive(ctx, a) })
}

// sameLaunch answers a launch whose key was used before.
func (e *Engine) sameLaunch(ctx context.Context, id ID, c Created) (*Saga, error) {
	have, err := e.Saga(ctx, id)
	if err != nil {
		return nil, err
	}
	if have.Kind != c.Kind || !slices.Equal(have.StepNames, c.StepNames) || !maps.Equal(have.Inputs, c.Inputs) {
		return nil, fmt.Errorf("launch with key %q: %w: saga %s has this key with another kind or other inputs", c.Key, ErrKeyTaken, id.Short())
	}
	return have, nil
}

// Cancel asks a saga to stop and to undo what it has done. It is durable when it returns; no step starts after it. Asking
// twice is the same as asking once; a terminal saga is refused with the reason.
func (s *Session) Cancel(ctx context.Context, id ID, v Verb) error {
	return s.verb(ctx, "cancel", id, v, func(sg *Saga, r *run) ([]Entry, error) {
		switch {
		case sg.CancelRequested && !sg.Status.Terminal(), sg.Status == Compensating:
			return nil, nil
		case sg.Status == Completed:
			return nil, fmt.Errorf("%w: it is completed; roll back undoes it", ErrRefused)
		case sg.Status.Terminal():
			return nil, fmt.Errorf("%w: it is %s already", ErrRefused, words(sg.Status))
		}
		return []Entry{{Type: EntryCancelRequested, By: &s.actor, Why: v.Reason}}, nil
	})
}

// Rollback undoes a completed saga, from its last step down; on a failed one it tries again what is left.
func (s *Session) Rollback(ctx context.Context, id ID, v Verb) error {
	return s.verb(ctx, "roll back", id, v, func(sg *Saga, r *run) ([]Entry, error) {
		switch sg.Status {
		case Completed:
			if err := r.undoable(sg); err != nil {
				return nil, err
			}
			from := len(sg.Rows) - 1
			ticket, _ := r.e.locks.enter(id, sg.Locks, false)
			return []Entry{{Type: EntryRollbackStarted, From: &from, Reason: "rollback_requested", By: &s.actor, Why: v.Reason, Ticket: ticket}}, nil
		case Failed:
			return []Entry{{Type: EntryRetryRequested, By: &s.actor, Why: v.Reason}}, nil
		case Pending, Running:
			return nil, fmt.Errorf("%w: it is %s; cancel stops it and undoes what it did", ErrRefused, words(sg.Status))
		case Compensating, RolledBack:
		}
		return nil, fmt.Errorf("%w: it is %s already", ErrRefused, words(sg.Status))
	})
}

// Retry gives what could not be undone a fresh budget, and starts again a saga that waits because its process died too
// often or because its next attempt is not due yet.
func (s *Session) Retry(ctx context.Context, id ID, v Verb) error {
	return s.verb(ctx, "retry", id, v, func(sg *Saga, r *run) ([]Entry, error) {
		if sg.Status != Failed && (sg.Status.Terminal() || sg.WaitingOn == "" && !sg.backingOff()) {
			return nil, fmt.Errorf("%w: it is %s and nothing in it waits for a retry", ErrRefused, words(sg.Status))
		}
		return []Entry{{Type: EntryRetryRequested, By: &s.actor, Why: v.Reason}}, nil
	})
}

// Resolve accepts what one row has left behind. The reason is required. When no failed row is left the saga is rolled back.
func (s *Session) Resolve(ctx context.Context, id ID, idx int, v Verb) error {
	return s.verb(ctx, "resolve", id, v, func(sg *Saga, r *run) ([]Entry, error) {
		switch {
		case strings.TrimSpace(v.Reason) == "":
			return nil, fmt.Errorf("%w: say why what is left may stay", ErrInput)
		case idx < 0 || idx >= len(sg.Rows):
			return nil, fmt.Errorf("%w: it has no row %d", ErrInput, idx)
		case sg.Rows[idx].Status != RowCompensationFailed:
			return nil, fmt.Errorf("%w: row %d is %s; only a row whose compensation failed can be resolved", ErrRefused, idx, words(sg.Rows[idx].Status))
		}
		return []Entry{{Type: EntryResolved, Idx: idx, By: &s.actor, Why: v.Reason}}, nil
	})
}

// RetryRow is Retry for one row of a failed saga; the others stay as they are.
func (s *Session) RetryRow(ctx context.Context, id ID, idx int, v Verb) error {
	return s.verb(ctx, "retry", id, v, func(sg *Saga, r *run) ([]Entry, error) {
		if sg.Status != Failed || idx < 0 || idx >= len(sg.Rows) || sg.Rows[idx].Status != RowCompensationFailed {
			return nil, fmt.Errorf("%w: row %d has no compensation that failed", ErrRefused, idx)
		}
		return []Entry{{Type: EntryRetryRequested, From: &idx, By: &s.actor, Why: v.Reason}}, nil
	})
}

// Skip goes on without the step that failed. Only a step that has changed nothing can be skipped.
func (s *Session) Skip(ctx context.Context, id ID, v Verb) error {
	return s.verb(ctx, "skip", id, v, func(sg *Saga, r *run) ([]Entry, error) {
		idx := sg.CurrentStepIdx
		switch {
		case sg.Status != Running || idx >= len(sg.Rows) || sg.Rows[idx].Status != RowFailed:
			return nil, fmt.Errorf("%w: no step of it has failed and waits for a decision", ErrRefused)
		case sg.Rows[idx].Dirty:
			return nil, fmt.Errorf("%w: step %d may have changed something: retry it, or cancel", ErrRefused, idx)
		}
		return []Entry{{Type: EntrySkipped, Idx: idx, By: &s.actor, Why: v.Reason}}, nil
	})
}

// Pause lets the step under way finish and starts no other, in either direction, until Resume.
func (s *Session) Pause(ctx context.Context, id ID, v Verb) error {
	return s.verb(ctx, "pause", id, v, func(sg *Saga, r *run) ([]Entry, error) {
		switch {
		case sg.Paused:
			return nil, nil
		case sg.Status.Terminal():
			return nil, fmt.Errorf("%w: it is %s already", ErrRefused, words(sg.Status))
		}
		return []Entry{{Type: EntryPaused, By: &s.actor, Why: v.Reason}}, nil
	})
}

// Resume ends a pause.
func (s *Session) Resume(ctx context.Context, id ID, v Verb) error {
	return s.verb(ctx, "resume", id, v, func(sg *Saga, r *run) ([]Entry, error) {
		if !sg.Paused {
			return nil, fmt.Errorf("%w: it is not paused", ErrRefused)
		}
		return []Entry{{Type: EntryResumed, By: &s.actor, Why: v.Reason}}, nil
	})
}

func words[S ~string](s S) string { return strings.ReplaceAll(string(s), "_", " ") }

// backingOff reports whether a row waits for its next attempt.
func (s *Saga) backingOff() bool {
	row := s.active()
	return row != nil && !row.NextAttemptAt.IsZero()
}
