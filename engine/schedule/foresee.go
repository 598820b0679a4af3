package schedule

import (
	"context"

	"arcadia/engine"
)

// Planner says what a launch would do now. *engine.Session satisfies it.
type Planner interface {
	Kinds() []engine.Kind
	Plan(ctx context.Context, l engine.Launch) (engine.Plan, error)
}

// Foreseen is what a schedule would do if it fired now.
type Foreseen struct {
	Each []string    // the things that it would launch a saga for; nil: it launches one
	Plan engine.Plan // of the first saga; the zero Plan when nothing carries the tag
}

// Foresee looks what a schedule would do now. It refuses, as an ErrInput, inputs that its kind does not take and a tag that its kind has
// no use for. The schedule's Demand becomes who would have to agree. That nothing carries the tag yet is no error: it may by then.
func Foresee(ctx context.Context, p Planner, things Things, s *Schedule) (Foreseen, error) {
	l := engine.Launch{Kind: s.Kind, Steps: s.Steps, Inputs: s.Inputs}
	var f Foreseen
	if s.ForEach != "" {
		each, err := Each(ctx, s, p.Kinds(), things)
		if err != nil {
			return f, err
		}
		f.Each = []string{}
		for _, t := range each {
			f.Each = append(f.Each, t.Name)
		}
		if len(each) == 0 {
			return f, nil
		}
		l.Inputs = each[0].Inputs
	}
	var err error
	f.Plan, err = p.Plan(ctx, l)
	s.Demand = f.Plan.Approval
	return f, err
}
