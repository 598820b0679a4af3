package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
)

// A store that several have open has their places in its queues; each process has a table of its own beside it. That none of them
// takes for free what another has queued for: a ticket is drawn behind all that the process knows of, one at a time, and the store
// refuses it when there is another behind which it would have to stand. Whoever is refused reads the queues again.

func (e *Engine) loadLocks(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.loaded && !e.several {
		return nil
	}
	locks, err := e.store.Locks(ctx)
	if err != nil {
		return fmt.Errorf("read the locks: %w", err)
	}
	statuses, err := e.statuses(ctx, locks)
	if err != nil {
		return fmt.Errorf("read the locks: %w", err)
	}
	e.locks.load(locks, statuses)
	e.loaded = true
	return nil
}

// statuses are those of the sagas in the queues.
func (e *Engine) statuses(ctx context.Context, locks []Lock) (map[ID]Status, error) {
	ids := make([]ID, len(locks))
	for i, l := range locks {
		ids[i] = l.Saga
	}
	slices.Sort(ids)
	heads, err := e.store.Summaries(ctx, slices.Compact(ids)...)
	out := make(map[ID]Status, len(heads))
	for i := range heads {
		out[heads[i].ID] = heads[i].Status
	}
	return out, err
}

// entering prepares to enter a saga in queues; entered is called when it stands there or does not.
func (e *Engine) entering(ctx context.Context) (entered func(), err error) {
	if !e.several {
		return func() {}, e.loadLocks(ctx)
	}
	e.queueing.Lock()
	e.mu.Lock()
	follows := e.term == 0
	e.mu.Unlock()
	if follows {
		if err := e.loadLocks(ctx); err != nil {
			e.queueing.Unlock()
			return nil, err
		}
	}
	return e.queueing.Unlock, nil
}

// overtaken reports whether a batch was refused because of what another process has done, of which this one knows now: then all is
// decided again.
func (e *Engine) overtaken(ctx context.Context, err error) bool {
	late := new(TicketError)
	switch {
	case err == nil || !e.several:
		return false
	case errors.Is(err, ErrDeposed):
		return true
	case errors.Is(err, ErrFrozen):
		return e.syncFreeze(ctx) == nil
	case errors.As(err, &late):
		e.locks.raise(late.Last)
		return e.syncLocks(ctx) == nil
	}
	return false
}

// lateTicket takes a saga out of the table whose ticket the store has refused, so that it draws another, behind those who have entered
// since.
func (e *Engine) lateTicket(ctx context.Context, id ID, err error) bool {
	e.wake(e.locks.leave(id))
	return e.overtaken(ctx, err)
}

// stands makes sure that the table knows the place of a saga that stands in queues with that ticket: another process may have entered
// it, or have taken it out and entered it again.
func (e *Engine) stands(ctx context.Context, id ID, ticket uint64) error {
	if !e.several || e.locks.at(id, ticket) {
		return nil
	}
	if err := e.syncLocks(ctx); err != nil {
		return err
	}
	if !e.locks.at(id, ticket) {
		return fmt.Errorf("find the place of saga %s among the locks: %w", id.Short(), ErrConflict) // it has left them since it was read
	}
	return nil
}

// syncLocks takes over from the store what other processes have changed in the queues.
func (e *Engine) syncLocks(ctx context.Context) error {
	e.syncing.Lock()
	defer e.syncing.Unlock()
	e.locks.compare()
	locks, err := e.store.Locks(ctx)
	var statuses map[ID]Status
	if err == nil {
		statuses, err = e.statuses(ctx, locks)
	}
	if err != nil {
		e.locks.merge(nil, nil, false)
		return fmt.Errorf("read the locks: %w", err)
	}
	e.wake(e.locks.merge(locks, statuses, true))
	return nil
}

// knows reports whether the saga stands in the queues.
func (t *lockTable) knows(id ID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.sagas[id] != nil
}

// at reports whether the saga stands in the queues with that ticket. Who has passed others may still have his old one here.
func (t *lockTable) at(id ID, ticket uint64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.sagas[id]
	return s != nil && (s.ticket == ticket || ticket == aheadOfAll)
}

// raise takes note of a ticket that was given elsewhere.
func (t *lockTable) raise(last uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = max(t.last, last)
}

// compare begins a comparison with the store, which merge ends.
func (t *lockTable) compare() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.moved = map[ID]bool{}
}

// merge takes over what others have changed: locks are those of the store, by name and then by ticket, read since compare. What has
// moved here since then is as it is here. It returns those for whom that may change something. With read false there is nothing
// to take over.
func (t *lockTable) merge(locks []Lock, statuses map[ID]Status, read bool) []ID {
	t.mu.Lock()
	defer t.mu.Unlock()
	moved := t.moved
	t.moved = nil
	if !read || t.queues == nil {
		return nil
	}
	found := map[ID]*standing{}
	for _, l := range locks {
		s := found[l.Saga]
		if s == nil {
			s = &standing{id: l.Saga, ticket: l.Ticket, granted: l.Ticket == aheadOfAll}
			found[l.Saga] = s
		}
		s.names = append(s.names, l.Name)
		t.last = max(t.last, l.Ticket)
	}
	var told []ID
	for id, s := range t.sagas {
		f := found[id]
		again := f != nil && f.ticket != s.ticket && f.ticket != aheadOfAll // it has left, and has been entered again
		if (f == nil || again) && !s.fresh && !moved[id] {
			told = append(told, t.gone(id)...)
		}
	}
	for _, s := range found {
		if known := t.sagas[s.id]; known != nil {
			told = append(told, t.turn(known, statuses[s.id])...)
			delete(found, s.id)
		} else if moved[s.id] {
			delete(found, s.id)
		}
	}
	return append(told, t.join(found, statuses)...)
}

// join puts sagas that others have entered behind all who stand in the queues, in the order of their tickets. Call with mu held.
func (t *lockTable) join(found map[ID]*standing, statuses map[ID]Status) []ID {
	late := make([]*standing, 0, len(found))
	for _, s := range found {
		late = append(late, s)
	}
	slices.SortFunc(late, func(a, b *standing) int { return cmp.Or(cmp.Compare(a.ticket, b.ticket), cmp.Compare(a.id, b.id)) })
	var told []ID
	for _, s := range late {
		s.back, s.failed = statuses[s.id] == Compensating, statuses[s.id] == Failed
		t.sagas[s.id] = s
		for _, n := range s.names {
			t.queues[n] = append(t.queues[n], s)
		}
		t.grant(s)
		told = append(told, s.id)
	}
	return told
}
