package crashtest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"arcadia/engine"
	"arcadia/steps"
	"arcadia/storage/bolt"
)

// clerk is an operator's desk over processes that die: what it asks it asks again, of the next one, until it has an answer.
type clerk struct {
	m      *machine
	acks   *acks
	dies   func(life int) int // the points after which each life ends; 0: it lives
	dooms  string             // a process dies behind each point whose name begins so; empty: behind none
	stroke *stroke
	p      *process
	lives  int
	keys   int
	wrong  []string
}

// live is a process that has not died yet, as far as anybody knows.
func (k *clerk) live() (*process, error) {
	if k.p != nil {
		if _, dead := k.p.life.points(); !dead {
			return k.p, nil
		}
		if err := k.end(); err != nil {
			return nil, err
		}
	}
	k.lives++
	k.m.before = func(store *bolt.Store) {
		k.wrong = append(k.wrong, look(k.acks, store, fmt.Sprintf("at start %d", k.lives))...)
	}
	l := newLife(k.dies(k.lives))
	if k.dooms != "" {
		k.m.trail = func(what string) {
			if strings.HasPrefix(what, k.dooms) {
				l.doom(1)
			}
		}
	}
	p, err := k.m.start(l, k.stroke)
	if err != nil {
		return nil, fmt.Errorf("start %d: %w", k.lives, err)
	}
	k.p = p
	return p, nil
}

// end ends the process, if there is one.
func (k *clerk) end() error {
	if k.p == nil {
		return nil
	}
	p := k.p
	k.p = nil
	return p.end()
}

// ask asks one process after the other. again is true for a question that a dead one has heard.
func (k *clerk) ask(do func(ops *engine.Session, again bool) error) error {
	for again := false; ; again = true {
		p, err := k.live()
		if err != nil {
			return err
		}
		err = do(p.ops, again)
		if _, dead := p.life.points(); err == nil || !dead {
			return err
		}
	}
}

// Start launches under a key of its own, so that it is one launch however often it is asked for.
func (k *clerk) Start(ctx context.Context, l engine.Launch) (s *engine.Saga, err error) {
	k.keys++
	l.Key = fmt.Sprintf("course-%d", k.keys)
	err = k.ask(func(ops *engine.Session, _ bool) error {
		s, err = ops.Start(ctx, l)
		return err
	})
	return s, err
}

// Saga reads one.
func (k *clerk) Saga(ctx context.Context, id engine.ID) (s *engine.Saga, err error) {
	err = k.ask(func(ops *engine.Session, _ bool) error {
		s, err = ops.Saga(ctx, id)
		return err
	})
	return s, err
}

// Resources lists what is accounted for.
func (k *clerk) Resources(ctx context.Context) (all []engine.Resource, err error) {
	err = k.ask(func(ops *engine.Session, _ bool) error {
		all, err = ops.Resources(ctx)
		return err
	})
	return all, err
}

// Cancel cancels.
func (k *clerk) Cancel(ctx context.Context, id engine.ID, q engine.Request) error {
	return k.verb(ctx, id, func(ops *engine.Session) error { return ops.Cancel(ctx, id, q) })
}

// Rollback rolls back.
func (k *clerk) Rollback(ctx context.Context, id engine.ID, q engine.Request) error {
	return k.verb(ctx, id, func(ops *engine.Session) error { return ops.Rollback(ctx, id, q) })
}

// verb asks for something that a process may have died over after it was done.
func (k *clerk) verb(ctx context.Context, id engine.ID, do func(*engine.Session) error) error {
	return k.ask(func(ops *engine.Session, again bool) error {
		err := do(ops)
		if !again || !errors.Is(err, engine.ErrRefused) {
			return err
		}
		s, lost := ops.Saga(ctx, id)
		if lost == nil && (s.CancelRequested || s.Status == engine.Compensating || s.Status == engine.RolledBack) {
			return nil
		}
		return errors.Join(err, lost)
	})
}

// fresh is a provider whose lists are never some seconds old: what a dead process wrote the next one does not know of.
type fresh struct {
	steps.Cloud
	anew func() steps.Cloud
}

// Droplets lists them now.
func (f fresh) Droplets(ctx context.Context) ([]steps.Droplet, error) { return f.anew().Droplets(ctx) }

// Domains lists them now.
func (f fresh) Domains(ctx context.Context) ([]steps.Domain, error) { return f.anew().Domains(ctx) }

// AllRecords lists them now.
func (f fresh) AllRecords(ctx context.Context, domain string) ([]steps.Record, error) {
	return f.anew().AllRecords(ctx, domain)
}
