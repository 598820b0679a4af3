package storagetest

import (
	"context"
	"fmt"
	"sync"

	"arcadia/engine"
)

// Shared is one process's way to a Memory that several have open: an engine.Store with an Elector and a Watcher.
type Shared struct{ *Memory }

var (
	_ engine.Elector = Shared{}
	_ engine.Watcher = Shared{}
)

// Share opens the store for one more process.
func (m *Memory) Share() Shared {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.shared == nil {
		m.shared = &sharing{free: make(chan struct{})}
		close(m.shared.free)
	}
	return Shared{m}
}

// sharing is what a store knows of those who have it open. It is guarded by the store's mu; a nil one lets everything pass.
type sharing struct {
	token uint64        // of the latest term
	term  *term         // that lasts; nil: nobody drives
	free  chan struct{} // closed while nobody drives
	feeds map[*feed]struct{}
}

// admit refuses what comes from a term that is over, or would overtake in a queue.
func (s *sharing) admit(b engine.Batch, locks []engine.Lock) error {
	if s == nil {
		return nil
	}
	if b.Term != 0 && (s.term == nil || s.term.token != b.Term) {
		return fmt.Errorf("append to ledger of saga %s: %w", b.ID.Short(), engine.ErrDeposed)
	}
	if len(b.Locks.Take) == 0 || b.Locks.Ticket == 1 {
		return nil
	}
	for _, l := range locks {
		if l.Ticket >= b.Locks.Ticket && l.Saga != b.ID {
			return fmt.Errorf("append to ledger of saga %s: %w: ticket %d, and there is %d", b.ID.Short(), engine.ErrTicket, b.Locks.Ticket, l.Ticket)
		}
	}
	return nil
}

func (s *sharing) mark(id engine.ID) {
	if s == nil {
		return
	}
	for f := range s.feeds {
		f.mark(id)
	}
}

type term struct {
	m     *Memory
	token uint64
	done  chan struct{}
	once  sync.Once
}

func (t *term) Token() uint64         { return t.token }
func (t *term) Done() <-chan struct{} { return t.done }

// Resign ends the term, for the store and for its process.
func (t *term) Resign() {
	t.m.mu.Lock()
	t.m.shared.end(t)
	t.m.mu.Unlock()
	t.once.Do(func() { close(t.done) })
}

func (s *sharing) end(t *term) {
	if s.term == t {
		s.term = nil
		close(s.free)
	}
}

// Lead implements engine.Elector.
func (s Shared) Lead(ctx context.Context) (engine.Term, error) {
	for {
		s.mu.Lock()
		sh := s.shared
		if sh.term == nil {
			sh.token++
			t := &term{m: s.Memory, token: sh.token, done: make(chan struct{})}
			sh.term, sh.free = t, make(chan struct{})
			s.mu.Unlock()
			return t, nil
		}
		free := sh.free
		s.mu.Unlock()
		select {
		case <-free:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Depose ends the term that lasts as a lease ends under a process that sleeps: the store knows, the process does not.
func (m *Memory) Depose() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.shared.term != nil {
		m.shared.end(m.shared.term)
	}
}

// feed is one watcher's marks that it has not read yet.
type feed struct {
	ids   map[engine.ID]struct{}
	all   bool
	ready chan struct{}
}

// most is how many ids a feed remembers one by one.
const most = 1024

func (f *feed) mark(id engine.ID) {
	switch {
	case f.all:
	case len(f.ids) >= most:
		f.all = true
		clear(f.ids)
	default:
		f.ids[id] = struct{}{}
	}
	select {
	case f.ready <- struct{}{}:
	default:
	}
}

// Watch implements engine.Watcher.
func (s Shared) Watch(ctx context.Context) <-chan engine.Marks {
	f := &feed{ids: map[engine.ID]struct{}{}, ready: make(chan struct{}, 1)}
	s.mu.Lock()
	if s.shared.feeds == nil {
		s.shared.feeds = map[*feed]struct{}{}
	}
	s.shared.feeds[f] = struct{}{}
	s.mu.Unlock()
	out := make(chan engine.Marks)
	go func() {
		defer close(out)
		defer func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			delete(s.shared.feeds, f)
		}()
		for {
			select {
			case <-f.ready:
			case <-ctx.Done():
				return
			}
			s.mu.Lock()
			m := engine.Marks{All: f.all}
			for id := range f.ids {
				m.IDs = append(m.IDs, id)
			}
			f.all = false
			clear(f.ids)
			s.mu.Unlock()
			select {
			case out <- m:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}
