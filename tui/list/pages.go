package list

import (
	"context"
	"slices"
	"sort"

	"arcadia/engine"
	"arcadia/tui/clean"
)

// Bounds of what is in memory.
const (
	PageSize = 100  // hits that one read aims at
	MaxRows  = 600  // sagas kept; what is farthest from the cursor goes first
	ahead    = 60   // fewer than this beyond the cursor ask for more
	Scan     = 2000 // headers that one read looks at when most of them miss
	SortMax  = 1000 // sagas that an order other than by age is made of
)

// Reader is what pages are read from.
type Reader interface {
	List(ctx context.Context, q engine.Query) (engine.Page, error)
	Summaries(ctx context.Context, ids ...engine.ID) ([]engine.Summary, error)
}

// Pages are the part of the list of all sagas that is in memory: a run of neighbors in the order of their ids, newest first.
// The list may be of any length; what is in memory is not. It grows where the cursor goes, by reads that run in commands.
//
// Invariant: Rows is strictly descending by id, and holds every matching saga between its ends that the store knew.
type Pages struct {
	Side int // tells two pages of one list apart

	sift Sift
	Rows []engine.Summary
	gen  int // counts resets: answers to older reads are dropped

	Newer, Older edge
	Looked       int // headers looked at since the reset
	Began        bool

	fresh map[engine.ID]engine.Summary // changes that came while a read was under way, which may have missed them
}

// edge is one end of a roll.
type edge struct {
	End  bool      // nothing beyond it
	from engine.ID // where the next read goes on from
	busy bool      // a read is under way
}

// Sift says which sagas a list shows: the query goes to the store, the rest is asked of each header.
type Sift struct {
	Query engine.Query
	Keep  func(*engine.Summary) bool // nil: every one
}

// Match reports whether the list shows a saga.
func (f Sift) Match(s *engine.Summary) bool {
	q := &f.Query
	switch {
	case len(q.Statuses) > 0 && !slices.Contains(q.Statuses, s.Status),
		q.Kind != "" && q.Kind != s.Kind,
		q.By != "" && q.By != s.CreatedBy:
		return false
	}
	return f.Keep == nil || f.Keep(s)
}

// Want is one read: from somewhere in the list in one direction, until enough has been found or looked at.
type Want struct {
	side  int
	gen   int
	sift  Sift
	older bool
	from  engine.ID
	first engine.ID // included before from, when it matches: the saga that the roll is opened around
	limit int
}

// Piece answers a Want. Its items are in the order of the walk.
type Piece struct {
	want   Want
	Items  []engine.Summary
	next   engine.ID
	End    bool
	looked int
	Err    error
}

// Reset starts the roll again and returns the reads that fill it: from the newest, from the oldest, or around a saga. What
// it held stays until the first answer, so that the screen does not blink.
func (r *Pages) Reset(f Sift, oldest bool, around engine.ID, limit int) []Want {
	r.gen++
	r.sift, r.Looked, r.Began = f, 0, false
	r.Newer, r.Older, r.fresh = edge{}, edge{}, nil
	if limit == 0 {
		limit = PageSize
	}
	w := Want{side: r.Side, gen: r.gen, sift: f, limit: limit}
	switch {
	case around != "":
		w.older, w.from, w.first = true, around, around
		r.Older.busy, r.Newer.from = true, around
	case oldest:
		r.Newer.busy, r.Older.End = true, true
	default:
		w.older = true
		r.Older.busy, r.Newer.End = true, true
	}
	return []Want{w}
}

// Read does a Want. It runs in a command.
func (w Want) Read(ctx context.Context, b Reader) Piece {
	p := Piece{want: w, next: w.from}
	if w.first != "" {
		one, err := b.Summaries(ctx, w.first)
		if err != nil {
			p.Err = err
			return p
		}
		p.add(one)
	}
	q := w.sift.Query
	q.Oldest, q.From = !w.older, w.from
	for {
		q.Limit = w.limit
		if w.sift.Keep != nil {
			q.Limit = max(w.limit, 250)
		}
		page, err := b.List(ctx, q)
		if err != nil {
			p.Err = err
			return p
		}
		p.add(page.Items)
		p.looked += len(page.Items)
		if n := len(page.Items); n > 0 {
			p.next = page.Items[n-1].ID
		}
		if !page.More || len(page.Items) == 0 {
			p.End = true
			return p
		}
		if len(p.Items) >= w.limit || p.looked >= Scan {
			return p
		}
		q.From = p.next
	}
}

func (p *Piece) add(items []engine.Summary) {
	for i := range items {
		s := items[i]
		clean.Summary(&s)
		if p.want.sift.Match(&s) {
			p.Items = append(p.Items, s)
		}
	}
}

// Take adds what a read has found. It reports false when the roll has been reset since.
func (r *Pages) Take(p Piece) bool {
	if p.want.gen != r.gen || p.want.side != r.Side {
		return false
	}
	side := &r.Newer
	if p.want.older {
		side = &r.Older
	}
	side.busy = false
	r.Looked += p.looked
	if p.Err != nil {
		return true
	}
	if !r.Began {
		r.Began, r.Rows = true, nil
	}
	side.from, side.End = p.next, p.End
	for i := range p.Items {
		s := p.Items[i]
		if f, ok := r.fresh[s.ID]; ok && f.Seq > s.Seq {
			s = f
		}
		if r.sift.Match(&s) {
			r.put(s)
		}
	}
	if !r.Newer.busy && !r.Older.busy {
		r.fresh = nil
	}
	if len(r.Rows) > 0 { // where nothing has been read yet, go on from the ends
		if r.Newer.from == "" && !r.Newer.End {
			r.Newer.from = r.Rows[0].ID
		}
		if r.Older.from == "" && !r.Older.End {
			r.Older.from = r.Rows[len(r.Rows)-1].ID
		}
	}
	return true
}

// Apply takes over changed headers: updates those it has, adds those that belong between its ends or beyond an open end's
// last, drops those that do not match any more. Older news than it has is ignored.
func (r *Pages) Apply(changed []engine.Summary) {
	busy := r.Newer.busy || r.Older.busy
	for i := range changed {
		s := changed[i]
		if busy {
			if r.fresh == nil {
				r.fresh = map[engine.ID]engine.Summary{}
			}
			r.fresh[s.ID] = s
		}
		at, have := r.Find(s.ID)
		switch {
		case have && s.Seq < r.Rows[at].Seq:
		case have && !r.sift.Match(&s):
			r.Rows = slices.Delete(r.Rows, at, at+1)
		case have:
			r.Rows[at] = s
		case r.holds(at) && r.sift.Match(&s):
			r.Rows = slices.Insert(r.Rows, at, s)
		}
	}
}

// holds reports whether a saga that would be inserted at index at lies in the part of the list that the roll covers.
func (r *Pages) holds(at int) bool {
	switch {
	case !r.Began:
		return false
	case len(r.Rows) == 0:
		return r.Newer.End
	case at == 0:
		return r.Newer.End
	case at == len(r.Rows):
		return r.Older.End
	}
	return true
}

// put inserts or updates one header.
func (r *Pages) put(s engine.Summary) {
	at, have := r.Find(s.ID)
	switch {
	case !have:
		r.Rows = slices.Insert(r.Rows, at, s)
	case s.Seq > r.Rows[at].Seq:
		r.Rows[at] = s
	}
}

// Find is the index of a saga, or that where it would be.
func (r *Pages) Find(id engine.ID) (int, bool) {
	at := sort.Search(len(r.Rows), func(i int) bool { return r.Rows[i].ID <= id })
	return at, at < len(r.Rows) && r.Rows[at].ID == id
}

// Trim drops what is farthest from the row at the cursor when there is too much.
func (r *Pages) Trim(cursor, most int) {
	over := len(r.Rows) - most
	if over <= 0 {
		return
	}
	if cursor < len(r.Rows)/2 {
		r.Rows = slices.Delete(r.Rows, len(r.Rows)-over, len(r.Rows))
		r.Older = edge{from: r.Rows[len(r.Rows)-1].ID, busy: false}
	} else {
		r.Rows = slices.Delete(r.Rows, 0, over)
		r.Newer = edge{from: r.Rows[0].ID}
	}
	r.gen++ // a read under way would leave a gap
	r.Newer.busy, r.Older.busy = false, false
}

// Wants returns the reads that a cursor at index at asks for, and notes that they are under way.
func (r *Pages) Wants(at int) []Want {
	var out []Want
	ask := func(e *edge, older bool) {
		e.busy = true
		out = append(out, Want{side: r.Side, gen: r.gen, sift: r.sift, older: older, from: e.from, limit: PageSize})
	}
	if !r.Began {
		return nil
	}
	if !r.Older.End && !r.Older.busy && len(r.Rows)-at < ahead {
		ask(&r.Older, true)
	}
	if !r.Newer.End && !r.Newer.busy && at < ahead {
		ask(&r.Newer, false)
	}
	return out
}

// Searching reports whether a read is under way.
func (r *Pages) Searching() bool { return r.Newer.busy || r.Older.busy }

// Whole reports whether the roll holds all that match.
func (r *Pages) Whole() bool { return r.Newer.End && r.Older.End && r.Began }

// Begun reports whether it has been asked for at all.
func (r *Pages) Begun() bool { return r.gen > 0 }

// Sift is which sagas it shows.
func (r *Pages) Sift() Sift { return r.sift }

// From makes a want that walks the whole list from its newest, for what is not shown but written.
func From(f Sift) Want { return Want{sift: f, older: true, limit: PageSize} }

// Next is the want that goes on behind a piece.
func (p Piece) Next() Want {
	w := p.want
	w.from, w.first = p.next, ""
	return w
}
