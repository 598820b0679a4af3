package cli

import (
	"context"
	"errors"
	"fmt"

	"arcadia/engine"
)

// host drives sagas while stay runs and stops in order after it. When the engine stops by itself, stay's context ends and
// the engine's error is the answer. Record what is to be done before: what is recorded first is driven for certain.
func host(ctx context.Context, p *Place, stay func(ctx context.Context) error) error {
	if p.Host == nil {
		return stay(ctx)
	}
	ctx, cut := context.WithCancel(ctx)
	defer cut()
	driving, stop := context.WithCancel(context.WithoutCancel(ctx))
	over := make(chan error, 1)
	go func() {
		over <- p.Host(driving)
		cut()
	}()
	err := stay(ctx)
	stop()
	if broken := <-over; broken != nil && !errors.Is(broken, context.Canceled) { // stopped before it had begun
		return broken
	}
	return err
}

// follow calls each for every entry of a saga after the given number, as they become durable, until the saga is at rest.
func follow(ctx context.Context, eng Reader, id engine.ID, after uint64, each func(*engine.Saga, *engine.Entry) error) (*engine.Saga, error) {
	feed := eng.Watch()
	defer feed.Close()
	for {
		saga, err := eng.Saga(ctx, id)
		if err != nil {
			return nil, err
		}
		entries, err := eng.Entries(ctx, id, after)
		if err != nil {
			return nil, fmt.Errorf("follow saga %s: %w", id.Short(), err)
		}
		for i := range entries {
			if err := each(saga, &entries[i]); err != nil {
				return nil, err
			}
			after = entries[i].Seq
		}
		if atRest(saga) && saga.Seq >= after {
			return saga, nil
		}
		select {
		case <-ctx.Done():
			return saga, ctx.Err()
		case <-feed.Ready():
			feed.Take()
		}
	}
}

// atRest reports whether a saga goes nowhere by itself.
func atRest(s *engine.Saga) bool { return s.Status.Terminal() || s.NeedsOperator() }

// await hosts the engine until the saga is at rest, with a line per entry on Err when somebody looks there.
func (t *tree) await(ctx context.Context, p *Place, id engine.ID, after uint64) (*engine.Saga, error) {
	return t.attend(ctx, p, id, after, func(s *engine.Saga, e *engine.Entry) error {
		if t.env.Lively {
			say(t.env.Err, clock(e.At)+"  "+event(s, e))
		}
		return nil
	})
}

func (t *tree) attend(ctx context.Context, p *Place, id engine.ID, after uint64, each func(*engine.Saga, *engine.Entry) error) (*engine.Saga, error) {
	if t.env.Lively && p.Host != nil {
		if c, err := p.Engine.Counts(ctx); err == nil && c.Active() > 1 {
			say(t.env.Err, fmt.Sprintf("%d unfinished sagas go on, this one among them", c.Active()))
		}
	}
	var saga *engine.Saga
	err := host(ctx, p, func(ctx context.Context) (err error) {
		saga, err = follow(ctx, p.Engine, id, after, each)
		return err
	})
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return nil, fmt.Errorf("interrupted: saga %s is not at rest and goes on at the next host: arcadia watch %s", id.Short(), id.Short())
	}
	return saga, err
}

// rest tells on a terminal what else is left to do.
func (t *tree) rest(ctx context.Context, p *Place) {
	if !t.env.Lively {
		return
	}
	if counts, err := p.Engine.Counts(ctx); err == nil && counts.Active() > 0 {
		say(t.env.Err, fmt.Sprintf("%d unfinished sagas go on at the next host: arcadia, or arcadia watch", counts.Active()))
	}
}
