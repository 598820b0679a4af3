package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Session is the engine as one person may use it: everybody reads. Every verb is refused to a role that may not act, and
// recorded with the actor in the transaction that makes the change.
type Session struct {
	reader
	engine *Engine
	actor  Actor
}

// reader is what a session may ask of the engine whatever its role: all that only reads. The verbs, and nothing else of the
// engine, come with Session's own methods.
type reader interface {
	Saga(ctx context.Context, id ID) (*Saga, error)
	Entries(ctx context.Context, id ID, after uint64) ([]Entry, error)
	Summaries(ctx context.Context, ids ...ID) ([]Summary, error)
	Docs(ctx context.Context, collection string, names ...string) ([]Doc, error)
	List(ctx context.Context, q Query) (Page, error)
	Find(ctx context.Context, ref string) (ID, error)
	Counts(ctx context.Context) (Counts, error)
	Resources(ctx context.Context) ([]Resource, error)
	Locks(ctx context.Context) ([]Lock, error)
	Freezes(ctx context.Context, limit int) ([]Freeze, error)
	Frozen() *Frozen
	Plan(ctx context.Context, l Launch) (Plan, error)
	PlanAgain(ctx context.Context, id ID) (Plan, error)
	Fields(kind string, adhoc []string) (steps []string, fields [][]Field, err error)
	RollbackOrder(ctx context.Context, ids ...ID) ([]ID, error)
	UndoText(s *Saga, idx int) string
	Tries(step string) (forward, backward int)
	Kinds() []Kind
	StepNames() []string
	Watch() *Feed
	Considered(id ID) bool
	Err() error
}

// As opens the engine for a person. Who may only look is not told where operators work from.
func (e *Engine) As(a Actor) *Session {
	s := &Session{reader: e, engine: e, actor: a}
	if !a.Role.Judges() {
		s.reader = discreet{e}
	}
	return s
}

// Actor is the person of the session.
func (s *Session) Actor() Actor { return s.actor }

func (s *Session) permit(verb Verb) error {
	if !s.actor.Role.May(verb) {
		return fmt.Errorf("%s as %s: %w: %s", verb, s.actor.Name, ErrForbidden, s.actor.Role.limit(verb))
	}
	var m measure
	m.actor(&s.actor)
	if m.err != nil || m.size > 2*MaxName {
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
	if err := s.permit(VerbLaunch); err != nil {
		return nil, err
	}
	e := s.engine
	steps, in, err := e.check(l)
	if err != nil {
		return nil, err
	}
	if l.Key != "" { // before the provider is asked: it may be down, or the world may have moved since, by this very saga
		switch id, err := e.store.Keyed(ctx, l.Key); {
		case err == nil && time.Since(id.Created()) < KeyLife:
			return e.sameLaunch(ctx, id, l, steps, in)
		case err == nil: // of a launch that is too long ago
		case !errors.Is(err, ErrNotFound):
			return nil, fmt.Errorf("launch %s: %w", l.Kind, err)
		}
	}
	now := surveyed(ctx) // the list and its plan are of one world
	todo, err := e.course(now, l.Kind, steps, in)
	if err != nil {
		return nil, err
	}
	p, err := e.agreed(now, l, todo)
	if err != nil {
		return nil, err
	}
	pivot, err := pivotOf(e.steps, todo.steps)
	if err != nil {
		return nil, fmt.Errorf("launch %s: %w: %w", l.Kind, ErrInput, err)
	}
	var agreed *Agreed
	if p.Approval != nil && l.Under != nil {
		agreed, err = e.agreedTo(ctx, *l.Under, *p.Approval)
		if err != nil {
			return nil, fmt.Errorf("launch %s: %w", l.Kind, err)
		}
		p.Approval = nil
	}
	c := Created{Agreed: agreed, Pivot: pivot + 1, Kind: l.Kind, StepNames: todo.steps, Inputs: todo.in, From: todo.from, Target: p.Target, Key: l.Key, OnFailure: l.OnFailure, Locks: p.Locks, Plan: p.Hash, Value: p.value(), Was: p.was(), Monthly: p.monthly()}
	if p.Approval != nil && l.RefuseLocked && len(p.WaitsFor) > 0 {
		return nil, fmt.Errorf("launch %s: %w: saga %s holds it", l.Kind, ErrLocked, p.WaitsFor[0])
	}
	own := l.Docs
	for {
		c.ID, err = newID()
		if err != nil {
			return nil, err
		}
		l.Docs = own
		if e.policy != nil {
			var protected []DocChange
			c.Lifted, protected, err = e.lifted(ctx, p)
			if err != nil {
				return nil, fmt.Errorf("launch %s: %w", l.Kind, err)
			}
			l.Docs = append(protected, l.Docs...)
		}
		if e.needsAccount(todo.steps) {
			claim, err := e.claim(ctx)
			if err != nil {
				return nil, fmt.Errorf("launch %s: %w", l.Kind, err)
			}
			l.Docs = append(claim, l.Docs...)
		}
		saga, err := s.create(ctx, c, p, l, start)
		var taken *KeyTakenError
		var moved *DocConflictError
		switch {
		case errors.As(err, &moved) && moved.Collection == storeCollection:
			continue // somebody was first: look whose it is now
		case errors.Is(err, ErrShortTaken):
			continue
		case e.overtaken(ctx, err):
			continue
		case errors.As(err, &taken):
			return e.sameLaunch(ctx, taken.ID, l, steps, in)
		}
		return saga, err
	}
}

// create makes one try at recording a new saga.
func (s *Session) create(ctx context.Context, c Created, p Plan, l Launch, start bool) (*Saga, error) {
	e := s.engine
	entered, err := e.entering(ctx)
	if err != nil {
		return nil, err
	}
	defer entered()
	entries := []Entry{{Type: EntryCreated, By: &s.actor, Why: l.Reason, Created: &c}}
	if p.Approval != nil {
		entries = append(entries, askFor(-1, *p.Approval, p, time.Now())) // it gets its place in the queues when it is approved
	} else {
		ticket, holder := e.locks.enter(c.ID, c.Locks, l.RefuseLocked)
		if holder != "" {
			return nil, fmt.Errorf("launch %s: %w: saga %s holds it", l.Kind, ErrLocked, holder.Short())
		}
		entries[0].Ticket = ticket
	}
	r := newRun(e, c.ID)
	driving := e.adopt(r, start)
	a, saga, err := r.create(driving, entries, s.signed(l.Docs), start)
	if err != nil {
		e.drop(r)
		r.letAllGo() // what was refused may have been the start of a step
		e.wake(e.locks.leave(c.ID))
		return nil, err
	}
	e.embark(driving, r, a)
	if start && driving == nil {
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
	r.term = e.term
	e.live[r.id] = r
	return e.ctx
}

// embark drives a new saga, if the engine still runs.
func (e *Engine) embark(ctx context.Context, r *run, a *attempt) {
	if ctx == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ctx != ctx || ctx.Err() != nil { // shut down since: the next start takes the saga up
		r.yieldLocked(a)
		return
	}
	e.drives.Go(func() { r.drive(ctx, a) })
}

// sameLaunch answers a launch whose key was used before. A list that a kind makes is not made again: it would be another by
// now.
func (e *Engine) sameLaunch(ctx context.Context, id ID, l Launch, steps []string, in Inputs) (*Saga, error) {
	have, err := e.Saga(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, fmt.Errorf("launch with key %q: %w: by saga %s, which was launched and has been pruned since: use another key", l.Key, ErrKeyTaken, id.Short())
	case err != nil:
		return nil, err
	}
	if have.Kind != l.Kind || len(steps) > 0 && !slices.Equal(have.StepNames, steps) || !maps.Equal(e.asked(have), in) {
		return nil, fmt.Errorf("launch with key %q: %w: saga %s has this key with another kind or other inputs", l.Key, ErrKeyTaken, id.Short())
	}
	return have, nil
}

// create makes a new saga durable, together with its first step's start when the engine runs and a worker is free.
func (r *run) create(ctx context.Context, first []Entry, docs []DocChange, start bool) (*attempt, *Saga, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.saga = &Saga{}
	b := r.batch()
	b.out.Key, b.out.Docs = first[0].Created.Key, docs
	var a *attempt
	var err error
	switch {
	case !start:
		for i := range first {
			if err == nil {
				err = b.add(first[i])
			}
		}
		if err == nil {
			err = b.commit()
		}
	case ctx == nil:
		_, _, err = r.pass(context.Background(), &b, first, false)
	default:
		_, a, err = r.pass(ctx, &b, first, true)
	}
	if err != nil {
		return nil, nil, err
	}
	return a, r.saga.clone(), nil
}

// yieldLocked gives back what an attempt that will not run has claimed. Call with mu held.
func (r *run) yieldLocked(a *attempt) {
	if a != nil {
		a.end(ErrShutdown)
		r.e.leave(a.stay)
	}
	r.letGo()
}
