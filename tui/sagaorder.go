package tui

import (
	"cmp"
	"slices"
	"strings"

	"arcadia/engine"
	"arcadia/tui/list"
)

// The columns that sagas can be ordered by, from left to right. Age is the store's own order; any other is made of the
// newest sagas alone.
const (
	byStatus = iota
	byKind
	byTarget
	byStep
	byAge
	byWho
	orders
)

func newOrder() list.Order {
	return list.Order{By: byAge, Stored: byAge, Banded: true, Compare: compareSagas}
}

func compareSagas(by int, a, b *engine.Summary) int {
	switch by {
	case byStatus:
		return cmp.Compare(slices.Index(engine.Statuses(), a.Status), slices.Index(engine.Statuses(), b.Status))
	case byKind:
		return strings.Compare(a.Kind, b.Kind)
	case byTarget:
		return strings.Compare(a.Target, b.Target)
	case byStep:
		return cmp.Compare(a.CurrentStepIdx*len(b.StepNames), b.CurrentStepIdx*len(a.StepNames))
	case byWho:
		return strings.Compare(a.CreatedBy, b.CreatedBy)
	}
	return 0
}
