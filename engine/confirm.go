package engine

import (
	"context"
	"fmt"
	"maps"
	"time"
)

// How long it holds that a plan was looked at, and when it is tried again after it could not be made.
const (
	sureFor    = 10 * time.Second
	untoldWait = 30 * time.Second
)

// sight is what a driver has seen of the plan that people agreed to.
type sight struct {
	granted uint64 // the entry of the grant for which the plan was made again, and was the same
	at      time.Time
	why     string // why it could not be made
	until   time.Time
}

// remaining is the list of a saga from a step on, with what earlier rows have put by then.
func (s *Saga) remaining(first int) course {
	c := course{steps: s.StepNames, in: maps.Clone(s.Inputs), from: maps.Clone(s.From), first: first}
	for name, src := range s.From {
		if value, err := src.value(s.Rows); err == nil && src.Step < first {
			c.in[name] = value
			delete(c.from, name)
		}
	}
	return c
}

// PlanAgain says what a saga that stands for an approval would do now: with the hash that people were asked about nothing has changed
// since. It writes nothing.
func (e *Engine) PlanAgain(ctx context.Context, id ID) (Plan, error) {
	s, err := e.Saga(ctx, id)
	if err != nil {
		return Plan{}, err
	}
	a := s.Awaits()
	if a == nil {
		return Plan{}, fmt.Errorf("plan saga %s again: %w", id.Short(), refuse("it waits for no approval"))
	}
	return e.plan(ctx, s.Kind, s.remaining(a.Idx+1))
}

// confirmPlan plans again what was approved, under the saga's locks: the same goes on, what would be another is asked for again, and so is what
// somebody has approved who may not any more.
func (r *run) confirmPlan(ctx context.Context) {
	r.consider(ctx, func(s *Saga) (course, Demand, int) {
		return s.remaining(s.Approval.Idx + 1), s.Approval.Demand, s.Approval.Idx
	}, func(s *Saga, p Plan) (void string) {
		may, err := r.e.mayApprove()
		switch gone := s.Approval.gone(time.Now().Round(0), may); {
		case err != nil && gone != "":
			r.untold(err)
			return ""
		case gone != "":
			return gone
		case p.Hash != s.Approval.Hash:
			return "it would do something else now: plan " + p.Hash.Short()
		case p.Refusal() != nil:
			return errorText(p.Refusal())
		}
		r.seen = sight{granted: s.granted, at: time.Now()}
		return ""
	})
}

// askApproval asks people about the steps that remain behind the one that comes next.
func (r *run) askApproval(ctx context.Context) {
	r.consider(ctx, func(s *Saga) (course, Demand, int) {
		idx := s.CurrentStepIdx
		d, err := r.e.steps[s.StepNames[idx]].(Asker).Asks(s.From.known(s.Inputs, idx)) //nolint:forcetypeassert // World.Asks has said so
		if err != nil {
			d = Demand{Need: 1, Within: Span(MaxWithin)} // the launch has accepted the inputs, with another build
		}
		return s.remaining(idx + 1), d, idx
	}, nil)
}

// consider plans the part of a saga that an approval is about and records what follows. What has happened to the saga meanwhile goes
// before: then nothing is recorded, and Next decides again. void says why what was approved does not count; nil: nothing was.
func (r *run) consider(ctx context.Context, about func(*Saga) (course, Demand, int), void func(*Saga, Plan) string) {
	r.mu.Lock()
	if r.reload(ctx) != nil {
		r.mu.Unlock()
		return
	}
	saga := r.saga.clone()
	r.mu.Unlock()
	c, d, idx := about(saga)
	p, err := r.e.plan(ctx, saga.Kind, c)
	if ctx.Err() != nil {
		return // the next start looks
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.untold(err)
		return
	}
	if r.reload(ctx) != nil || r.saga.Seq != saga.Seq {
		return
	}
	b := r.batch()
	if void != nil {
		why := void(saga, p)
		if why == "" {
			return
		}
		if b.add(Entry{Type: EntryApprovalVoided, Idx: idx, Reason: why}) != nil {
			return
		}
	}
	if err := b.add(askFor(idx, d, p, time.Now())); err != nil {
		r.untold(err)
		return
	}
	if err := b.commit(); err != nil {
		r.untold(err)
	}
}

// askFor is the entry that asks people about a plan.
func askFor(idx int, d Demand, p Plan, now time.Time) Entry {
	return Entry{Type: EntryApprovalRequested, Idx: idx, Approval: &Asked{Demand: d, Hash: p.Hash, Until: At(now.Round(0).Add(time.Duration(d.Within))), Plan: p.Steps}}
}

func (r *run) untold(err error) {
	r.seen = sight{why: errorText(err), until: time.Now().Add(untoldWait)}
}

// sure reports whether the plan that was agreed to has just been looked at. Call with mu held.
func (r *run) sure() bool {
	return r.seen.granted != 0 && r.seen.granted == r.saga.granted && time.Since(r.seen.at) < sureFor
}
