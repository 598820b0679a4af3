package tui

import (
	"slices"

	"arcadia/engine"
	"arcadia/tui/form"
)

// againDoor opens the form of a launch that is made once more.
func againDoor(env *Env, s *engine.Saga) Action {
	l := newLaunch(relaunch(env, s))
	l.first = form.PlanStop
	return Open{l}
}

// relaunch is a launch of the same kind with the same inputs.
func relaunch(env *Env, s *engine.Saga) engine.Launch {
	again := engine.Launch{Kind: s.Kind, Inputs: s.Inputs}
	if slices.ContainsFunc(env.State.Kinds, func(k engine.Kind) bool { return k.Name == s.Kind && k.Adhoc }) {
		again.Steps = s.StepNames
	}
	return again
}
