package engine

import "context"

// Review is whether a saga would still do what it was launched for, when its store has been copied since.
type Review int

// What a review can say.
const (
	ReviewNone    Review = iota // there is no need for one, or it would do the same
	ReviewDue                   // not known yet
	ReviewDiffers               // it would do something else, or it cannot be told
)

// copied reports whether a saga that was created then stood in a store that was copied. What it did since, in the original, no
// ledger here says.
func (e *Engine) copied(created Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return !created.After(e.copiedAt.Time) && !e.copiedAt.IsZero()
}

// unrecorded reports whether what comes next has left no intent: whether it was done elsewhere nobody can tell from here. A person who has
// asked for it again has decided that.
func (s *Saga) unrecorded() bool {
	if s.vouched || s.CurrentStepIdx >= len(s.StepNames) {
		return false
	}
	return s.CurrentStepIdx >= len(s.Rows) || !s.Rows[s.CurrentStepIdx].Dirty
}

// reviewPlan compares what the saga would do now with the plan that was launched. Only live reads.
func (r *run) reviewPlan(ctx context.Context) {
	r.mu.Lock()
	saga := r.saga.clone()
	r.mu.Unlock()
	p, err := r.e.plan(ctx, saga.Kind, course{steps: saga.StepNames, in: saga.Inputs, from: saga.From})
	if ctx.Err() != nil {
		return // the next start looks
	}
	if err != nil {
		r.e.log.Warn("a saga of a copied store cannot be planned", "saga", r.id.Short(), "error", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.review = ReviewNone
	if err != nil || p.Hash != saga.plan || p.Refusal() != nil {
		r.review = ReviewDiffers
	}
}
