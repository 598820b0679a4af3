package tui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
)

// usualKey is a step of a kind on a target: what takes about as long each time.
type usualKey struct{ kind, step, target string }

// usualOf is the step that a saga is at.
func usualOf(s *engine.Summary) (usualKey, bool) {
	if s.Status != engine.Running || s.CurrentStepIdx >= len(s.StepNames) {
		return usualKey{}, false
	}
	return usualKey{s.Kind, s.StepNames[s.CurrentStepIdx], s.Target}, true
}

// usualMsg says how long steps have usually taken; 0 where the ledger has none that ended well.
type usualMsg map[usualKey]time.Duration

// Where the past of a step is looked for: among so many sagas of its kind, until so many have it.
const (
	usualAmong = 100
	usualOver  = 5
)

// askUsual asks for the past of the steps at work among the rows of which nothing is known yet.
func (s *sagas) askUsual(env *Env) Action {
	var keys []usualKey
	for i := range min(s.size(), maxUsual) {
		k, at := usualOf(s.at(i))
		if _, known := env.State.Usual[k]; at && !known {
			env.State.Usual[k] = 0
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	return Ask{To: s, Read: func(ctx context.Context, b Backend) tea.Msg {
		m := usualMsg{}
		for _, k := range keys {
			m[k] = usually(ctx, b, k)
		}
		return m
	}}
}

// maxUsual bounds how many rows are asked for: those at work come first.
const maxUsual = 60

// usually is the middle one of the last times that a step has taken on its target; 0 when it is not known, which costs nobody
// anything.
func usually(ctx context.Context, b Backend, k usualKey) time.Duration {
	p, err := b.List(ctx, engine.Query{Kind: k.kind, Statuses: []engine.Status{engine.Completed}, Limit: usualAmong})
	if err != nil {
		return 0
	}
	var took []time.Duration
	for i := range p.Items {
		h := &p.Items[i]
		if h.Target != k.target || len(took) == usualOver {
			continue
		}
		s, err := b.Saga(ctx, h.ID)
		if err != nil {
			continue
		}
		for r := range s.Rows {
			if row := &s.Rows[r]; row.Name == k.step && !row.FinishedAt.IsZero() {
				took = append(took, row.FinishedAt.Sub(row.StartedAt.Time))
			}
		}
	}
	if len(took) == 0 {
		return 0
	}
	slices.Sort(took)
	return took[len(took)/2]
}
