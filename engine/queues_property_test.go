package engine_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"arcadia/engine"
)

// queues is the model of the locks, as the contract has it: a saga enters the queues of all its locks at once, behind all who
// stand there, and stays until it is completed or rolled back. It owes nothing to the engine but the entries.
type queues struct {
	sagas    map[engine.ID][]string // the locks of each saga
	standing map[string][]engine.Lock
	began    map[engine.ID]bool // sagas that hold their locks
	rests    map[engine.ID]bool // sagas that have failed
	waited   int
	passes   int // of a saga by one behind it
	starts   int // attempts, in either direction
	deaths   int
	freezes  int
	frozen   bool // by hand: a freeze has been acknowledged, and nobody has asked for its end
	wrong    []string
}

func newQueues() *queues {
	return &queues{sagas: map[engine.ID][]string{}, standing: map[string][]engine.Lock{}, began: map[engine.ID]bool{}, rests: map[engine.ID]bool{}}
}

func (q *queues) fault(format string, args ...any) {
	q.wrong = append(q.wrong, fmt.Sprintf(format, args...))
}

// take follows one durable batch.
func (q *queues) take(b engine.Batch) {
	for _, e := range b.Entries {
		switch e.Type {
		case engine.EntryCreated:
			q.sagas[b.ID] = e.Created.Locks
			q.enter(b.ID, e.Ticket)
		case engine.EntryRollbackStarted:
			if e.Ticket != 0 && b.Summary.Status != engine.RolledBack { // one that has nothing to undo never stands there
				q.enter(b.ID, e.Ticket)
			}
		case engine.EntryStepStarted, engine.EntryCompensating:
			q.began[b.ID] = true
			if q.starts++; q.frozen {
				q.fault("saga %s: %s at entry %d while everything is frozen", b.ID.Short(), e.Type, e.Seq)
			}
			if e.Ticket != 0 {
				q.pass(b.ID, e)
			}
			for _, n := range q.sagas[b.ID] {
				if s := q.standing[n]; len(s) == 0 || s[0].Saga != b.ID {
					q.fault("saga %s: %s at entry %d while %s belongs to %v", b.ID.Short(), e.Type, e.Seq, n, s)
				}
			}
		case engine.EntrySagaFailed:
			q.rests[b.ID] = true
		case engine.EntryRetryRequested:
			delete(q.rests, b.ID)
		case engine.EntrySagaCompleted, engine.EntrySagaRolledBack, engine.EntryRollbackWithdrawn:
			delete(q.rests, b.ID)
			delete(q.began, b.ID)
			for _, n := range q.sagas[b.ID] {
				q.standing[n] = slices.DeleteFunc(q.standing[n], func(l engine.Lock) bool { return l.Saga == b.ID })
			}
		default:
		}
	}
}

// pass puts a saga before those who stood ahead of it, none of whom has begun. (Each of them waited for another lock and was
// not next there when the saga was granted its own, which the entries do not say.)
func (q *queues) pass(id engine.ID, e engine.Entry) {
	q.passes++
	for _, n := range q.sagas[id] {
		s := q.standing[n]
		i := slices.IndexFunc(s, func(l engine.Lock) bool { return l.Saga == id })
		for _, ahead := range s[:i] {
			if q.began[ahead.Saga] && (!q.rests[ahead.Saga] || e.Type != engine.EntryCompensating) {
				q.fault("saga %s: passes %s at entry %d, which holds %s", id.Short(), ahead.Saga.Short(), e.Seq, n)
			}
		}
	}
	for _, n := range q.sagas[id] {
		s := q.standing[n]
		i := slices.IndexFunc(s, func(l engine.Lock) bool { return l.Saga == id })
		q.standing[n] = append([]engine.Lock{{Name: n, Ticket: e.Ticket, Saga: id}}, slices.Delete(s, i, i+1)...)
	}
}

func (q *queues) enter(id engine.ID, ticket uint64) {
	waits := false
	for _, n := range q.sagas[id] {
		s := q.standing[n]
		waits = waits || len(s) > 0
		if len(s) > 0 && s[len(s)-1].Ticket >= ticket {
			q.fault("saga %s enters the queue of %s with ticket %d, behind %v", id.Short(), n, ticket, s)
		}
		q.standing[n] = append(s, engine.Lock{Name: n, Ticket: ticket, Saga: id})
	}
	if waits {
		q.waited++
	}
}

// locks are all places, as a store lists them.
func (q *queues) locks() []engine.Lock {
	var out []engine.Lock
	for _, s := range q.standing {
		out = append(out, s...)
	}
	slices.SortFunc(out, func(a, b engine.Lock) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Ticket, b.Ticket))
	})
	return out
}

// journal passes appends on one at a time, so that their order is known, and dies at one of them.
type journal struct {
	engine.Store
	model *queues
	fatal int
	after bool

	mu   sync.Mutex // guards the fields below, and model; held through an append
	n    int
	dead bool
}

// Append refuses everything from the fatal write on.
func (j *journal) Append(ctx context.Context, b engine.Batch) error {
	return j.write(func() error {
		err := j.Store.Append(ctx, b)
		if err == nil {
			j.model.take(b)
		}
		return err
	})
}

// PutFreeze likewise.
func (j *journal) PutFreeze(ctx context.Context, f engine.Freeze) error {
	return j.write(func() error { return j.Store.PutFreeze(ctx, f) })
}

func (j *journal) write(do func() error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.n++; j.n == j.fatal {
		j.model.deaths++
		j.dead = true
		if !j.after {
			return errDead
		}
	} else if j.dead {
		return errDead
	}
	if err := do(); err != nil {
		return err
	}
	if j.dead {
		return errDead
	}
	return nil
}

// freezes notes that a freeze by hand is acknowledged, or that its end is asked for.
func (j *journal) freezes(frozen bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.model.frozen = frozen; frozen {
		j.model.freezes++
	}
}

// started is how many attempts there have been.
func (j *journal) started() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.model.starts
}

func (j *journal) died() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.dead
}

// rooms are what the locks protect: whoever is in one must be there alone.
type rooms struct {
	mu     sync.Mutex // guards the fields below
	inside map[string]engine.ID
	mended bool
	shut   bool // whoever works in them is refused
	wrong  []string
}

func newRooms() *rooms { return &rooms{inside: map[string]engine.ID{}} }

func (r *rooms) enter(id engine.ID, names []string) (leave func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range names {
		if other, taken := r.inside[n]; taken {
			r.wrong = append(r.wrong, fmt.Sprintf("saga %s is in %s together with saga %s", id.Short(), n, other.Short()))
		}
		r.inside[n] = id
	}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, n := range names {
			delete(r.inside, n)
		}
	}
}

// mend lets every compensation that sticks succeed from now on.
func (r *rooms) mend() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mended = true
}

// refuse lets everybody be refused from now on, or not any more.
func (r *rooms) refuse(shut bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.shut = shut
}

// errRefused is what a step says that is refused.
var errRefused = errors.New("the token is refused")

func (r *rooms) admit() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.shut {
		return engine.Blocked(errRefused, 0)
	}
	return nil
}

func (r *rooms) isMended() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.mended
}

// guarded is a step that works for a while in the rooms whose locks its inputs name.
type guarded struct{ rooms *rooms }

// Name is "guarded".
func (guarded) Name() string { return "guarded" }

// Inputs are the locks, how long it takes, and what becomes of it.
func (guarded) Inputs() []engine.Field {
	return []engine.Field{{Name: "locks"}, {Name: "takes"}, {Name: "fate"}}
}

// Locks are those of the input.
func (guarded) Locks(_ context.Context, in engine.Inputs) ([]string, error) {
	return strings.Fields(in["locks"]), nil
}

// Execute works in the rooms.
func (g guarded) Execute(ctx context.Context, s *engine.State) error {
	defer g.rooms.enter(s.Saga(), strings.Fields(s.Input("locks")))()
	if s.Input("fate") != "fails" {
		s.Put("begun", true)
		if err := s.Save(ctx); err != nil {
			return err
		}
	}
	if err := g.work(ctx, s); err != nil {
		return err
	}
	if strings.HasPrefix(s.Input("fate"), "fails") {
		return engine.Reason("fate")
	}
	return nil
}

// Compensate works in the rooms too. A stuck one leaves something behind.
func (g guarded) Compensate(ctx context.Context, s *engine.State) error {
	defer g.rooms.enter(s.Saga(), strings.Fields(s.Input("locks")))()
	if err := g.work(ctx, s); err != nil {
		return err
	}
	if s.Input("fate") == "stuck" && !g.rooms.isMended() {
		return &engine.Conflict{Subject: "the room"}
	}
	return nil
}

func (g guarded) work(ctx context.Context, s *engine.State) error {
	ms, err := strconv.Atoi(s.Input("takes"))
	if err != nil {
		return errors.New("how long?")
	}
	if err := g.rooms.admit(); err != nil {
		return err
	}
	t := time.NewTimer(time.Duration(ms) * time.Millisecond)
	defer t.Stop()
	select {
	case <-t.C:
		return g.rooms.admit()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
