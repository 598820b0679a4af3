package engine

import (
	"slices"
	"sync"
)

// lockTable mirrors the lock queues of the store, so that whether a saga may go on is known without a read. A saga enters
// the queues of all its locks at one moment under one ticket, and holds a lock when it is the first in its queue; tickets
// only grow, so no two sagas can wait for each other.
type lockTable struct {
	mu     sync.Mutex // guards the fields below; a leaf
	queues map[string][]Lock
	last   uint64
}

// load takes over the queues of the store. Locks arrive by name and then by ticket.
func (t *lockTable) load(locks []Lock) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.queues = map[string][]Lock{}
	for _, l := range locks {
		t.queues[l.Name] = append(t.queues[l.Name], l)
		t.last = max(t.last, l.Ticket)
	}
}

// enter queues a saga for all names at once and returns its ticket, 0 when there are no names. With refuse set it enters only when
// nobody is in the way, and otherwise returns who is.
func (t *lockTable) enter(id ID, names []string, refuse bool) (ticket uint64, holder ID) {
	if len(names) == 0 {
		return 0, ""
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if refuse {
		for _, n := range names {
			if q := t.queues[n]; len(q) > 0 {
				return 0, q[0].Saga
			}
		}
	}
	if t.queues == nil {
		t.queues = map[string][]Lock{}
	}
	t.last++
	for _, n := range names {
		t.queues[n] = append(t.queues[n], Lock{Name: n, Ticket: t.last, Saga: id})
	}
	return t.last, ""
}

// holder returns the saga that the given one waits for, or nothing when it holds all of the names.
func (t *lockTable) holder(id ID, names []string) ID {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, n := range names {
		if q := t.queues[n]; len(q) > 0 && q[0].Saga != id {
			return q[0].Saga
		}
	}
	return ""
}

// leave takes the saga out of its queues and returns the sagas that still stand in them:
// what they wait for has changed.
func (t *lockTable) leave(id ID, names []string) []ID {
	t.mu.Lock()
	defer t.mu.Unlock()
	var next []ID
	for _, n := range names {
		q := slices.DeleteFunc(t.queues[n], func(l Lock) bool { return l.Saga == id })
		if len(q) == 0 {
			delete(t.queues, n)
			continue
		}
		t.queues[n] = q
		for _, l := range q {
			next = append(next, l.Saga)
		}
	}
	return next
}
