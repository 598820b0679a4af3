package tui

import (
	"cmp"
	"slices"
	"strings"

	"arcadia/engine"
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

// order is how a list of sagas is ordered.
type order struct {
	by     int
	turned bool
	rows   []int // display index → index in the roll; nil when it has to be made again
}

func newOrder() order { return order{by: byAge} }

// forget drops what was made of rows that have changed.
func (o *order) forget() { o.rows = nil }

// real is the index in the roll of a display index.
func (o *order) real(r *roll, i int) int {
	switch {
	case o.by != byAge:
		o.make(r)
		return o.rows[i]
	case o.turned:
		return len(r.rows) - 1 - i
	}
	return i
}

// display is the display index of an index in the roll.
func (o *order) display(r *roll, at int) int {
	switch {
	case o.by != byAge:
		o.make(r)
		return max(0, slices.Index(o.rows, at))
	case o.turned:
		return len(r.rows) - 1 - at
	}
	return at
}

func (o *order) make(r *roll) {
	if o.rows != nil && len(o.rows) == len(r.rows) {
		return
	}
	o.rows = make([]int, len(r.rows))
	for i := range o.rows {
		o.rows[i] = i
	}
	slices.SortStableFunc(o.rows, func(a, b int) int {
		n := o.compare(&r.rows[a], &r.rows[b])
		if o.turned {
			n = -n
		}
		return n
	})
}

func (o *order) compare(a, b *engine.Summary) int {
	switch o.by {
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
