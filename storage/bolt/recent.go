package bolt

import (
	"bytes"
	"context"
	"iter"
	"slices"
	"sync"

	"go.etcd.io/bbolt"

	"arcadia/engine"
)

// maxRecent is at how many recent sagas they are put into the indexes.
const maxRecent = 4096

// recent knows the sagas above the mark: they are in the ledger and not yet in the indexes. A new saga would dirty a page
// of each index, one of them in random order, and another whenever its status changes; putting thousands in at once, in
// the order of each index, dirties each page once. What stands here is derived from the ledger when the store is opened.
type recent struct {
	limit  int   // at how many they are put into the indexes
	damage error // why it could not be derived; set before anybody reads

	mu    sync.RWMutex // guards the fields below; the writer alone changes them, and need not lock to read
	mark  key
	sagas []recentSaga     // in the order of ids, all above mark
	ends  map[[4]byte]bool // their last eight digits
}

type recentSaga struct {
	id key
	filed
}

// filed is what the indexes know of a saga.
type filed struct {
	status   engine.Status
	kind, by string
}

func (f *filed) matches(q *engine.Query) bool {
	return (len(q.Statuses) == 0 || slices.Contains(q.Statuses, f.status)) && (q.Kind == "" || q.Kind == f.kind) && (q.By == "" || q.By == f.by)
}

func compareIDs(a, b key) int { return bytes.Compare(a[:], b[:]) }

func (r *recent) find(k key) (int, bool) {
	if n := len(r.sagas); n == 0 || compareIDs(r.sagas[n-1].id, k) < 0 {
		return n, false
	}
	return slices.BinarySearchFunc(r.sagas, k, func(s recentSaga, k key) int { return compareIDs(s.id, k) })
}

// load derives the recent sagas from the ledger: all above the mark.
func (r *recent) load(tx *bbolt.Tx, mark key) {
	r.mark, r.ends = mark, map[[4]byte]bool{}
	w := everySaga(tx, true)
	for at, ok := w.step(r.mark); ok; at, ok = w.step(at) {
		if at, ok = w.match(context.Background(), at); !ok {
			break
		}
		h, err := headerIn(tx, at)
		if err != nil {
			r.damage = err
			return
		}
		r.sagas = append(r.sagas, recentSaga{at, filed{h.Status, h.Kind, h.CreatedBy}})
		r.ends[[4]byte(at[12:])] = true
	}
}

// update makes a committed transaction's sagas known. All of them are above the mark that it leaves.
func (r *recent) update(mark key, sagas map[key]filed) {
	if mark == r.mark && len(sagas) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if mark != r.mark {
		r.mark, r.sagas = mark, r.sagas[:0]
		clear(r.ends)
	}
	for k, f := range sagas {
		i, found := r.find(k)
		if !found {
			r.sagas = slices.Insert(r.sagas, i, recentSaga{id: k})
			r.ends[[4]byte(k[12:])] = true
		}
		r.sagas[i].filed = f
	}
}

// all is for the writer only.
func (r *recent) all() iter.Seq2[key, filed] {
	return func(yield func(key, filed) bool) {
		for i := range r.sagas {
			if !yield(r.sagas[i].id, r.sagas[i].filed) {
				return
			}
		}
	}
}

// list gives the recent sagas that match, in the order of the walk, from the given place on.
func (r *recent) list(q *engine.Query, w *walk, from key) (ids []key) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for i := range r.sagas {
		if s := &r.sagas[i]; s.matches(q) && !w.beyond(from, s.id) {
			ids = append(ids, s.id)
		}
	}
	if !w.up {
		slices.Reverse(ids)
	}
	return ids
}

// ending gives the recent sagas whose reversed id begins with the first n digits of prefix.
func (r *recent) ending(prefix key, n int) (ids []key) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for i := range r.sagas {
		if reversed := r.sagas[i].id.reversed(); samePrefix(reversed[:], prefix, n) {
			ids = append(ids, r.sagas[i].id)
		}
	}
	return ids
}
