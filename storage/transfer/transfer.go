// Package transfer carries a whole store into another one that is empty, of whatever sort the two are.
//
// It appends what was appended at first, in the order of time, so that the target comes to be as the source did: nothing goes
// past the rules of engine.Store. A copy begins frozen, since the store that it was made of may go on.
package transfer

import (
	"cmp"
	"container/heap"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"arcadia/engine"
)

// Source is what a store must answer to be copied. All answers should be of one moment.
type Source interface {
	Entries(ctx context.Context, id engine.ID, after uint64) ([]engine.Entry, error)
	List(ctx context.Context, q engine.Query) (engine.Page, error)
	Counts(ctx context.Context) (engine.Counts, error)
	Locks(ctx context.Context) ([]engine.Lock, error)
	Resources(ctx context.Context, keys ...string) ([]engine.Resource, error)
	Traces(ctx context.Context, names ...string) ([]engine.Trace, error)
	Moves(ctx context.Context, keys ...string) (map[string]string, error)
	Freezes(ctx context.Context, limit int) ([]engine.Freeze, error)
	Docs(ctx context.Context, collection string, names ...string) ([]engine.Doc, error)
	// Collections are the names of the collections of documents.
	Collections(ctx context.Context) ([]string, error)
}

// Target takes a copy.
type Target interface {
	engine.Store
	Collections(ctx context.Context) ([]string, error)
}

// ErrNotEmpty says that there is something in the target.
var ErrNotEmpty = errors.New("the store is not empty")

// Copy fills an empty store with all that is in another, and returns how many sagas that were. why is the reason of the freeze in
// which the copy begins. After an error the target is to be thrown away: it is not empty any more, and not whole.
func Copy(ctx context.Context, from Source, to Target, why string) (int, error) {
	if err := empty(ctx, to); err != nil {
		return 0, err
	}
	c := copying{from: from, to: to}
	if err := c.ledgers(ctx); err != nil {
		return c.sagas, err
	}
	if err := c.docs(ctx); err != nil {
		return c.sagas, err
	}
	if err := c.same(ctx); err != nil {
		return c.sagas, err
	}
	return c.sagas, c.freezes(ctx, why)
}

// Archive fills an empty store with some sagas of another, as a Copy does: what they were and did, without documents and places in
// queues. None of them may stand in a queue.
func Archive(ctx context.Context, from Source, to Target, ids []engine.ID, why string) error {
	if err := empty(ctx, to); err != nil {
		return err
	}
	c := copying{from: from, to: to}
	if err := c.add(ctx, slices.Sorted(slices.Values(ids))); err != nil {
		return err
	}
	if err := c.upTo(ctx, time.Time{}); err != nil {
		return err
	}
	return to.PutFreeze(ctx, engine.Freeze{N: 1, At: engine.At(time.Now()), Why: why, Copy: true})
}

func empty(ctx context.Context, to Target) error {
	counts, err := to.Counts(ctx)
	if err != nil {
		return err
	}
	freezes, err := to.Freezes(ctx, 1)
	if err != nil {
		return err
	}
	collections, err := to.Collections(ctx)
	if err != nil {
		return err
	}
	if counts.Total > 0 || len(freezes) > 0 || len(collections) > 0 {
		return fmt.Errorf("%w: %d sagas, %d collections of documents: name a new one", ErrNotEmpty, counts.Total, len(collections))
	}
	return nil
}

type copying struct {
	from  Source
	to    Target
	sagas int
	ready pending
}

// ledgers appends everything in the order of time. Sagas that stand in queues are made first, in the order of their tickets, with
// their places.
func (c *copying) ledgers(ctx context.Context) error {
	if err := c.queued(ctx); err != nil {
		return err
	}
	q := engine.Query{Oldest: true, Limit: 200}
	for more := true; more; {
		p, err := c.from.List(ctx, q)
		if err != nil {
			return err
		}
		ids := make([]engine.ID, len(p.Items))
		for i := range p.Items {
			ids[i], q.From = p.Items[i].ID, p.Items[i].ID
		}
		if err := c.add(ctx, ids); err != nil {
			return err
		}
		more = p.More
	}
	return c.upTo(ctx, time.Time{})
}

// reading is how many ledgers are read at once: a source elsewhere takes its time for each.
const reading = 32

// add takes the next sagas in, in the order of their ids.
func (c *copying) add(ctx context.Context, ids []engine.ID) error {
	for part := range slices.Chunk(ids, reading) {
		ledgers := make([][]engine.Entry, len(part))
		group, within := errgroup.WithContext(ctx)
		for i, id := range part {
			group.Go(func() (err error) {
				ledgers[i], err = c.from.Entries(within, id, 0)
				return err
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
		for i, id := range part {
			if err := c.addOne(ctx, id, ledgers[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// addOne takes a saga in, once everything is there that is older than it.
func (c *copying) addOne(ctx context.Context, id engine.ID, ledger []engine.Entry) error {
	if err := c.upTo(ctx, id.Created()); err != nil {
		return err
	}
	batches, err := engine.Replay(ledger)
	if err != nil {
		return fmt.Errorf("copy saga %s: %w", id.Short(), err)
	}
	c.sagas++
	heap.Push(&c.ready, batches)
	return nil
}

// queued makes the sagas that stand in queues.
func (c *copying) queued(ctx context.Context) error {
	locks, err := c.from.Locks(ctx)
	if err != nil {
		return err
	}
	places := map[engine.ID]engine.LockChange{}
	for _, l := range locks {
		places[l.Saga] = engine.LockChange{Ticket: l.Ticket, Take: append(places[l.Saga].Take, l.Name)}
	}
	ids := make([]engine.ID, 0, len(places))
	for id := range places {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b engine.ID) int {
		return cmp.Or(cmp.Compare(places[a].Ticket, places[b].Ticket), cmp.Compare(a, b))
	})
	for _, id := range ids {
		entries, err := c.from.Entries(ctx, id, 0)
		if err != nil {
			return err
		}
		first, err := engine.Replay(entries[:1])
		if err != nil {
			return fmt.Errorf("copy saga %s: %w", id.Short(), err)
		}
		first[0].Locks = places[id]
		if err := c.append(ctx, first[0]); err != nil {
			return err
		}
		if c.ready.made == nil {
			c.ready.made = map[engine.ID]bool{}
		}
		c.ready.made[id] = true
	}
	return nil
}

// upTo appends what is older than a moment; all there is for none.
func (c *copying) upTo(ctx context.Context, at time.Time) error {
	for len(c.ready.ledgers) > 0 {
		next := c.ready.ledgers[0]
		if !at.IsZero() && !when(next[0]).Before(at) {
			return nil
		}
		heap.Pop(&c.ready)
		made := next[0].After == 0 && c.ready.made[next[0].ID]
		if !made {
			if err := c.append(ctx, next[0]); err != nil {
				return err
			}
		}
		if len(next) > 1 {
			heap.Push(&c.ready, next[1:])
		}
	}
	return nil
}

// append leaves the key of a launch out that a younger saga has.
func (c *copying) append(ctx context.Context, b engine.Batch) error {
	err := c.to.Append(ctx, b)
	if errors.Is(err, engine.ErrKeyTaken) {
		b.Key = ""
		err = c.to.Append(ctx, b)
	}
	return err
}

func (c *copying) docs(ctx context.Context) error {
	collections, err := c.from.Collections(ctx)
	if err != nil {
		return err
	}
	for _, name := range collections {
		docs, err := c.from.Docs(ctx, name)
		if err != nil {
			return err
		}
		for _, d := range docs {
			for v := range d.Version { // its version is how often it has changed
				if err := c.to.PutDocs(ctx, engine.DocChange{Doc: d, IfVersion: v}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// freezes copies them, ends the one that lasts, and begins that of the copy.
func (c *copying) freezes(ctx context.Context, why string) error {
	all, err := c.from.Freezes(ctx, 0)
	if err != nil {
		return err
	}
	now, n := engine.At(time.Now()), uint64(0)
	for _, f := range slices.Backward(all) {
		if f.EndedAt.IsZero() {
			why += fmt.Sprintf(" (it was frozen by %s: %s)", f.Who(), f.Why)
			f.EndedAt, f.EndedWhy = now, "it went on in a copy"
		}
		n = f.N
		if err := c.to.PutFreeze(ctx, f); err != nil {
			return err
		}
	}
	return c.to.PutFreeze(ctx, engine.Freeze{N: n + 1, At: now, Why: why, Copy: true})
}

// same compares what is kept beside the ledgers.
func (c *copying) same(ctx context.Context) error {
	for what, read := range map[string]func(Source) (any, error){
		"counters":  func(s Source) (any, error) { return s.Counts(ctx) },
		"locks":     func(s Source) (any, error) { return s.Locks(ctx) },
		"resources": func(s Source) (any, error) { return s.Resources(ctx) },
		"traces":    func(s Source) (any, error) { return s.Traces(ctx) },
		"moves":     func(s Source) (any, error) { return s.Moves(ctx) },
	} {
		want, err := read(c.from)
		if err != nil {
			return err
		}
		have, err := read(c.to)
		if err != nil {
			return err
		}
		if a, b := text(want), text(have); a != b {
			return fmt.Errorf("the copy has other %s than the store: throw it away and run arcadia check on the store", what)
		}
	}
	return nil
}

func text(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return strings.ReplaceAll(string(raw), "null", "[]")
}

// pending are the batches of ledgers that are being copied, the ledger first whose next batch is oldest.
type pending struct {
	ledgers [][]engine.Batch
	made    map[engine.ID]bool // sagas whose first entry is there already
}

// when is the time of a batch's last entry.
func when(b engine.Batch) time.Time { return b.Entries[len(b.Entries)-1].At.Time }

// Len implements heap.Interface.
func (p *pending) Len() int { return len(p.ledgers) }

// Less implements heap.Interface.
func (p *pending) Less(i, j int) bool {
	a, b := p.ledgers[i][0], p.ledgers[j][0]
	return cmp.Or(when(a).Compare(when(b)), cmp.Compare(a.ID, b.ID)) < 0
}

// Swap implements heap.Interface.
func (p *pending) Swap(i, j int) { p.ledgers[i], p.ledgers[j] = p.ledgers[j], p.ledgers[i] }

// Push implements heap.Interface.
func (p *pending) Push(x any) {
	if batches, is := x.([]engine.Batch); is && len(batches) > 0 {
		p.ledgers = append(p.ledgers, batches)
	}
}

// Pop implements heap.Interface.
func (p *pending) Pop() any {
	last := p.ledgers[len(p.ledgers)-1]
	p.ledgers = p.ledgers[:len(p.ledgers)-1]
	return last
}
