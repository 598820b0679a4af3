package list

import (
	"slices"
	"time"

	"arcadia/engine"
	"arcadia/tui/say"
)

// Bands are a list of all sagas in three parts: what needs a person, what moves, and what is over, each newest first. The first
// two are in memory whole, as far as they are not very many; the last is pages of any length. Without On it is the pages alone.
//
// A saga that ends stays in its place until Settle, so that no row moves away under whoever reads it.
type Bands struct {
	On    bool
	Front Pages // what is not over
	Rest  *Pages

	rows  []int // display index → index in Front; nil when it has to be made again
	count [say.Bands]int
	ended map[engine.ID]time.Time
}

// unsettled is how long a saga that has ended stays where it was.
const unsettled = 3 * time.Second

// NewBands makes a list of bands above pages.
func NewBands(rest *Pages) Bands { return Bands{Front: Pages{Side: 1}, Rest: rest} }

var (
	frontStatuses = []engine.Status{engine.Pending, engine.Running, engine.Compensating, engine.Failed}
	restStatuses  = []engine.Status{engine.Completed, engine.RolledBack}
)

// Reset reads again: everything that is not over, and of the rest what is around a saga, or the newest.
func (b *Bands) Reset(around engine.ID) []Want {
	if _, front := b.Front.Find(around); front {
		around = ""
	}
	b.Forget()
	b.ended = nil
	out := b.Front.Reset(Sift{Query: engine.Query{Statuses: frontStatuses}}, false, "", SortMax)
	return append(out, b.Rest.Reset(Sift{Query: engine.Query{Statuses: restStatuses}}, false, around, 0)...)
}

// Forget drops what was made of rows that have changed.
func (b *Bands) Forget() { b.rows = nil }

// Apply takes over changed headers.
func (b *Bands) Apply(changed []engine.Summary, now time.Time) {
	b.Forget()
	var over []engine.Summary
	for i := range changed {
		s := &changed[i]
		if at, have := b.Front.Find(s.ID); have && say.StandOf(s).AtRest() && s.Seq >= b.Front.Rows[at].Seq {
			if b.ended == nil {
				b.ended = map[engine.ID]time.Time{}
			}
			b.Front.Rows[at] = *s
			if _, known := b.ended[s.ID]; !known {
				b.ended[s.ID] = now
			}
			continue
		}
		over = append(over, *s)
	}
	b.Front.Apply(over)
	b.Rest.Apply(over)
}

// Settle moves those that have ended to where they belong: all of them, or those that have stood long enough at now. It
// reports whether any did.
func (b *Bands) Settle(now time.Time, all bool) bool {
	var gone []engine.Summary
	for id, at := range b.ended {
		if !all && now.Sub(at) < unsettled {
			continue
		}
		delete(b.ended, id)
		if i, have := b.Front.Find(id); have {
			gone = append(gone, b.Front.Rows[i])
		}
	}
	if len(gone) == 0 {
		return false
	}
	b.Forget()
	b.Front.Apply(gone)
	b.Rest.Apply(gone)
	return true
}

// order brings the front into its order.
func (b *Bands) order() {
	if b.rows != nil && len(b.rows) == len(b.Front.Rows) {
		return
	}
	b.rows, b.count = make([]int, 0, len(b.Front.Rows)), [say.Bands]int{}
	for band := range say.BandAtRest {
		for i := range b.Front.Rows {
			if b.bandOf(&b.Front.Rows[i]) == band {
				b.rows = append(b.rows, i)
				b.count[band]++
			}
		}
	}
	b.count[say.BandAtRest] = len(b.Rest.Rows)
}

// bandOf is the band of a row of the front.
func (b *Bands) bandOf(s *engine.Summary) say.Band {
	if band := say.StandOf(s).Band(); band != say.BandAtRest {
		return band
	}
	return say.BandUnderWay // it has just ended
}

// Ahead is how many rows stand before the pages.
func (b *Bands) Ahead() int {
	if !b.On {
		return 0
	}
	b.order()
	return len(b.rows)
}

// At is the row at a display index of the front.
func (b *Bands) At(i int) *engine.Summary {
	b.order()
	return &b.Front.Rows[b.rows[i]]
}

// Find is the display index of a saga in the front.
func (b *Bands) Find(id engine.ID) (int, bool) {
	if !b.On {
		return 0, false
	}
	at, have := b.Front.Find(id)
	if !have {
		return 0, false
	}
	b.order()
	return slices.Index(b.rows, at), true
}

// Band is the band of the row at a display index of all.
func (b *Bands) Band(i int) say.Band {
	b.order()
	switch {
	case i < b.count[say.BandNeeds]:
		return say.BandNeeds
	case i < len(b.rows):
		return say.BandUnderWay
	}
	return say.BandAtRest
}

// Count is how many rows a band has, and whether those are all.
func (b *Bands) Count(band say.Band) (n int, all bool) {
	b.order()
	if band == say.BandAtRest {
		return len(b.Rest.Rows), b.Rest.Whole()
	}
	return b.count[band], b.Front.Whole()
}

// Unsettled is how many sagas have ended that still stand where they were.
func (b *Bands) Unsettled() int { return len(b.ended) }

// Filled is how many bands have rows.
func (b *Bands) Filled() int {
	n := 0
	b.order()
	for _, c := range [...]int{b.count[say.BandNeeds], b.count[say.BandUnderWay], len(b.Rest.Rows)} {
		if c > 0 {
			n++
		}
	}
	return n
}

// Whole reports whether everything that is not over is in memory.
func (b *Bands) Whole() bool { return !b.On || b.Front.Whole() }
