package bolt

import (
	"bytes"
	"context"
	"errors"
	"math"
	"slices"

	"go.etcd.io/bbolt"

	"arcadia/engine"
)

// Sizes of a page.
const (
	defaultPage = 50
	largestPage = 1000
)

// List implements engine.Store. It walks the id indexes of what the query names, side by side and beside the recent sagas,
// and decodes only what it returns. With one criterion a page costs the same at any depth; with several, the walk leaps
// from one match of all to the next, and its cost is that of the rarest criterion at worst.
func (s *Store) List(ctx context.Context, q engine.Query) (engine.Page, error) {
	if err := ctx.Err(); err != nil {
		return engine.Page{}, err
	}
	limit := q.Limit
	if limit <= 0 {
		limit = defaultPage
	}
	limit = min(limit, largestPage)
	w := &walk{up: q.Oldest}
	at, ok := w.start(q.From)
	if !ok {
		return engine.Page{}, nil
	}
	// Before the transaction begins: what is put into the indexes in between is found twice, and nothing is missed.
	if len(q.Statuses) > 0 || q.Kind != "" || q.By != "" {
		if s.recent.damage != nil {
			return engine.Page{}, s.recent.damage
		}
		w.recent = s.recent.list(&q, w, at)
	}
	var page engine.Page
	err := s.view("list sagas", func(tx *bbolt.Tx) error {
		w.open(tx, &q)
		for at, ok := w.match(ctx, at); ok; at, ok = w.match(ctx, at) {
			recent := len(w.recent) > 0 && w.recent[0] == at
			h, err := headerIn(tx, at)
			switch {
			case recent && errors.Is(err, errNoHeader): // it was pruned meanwhile
			case err != nil:
				return err
			case recent && !(&filed{h.Status, h.Kind, h.CreatedBy}).matches(&q): // it went on meanwhile
			case len(page.Items) == limit:
				page.More = true
				return nil
			default:
				page.Items = append(page.Items, h.summary(at))
			}
			if at, ok = w.step(at); !ok {
				break
			}
		}
		return ctx.Err()
	})
	if err != nil {
		return engine.Page{}, err
	}
	return page, nil
}

// walk goes through the ids that stand in every one of its sources, and beside them through recent ones, which stand in
// none. A source is several indexes, any of which will do.
type walk struct {
	up      bool
	sources [][]*bbolt.Cursor // none: nothing can match
	recent  []key             // in the order of the walk
}

// everySaga walks the ledgers themselves.
func everySaga(tx *bbolt.Tx, up bool) *walk {
	return &walk{up: up, sources: [][]*bbolt.Cursor{{tx.Bucket(ledgerBucket).Cursor()}}}
}

// open opens the indexes that the query names.
func (w *walk) open(tx *bbolt.Tx, q *engine.Query) {
	possible := true
	of := func(bucket []byte, values ...string) {
		var any []*bbolt.Cursor
		for _, v := range values {
			if b := tx.Bucket(bucket).Bucket([]byte(v)); b != nil && v != "" {
				any = append(any, b.Cursor())
			}
		}
		w.sources = append(w.sources, any)
		possible = possible && len(any) > 0
	}
	if len(q.Statuses) > 0 {
		names := make([]string, len(q.Statuses))
		for i, st := range q.Statuses {
			names[i] = string(st)
		}
		slices.Sort(names)
		of(statusBucket, slices.Compact(names)...)
	}
	if q.Kind != "" {
		of(kindBucket, q.Kind)
	}
	if q.By != "" {
		of(byBucket, q.By)
	}
	switch {
	case !possible:
		w.sources = nil
	case len(w.sources) == 0:
		w.sources = everySaga(tx, w.up).sources
	}
}

// start is the first id that the walk may give.
func (w *walk) start(from engine.ID) (at key, ok bool) {
	if from == "" {
		if !w.up {
			for i := range at {
				at[i] = 0xff
			}
		}
		return at, true
	}
	if at, ok = keyOf(from); !ok {
		return at, false
	}
	return w.step(at)
}

func (w *walk) step(at key) (key, bool) {
	if w.up {
		return at.next()
	}
	return at.previous()
}

// beyond reports whether a lies behind b on the walk.
func (w *walk) beyond(a, b key) bool {
	c := compareIDs(a, b)
	return c != 0 && (c > 0) == w.up
}

// match is the first id from at on that all sources have, or that is recent.
func (w *walk) match(ctx context.Context, at key) (key, bool) {
	for len(w.recent) > 0 && w.beyond(at, w.recent[0]) {
		w.recent = w.recent[1:]
	}
	found, ok := w.agree(ctx, at)
	if len(w.recent) > 0 && (!ok || w.beyond(found, w.recent[0])) && ctx.Err() == nil {
		return w.recent[0], true
	}
	return found, ok
}

// agree is the first id from at on that all sources have: each leaps to where the others are until they agree.
func (w *walk) agree(ctx context.Context, at key) (key, bool) {
	if len(w.sources) == 0 {
		return at, false
	}
	for agreed := 0; agreed < len(w.sources); {
		if ctx.Err() != nil {
			return at, false
		}
		agreed = 0
		for _, any := range w.sources {
			found, ok := w.seek(any, at)
			if !ok {
				return at, false
			}
			if found == at {
				agreed++
			}
			at = found
		}
	}
	return at, true
}

// seek is the nearest id from at on in any of the indexes.
func (w *walk) seek(any []*bbolt.Cursor, at key) (nearest key, ok bool) {
	past := at.at(math.MaxUint64) // keys are ids or begin with one: the last that is not above at comes just before this
	for _, c := range any {
		var found []byte
		if w.up {
			found, _ = c.Seek(at[:])
		} else if found, _ = c.Seek(past[:]); found != nil {
			found, _ = c.Prev()
		} else {
			found, _ = c.Last()
		}
		if len(found) < len(at) {
			continue
		}
		k := key(found[:len(at)])
		if closer := bytes.Compare(k[:], nearest[:]) < 0; !ok || closer == w.up {
			nearest, ok = k, true
		}
	}
	return nearest, ok
}
