package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// run is one saga being driven. Its mutex puts everything that happens to the saga in one order: the driver's
// transitions, the saves of the running step, and the operator's verbs.
type run struct {
	e    *Engine
	id   ID
	live atomic.Pointer[string] // what the attempt under way shows of itself; nil: nothing
	wake chan struct{}          // holds one nudge: something has happened that the driver should look at
	calm atomic.Bool            // the driver has found that the saga does not go on now; see Engine.Considered
	term uint64                 // the token of the term in which it is driven; 0 where there is none, and for a verb of who follows

	mu     sync.Mutex // guards the fields below; held across commits; never held while a step runs
	saga   *Saga
	stop   context.CancelCauseFunc // ends the attempt that goes forward; nil when none does
	under  *State                  // of the attempt under way, in either direction
	trial  bool                    // holds the suspects' token
	worker bool                    // holds a worker's token
	review Review                  // whether it would still do what it was launched for
	seen   sight                   // of the plan that people have approved
	waited time.Time               // the latest moment that the driver has waited for, by the monotonic clock
}

func newRun(e *Engine, id ID) *run {
	return &run{e: e, id: id, wake: make(chan struct{}, 1), review: ReviewDue}
}

func (r *run) nudge() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// follows reports whether another process drives the saga, or none yet: a verb is all that is recorded here.
func (r *run) follows() bool { return r.e.several && r.term == 0 }

// load reads the saga from the store. Call with mu held.
func (r *run) load(ctx context.Context) error {
	entries, err := r.e.store.Entries(ctx, r.id, 0)
	if err != nil {
		return fmt.Errorf("read the ledger of saga %s: %w", r.id.Short(), err)
	}
	r.saga, err = Fold(entries)
	if err != nil {
		return fmt.Errorf("read the ledger of saga %s: %w", r.id.Short(), err)
	}
	if back := time.Until(r.saga.UpdatedAt.Time); back > 0 {
		r.saga.sooner(back)
	}
	return nil
}

// advance records what has just happened, goes on through every move that needs nothing but an entry, and makes all of it
// durable in one commit together with the start of the effect it returns. With effects false it stops before starting one.
func (r *run) advance(ctx context.Context, outcome []Entry, effects bool) (Move, *attempt, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for bare := false; ; {
		if err := r.reload(ctx); err != nil {
			return Move{}, nil, err
		}
		b := r.batch()
		m, a, err := r.pass(ctx, &b, outcome, effects)
		switch {
		case errors.Is(err, ErrConflict):
		case errors.Is(err, ErrFrozen): // elsewhere, and not heard of yet
			if err := r.e.syncFreeze(ctx); err != nil {
				return Move{}, nil, err
			}
		case errors.Is(err, ErrTicket) && r.e.lateTicket(ctx, r.id, err):
		case (errors.Is(err, ErrTooLarge) || errors.Is(err, ErrBadValue)) && !bare:
			outcome, bare = bareOf(outcome, err), true
		default:
			return m, a, err
		}
	}
}

// bareOf is what is left to say of an outcome that the store does not take: that the attempt failed, and why. What it did
// is undone if it had saved an intent, and needs a person if it was undoing.
func bareOf(outcome []Entry, why error) []Entry {
	bare := make([]Entry, len(outcome))
	for i, e := range outcome {
		bare[i] = Entry{Type: e.Type, Idx: e.Idx, Attempt: e.Attempt, Next: e.Next, Blocked: e.Blocked, Error: errorText(why)}
		switch e.Type {
		case EntryStepCompleted:
			bare[i].Type = EntryStepFailed
		case EntryCompensated:
			bare[i].Type = EntryCompensationFailed
		default:
		}
	}
	return bare
}

// pass is one try of advance. Call with mu held.
func (r *run) pass(ctx context.Context, b *batch, outcome []Entry, effects bool) (Move, *attempt, error) {
	for _, e := range outcome {
		if err := b.add(e); err != nil {
			return Move{}, nil, err
		}
	}
	if r.follows() && r.saga.Status != Failed {
		return Move{}, nil, b.commit() // what follows from it is the driver's affair
	}
	for {
		w, err := r.world(ctx)
		if err != nil {
			return Move{}, nil, err
		}
		m := Next(r.saga, w)
		if effects && (m.Do == DoExecute || m.Do == DoCompensate) {
			a, err := r.start(ctx, b, m)
			return m, a, err
		}
		e, ok := r.entryFor(m)
		if !ok {
			return m, nil, b.commit()
		}
		if err := b.add(e); err != nil {
			return Move{}, nil, err
		}
	}
}

// start makes the start of an attempt durable with all that b holds, if a worker is free and the gate lets it through.
// Otherwise it commits b alone. Call with mu held, and keep it: a cancel from now on reaches the attempt.
func (r *run) start(ctx context.Context, b *batch, m Move) (*attempt, error) {
	if m.Resumed && !r.onTrial() {
		return nil, b.commit()
	}
	if m.Do == DoExecute && !r.claim() {
		if busy := r.busy(); !slices.Equal(busy, r.saga.Waiting) {
			if err := b.add(Entry{Type: EntryWaiting, Waiting: busy}); err != nil {
				return nil, err
			}
		}
		return nil, b.commit()
	}
	stay, ok := r.e.gate.enter(nil, time.Now())
	if !ok {
		return nil, b.commit()
	}
	err := b.add(r.startOf(m))
	if err == nil {
		if r.term != 0 {
			b.out.IfFreeze = stay.freeze + 1
		}
		err = b.commit()
	}
	stay.begun()
	if err != nil {
		r.e.leave(stay)
		return nil, err
	}
	return r.prepare(ctx, m, stay), nil
}

// startOf is the entry with which an attempt starts.
func (r *run) startOf(m Move) Entry {
	e := Entry{Type: EntryCompensating, Idx: m.Idx, Attempt: m.Attempt, Resumed: m.Resumed, Ticket: r.moved()}
	if m.Do == DoExecute {
		step := r.saga.StepNames[m.Idx]
		_, e.Undoable = r.e.steps[step].(Compensator)
		e.Type, e.Final = EntryStepStarted, r.e.final(step)
	}
	return e
}

// entryFor is the entry that a move without an effect adds, or false when there is nothing to add now: the move has an
// effect or does nothing yet, or the attempt under way will end the row.
func (r *run) entryFor(m Move) (Entry, bool) {
	switch m.Do {
	case DoFailRow:
		return Entry{Type: EntryStepFailed, Idx: m.Idx, Error: m.Reason}, r.under == nil
	case DoRollback:
		return Entry{Type: EntryRollbackStarted, From: &m.From, Reason: m.Reason}, true
	case DoGrant:
		e := Entry{Type: EntryApprovalGranted, Idx: m.Idx, Hash: r.saga.Approval.Hash}
		if m.Idx < 0 {
			e.Ticket, _ = r.e.locks.enter(r.id, r.saga.Locks, false)
		}
		return e, true
	case DoWithdraw:
		return Entry{Type: EntryRollbackWithdrawn, Reason: m.Reason}, true
	case DoGiveUp:
		return Entry{Type: EntryCompensationFailed, Idx: m.Idx, Error: m.Reason, LeftBehind: r.e.leaves(r.saga, m.Idx)}, true
	case DoEnd:
		e := Entry{Type: endings[m.Status]}
		if m.Status != RolledBack && !r.saga.stands {
			e.Touched = r.touched()
		}
		return e, true
	case DoWait:
		return Entry{Type: EntryWaiting, Waiting: m.Waiting}, !slices.Equal(m.Waiting, r.saga.Waiting) && r.under == nil
	case DoExecute, DoCompensate, DoVerify, DoReview, DoAsk, DoConfirm, DoHold, DoRest:
	}
	return Entry{}, false
}

// moved is the ticket that a saga which has passed others takes with its start, 0 when it has not or has it already.
func (r *run) moved() uint64 {
	if r.saga.Ticket > aheadOfAll && r.e.locks.passed(r.id) {
		return aheadOfAll
	}
	return 0
}

var endings = map[Status]EntryType{Completed: EntrySagaCompleted, RolledBack: EntrySagaRolledBack, Failed: EntrySagaFailed}

// world is what Next may know besides the ledger.
func (r *run) world(ctx context.Context) (World, error) {
	now := time.Now()
	if r.waited.After(now) {
		now = r.waited // the wait is over, whatever the wall clock was set to meanwhile
	}
	w := r.e.world
	w.Now, w.Quiet, w.Wall = now, r.e.quietUntil(), time.Now().Round(0)
	w.Frozen, w.Until = r.e.gate.held(nil, now)
	w.Sure = r.sure()
	if r.seen.why != "" && !w.Frozen {
		w.Untold, w.Until = r.seen.why, r.seen.until
	}
	if r.saga.Ticket != 0 && len(r.saga.Locks) > 0 {
		if err := r.e.stands(ctx, r.id, r.saga.Ticket); err != nil {
			r.saga = nil
			return w, err
		}
		w.Holder = r.e.locks.ahead(r.id).Short()
	}
	if r.e.needsAccount(r.saga.StepNames) {
		asking, waiting := r.e.accountHolds()
		w.Frozen, w.Account = w.Frozen || asking, waiting
	}
	if r.e.copied(r.saga.CreatedAt) && r.saga.unrecorded() {
		w.Review = r.review
	}
	if w.Holder != "" || !r.saga.Withdrawable() {
		return w, nil
	}
	err := r.e.undoable(ctx, r.saga, nil, true) // it may have waited, and others have written meanwhile
	if errors.Is(err, ErrRefused) {
		w.Barred, err = errorText(err), nil
	}
	return w, err
}

// claim takes a worker's token if one is free. Call with mu held.
func (r *run) claim() bool {
	if r.worker {
		return true
	}
	select {
	case r.e.workers <- struct{}{}:
		r.worker = true
	default:
	}
	return r.worker
}

// busy is the wait of a saga that could go forward if there was a worker for it.
func (r *run) busy() []Waiting {
	return []Waiting{{For: ForWorker, Because: BecauseBusy, N: cap(r.e.workers)}}
}

// yield gives the worker's token back.
func (r *run) yield() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.letGo()
}

// letGo is yield for who holds mu.
func (r *run) letGo() {
	if r.worker {
		<-r.e.workers
		r.worker = false
	}
}

// record is what State.Save and State.Log do: one durable commit, while the attempt is the one under way. When somebody
// else's entry came in between, the saga is read again and the commit tried again.
func (a *attempt) record(ctx context.Context, t EntryType, put map[string]json.RawMessage, lines []string) error {
	r := a.run
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		if err := r.reload(context.WithoutCancel(ctx)); err != nil {
			return err
		}
		if err := r.recordOnce(a.move.Idx, t, put, lines); !errors.Is(err, ErrConflict) {
			return err
		}
	}
}

// reload reads the saga again when what is in memory is void, and tells the attempt under way what was said meanwhile.
// Call with mu held.
func (r *run) reload(ctx context.Context) error {
	if r.saga != nil {
		return nil
	}
	if err := r.e.Err(); err != nil {
		return err
	}
	if err := r.load(ctx); err != nil {
		return err
	}
	r.tell()
	return nil
}

// recordOnce is one try of record. Call with mu held.
func (r *run) recordOnce(idx int, t EntryType, put map[string]json.RawMessage, lines []string) error {
	b := r.batch()
	if t != EntryLogged {
		if err := b.add(Entry{Type: t, Idx: idx, Put: put}); err != nil {
			return err
		}
	}
	for _, l := range lines {
		if r.saga.lines >= MaxLines {
			break
		}
		if err := b.add(Entry{Type: EntryLogged, Idx: idx, Text: legible(l, MaxLine)}); err != nil {
			return err
		}
	}
	return b.commit()
}

// legible is text of outside origin as the ledger keeps it: UTF-8, and at most n bytes of it.
func legible(s string, n int) string { return clip(strings.ToValidUTF8(s, "\uFFFD"), n) }

// clip cuts s to at most n bytes at a rune's border.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	cut := 0
	for i := range s {
		if i > n-len("…") {
			break
		}
		cut = i
	}
	return s[:cut] + "…"
}

// resource reads one resource from the store, nil when there is none.
func (r *run) resource(key string) (*Resource, error) {
	found, err := r.e.store.Resources(context.Background(), key)
	if err != nil {
		return nil, fmt.Errorf("read resource %s: %w", key, err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	return &found[0], nil
}

// resourceAfter is a resource as the given changes leave it, nil when there is none.
func (r *run) resourceAfter(key string, changes []ResourceChange) (*Resource, error) {
	for _, change := range slices.Backward(changes) {
		if change.Key() == key {
			return change.After, nil
		}
	}
	return r.resource(key)
}
