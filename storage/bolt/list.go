package bolt

import (
	"bytes"
	"context"
	"slices"

	"go.etcd.io/bbolt"

	"arcadia/engine"
)

// Sizes of a page.
const (
	defaultPage = 50
	largestPage = 1000
)

// List implements engine.Store. It walks the id indexes of what the query names, side by side, and decodes only what it
// returns. With one criterion a page costs the same at any depth; with several, the walk leaps from one match of all to
// the next, and its cost is that of the rarest criterion at worst.
func (s *Store) List(ctx context.Context, q engine.Query) (engine.Page, error) {
	if err := ctx.Err(); err != nil {
		return engine.Page{}, err
	}
	limit := q.Limit
	if limit <= 0 {
		limit = defaultPage
	}
	limit = min(limit, largestPage)
	var page engine.Page
	err := s.view("list sagas", func(tx *bbolt.Tx) error {
		w, possible := newWalk(tx, q)
		at, ok := w.start(q.From)
		for ok && possible {
			if err := ctx.Err(); err != nil {
				return err
			}
			if at, ok = w.match(ctx, at); !ok {
				break
			}
			if len(page.Items) == limit {
				page.More = true
				break
			}
			h, _, err := readHeader(at, tx.Bucket(headersBucket).Get(at[:]))
			if err != nil {
				return err
			}
			page.Items = append(page.Items, h.summary(at))
			at, ok = w.step(at)
		}
		return ctx.Err()
	})
	if err != nil {
		return engine.Page{}, err
	}
	return page, nil
}

// walk goes through the ids that stand in every one of its sources. A source is several indexes, any of which will do.
type walk struct {
	up      bool
	sources [][]*bbolt.Cursor
}

// newWalk opens the indexes that the query names. It is not possible when one of them is empty.
func newWalk(tx *bbolt.Tx, q engine.Query) (w walk, possible bool) {
	w = walk{up: q.Oldest}
	of := func(bucket []byte, values ...string) bool {
		var any []*bbolt.Cursor
		for _, v := range values {
			if b := tx.Bucket(bucket).Bucket([]byte(v)); b != nil && v != "" {
				any = append(any, b.Cursor())
			}
		}
		w.sources = append(w.sources, any)
		return len(any) > 0
	}
	possible = true
	if len(q.Statuses) > 0 {
		names := make([]string, len(q.Statuses))
		for i, st := range q.Statuses {
			names[i] = string(st)
		}
		slices.Sort(names)
		possible = of(statusBucket, slices.Compact(names)...)
	}
	if q.Kind != "" {
		possible = of(kindBucket, q.Kind) && possible
	}
	if q.By != "" {
		possible = of(byBucket, q.By) && possible
	}
	if len(w.sources) == 0 {
		w.sources = [][]*bbolt.Cursor{{tx.Bucket(headersBucket).Cursor()}}
	}
	return w, possible
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

// match is the first id from at on that all sources have: each leaps to where the others are until they agree.
func (w *walk) match(ctx context.Context, at key) (key, bool) {
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
	for _, c := range any {
		found, _ := c.Seek(at[:])
		if !w.up {
			switch {
			case found == nil:
				found, _ = c.Last()
			case !bytes.Equal(found, at[:]):
				found, _ = c.Prev()
			}
		}
		if found == nil {
			continue
		}
		k := key(found)
		if closer := bytes.Compare(k[:], nearest[:]) < 0; !ok || closer == w.up {
			nearest, ok = k, true
		}
	}
	return nearest, ok
}
