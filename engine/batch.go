package engine

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// batch gathers the entries of one commit. They are applied to the saga as they are added, so that the next decision sees
// them; if the commit then fails the saga in memory is void and is read again.
type batch struct {
	r       *run
	at      Time
	ticket  uint64 // before the first entry
	stood   bool   // likewise
	was     Summary
	entries []Entry
	out     Batch
}

// batch starts a commit. Call with mu held, as for all methods of batch. It is large, and stays on its caller's stack.
func (r *run) batch() batch {
	b := batch{
		r: r, at: At(time.Now()), ticket: r.saga.Ticket, stood: r.saga.stands, was: r.saga.Summary, entries: make([]Entry, 0, 2),
		out: Batch{ID: r.id, After: r.saga.Seq, Term: r.term},
	}
	if b.at.Before(r.saga.UpdatedAt.Time) {
		b.at = r.saga.UpdatedAt // the clock went back: the ledger's order and durations stay sound
	}
	return b
}

func (b *batch) add(e Entry) error {
	e.V, e.Seq, e.At = entryVersion, b.r.saga.Seq+1, b.at
	b.entries = append(b.entries, e)
	if err := b.r.saga.Apply(&b.entries[len(b.entries)-1]); err != nil {
		b.r.saga = nil // it may hold entries of this batch that will not be durable
		return err
	}
	b.out.Resources = append(b.out.Resources, e.Resources...)
	b.out.Moves = append(b.out.Moves, e.Moves...)
	return nil
}

// commit makes the entries durable in one transaction; then, and only then, watchers are told.
func (b *batch) commit() error {
	if len(b.entries) == 0 {
		return nil
	}
	saga := b.r.saga
	b.out.Entries, b.out.Summary = b.entries, saga.Summary
	switch saga.Ticket {
	case b.ticket:
	case 0:
		b.out.Locks = LockChange{Ticket: b.ticket, Drop: saga.Locks}
	default:
		b.out.Locks = LockChange{Ticket: saga.Ticket, Take: saga.Locks}
	}
	switch {
	case saga.stands && !b.stood:
		b.out.Traces.Leave = saga.Standing()
	case b.stood && !saga.stands:
		b.out.Traces.Lift = true
	}
	if err := b.tell(saga); err != nil {
		b.r.saga = nil
		return err
	}
	if err := b.append(); err != nil {
		b.r.saga = nil
		return err
	}
	if saga.Ticket != 0 || b.ticket != 0 {
		b.r.e.wake(b.r.e.locks.turns(b.r.id, saga.Status))
	}
	if saga.Ticket == 0 && len(saga.Locks) > 0 { // also when it entered and leaves in this commit
		b.r.e.wake(b.r.e.locks.leave(b.r.id))
	}
	b.r.e.hub.mark(b.r.id)
	return nil
}

// tell adds to the batch what others are to be told of it.
func (b *batch) tell(saga *Saga) error {
	if b.r.e.tell == nil {
		return nil
	}
	docs, err := b.r.e.tell(context.Background(), b.was, saga.Summary, b.entries)
	if err != nil {
		return fmt.Errorf("note who is to be told of saga %s: %w", b.r.id.Short(), err)
	}
	for _, d := range docs {
		d.By, d.UpdatedAt = Actor{Name: "arcadia", Role: Operator}, b.at
		b.out.Docs = append(b.out.Docs, d)
	}
	return nil
}

// append appends the batch; see Engine.unsure for an answer that leaves open what is durable.
func (b *batch) append() error {
	if err := b.r.e.Err(); err != nil {
		return err
	}
	err := b.r.e.store.Append(context.Background(), b.out)
	switch {
	case errors.Is(err, ErrDeposed):
		b.r.e.deposed(b.out.Term)
		return err
	case err == nil, Untouched(err):
		return err
	}
	return b.r.e.unsure(b.out.Term, fmt.Errorf("append to the ledger of saga %s: %w", b.r.id.Short(), err))
}
