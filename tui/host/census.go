package host

import (
	"context"
	"fmt"
	"sync"
	"time"

	"arcadia/engine"
	"arcadia/tui/sshd"
)

// census knows how many sagas of each kind have each status: it counts all of them once, a page at a time, and from then
// on keeps count of what changes. It costs nothing before count is called.
type census struct {
	again chan struct{} // one slot: the count is off

	mu     sync.Mutex                  // guards what follows; a leaf
	round  int                         // of counting; 0: nobody wants to know
	whole  bool                        // every saga is counted
	upTo   engine.ID                   // those up to here are
	early  map[engine.ID]bool          // beyond upTo, and counted already because they changed
	moving map[engine.ID]engine.Status // counted and not at rest
	sums   map[group]int
}

// group is what is counted together.
type group struct {
	kind   string
	status engine.Status
}

// seen is what was counted of a saga before a batch.
type seen struct {
	round   int
	counted bool
	status  engine.Status
	err     error
}

const (
	censusPage = 500
	// censusEase is how many times as long as a page took is rested before the next: counting takes a sixth of a core.
	censusEase = 5
)

// before notes as what a saga is counted now, so that after can take it from there.
func (c *census) before(ctx context.Context, store engine.Store, b *engine.Batch) seen {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := seen{round: c.round}
	if c.round == 0 {
		return s
	}
	if s.status, s.counted = c.moving[b.ID]; s.counted {
		return s
	}
	if b.After == 0 || !c.whole && b.ID > c.upTo {
		if !c.whole {
			c.early[b.ID] = true // whoever counts leaves it to us from here on
		}
		return s
	}
	c.mu.Unlock() // it is at rest, and nobody else writes it
	s.counted = true
	s.status, s.err = statusOf(ctx, store, b.ID)
	c.mu.Lock()
	return s
}

func statusOf(ctx context.Context, store engine.Store, id engine.ID) (engine.Status, error) {
	list, err := store.Summaries(ctx, id)
	if err == nil && len(list) == 0 {
		err = engine.ErrNotFound
	}
	if err != nil {
		return "", err
	}
	return list[0].Status, nil
}

// after counts a saga as what a batch has made of it.
func (c *census) after(s seen, b *engine.Batch, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.round == 0, err != nil && (b.After == 0 || s.counted):
		return // nothing has changed
	case s.round != c.round, s.err != nil, err != nil:
		c.recount()
		return
	}
	if s.counted {
		c.add(group{b.Summary.Kind, s.status}, -1)
	}
	c.put(&b.Summary)
}

// put counts a saga. mu is held.
func (c *census) put(s *engine.Summary) {
	c.add(group{s.Kind, s.Status}, 1)
	if s.Status.Terminal() {
		delete(c.moving, s.ID)
	} else {
		c.moving[s.ID] = s.Status
	}
}

func (c *census) add(g group, n int) {
	if c.sums[g] += n; c.sums[g] == 0 {
		delete(c.sums, g)
	}
}

// recount lets everything be counted again. mu is held.
func (c *census) recount() {
	select {
	case c.again <- struct{}{}:
	default:
	}
}

// counted gives the sums, and false while not everything is counted yet.
func (c *census) counted() ([]sshd.SagaCount, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]sshd.SagaCount, 0, len(c.sums))
	for g, n := range c.sums {
		out = append(out, sshd.SagaCount{Kind: g.kind, Status: g.status, Count: n})
	}
	return out, c.whole
}

// Count counts the sagas of the store until ctx ends, which is nil; see Counted.
func (m *Meter) Count(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := m.census.count(ctx, m.Store); err != nil && ctx.Err() == nil {
			return fmt.Errorf("count sagas by kind: %w", err)
		}
		select {
		case <-ctx.Done():
		case <-m.census.again:
		}
	}
	return nil
}

// Counted is how many sagas of each kind have each status. It is false as long as Count has not seen all of them.
func (m *Meter) Counted() ([]sshd.SagaCount, bool) { return m.census.counted() }

// Recount lets Count start again: sagas were removed.
func (m *Meter) Recount() {
	m.census.mu.Lock()
	defer m.census.mu.Unlock()
	m.census.recount()
}

// count counts all sagas once, the oldest first.
func (c *census) count(ctx context.Context, store engine.Store) error {
	c.mu.Lock()
	c.round++
	c.whole, c.upTo = false, ""
	c.early, c.moving, c.sums = map[engine.ID]bool{}, map[engine.ID]engine.Status{}, map[group]int{}
	c.mu.Unlock()
	for q := (engine.Query{Oldest: true, Limit: censusPage}); ; {
		begun := time.Now()
		p, err := store.List(ctx, q)
		if err != nil {
			return err
		}
		q.From = c.take(p)
		if !p.More {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(censusEase * time.Since(begun)):
		}
	}
}

// take counts a page and returns its last saga.
func (c *census) take(p engine.Page) engine.ID {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range p.Items {
		s := &p.Items[i]
		c.upTo = s.ID
		if c.early[s.ID] {
			delete(c.early, s.ID)
			continue
		}
		c.put(s)
	}
	if !p.More {
		c.whole, c.early = true, nil
	}
	return c.upTo
}
