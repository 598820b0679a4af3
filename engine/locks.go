package engine

import (
	"cmp"
	"slices"
	"sync"
)

// lockTable mirrors the lock queues of the store, so that whether a saga may go on is known without a read. A saga enters
// the queues of all its locks at one moment under one ticket, behind all who stand there. It is granted all of its locks at
// once, when nobody ahead of it claims one of them, and holds them until it leaves.
//
// Who stands ahead claims his locks when he has been granted them, or when he is the first or the second in every one of his
// queues: he is next then, and what he needs is kept for him. Who has further to go somewhere claims nothing, and is passed
// by. So a saga that waits for A does not keep B from others, and is not passed for ever. Who has passed somebody records it
// with his next start, by the ticket aheadOfAll, and stands before those he has passed, after a restart too.
//
// Claims go from lower tickets to higher ones only, and who was granted his locks waits for nobody: no two sagas can wait
// for each other.
//
// Who goes back does not wait for one that has failed: his undo may be what the other needs. That they do not undo the same in
// the wrong order is not the table's affair: see Engine.undoable.
type lockTable struct {
	mu     sync.Mutex // guards the fields below; a leaf
	queues map[string][]*standing
	sagas  map[ID]*standing
	last   uint64
	moved  map[ID]bool // who has come or gone since the store is being read, to compare; nil: it is not
}

// standing is one saga in the queues of all its locks.
type standing struct {
	id      ID
	ticket  uint64
	names   []string
	granted bool
	back    bool // it is on its way back
	failed  bool // it rests in its queues, and whoever is on his way back passes it
	passed  bool // it was granted them before others who stood ahead
	fresh   bool // its place is not durable yet
}

// aheadOfAll is the ticket of a saga that holds its locks and has passed others. Ordinary ones are higher.
const aheadOfAll = 1

// load takes over the queues of the store. Locks arrive by name and then by ticket.
func (t *lockTable) load(locks []Lock, statuses map[ID]Status) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.queues, t.sagas, t.last = map[string][]*standing{}, map[ID]*standing{}, max(t.last, aheadOfAll)
	for _, l := range locks {
		s := t.sagas[l.Saga]
		if s == nil {
			s = &standing{id: l.Saga, ticket: l.Ticket, granted: l.Ticket == aheadOfAll, back: statuses[l.Saga] == Compensating, failed: statuses[l.Saga] == Failed}
			t.sagas[l.Saga] = s
		}
		s.names = append(s.names, l.Name)
		t.queues[l.Name] = append(t.queues[l.Name], s)
		t.last = max(t.last, l.Ticket)
	}
	waiting := make([]*standing, 0, len(t.sagas))
	for _, s := range t.sagas {
		waiting = append(waiting, s)
	}
	slices.SortFunc(waiting, func(a, b *standing) int {
		return cmp.Or(cmp.Compare(a.ticket, b.ticket), cmp.Compare(a.id, b.id))
	})
	for _, s := range waiting {
		t.grant(s)
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
	if t.queues == nil {
		t.queues, t.sagas, t.last = map[string][]*standing{}, map[ID]*standing{}, max(t.last, aheadOfAll)
	}
	if refuse {
		if holder := t.claimer(names); holder != nil {
			return 0, holder.id
		}
	}
	return t.stand(id, names, false), ""
}

// back queues a saga that is to be rolled back, and returns its ticket, 0 when there are no names.
func (t *lockTable) back(id ID, names []string) (ticket uint64) {
	if len(names) == 0 {
		return 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.queues == nil {
		t.queues, t.sagas, t.last = map[string][]*standing{}, map[ID]*standing{}, max(t.last, aheadOfAll)
	}
	return t.stand(id, names, true)
}

// stand puts a saga at the end of the queues, unless it stands in them. Call with mu held.
func (t *lockTable) stand(id ID, names []string, back bool) (ticket uint64) {
	if s := t.sagas[id]; s != nil {
		return s.ticket
	}
	t.last++
	s := &standing{id: id, ticket: t.last, names: names, back: back, fresh: true}
	t.sagas[id] = s
	for _, n := range names {
		t.queues[n] = append(t.queues[n], s)
	}
	t.grant(s)
	return s.ticket
}

// stops reports whether a saga has to wait for one ahead. Those who go back keep the order in which they were asked to: what
// is undone later may need what is undone before. Call with mu held.
func (t *lockTable) stops(ahead, s *standing) bool {
	switch {
	case s.back && ahead.failed:
		return false
	case s.back && ahead.back:
		return true
	}
	return t.claims(ahead)
}

// turns notes that a saga's place is durable and whether it goes back or has failed, and returns those who stand where it does and may have got their locks.
func (t *lockTable) turns(id ID, status Status) []ID {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.sagas[id]
	if s == nil {
		return nil
	}
	if s.fresh && t.moved != nil {
		t.moved[id] = true
	}
	s.fresh = false
	return t.turn(s, status)
}

// turn is turns for who holds mu.
func (t *lockTable) turn(s *standing, status Status) []ID {
	s.back = status == Compensating
	if s.failed == (status == Failed) {
		return nil
	}
	s.failed = status == Failed
	var next []ID
	for _, n := range s.names {
		for _, other := range slices.Clone(t.queues[n]) {
			if other.back && !other.granted {
				t.grant(other)
				next = append(next, other.id)
			}
		}
	}
	return next
}

// inTheWay is the saga that a newcomer would wait for, or nothing when all of the names are free.
func (t *lockTable) inTheWay(names []string) ID {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.claimer(names); s != nil {
		return s.id
	}
	return ""
}

// claimer is the first who claims one of the names. Call with mu held.
func (t *lockTable) claimer(names []string) *standing {
	for _, n := range names {
		for _, s := range t.queues[n] {
			if t.claims(s) {
				return s
			}
		}
	}
	return nil
}

// claims reports whether others wait for the saga. Call with mu held.
func (t *lockTable) claims(s *standing) bool {
	if s.granted {
		return true
	}
	for _, n := range s.names {
		if q := t.queues[n]; q[0] != s && q[1] != s {
			return false
		}
	}
	return true
}

// grant gives a saga its locks when nobody ahead claims one of them. It returns those who stood right
// behind it, where it moves to the front: they have another before them then. Call with mu held.
func (t *lockTable) grant(s *standing) (behind []*standing) {
	passes := false
	for _, n := range s.names {
		for _, ahead := range t.queues[n] {
			if ahead == s {
				break
			}
			if t.stops(ahead, s) {
				return nil
			}
			passes = true
		}
	}
	s.granted, s.passed = true, passes
	for _, n := range s.names {
		q := t.queues[n]
		i := slices.Index(q, s)
		if i > 0 && i+1 < len(q) {
			behind = append(behind, q[i+1])
		}
		copy(q[1:i+1], q[:i])
		q[0] = s
	}
	return behind
}

// ahead returns the saga that stands right before the given one where it has to wait, or nothing when it holds its locks.
func (t *lockTable) ahead(id ID) ID {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.sagas[id]
	if s == nil || s.granted {
		return ""
	}
	for _, n := range s.names {
		q := t.queues[n]
		i := slices.Index(q, s)
		if i > 0 && slices.ContainsFunc(q[:i], func(a *standing) bool { return t.stops(a, s) }) {
			return q[i-1].id
		}
	}
	return ""
}

// passed reports whether the saga holds its locks and has passed others, which it has to record when it starts.
func (t *lockTable) passed(id ID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.sagas[id]
	return s != nil && s.passed
}

// leave takes the saga out of its queues and returns the sagas for which that changes something: those who hold their locks
// now, and in each queue the one who has another right before it. To empty a queue of n so tells n of them in all.
func (t *lockTable) leave(id ID) []ID {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.moved != nil {
		t.moved[id] = true
	}
	return t.gone(id)
}

// gone is leave for who holds mu.
func (t *lockTable) gone(id ID) []ID {
	gone := t.sagas[id]
	if gone == nil {
		return nil
	}
	delete(t.sagas, id)
	var told []*standing
	for _, n := range gone.names {
		i := slices.Index(t.queues[n], gone)
		t.queues[n] = slices.Delete(t.queues[n], i, i+1)
		if len(t.queues[n]) == 0 {
			delete(t.queues, n)
		} else if i < len(t.queues[n]) {
			told = append(told, t.queues[n][i])
		}
	}
	for _, n := range gone.names {
		for _, s := range t.queues[n] {
			if !s.granted {
				behind := t.grant(s)
				told = append(told, behind...)
			}
			if t.claims(s) {
				told = append(told, s)
				break // nobody behind it can have this lock
			}
		}
	}
	ids := make([]ID, 0, len(told))
	for _, s := range told {
		if !slices.Contains(ids, s.id) {
			ids = append(ids, s.id)
		}
	}
	return ids
}
