package engine

import (
	"context"
	"errors"
	"fmt"
)

// verb applies an operator's decision to a saga, whether it is driven or at rest, and hands it to the driver if there is
// something to do. decide is pure but for the locks it enters; no entries mean that all is as asked for already.
func (s *Session) verb(ctx context.Context, name string, id ID, v Verb, decide func(*Saga, *run) ([]Entry, error)) error {
	if err := s.permit(name); err != nil {
		return err
	}
	if err := v.check(name); err != nil {
		return err
	}
	if err := s.loadLocks(ctx); err != nil {
		return err
	}
	for {
		err := s.runFor(id).ask(ctx, v, decide)
		if errors.Is(err, ErrConflict) {
			continue // a driver wrote between the read and the append
		}
		if err != nil {
			return fmt.Errorf("%s saga %s: %w", name, id.Short(), err)
		}
		s.unpark(id)
		s.take(id)
		return nil
	}
}

// runFor is the run that drives the saga, or one of its own for a saga at rest.
func (e *Engine) runFor(id ID) *run {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r := e.live[id]; r != nil {
		return r
	}
	return newRun(e, id)
}

// unpark lets a saga that was only created be driven after an operator's verb.
func (e *Engine) unpark(id ID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.parked, id)
}

func (r *run) ask(ctx context.Context, v Verb, decide func(*Saga, *run) ([]Entry, error)) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.saga == nil {
		if err := r.load(ctx); err != nil {
			return err
		}
	}
	if v.IfSeq != 0 && v.IfSeq != r.saga.Seq {
		return fmt.Errorf("%w: it was at entry %d and is at %d, %s now", ErrChanged, v.IfSeq, r.saga.Seq, words(r.saga.Status))
	}
	entries, err := decide(r.saga, r)
	if err != nil || len(entries) == 0 {
		return err
	}
	if _, _, err = r.pass(ctx, r.batch(), entries, false); err != nil {
		return err
	}
	if r.saga.CancelRequested && r.stop != nil {
		r.stop(ErrCanceled)
	}
	return nil
}

// create makes a new saga durable, together with its first step's start when the engine runs and a worker is free.
func (r *run) create(ctx context.Context, e Entry, start bool) (*attempt, *Saga, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.saga = &Saga{}
	b := r.batch()
	b.out.Key = e.Created.Key
	var a *attempt
	var err error
	if start {
		if ctx != nil {
			_, a, err = r.pass(ctx, b, []Entry{e}, true)
		} else {
			_, _, err = r.pass(context.Background(), b, []Entry{e}, false)
		}
	} else if err = b.add(e); err == nil {
		err = b.commit()
	}
	if err != nil {
		return nil, nil, err
	}
	return a, r.saga.clone(), nil
}

// yieldLocked gives back what an attempt that will not run has claimed.
func (r *run) yieldLocked(a *attempt) {
	if a != nil {
		a.end(ErrShutdown)
		r.e.leave()
	}
	if r.worker {
		<-r.e.workers
		r.worker = false
	}
}
