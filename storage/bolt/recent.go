package bolt

import (
	"bytes"
	"context"
	"slices"
	"sync"

	"go.etcd.io/bbolt"

	"arcadia/engine"
)

// maxRecent is at how many recent sagas they begin to be put into the indexes. Some more come meanwhile.
const maxRecent = 2048

// recent knows the sagas above the mark: they are in the ledger and not yet in the indexes. A new saga would dirty a page
// of each index, one of them in random order, and another whenever its status changes; putting thousands in together, in
// the order of each index, dirties each page once. What stands here is derived from the ledger when the store is opened.
type recent struct {
	limit  int    // at how many they are put into the indexes
	damage error  // why it could not be derived; set before anybody reads
	filing filing // the writer's

	mu    sync.RWMutex // guards the fields below; the writer alone changes them, and need not lock to read
	mark  key
	sagas []recentSaga     // in the order of ids, all above mark
	ends  map[[4]byte]bool // their last eight digits
}

type recentSaga struct {
	id key
	filed
	ended bool // it is in the suffix index; the writer's
}

// filed is what the indexes know of a saga.
type filed struct {
	status   engine.Status
	kind, by string
}

// place is where a saga stands in an index.
type place struct {
	bucket []byte
	value  string // empty: nowhere
}

// places are those in the indexes whose order is that of ids.
func (f *filed) places() [3]place {
	return [3]place{{statusBucket, string(f.status)}, {kindBucket, f.kind}, {byBucket, f.by}}
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
		r.sagas = append(r.sagas, recentSaga{id: at, filed: filed{h.Status, h.Kind, h.CreatedBy}})
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
		n, found := r.find(mark)
		if found {
			n++
		}
		for i := range r.sagas[:n] {
			delete(r.ends, [4]byte(r.sagas[i].id[12:]))
		}
		r.mark, r.sagas = mark, slices.Delete(r.sagas, 0, n)
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
