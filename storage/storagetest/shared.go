package storagetest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"arcadia/engine"
)

// Shared is one process's way to a Memory that several have open: an engine.Store with an Elector, a Watcher and a Roster.
type Shared struct {
	*Memory
	name *string // of the process, once it has announced itself
}

var (
	_ engine.Elector = Shared{}
	_ engine.Watcher = Shared{}
	_ engine.Roster  = Shared{}
)

// Share opens the store for one more process.
func (m *Memory) Share() Shared {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.shared == nil {
		m.shared = &sharing{free: make(chan struct{}), hosts: map[string]engine.Host{}, feeds: map[*feed]struct{}{}}
		close(m.shared.free)
	}
	return Shared{m, new(string)}
}

// sharing is what a store knows of those who have it open. It is guarded by the store's mu; a nil one lets everything pass.
type sharing struct {
	token uint64        // of the latest term
	term  *term         // that lasts; nil: nobody drives
	free  chan struct{} // closed while nobody drives
	feeds map[*feed]struct{}
	hosts map[string]engine.Host
	last  uint64 // the highest ticket ever given
}

// admit refuses what comes from a term that is over, or would overtake in a queue.
func (s *sharing) admit(b engine.Batch) error {
	if s == nil {
		return nil
	}
	if b.Term != 0 && (s.term == nil || s.term.token != b.Term) {
		return fmt.Errorf("append to ledger of saga %s: %w", b.ID.Short(), engine.ErrDeposed)
	}
	if len(b.Locks.Take) == 0 || b.Locks.Ticket == 1 || b.Locks.Ticket > s.last {
		return nil
	}
	return fmt.Errorf("append to ledger of saga %s with ticket %d: %w", b.ID.Short(), b.Locks.Ticket, &engine.TicketError{Last: s.last})
}

// given takes note of a ticket.
func (s *sharing) given(c engine.LockChange) {
	if s != nil && len(c.Take) > 0 {
		s.last = max(s.last, c.Ticket)
	}
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
	m      *Memory
	token  uint64
	host   string
	lapsed bool // the store has ended it, and its process cannot be sure of it; guarded by m.mu
	done   chan struct{}
	once   sync.Once
}

func (t *term) Token() uint64         { return t.token }
func (t *term) Done() <-chan struct{} { return t.done }

func (t *term) Lasts() bool {
	t.m.mu.Lock()
	defer t.m.mu.Unlock()
	return !t.lapsed
}

// Resign ends the term, for the store and for its process.
func (t *term) Resign() {
	t.m.mu.Lock()
	t.m.shared.end(t)
	t.m.mu.Unlock()
	t.hear()
}

// hear tells the process that its term has ended.
func (t *term) hear() { t.once.Do(func() { close(t.done) }) }

func (s *sharing) end(t *term) {
	t.lapsed = true
	if s.term == t {
		s.term = nil
		close(s.free)
		s.mark("")
	}
}

// Lead implements engine.Elector.
func (s Shared) Lead(ctx context.Context) (engine.Term, error) {
	for {
		s.mu.Lock()
		sh := s.shared
		if sh.term == nil {
			sh.token++
			t := &term{m: s.Memory, token: sh.token, host: *s.name, done: make(chan struct{})}
			sh.term, sh.free = t, make(chan struct{})
			sh.mark("")
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

// Depose ends the term that lasts, if one does, as a lease ends under a process that sleeps: the store knows, and the process hears of it
// after so long, unless it asks.
func (m *Memory) Depose(after time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t := m.shared.term; t != nil {
		m.shared.end(t)
		time.AfterFunc(after, t.hear)
	}
}

// Announce implements engine.Roster.
func (s Shared) Announce(ctx context.Context, h engine.Host) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	h, err := clone(h)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	*s.name, s.shared.hosts[h.Name] = h.Name, h
	s.shared.mark("")
	context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.shared.hosts, h.Name)
		s.shared.mark("")
	})
	return nil
}

// Hosts implements engine.Roster.
func (s Shared) Hosts(ctx context.Context) ([]engine.Host, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []engine.Host
	for _, name := range slices.Sorted(maps.Keys(s.shared.hosts)) {
		h := s.shared.hosts[name]
		h.Drives = s.shared.term != nil && s.shared.term.host == name
		all = append(all, h)
	}
	return clone(all)
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
