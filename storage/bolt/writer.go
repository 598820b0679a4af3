package bolt

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

const (
	// maxHeads bounds the heads kept in memory: sagas at rest are dropped first, then any.
	maxHeads = 8192
	// maxSyncedFreelist is up to how many free pages the list of them is written with each commit, in a page of its own.
	// With it a file opens at once, however large; without it every page is looked at. A longer list, as a great pruning
	// leaves it, would cost each commit more than that; then it is written when the store is closed.
	maxSyncedFreelist = 2000
)

// writer owns all writing to the file. Batches queue; run takes what waits into one transaction and answers each caller.
//
// It groups by need and has no fixed delay: the callers it has just released are about to come back, and it waits for
// them for at most the time that a commit takes. When nobody was released, the first batch goes at once.
type writer struct {
	db     *bbolt.DB
	path   string   // of the file
	file   *os.File // as it was opened
	recent *recent
	room   room
	wake   chan struct{} // one slot; tells run that the queue has what it waits for
	done   chan struct{} // closed when run has returned
	dead   chan struct{} // closed when an error has stopped the writer for good

	mu      sync.Mutex // guards the queue; held for a few instructions only
	queue   []*request
	spare   []*request // the memory of an earlier queue
	want    int        // run sleeps until the queue is this long
	closing bool
	cause   error // why it is dead

	served   time.Time    // when the last group was answered; run only
	heads    map[key]head // as of the last commit; run only
	changed  change       // the last transaction's, whose maps are used again; run only
	counts   counts       // as of the last commit; run only
	released int          // callers released by the last commit; run only
	commit   time.Duration
	unsynced bool // the file has no list of its free pages
	stats    counters
}

// request is one caller's wish. Exactly one of batch and alone is set.
type request struct {
	batch *prepared
	alone func() error // runs between transactions, with no writer beside it
	err   error
	done  chan struct{} // gets one value when err is the answer
}

type counters struct {
	commits, batches, refused, entries, bytes, nanos, largest atomic.Int64
}

func newWriter(db *bbolt.DB, r *recent, room room, c counts) *writer {
	return &writer{
		db: db, recent: r, room: room, counts: c, heads: map[key]head{}, want: 1,
		changed: change{heads: map[key]head{}, filed: map[key]filed{}, ends: map[[4]byte]bool{}},
		wake:    make(chan struct{}, 1), done: make(chan struct{}), dead: make(chan struct{}),
	}
}

// do queues a request and waits for its answer.
func (w *writer) do(r *request) error {
	w.mu.Lock()
	if w.cause != nil || w.closing {
		cause := w.cause
		w.mu.Unlock()
		if cause == nil {
			cause = ErrClosed
		}
		return stopped(cause)
	}
	w.queue = append(w.queue, r)
	enough := len(w.queue) >= w.want
	w.mu.Unlock()
	if enough {
		w.signal()
	}
	<-r.done
	return r.err
}

func (w *writer) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// close lets run finish what waits, and waits for it.
func (w *writer) close() {
	w.mu.Lock()
	w.closing = true
	w.mu.Unlock()
	w.signal()
	<-w.done
}

// run is the only goroutine that writes. It returns after close, when nothing waits any more.
func (w *writer) run() {
	defer close(w.done)
	for {
		group := w.gather()
		if group == nil {
			return
		}
		if err := w.failure(); err != nil {
			for _, r := range group {
				r.err = stopped(err)
			}
		} else {
			w.serve(group)
		}
		w.release(group)
	}
}

// quiet is after how long without a commit the file's identity is looked at before the next.
const quiet = time.Second

func (w *writer) serve(group []*request) {
	defer func() { w.served = time.Now() }()
	if time.Since(w.served) > quiet {
		if err := w.same(); err != nil {
			w.stop(err)
			for _, r := range group {
				r.err = stopped(err)
			}
			return
		}
	}
	batches := group[:0:0]
	for _, r := range group {
		if r.batch != nil {
			batches = append(batches, r)
		}
	}
	if len(batches) > 0 {
		w.append(batches)
	}
	for _, r := range group {
		if r.alone == nil {
			continue
		}
		if err := w.failure(); err != nil {
			r.err = stopped(err)
			continue
		}
		r.err = r.alone()
	}
}

// append commits the batches in one transaction. A refused batch has written nothing; an error of the file is everybody's.
func (w *writer) append(batches []*request) {
	err := w.transact(func(c *change) error {
		if c.recent.damage == nil {
			if err := c.fileSome(); err != nil {
				return err
			}
		}
		for _, r := range batches {
			from, err := c.admit(r.batch)
			if err != nil {
				r.err = err
				continue
			}
			if err := c.apply(r.batch, from); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		for _, r := range batches {
			r.err = err
		}
		return
	}
	refused := 0
	for _, r := range batches {
		if r.err != nil {
			refused++
		}
	}
	w.stats.refused.Add(int64(refused))
	w.stats.batches.Add(int64(len(batches) - refused))
	w.stats.largest.Store(max(w.stats.largest.Load(), int64(len(batches)-refused)))
}

// transact runs fn in a write transaction and commits it if it wrote anything. Run only. Any error stops the writer for
// good, for a commit that returned an error may be durable all the same; but not one that fn returns before it writes.
func (w *writer) transact(fn func(*change) error) (err error) {
	start := time.Now()
	harmless := false
	defer func() {
		if err != nil && !harmless {
			w.stop(err)
			err = stopped(err)
		}
	}()
	tx, err := w.db.Begin(true)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer guard("the file", &err)
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer rollback(tx)
	w.room.make(tx.Size())
	c := &change{
		tx: tx, ledger: tx.Bucket(ledgerBucket), cached: w.heads, heads: w.changed.heads, counts: w.counts,
		recent: w.recent, filed: w.changed.filed, ends: w.changed.ends, mark: w.recent.mark,
	}
	clear(c.heads)
	clear(c.filed)
	clear(c.ends)
	c.ledger.FillPercent = ledgerFill
	c.counts.ByStatus = maps.Clone(w.counts.ByStatus)
	if err := fn(c); err != nil {
		harmless = !c.wrote
		return err
	}
	if !c.wrote {
		return nil
	}
	if c.counted {
		if err := putCounts(tx, c.counts); err != nil {
			return err
		}
	}
	if err := w.end(tx); err != nil {
		return err
	}
	w.keep(c)
	w.commit = time.Since(start)
	w.stats.commits.Add(1)
	w.stats.nanos.Add(int64(w.commit))
	w.stats.entries.Add(int64(c.entries))
	w.stats.bytes.Add(int64(c.bytes))
	return nil
}

// end commits, with the list of free pages when it is short.
func (w *writer) end(tx *bbolt.Tx) error {
	free := w.db.Stats()
	w.unsynced = free.FreePageN+free.PendingPageN > maxSyncedFreelist
	w.db.NoFreelistSync = w.unsynced
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// keep makes the transaction's heads the writer's own.
func (w *writer) keep(c *change) {
	w.counts = c.counts
	w.recent.update(c.mark, c.filed)
	for k, h := range c.heads {
		if h.seq == 0 || h.status.Terminal() {
			delete(w.heads, k)
			continue
		}
		w.heads[k] = h
	}
	for k := range w.heads {
		if len(w.heads) <= maxHeads {
			break
		}
		delete(w.heads, k)
	}
}

// stop ends the writer's life for good; it goes on answering, with the cause.
func (w *writer) stop(cause error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cause != nil {
		return
	}
	w.cause = cause
	close(w.dead)
}

func (w *writer) failure() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cause
}

// rollback ends a transaction that was not committed; after a commit it does nothing.
func rollback(tx *bbolt.Tx) {
	if err := tx.Rollback(); err != nil && !errors.Is(err, berrors.ErrTxClosed) {
		panic(err) // guard turns it into the transaction's error
	}
}

// guard turns a panic into an error: bbolt panics on some damaged files, and reading a mapped page that the file does not
// have is a fault.
func guard(what string, err *error) {
	if p := recover(); p != nil {
		*err = damaged(what, fmt.Errorf("%v", p))
	}
}
