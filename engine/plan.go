package engine

import (
	"context"
	"fmt"
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
	Fields  []FieldChange `json:"fields,omitempty"` // what changes, field by field
	Note    string        `json:"note,omitempty"`
	Undo    string        `json:"undo"`            // "restore both", "nothing to undo"
	Final   string        `json:"final,omitempty"` // the point of no return: why it cannot be taken back; filled in by the engine
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
	Change Change `json:"change"`
	Error  string `json:"error,omitempty"`
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

// Plan looks at the world and says what a launch would do now, step by step, without writing anything. Bad inputs are
// refused as a launch refuses them. A step whose change cannot be told beforehand (because it builds on an earlier one,
// or because the look failed) carries the reason in Error.
func (e *Engine) Plan(ctx context.Context, l Launch) (Plan, error) {
	steps, in, err := e.check(l)
	if err != nil {
		return Plan{}, err
	}
	return e.plan(ctx, l, steps, in)
}

// targetFor names what a launch is about, and refuses it when the world is no longer as its plan showed it.
func (e *Engine) targetFor(ctx context.Context, l Launch, steps []string, in Inputs) (string, error) {
	if l.PlanHash == "" {
		return e.target(ctx, steps, in)
	}
	p, err := e.plan(ctx, l, steps, in)
	switch {
	case err != nil:
		return "", err
	case !p.Hash.Begins(l.PlanHash):
		return "", fmt.Errorf("launch %s: %w: its plan is %s now: look at it again", l.Kind, ErrChanged, p.Hash.Short())
	}
	return p.Target, nil
}

func (e *Engine) plan(ctx context.Context, l Launch, steps []string, in Inputs) (p Plan, err error) {
	if err := e.loadLocks(ctx); err != nil {
		return Plan{}, err
	}
	p = Plan{Kind: l.Kind, WaitsFor: []string{}}
	if p.Target, err = e.target(ctx, steps, in); err != nil {
		return Plan{}, err
	}
	if p.Locks, err = e.lockNames(ctx, steps, in); err != nil {
		return Plan{}, fmt.Errorf("plan %s: %w", l.Kind, err)
	}
	for i, name := range steps {
		ps := PlanStep{Idx: i, Name: name, Change: Change{Action: ActRun, Undo: "nothing to undo"}}
		if pl, ok := e.steps[name].(Planner); ok {
			c, err := pl.Plan(ctx, in.Step(i))
			if err != nil {
				ps.Error = errorText(err)
			} else {
				ps.Change = c
			}
		}
		if final := e.final(name); final != "" && ps.Change.Action != ActNone {
			ps.Change.Final, ps.Change.Undo = final, "cannot be undone"
		}
		p.Steps = append(p.Steps, ps)
	}
	if holder := e.locks.inTheWay(p.Locks); holder != "" {
		p.WaitsFor = append(p.WaitsFor, holder.Short())
	}
	if p.Locks == nil {
		p.Locks = []string{}
	}
	account, err := e.account(ctx)
	if err != nil {
		return Plan{}, fmt.Errorf("plan %s: %w", l.Kind, err)
	}
	p.Hash = p.hashOf(in, account)
	return p, nil
}
