package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"arcadia/engine"
	words "arcadia/tui/say"
)

// watching is what a wait for a saga tells about; what is nil is not told.
type watching struct {
	entry  func(*engine.Saga, *engine.Entry) error
	freeze func(text string) // how a freeze stands now; also its end
	driven bool              // sagas are driven meanwhile: what a saga waited for before that may be over
}

// follow tells of every entry of a saga after the given number, as they become durable, and of freezes, until the saga is at
// rest. It does not wait for the end of a freeze that a person has begun: that is a heldError, with the saga as it is.
func follow(ctx context.Context, eng Reader, id engine.ID, after uint64, w watching) (*engine.Saga, error) {
	feed := eng.Watch()
	defer feed.Close()
	stood := freezeText(nil)
	for {
		f := eng.Frozen()                             // before the saga: what was under way then is in what is read now once nothing is
		considered := !w.driven || eng.Considered(id) // likewise
		saga, err := eng.Saga(ctx, id)
		if err != nil {
			return nil, err
		}
		entries, err := eng.Entries(ctx, id, after)
		if err != nil {
			return nil, fmt.Errorf("follow saga %s: %w", id.Short(), err)
		}
		for i := range entries {
			if w.entry != nil {
				if err := w.entry(saga, &entries[i]); err != nil {
					return nil, err
				}
			}
			after = entries[i].Seq
		}
		if atRest(saga) && (considered || saga.Status.Terminal()) && saga.Seq >= after {
			return saga, nil
		}
		if held(f, saga) {
			return saga, heldError{saga, f}
		}
		if stands := freezeText(f); stands != stood && w.freeze != nil {
			w.freeze(stands)
			stood = stands
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
func atRest(s *engine.Saga) bool {
	return s.Status.Terminal() || s.NeedsOperator() || s.Awaits() != nil
}

// await hosts the engine until the saga is at rest, with a line per entry on Err when somebody looks there.
func (t *tree) await(ctx context.Context, p *Place, id engine.ID, after uint64) (*engine.Saga, error) {
	line := func(at engine.Time, text string) {
		if t.env.Lively {
			say(t.env.Err, clock(at)+"  "+text)
		}
	}
	return t.attend(ctx, p, id, after, watching{
		entry: func(s *engine.Saga, e *engine.Entry) error {
			line(e.At, event(s, e))
			return nil
		},
		freeze: func(text string) { line(engine.At(time.Now()), text) },
	})
}

func (t *tree) attend(ctx context.Context, p *Place, id engine.ID, after uint64, w watching) (*engine.Saga, error) {
	w.driven = true
	if t.env.Lively && p.Host != nil {
		if c, err := p.Engine.Counts(ctx); err == nil && c.Active() > 1 {
			say(t.env.Err, fmt.Sprintf("%d unfinished sagas go on, this one among them", c.Active()))
		}
	}
	var saga *engine.Saga
	err := host(ctx, p, func(ctx context.Context) (err error) {
		saga, err = follow(ctx, p.Engine, id, after, w)
		return err
	})
	if ctx.Err() == nil {
		t.sendOff(ctx, p, saga)
	}
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return nil, fmt.Errorf("interrupted: saga %s is not at rest and goes on at the next host: arcadia watch %s", id.Short(), id.Short())
	}
	return saga, err
}

// outcome ends a command that has waited: it writes the saga as it is now and says with which status.
func (t *tree) outcome(ctx context.Context, p *Place, saga *engine.Saga, waited error, out *format) error {
	if waited != nil && !errors.As(waited, new(heldError)) {
		return waited
	}
	if err := t.show(p, saga, out); err != nil {
		return err
	}
	if waited != nil {
		return waited
	}
	t.rest(ctx, p)
	return statusOf(saga)
}

// rest tells on a terminal what else is left to do.
func (t *tree) rest(ctx context.Context, p *Place) {
	if !t.env.Lively || p.Host == nil { // another process goes on with them
		return
	}
	if counts, err := p.Engine.Counts(ctx); err == nil && counts.Active() > 0 {
		say(t.env.Err, fmt.Sprintf("%d unfinished sagas go on at the next host: arcadia, or arcadia watch", counts.Active()))
	}
}

// event is what an entry of a saga's ledger means, in a line that may hold what anybody wrote.
func event(s *engine.Saga, e *engine.Entry) string {
	text, _ := words.Entry(s, e)
	return text
}
