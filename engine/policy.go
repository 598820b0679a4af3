package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Policy is what holds for every launch: who has to agree to what, and what is not to be touched.
type Policy struct {
	Approvals  []ApprovalRule `json:"approvals,omitempty"`
	BreakGlass Span           `json:"break_glass,omitempty"` // how long somebody waits who goes on without approvals; 0: nobody can
	Protect    []string       `json:"protect,omitempty"`     // "droplet:482913", "tag:prod", "dns:example.com/@": by the names of locks, and tags

	elsewhere map[string]string // of Protect what only another host's policy has, and which host that is
}

// ApprovalRule asks for approvals of what it is about.
type ApprovalRule struct {
	When When `json:"when"`
	Demand
}

// When says what a rule is about: plans for which all that is set holds.
type When struct {
	Final   bool   `json:"final,omitempty"`   // a step past which there is no way back
	Kind    string `json:"kind,omitempty"`    // of this kind
	Step    string `json:"step,omitempty"`    // with this step
	Touches string `json:"touches,omitempty"` // something of this name, as in Policy.Protect
}

func (w When) holds(p Plan, touched []string) bool {
	final := slices.ContainsFunc(p.Steps, func(s PlanStep) bool { return s.Change.Final != "" })
	step := slices.ContainsFunc(p.Steps, func(s PlanStep) bool { return s.Name == w.Step })
	return (!w.Final || final) && (w.Kind == "" || p.Kind == w.Kind) && (w.Step == "" || step) && (w.Touches == "" || slices.Contains(touched, w.Touches))
}

// demand is what the rules ask for before the plan is done; nil for nothing.
func (p Policy) demand(plan Plan, touched []string) (*Demand, error) {
	var all *Demand
	for _, r := range p.Approvals {
		if !r.When.holds(plan, touched) {
			continue
		}
		d := r.Demand
		if all != nil {
			var err error
			if d, err = all.with(d); err != nil {
				return nil, err
			}
		}
		all = &d
	}
	return all, nil
}

// tags reports whether a rule names a tag, so that those of what is touched have to be known.
func (p Policy) tags() bool {
	tag := func(name string) bool { return strings.HasPrefix(name, "tag:") }
	return slices.ContainsFunc(p.Protect, tag) || slices.ContainsFunc(p.Approvals, func(r ApprovalRule) bool { return tag(r.When.Touches) })
}

// govern adds to a plan what the policy says of it.
func (e *Engine) govern(ctx context.Context, p *Plan) error {
	policy, wrong := e.rules(ctx)
	if wrong != nil {
		p.Forbidden = wrong.Error()
		return nil //nolint:nilerr // it is in the plan
	}
	touched, err := e.touches(ctx, *p, policy.tags())
	if err != nil {
		return fmt.Errorf("plan %s: %w", p.Kind, err)
	}
	for _, name := range policy.Protect {
		if slices.Contains(touched, name) {
			p.Forbidden = name + " is protected by the policy" + policy.of(name) + ": take it out of protect there first"
			return nil
		}
	}
	p.Approval, wrong = policy.demand(*p, touched)
	if wrong != nil {
		p.Forbidden = "the policy can never be met: " + wrong.Error()
	}
	return nil
}

// touches are the names of all that the plan changes, with the tags of it if they are asked for.
func (e *Engine) touches(ctx context.Context, p Plan, tags bool) ([]string, error) {
	var all []string
	for _, s := range p.Steps {
		all = append(all, s.touches...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	if !tags || e.tags == nil {
		return all, nil
	}
	for _, name := range slices.Clone(all) {
		more, err := e.tags(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("look for the tags of %s: %w", name, err)
		}
		all = append(all, more...)
	}
	return all, nil
}
