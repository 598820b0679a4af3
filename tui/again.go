package tui

import (
	"slices"

	"arcadia/engine"
	"arcadia/tui/form"
)

// againDoor opens the form of a launch that is made once more.
func againDoor(env *Env, s *engine.Saga) Action {
	again := engine.Launch{Kind: s.Kind, Inputs: s.Inputs}
	if slices.ContainsFunc(env.State.Kinds, func(k engine.Kind) bool { return k.Name == s.Kind && k.Adhoc }) {
		again.Steps = s.StepNames
	}
	l := newLaunch(again)
	l.first = form.PlanStop
	return Open{l}
}
