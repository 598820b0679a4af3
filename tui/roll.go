package tui

import (
	"context"
	"slices"
	"sort"

	"arcadia/engine"
)

// Bounds of a roll.
const (
	rollPage  = 100  // hits that one read aims at
	rollMax   = 600  // sagas kept; what is farthest from the cursor goes first
	rollAhead = 60   // fewer than this beyond the cursor ask for more
	rollScan  = 2000 // headers that one read looks at when most of them miss
	sortMax   = 1000 // sagas that an order other than by age is made of
)

// roll is the part of the list of all sagas that is in memory: a run of neighbours in the order of their ids, newest first.
// The list may be of any length; the roll is not. It grows where the cursor goes, by reads that run in commands.
//
// Invariant: rows is strictly descending by id, and holds every matching saga between its ends that the store knew.
type roll struct {
	sift sift
	rows []engine.Summary
	gen  int // counts resets: answers to older reads are dropped

	newer, older edge
	looked       int // headers looked at since the reset
	began        bool

	fresh map[engine.ID]engine.Summary // changes that came while a read was under way, which may have missed them
}

// edge is one end of a roll.
type edge struct {
	end  bool      // nothing beyond it
	from engine.ID // where the next read goes on from
	busy bool      // a read is under way
}

// sift says which sagas a list shows: the query goes to the store, the rest is asked of each header.
type sift struct {
	query engine.Query
	keep  func(*engine.Summary) bool // nil: every one
}

func (f sift) match(s *engine.Summary) bool {
	q := &f.query
	switch {
	case len(q.Statuses) > 0 && !slices.Contains(q.Statuses, s.Status),
		q.Kind != "" && q.Kind != s.Kind,
		q.By != "" && q.By != s.CreatedBy:
		return false
	}
	return f.keep == nil || f.keep(s)
}

// want is one read: from somewhere in the list in one direction, until enough has been found or looked at.
type want struct {
	gen   int
	sift  sift
	older bool
	from  engine.ID
	first engine.ID // included before from, when it matches: the saga that the roll is opened around
	limit int
}

// piece answers a want. Its items are in the order of the walk.
type piece struct {
	want   want
	items  []engine.Summary
	next   engine.ID
	end    bool
	looked int
	err    error
}

// reset starts the roll anew and returns the reads that fill it: from the newest, from the oldest, or around a saga. What
// it held stays until the first answer, so that the screen does not blink.
func (r *roll) reset(f sift, oldest bool, around engine.ID, limit int) []want {
	r.gen++
	r.sift, r.looked, r.began = f, 0, false
	r.newer, r.older, r.fresh = edge{}, edge{}, nil
	if limit == 0 {
		limit = rollPage
	}
	w := want{gen: r.gen, sift: f, limit: limit}
	switch {
	case around != "":
		w.older, w.from, w.first = true, around, around
		r.older.busy, r.newer.from = true, around
	case oldest:
		r.newer.busy, r.older.end = true, true
	default:
		w.older = true
		r.older.busy, r.newer.end = true, true
	}
	return []want{w}
}

// read does a want. It runs in a command.
func (w want) read(ctx context.Context, b Backend) piece {
	p := piece{want: w, next: w.from}
	if w.first != "" {
		one, err := b.Summaries(ctx, w.first)
		if err != nil {
			p.err = err
			return p
		}
		p.add(one)
	}
	q := w.sift.query
	q.Oldest, q.From = !w.older, w.from
	for {
		q.Limit = w.limit
		if w.sift.keep != nil {
			q.Limit = max(w.limit, 250)
		}
		page, err := b.List(ctx, q)
		if err != nil {
			p.err = err
			return p
		}
		p.add(page.Items)
		p.looked += len(page.Items)
		if n := len(page.Items); n > 0 {
			p.next = page.Items[n-1].ID
		}
		if !page.More || len(page.Items) == 0 {
			p.end = true
			return p
		}
		if len(p.items) >= w.limit || p.looked >= rollScan {
			return p
		}
		q.From = p.next
	}
}

func (p *piece) add(items []engine.Summary) {
	for i := range items {
		s := items[i]
		cleanSummary(&s)
		if p.want.sift.match(&s) {
			p.items = append(p.items, s)
		}
	}
}

// take adds what a read has found. It reports false when the roll has been reset since.
func (r *roll) take(p piece) bool {
	if p.want.gen != r.gen {
		return false
	}
	side := &r.newer
	if p.want.older {
		side = &r.older
	}
	side.busy = false
	r.looked += p.looked
	if p.err != nil {
		return true
	}
	if !r.began {
		r.began, r.rows = true, nil
	}
	side.from, side.end = p.next, p.end
	for i := range p.items {
		s := p.items[i]
		if f, ok := r.fresh[s.ID]; ok && f.Seq > s.Seq {
			s = f
		}
		if r.sift.match(&s) {
			r.put(s)
		}
	}
	if !r.newer.busy && !r.older.busy {
		r.fresh = nil
	}
	if len(r.rows) > 0 { // where nothing has been read yet, go on from the ends
		if r.newer.from == "" && !r.newer.end {
			r.newer.from = r.rows[0].ID
		}
		if r.older.from == "" && !r.older.end {
			r.older.from = r.rows[len(r.rows)-1].ID
		}
	}
	return true
}

// apply takes over changed headers: updates those it has, adds those that belong between its ends or beyond an open end's
// last, drops those that do not match any more. Older news than it has is ignored.
func (r *roll) apply(changed []engine.Summary) {
	busy := r.newer.busy || r.older.busy
	for i := range changed {
		s := changed[i]
		if busy {
			if r.fresh == nil {
				r.fresh = map[engine.ID]engine.Summary{}
			}
			r.fresh[s.ID] = s
		}
		at, have := r.find(s.ID)
		switch {
		case have && s.Seq < r.rows[at].Seq:
		case have && !r.sift.match(&s):
			r.rows = slices.Delete(r.rows, at, at+1)
		case have:
			r.rows[at] = s
		case r.holds(at) && r.sift.match(&s):
			r.rows = slices.Insert(r.rows, at, s)
		}
	}
}

// holds reports whether a saga that would be inserted at index at lies in the part of the list that the roll covers.
func (r *roll) holds(at int) bool {
	switch {
	case !r.began:
		return false
	case len(r.rows) == 0:
		return r.newer.end
	case at == 0:
		return r.newer.end
	case at == len(r.rows):
		return r.older.end
	}
	return true
}

// put inserts or updates one header.
func (r *roll) put(s engine.Summary) {
	at, have := r.find(s.ID)
	switch {
	case !have:
		r.rows = slices.Insert(r.rows, at, s)
	case s.Seq > r.rows[at].Seq:
		r.rows[at] = s
	}
}

// find is the index of a saga, or that where it would be.
func (r *roll) find(id engine.ID) (int, bool) {
	at := sort.Search(len(r.rows), func(i int) bool { return r.rows[i].ID <= id })
	return at, at < len(r.rows) && r.rows[at].ID == id
}

// trim drops what is farthest from the row at the cursor when there is too much.
func (r *roll) trim(cursor, most int) {
	over := len(r.rows) - most
	if over <= 0 {
		return
	}
	if cursor < len(r.rows)/2 {
		r.rows = slices.Delete(r.rows, len(r.rows)-over, len(r.rows))
		r.older = edge{from: r.rows[len(r.rows)-1].ID, busy: false}
	} else {
		r.rows = slices.Delete(r.rows, 0, over)
		r.newer = edge{from: r.rows[0].ID}
	}
	r.gen++ // a read under way would leave a gap
	r.newer.busy, r.older.busy = false, false
}

// wants returns the reads that a cursor at index at asks for, and notes that they are under way.
func (r *roll) wants(at int) []want {
	var out []want
	ask := func(e *edge, older bool) {
		e.busy = true
		out = append(out, want{gen: r.gen, sift: r.sift, older: older, from: e.from, limit: rollPage})
	}
	if !r.began {
		return nil
	}
	if !r.older.end && !r.older.busy && len(r.rows)-at < rollAhead {
		ask(&r.older, true)
	}
	if !r.newer.end && !r.newer.busy && at < rollAhead {
		ask(&r.newer, false)
	}
	return out
}

// searching reports whether a read is under way.
func (r *roll) searching() bool { return r.newer.busy || r.older.busy }

// whole reports whether the roll holds all that match.
func (r *roll) whole() bool { return r.newer.end && r.older.end && r.began }
