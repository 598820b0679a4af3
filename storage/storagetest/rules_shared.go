package storagetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"arcadia/engine"
)

// RunShared puts a store that two processes open through the rules for more than one. Open returns the same empty store twice, and
// closes it with t.Cleanup. A store that one process can have at a time passes by refusing the second opening with the error:
// what the first has goes on then.
func RunShared(t *testing.T, open func(t *testing.T) (first, second engine.Store, refused error)) {
	t.Helper()
	for name, rule := range map[string]func(*testing.T, engine.Store, engine.Store){
		"one drives at a time":                               sharedTerm,
		"a driver that was deposed writes nothing":           sharedFence,
		"a verb from elsewhere is an append like any other":  sharedVerb,
		"nobody overtakes in a lock's queue from elsewhere":  sharedLocks,
		"nothing starts after a freeze from elsewhere":       sharedFreeze,
		"who watches hears what another process has changed": sharedWatch,
		"everybody sees who is there and who drives":         sharedHosts,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, second, refused := open(t)
			if refused != nil {
				must(t, first.Append(t.Context(), Creation(1)))
				same(t, "sagas", got(first.Counts(t.Context()))(t).Total, 1)
				return
			}
			rule(t, first, second)
		})
	}
}

func elector(t *testing.T, s engine.Store) engine.Elector {
	t.Helper()
	e, ok := s.(engine.Elector)
	if !ok {
		t.Fatal("two processes have it open, and it does not say which of them drives")
	}
	return e
}

func sharedTerm(t *testing.T, first, second engine.Store) {
	a := got(elector(t, first).Lead(t.Context()))(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := elector(t, second).Lead(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("a second driver beside the first: %v", err)
	}
	a.Resign()
	a.Resign()
	<-a.Done()
	b := got(elector(t, second).Lead(t.Context()))(t)
	if a.Token() == 0 || a.Token() == b.Token() {
		t.Errorf("terms have the tokens %d and %d", a.Token(), b.Token())
	}
	if a.Lasts() || !b.Lasts() {
		t.Errorf("the old term lasts %v, the new one %v", a.Lasts(), b.Lasts())
	}
	b.Resign()
	<-b.Done()
	if b.Lasts() {
		t.Error("a term that was resigned lasts")
	}
}

func sharedHosts(t *testing.T, first, second engine.Store) {
	a, ok := first.(engine.Roster)
	b, both := second.(engine.Roster)
	if !ok || !both {
		t.Fatal("two processes have it open, and it does not say who they are")
	}
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	hosts := []engine.Host{
		{Name: "a", Address: "10.0.0.1:2222", Version: "1", Steps: []string{"echo", "fail"}, Files: map[string]string{"operators": "12ab"}, Since: engine.At(epoch)},
		{Name: "b", Version: "2", Steps: []string{"echo"}, Since: engine.At(epoch)},
	}
	must(t, b.Announce(ctx, hosts[1]))
	must(t, a.Announce(t.Context(), hosts[0]))
	same(t, "hosts", got(a.Hosts(ctx))(t), hosts)
	term := got(elector(t, second).Lead(t.Context()))(t)
	hosts[1].Drives = true
	same(t, "hosts while b drives", got(a.Hosts(ctx))(t), hosts)
	hosts[1].Version = "3"
	must(t, b.Announce(ctx, hosts[1]))
	same(t, "hosts after a change", got(a.Hosts(ctx))(t), hosts)
	term.Resign()
	leave()
	for range 100 {
		if there := got(a.Hosts(t.Context()))(t); len(there) == 1 {
			same(t, "who is left", there, hosts[:1])
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Error("who has left is still there")
}

func sharedFence(t *testing.T, first, second engine.Store) {
	ctx := t.Context()
	a := got(elector(t, first).Lead(ctx))(t)
	b := Creation(1)
	b.Term = a.Token()
	must(t, first.Append(ctx, b))
	a.Resign()
	late := After(b.Summary, engine.Running, 1)
	late.Term = a.Token()
	if err := first.Append(ctx, late); !errors.Is(err, engine.ErrDeposed) || !engine.Untouched(err) {
		t.Errorf("nobody drives, and the one before goes on: %v", err)
	}
	c := got(elector(t, second).Lead(ctx))(t)
	late.Locks = engine.LockChange{Ticket: 9, Take: []string{"a"}}
	if err := first.Append(ctx, late); !errors.Is(err, engine.ErrDeposed) {
		t.Errorf("another drives, and the one before goes on: %v", err)
	}
	same(t, "locks", got(second.Locks(ctx))(t), []engine.Lock{})
	same(t, "entries", len(got(second.Entries(ctx, b.ID, 0))(t)), 1)
	late.Term = c.Token()
	must(t, second.Append(ctx, late))
	c.Resign()
}

func sharedVerb(t *testing.T, first, second engine.Store) {
	ctx := t.Context()
	a := got(elector(t, first).Lead(ctx))(t)
	defer a.Resign()
	b := Creation(1)
	b.Term = a.Token()
	must(t, first.Append(ctx, b))
	must(t, second.Append(ctx, After(b.Summary, engine.Running, 1)))
	late := After(b.Summary, engine.Running, 1)
	late.Term = a.Token()
	if err := first.Append(ctx, late); !errors.Is(err, engine.ErrConflict) {
		t.Errorf("the driver has not read what came from elsewhere: %v", err)
	}
	same(t, "entries", len(got(first.Entries(ctx, b.ID, 0))(t)), 2)
}

func sharedLocks(t *testing.T, first, second engine.Store) {
	ctx := t.Context()
	take := func(n int, ticket uint64) engine.Batch {
		b := Creation(n)
		b.Locks = engine.LockChange{Ticket: ticket, Take: []string{"a"}}
		return b
	}
	must(t, first.Append(ctx, take(1, 2)))
	if err := second.Append(ctx, take(2, 2)); !errors.Is(err, engine.ErrTicket) || !engine.Untouched(err) {
		t.Errorf("the same ticket from elsewhere: %v", err)
	}
	must(t, second.Append(ctx, take(2, 3)))
	if err := first.Append(ctx, take(3, 3)); !errors.Is(err, engine.ErrTicket) {
		t.Errorf("the same ticket, the other way round: %v", err)
	}
	must(t, first.Append(ctx, take(4, 7)))
	leave := After(take(4, 7).Summary, engine.Running, 1)
	leave.Locks = engine.LockChange{Ticket: 7, Drop: []string{"a"}}
	must(t, second.Append(ctx, leave))
	err := second.Append(ctx, take(5, 7)) // nobody stands there with it any more
	if late, ok := errors.AsType[*engine.TicketError](err); !ok || late.Last != 7 {
		t.Errorf("a ticket that was given before: %v", err)
	}
	moved := After(take(2, 3).Summary, engine.Running, 1)
	moved.Locks = engine.LockChange{Ticket: 1, Take: []string{"a"}}
	must(t, first.Append(ctx, moved)) // it holds its lock, and says so
	moved = After(moved.Summary, engine.Running, 1)
	moved.Locks = engine.LockChange{Ticket: 3, Take: []string{"a"}}
	if err := first.Append(ctx, moved); !errors.Is(err, engine.ErrTicket) {
		t.Errorf("back to its old ticket: %v", err)
	}
	same(t, "queue", got(first.Locks(ctx))(t), []engine.Lock{{Name: "a", Ticket: 1, Saga: ID(2)}, {Name: "a", Ticket: 2, Saga: ID(1)}})
}

// startUnlessFrozen is the same for the one process that has a store.
func startUnlessFrozen(t *testing.T, s engine.Store) { sharedFreeze(t, s, s) }

func sharedFreeze(t *testing.T, first, second engine.Store) {
	ctx := t.Context()
	b := Creation(1)
	b.IfFreeze = 1
	must(t, first.Append(ctx, b))
	f := engine.Freeze{N: 1, At: engine.At(epoch), Why: "look"}
	must(t, second.PutFreeze(ctx, f))
	start := func(known uint64) error {
		s := After(b.Summary, engine.Running, 1)
		s.IfFreeze = known + 1
		return first.Append(ctx, s)
	}
	for _, known := range []uint64{0, 1, 2} {
		if err := start(known); !errors.Is(err, engine.ErrFrozen) || !engine.Untouched(err) {
			t.Errorf("a start by who knows of freeze %d, while freeze 1 lasts: %v", known, err)
		}
	}
	f.EndedAt = engine.At(epoch.Add(time.Second))
	must(t, second.PutFreeze(ctx, f))
	if err := start(0); !errors.Is(err, engine.ErrFrozen) {
		t.Errorf("a start by who has not heard of the freeze: %v", err)
	}
	must(t, start(1))
	must(t, second.PutFreeze(ctx, engine.Freeze{N: 2, At: engine.At(epoch), Why: "an outage", Auto: true}))
	b.Summary.Seq++
	if err := start(1); !errors.Is(err, engine.ErrFrozen) {
		t.Errorf("a start by who has not heard of the engine's own freeze: %v", err)
	}
	must(t, start(2)) // a probe
}

func sharedWatch(t *testing.T, first, second engine.Store) {
	w, ok := first.(engine.Watcher)
	if !ok {
		t.Skip("it has no Watcher, which is optional")
	}
	ctx, cancel := context.WithCancel(t.Context())
	marks := w.Watch(ctx)
	for n := range 1500 { // nobody reads meanwhile
		must(t, second.Append(t.Context(), Creation(n)))
	}
	must(t, second.PutFreeze(t.Context(), engine.Freeze{N: 1, At: engine.At(epoch), Why: "look"}))
	last := Creation(2000)
	must(t, second.Append(t.Context(), last))
	heard, all := map[engine.ID]bool{}, false
	for !all && !heard[last.ID] {
		select {
		case m := <-marks:
			all = all || m.All
			for _, id := range m.IDs {
				heard[id] = true
			}
		case <-time.After(10 * time.Second):
			t.Fatal("it hears nothing")
		}
	}
	cancel()
	for range marks { // until it is closed
	}
}
