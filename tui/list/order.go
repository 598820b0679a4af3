package list

import (
	"slices"

	"arcadia/engine"
)

// Order is how pages are ordered: as the store has them, or by a column.
type Order struct {
	By      int // a column
	Turned  bool
	Stored  int  // the column in whose order the store has them
	Banded  bool // in the store's order: what needs a person first, then what moves, then the rest
	Compare func(by int, a, b *engine.Summary) int

	rows []int // Display index → index in memory; nil when it has to be made again
}

// Forget drops what was made of rows that have changed.
func (o *Order) Forget() { o.rows = nil }

// Real is the index in memory of a display index.
func (o *Order) Real(r *Pages, i int) int {
	switch {
	case o.By != o.Stored:
		o.make(r)
		return o.rows[i]
	case o.Turned:
		return len(r.Rows) - 1 - i
	}
	return i
}

// Display is the display index of an index in memory.
func (o *Order) Display(r *Pages, at int) int {
	switch {
	case o.By != o.Stored:
		o.make(r)
		return max(0, slices.Index(o.rows, at))
	case o.Turned:
		return len(r.Rows) - 1 - at
	}
	return at
}

func (o *Order) make(r *Pages) {
	if o.rows != nil && len(o.rows) == len(r.Rows) {
		return
	}
	o.rows = make([]int, len(r.Rows))
	for i := range o.rows {
		o.rows[i] = i
	}
	slices.SortStableFunc(o.rows, func(a, b int) int {
		n := o.Compare(o.By, &r.Rows[a], &r.Rows[b])
		if o.Turned {
			n = -n
		}
		return n
	})
}

// Next goes on to what the key of the order means next: bands, newest first, oldest first; of another column the other way round.
func (o *Order) Next() {
	switch {
	case o.By != o.Stored:
		o.Turned = !o.Turned
	case o.Banded:
		o.Banded = false
	case !o.Turned:
		o.Turned = true
	default:
		o.Banded, o.Turned = true, false
	}
	o.Forget()
}

// Plain reports whether the order is the store's own, newest first.
func (o *Order) Plain() bool { return o.By == o.Stored && !o.Turned }
