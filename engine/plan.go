package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Action is what a step would do to the world now.
type Action string

// The actions a plan can show.
const (
	ActCreate Action = "create"
	ActUpdate Action = "update"
	ActNone   Action = "no change"
	ActDelete Action = "delete"
	ActWait   Action = "wait"
	ActRun    Action = "run" // a step that cannot say more
)

// Change is what one step would do now and what undoing it would do.
type Change struct {
	Action  Action        `json:"action"`
	Subject string        `json:"subject"`          // "A app.example.com"
	Value   string        `json:"value,omitempty"`  // what the subject becomes, for lists: "203.0.113.20"
	Fields  []FieldChange `json:"fields,omitempty"` // what changes, field by field
	Note    string        `json:"note,omitempty"`
	// MonthlyUSD is what it costs a month from then on; below 0 what it saves. No part of a plan's hash: prices change.
	MonthlyUSD float64 `json:"monthly_usd,omitempty"`
	Service    Service `json:"service,omitempty"` // what it does to the service of the subject; no part of a plan's hash
	Undo       string  `json:"undo"`              // "restore both", "nothing to undo"
	Final      string  `json:"final,omitempty"`   // the point of no return: why it cannot be taken back; filled in by the engine
}

// FieldChange is one value before and after.
type FieldChange struct {
	Name string `json:"name"`
	From string `json:"from"`
	To   string `json:"to"`
	Note string `json:"note,omitempty"`
}

// PlanStep is a step with its change, or with the reason why it cannot be told beforehand.
type PlanStep struct {
	Idx    int    `json:"idx"`
	Name   string `json:"name"`
	Why    string `json:"why,omitempty"` // why the step is there, where the kind has made the list
	Change Change `json:"change"`
	Error  string `json:"error,omitempty"`
	// Refused says that the step, as the world is now, would not do what is asked, and that no step before it can change
	// that: such a plan is not launched.
	Refused bool `json:"refused,omitempty"`

	touches []string // the names of what it changes, as its locks have them
}

// Plan is what a launch would do, looked up live and without writing.
type Plan struct {
	Kind   string     `json:"kind"`
	Target string     `json:"target"`
	Steps  []PlanStep `json:"steps"`
	Locks  []string   `json:"locks"`
	// WaitsFor names the sagas that hold one of the locks now.
	WaitsFor []string `json:"waits_for"`
	// Hash is the same for the same effects, and another for any other.
	Hash PlanHash `json:"hash"`
	// Approval is who has to agree before it starts, by the policy; nil: nobody. Forbidden is why the policy refuses it; empty: it does not.
	Approval  *Demand `json:"approval,omitempty"`
	Forbidden string  `json:"forbidden,omitempty"`
}

// Nothing reports whether no step would change anything.
func (p Plan) Nothing() bool {
	for _, s := range p.Steps {
		if s.Change.Action != ActNone {
			return false
		}
	}
	return true
}

// Refusal is why a launch of the plan is refused, nil when it is not. It is an ErrRefused.
func (p Plan) Refusal() error {
	if p.Forbidden != "" {
		return fmt.Errorf("%w: %s", ErrRefused, p.Forbidden)
	}
	for _, s := range p.Steps {
		if s.Refused {
			return fmt.Errorf("%w: step %d %s: %s", ErrRefused, s.Idx, s.Name, s.Error)
		}
	}
	if len(p.Steps) == 0 {
		return fmt.Errorf("%w: there is nothing to do", ErrRefused)
	}
	return nil
}

// Plan looks at the world and says what a launch would do now, step by step, without writing anything. Bad inputs are
// refused as a launch refuses them. A step whose change cannot be told carries the reason in Error, and is Refused unless
// that may be another one once the steps before it have run; see Planner.
func (e *Engine) Plan(ctx context.Context, l Launch) (Plan, error) {
	steps, in, err := e.check(l)
	if err != nil {
		return Plan{}, err
	}
	ctx = surveyed(ctx)
	c, err := e.course(ctx, l.Kind, steps, in)
	if err != nil {
		return Plan{}, err
	}
	p, err := e.plan(ctx, l.Kind, c)
	if err == nil {
		err = e.govern(ctx, &p)
	}
	return p, err
}

// agreed plans a launch and refuses it when the plan holds a refusal, or is not the one that was shown.
func (e *Engine) agreed(ctx context.Context, l Launch, c course) (Plan, error) {
	p, err := e.plan(ctx, l.Kind, c)
	if err != nil {
		return Plan{}, err
	}
	if err := e.govern(ctx, &p); err != nil {
		return Plan{}, err
	}
	if l.PlanHash != "" && !p.Hash.Begins(l.PlanHash) {
		return Plan{}, fmt.Errorf("launch %s: %w: its plan is %s now: look at it again", l.Kind, ErrChanged, p.Hash.Short())
	}
	if err := p.Refusal(); err != nil {
		return Plan{}, fmt.Errorf("launch %s: %w", l.Kind, err)
	}
	return p, nil
}

func (e *Engine) plan(ctx context.Context, kind string, c course) (p Plan, err error) {
	if err := e.loadLocks(ctx); err != nil {
		return Plan{}, err
	}
	p = Plan{Kind: kind, Steps: make([]PlanStep, 0, len(c.steps)), Locks: []string{}, WaitsFor: []string{}}
	ctx = surveyed(ctx)
	all := e.outlooks(ctx, c)
	p.Target, err = target(c, all)
	if err != nil {
		return Plan{}, err
	}
	var touched []string // by the steps so far, when they do something
	for i, name := range c.steps {
		if i < c.first {
			continue
		}
		ps := PlanStep{Idx: i, Name: name, Change: Change{Action: ActRun, Undo: "nothing to undo"}}
		if i < len(c.why) {
			ps.Why = c.why[i]
		}
		o := &all[i]
		own := o.locks
		if o.locksErr != nil {
			return Plan{}, fmt.Errorf("plan %s: find out what step %d %s touches: %w", kind, i, name, o.locksErr)
		}
		p.Locks = append(p.Locks, own...)
		switch {
		case o.changeErr != nil:
			ps.Error = errorText(o.changeErr)
			ps.Refused = !errors.Is(o.changeErr, ErrUntold) && !slices.ContainsFunc(own, func(lock string) bool { return slices.Contains(touched, lock) })
		case o.plans:
			ps.Change = o.change
		}
		ps.Change.Fields = append(ps.Change.Fields, e.later(c, i)...)
		if final := e.final(name); final != "" && ps.Change.Action != ActNone {
			ps.Change.Final, ps.Change.Undo = final, "cannot be undone"
		}
		if ps.Change.Action != ActNone {
			touched = append(touched, own...)
			if _, spares := e.steps[name].(Sparer); !spares && ps.Change.Action != ActWait {
				ps.touches = own
			}
		}
		p.Steps = append(p.Steps, ps)
	}
	slices.Sort(p.Locks)
	p.Locks = slices.Compact(p.Locks)
	if err := lockable(p.Locks); err != nil {
		return Plan{}, err
	}
	if holder := e.locks.inTheWay(p.Locks); holder != "" {
		p.WaitsFor = append(p.WaitsFor, holder.Short())
	}
	account := ""
	if e.needsAccount(c.steps) {
		a, err := e.current(ctx)
		if err != nil {
			return Plan{}, fmt.Errorf("plan %s: %w", kind, err)
		}
		account = a.owner()
	}
	p.Hash = p.hashOf(c, account)
	return p, nil
}
