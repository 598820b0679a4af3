package enginetest

import (
	"context"
	"time"

	"arcadia/engine"
)

// Late gives steps that find out only in their turn that they cannot do what is asked: what a plan would refuse is launched.
// That is the world that changes between a launch and its turn, without having to change it. Steps without a plan, and
// those whose effect is final or that have policies of their own, are given back as they are.
func Late(list []engine.Step) []engine.Step {
	out := make([]engine.Step, len(list))
	for i, s := range list {
		out[i] = late(s)
	}
	return out
}

func late(s engine.Step) engine.Step {
	switch s.(type) {
	case engine.Final, engine.Retrier:
		return s
	}
	d, ok := s.(foreteller)
	if !ok {
		return s
	}
	if v, ok := s.(engine.Verifier); ok {
		return lateLooker{lateStep{d}, v}
	}
	return lateStep{d}
}

// foreteller is a step with all optional powers but the few that Late leaves alone.
type foreteller interface {
	engine.Step
	engine.Compensator
	engine.Describer
	engine.Targeter
	engine.Locker
	engine.Planner
	engine.Undoer
}

type lateStep struct{ foreteller }

// Plan is that of the step, with its refusal turned into one that may be gone by then.
func (s lateStep) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	c, err := s.foreteller.Plan(ctx, in)
	if err != nil {
		return c, untold{err}
	}
	return c, nil
}

// Outputs are those of the step.
func (s lateStep) Outputs(in engine.Inputs) []engine.Output {
	p, ok := s.foreteller.(engine.Producer)
	if !ok {
		return nil
	}
	return p.Outputs(in)
}

type lateLooker struct {
	lateStep
	engine.Verifier
}

// Deadline is that of the step.
func (s lateStep) Deadline() time.Duration {
	if d, ok := s.foreteller.(engine.Deadliner); ok {
		return d.Deadline()
	}
	return engine.DefaultDeadline
}

// untold is an error with the same text that is an ErrUntold.
type untold struct{ error }

func (untold) Is(target error) bool { return target == engine.ErrUntold }
