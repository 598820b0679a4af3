package storagetest

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"arcadia/engine"
)

func readBack(t *testing.T, s engine.Store) {
	ctx := t.Context()
	b := Creation(1)
	must(t, s.Append(ctx, b))
	more := After(b.Summary, engine.Failed, 3)
	must(t, s.Append(ctx, more))
	same(t, "entries", got(s.Entries(ctx, b.ID, 0))(t), append(b.Entries, more.Entries...))
	same(t, "header", got(s.Summaries(ctx, b.ID))(t), []engine.Summary{more.Summary})
}

func entriesAfter(t *testing.T, s engine.Store) {
	ctx := t.Context()
	b := Creation(1)
	must(t, s.Append(ctx, b))
	more := After(b.Summary, engine.Running, 4)
	must(t, s.Append(ctx, more))
	for after := range uint64(7) {
		all := append(append([]engine.Entry{}, b.Entries...), more.Entries...)
		same(t, "entries", got(s.Entries(ctx, b.ID, after))(t), all[min(after, 5):])
	}
}

func notFound(t *testing.T, s engine.Store) {
	for _, id := range []engine.ID{ID(1), "", "nonsense", engine.ID(strings.ToUpper(string(ID(0xabc))))} {
		if _, err := s.Entries(t.Context(), id, 0); !errors.Is(err, engine.ErrNotFound) {
			t.Errorf("entries of %q: %v", id, err)
		}
		if found := got(s.Summaries(t.Context(), id))(t); len(found) != 0 {
			t.Errorf("headers of %q: %v", id, found)
		}
	}
}

func conflict(t *testing.T, s engine.Store) {
	ctx := t.Context()
	b := Creation(1)
	must(t, s.Append(ctx, b))
	must(t, s.Append(ctx, After(b.Summary, engine.Running, 2)))
	for _, at := range []uint64{1, 2, 4, 9} {
		stale := b.Summary
		stale.Seq = at
		if err := s.Append(ctx, After(stale, engine.Completed, 1)); !errors.Is(err, engine.ErrConflict) {
			t.Errorf("append after %d to a ledger that ends at 3: %v", at, err)
		}
	}
	absent := Creation(2).Summary
	if err := s.Append(ctx, After(absent, engine.Running, 1)); !errors.Is(err, engine.ErrConflict) {
		t.Errorf("append to a saga that does not exist: %v", err)
	}
}

func createdOnce(t *testing.T, s engine.Store) {
	must(t, s.Append(t.Context(), Creation(1)))
	if err := s.Append(t.Context(), Creation(1)); !errors.Is(err, engine.ErrConflict) {
		t.Errorf("second creation: %v", err)
	}
}

func keyOnce(t *testing.T, s engine.Store) {
	first, second := Creation(1), Creation(2)
	first.Key, second.Key = "form-1", "form-1"
	if id, err := s.Keyed(t.Context(), "form-1"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("a key before its use: %s, %v", id, err)
	}
	must(t, s.Append(t.Context(), first))
	if id, err := s.Keyed(t.Context(), "form-1"); err != nil || id != first.ID {
		t.Errorf("a key after its use: %s, %v", id, err)
	}
	err := s.Append(t.Context(), second)
	var taken *engine.KeyTakenError
	if !errors.As(err, &taken) || taken.ID != first.ID || !errors.Is(err, engine.ErrKeyTaken) {
		t.Fatalf("second use of a key: %v", err)
	}
	second.Key = "form-2"
	must(t, s.Append(t.Context(), second))
	third, fourth := Creation(3), Creation(4)
	must(t, s.Append(t.Context(), third)) // no key is not a key
	must(t, s.Append(t.Context(), fourth))
}

func keyExpires(t *testing.T, s engine.Store) {
	first := Creation(1)
	first.Key = "form-1"
	must(t, s.Append(t.Context(), first))
	next := func(n int, after time.Duration) error {
		b := Creation(n)
		b.Key = "form-1"
		b.Entries[0].At = engine.At(first.ID.Created().Add(after))
		return s.Append(t.Context(), b)
	}
	if err := next(2, engine.KeyLife-time.Millisecond); !errors.Is(err, engine.ErrKeyTaken) {
		t.Errorf("a key that is good still: %v", err)
	}
	must(t, next(3, engine.KeyLife))
	same(t, "the saga of the key", got(s.Keyed(t.Context(), "form-1"))(t), ID(3))
	if err := next(4, engine.KeyLife); !errors.Is(err, engine.ErrKeyTaken) {
		t.Errorf("a key that was used again: %v", err)
	}
}

// keyOutlives removes sagas with keys, one of them younger than a key's life, and one whose key another has taken since.
func keyOutlives(t *testing.T, s engine.Store) {
	pruner, ok := s.(interface {
		Prune(ctx context.Context, olderThan time.Time) (int, error)
	})
	if !ok {
		t.Skip("nothing is removed from it")
	}
	ended := func(key string, ago time.Duration) engine.ID {
		b := Creation(int((time.Since(ID(0).Created()) - ago).Milliseconds()))
		b.Key, b.Entries[0].Created.Key, b.Entries[0].At = key, key, engine.At(b.ID.Created())
		must(t, s.Append(t.Context(), b))
		must(t, s.Append(t.Context(), After(b.Summary, engine.Completed, 1)))
		return b.ID
	}
	const month, hour = engine.KeyLife, time.Hour
	ended("old", month+3*hour)
	ended("again", month+2*hour)
	young, again := ended("young", hour), ended("again", 0)
	removed, err := pruner.Prune(t.Context(), time.Now())
	must(t, err)
	same(t, "removed", removed, 4)
	same(t, "the saga of a key whose own has gone", got(s.Keyed(t.Context(), "young"))(t), young)
	same(t, "the saga of a key that was used again", got(s.Keyed(t.Context(), "again"))(t), again)
	if _, err := s.Keyed(t.Context(), "old"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("the key of a saga of more than a month ago: %v", err)
	}
}

// twin is another id with the same short.
func twin(id engine.ID) engine.ID { return "f" + id[1:] }

func shortOnce(t *testing.T, s engine.Store) {
	first := Creation(1)
	must(t, s.Append(t.Context(), first))
	second := CreationOf(twin(first.ID), "echo", "ada")
	if err := s.Append(t.Context(), second); !errors.Is(err, engine.ErrShortTaken) {
		t.Fatalf("second use of a short: %v", err)
	}
}

func refusedLeavesNothing(t *testing.T, s engine.Store) {
	ctx := t.Context()
	first := Creation(1)
	first.Key = "form-1"
	must(t, s.Append(ctx, first))
	greedy := func(b engine.Batch) engine.Batch {
		b.Locks = engine.LockChange{Ticket: 1, Take: []string{"droplet:1"}}
		b.Resources = []engine.ResourceChange{{After: Resource("a", 2, 1)}}
		return b
	}
	keyed := greedy(Creation(2))
	keyed.Key = "form-1"
	late := greedy(After(Creation(1).Summary, engine.Running, 1))
	late.After, late.Summary.Seq, late.Entries[0].Seq = 5, 6, 6
	for _, b := range []engine.Batch{keyed, greedy(CreationOf(twin(first.ID), "echo", "ada")), late} {
		if err := s.Append(ctx, b); err == nil {
			t.Fatal("a batch was not refused")
		}
	}
	same(t, "list", got(s.List(ctx, engine.Query{}))(t), engine.Page{Items: []engine.Summary{first.Summary}})
	same(t, "counts", got(s.Counts(ctx))(t), engine.Counts{Total: 1, ByStatus: map[engine.Status]int{engine.Pending: 1}})
	same(t, "locks", got(s.Locks(ctx))(t), []engine.Lock{})
	same(t, "resources", got(s.Resources(ctx))(t), []engine.Resource{})
	same(t, "found", got(s.Find(ctx, keyed.ID.Short(), 9))(t), []engine.ID{})
	same(t, "entries", len(got(s.Entries(ctx, first.ID, 0))(t)), 1)
}

func malformed(t *testing.T, s engine.Store) {
	ctx := t.Context()
	for name, spoil := range map[string]func(*engine.Batch){
		"no entries":       func(b *engine.Batch) { b.Entries = nil },
		"wrong number":     func(b *engine.Batch) { b.Entries[0].Seq = 2 },
		"header too far":   func(b *engine.Batch) { b.Summary.Seq = 2 },
		"another's header": func(b *engine.Batch) { b.Summary.ID = ID(9) },
		"no status":        func(b *engine.Batch) { b.Summary.Status = "" },
		"no id":            func(b *engine.Batch) { b.ID, b.Summary.ID = "", "" },
		"id in capitals": func(b *engine.Batch) {
			b.ID = engine.ID(strings.ToUpper(string(ID(0xabc))))
			b.Summary.ID = b.ID
		},
		"bad JSON": func(b *engine.Batch) { b.Entries[0].Put = map[string]json.RawMessage{"a": json.RawMessage(`{`)} },
	} {
		b := Creation(1)
		spoil(&b)
		if err := s.Append(ctx, b); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	same(t, "counts", got(s.Counts(ctx))(t).Total, 0)
	must(t, s.Append(ctx, Creation(1)))
}

// wins counts how many of the batches, appended at once, get through; the others must be refused with err.
func wins(t *testing.T, s engine.Store, batches []engine.Batch, err error) int {
	t.Helper()
	answers := make([]error, len(batches))
	var all sync.WaitGroup
	for i := range batches {
		all.Go(func() { answers[i] = s.Append(t.Context(), batches[i]) })
	}
	all.Wait()
	won := 0
	for _, a := range answers {
		switch {
		case a == nil:
			won++
		case err == nil || !errors.Is(a, err):
			t.Errorf("append: %v", a)
		}
	}
	return won
}

func oneWins(t *testing.T, s engine.Store) {
	b := Creation(1)
	must(t, s.Append(t.Context(), b))
	h := b.Summary
	for range 20 {
		same(t, "winners", wins(t, s, []engine.Batch{
			After(h, engine.Running, 1), After(h, engine.Running, 1), After(h, engine.Running, 1), After(h, engine.Running, 1),
		}, engine.ErrConflict), 1)
		h.Seq++
	}
	same(t, "entries", len(got(s.Entries(t.Context(), b.ID, 0))(t)), 21)
}

func manySagas(t *testing.T, s engine.Store) {
	var batches []engine.Batch
	for n := range 40 {
		batches = append(batches, Creation(n))
	}
	same(t, "winners", wins(t, s, batches, nil), 40)
	for _, to := range []engine.Status{engine.Running, engine.Completed} {
		for i, b := range batches {
			batches[i] = After(b.Summary, to, 2)
		}
		same(t, "winners", wins(t, s, batches, nil), 40)
	}
	same(t, "counts", got(s.Counts(t.Context()))(t), engine.Counts{Total: 40, ByStatus: map[engine.Status]int{engine.Completed: 40}})
}

func oneKeyWins(t *testing.T, s engine.Store) {
	var batches []engine.Batch
	for n := range 8 {
		b := Creation(n)
		b.Key = "form-1"
		batches = append(batches, b)
	}
	same(t, "winners", wins(t, s, batches, engine.ErrKeyTaken), 1)
	same(t, "sagas", got(s.Counts(t.Context()))(t).Total, 1)
}

func endedContext(t *testing.T, s engine.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Append(ctx, Creation(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("append: %v", err)
	}
	if _, err := s.List(ctx, engine.Query{}); !errors.Is(err, context.Canceled) {
		t.Errorf("list: %v", err)
	}
	same(t, "sagas", got(s.Counts(t.Context()))(t).Total, 0)
}

func entriesApart(t *testing.T, s engine.Store) {
	ctx := t.Context()
	// The ids differ in the last digit only, and their shorts with them.
	base := string(ID(1))
	for _, last := range []string{"0", "1", "f"} {
		id := engine.ID(base[:35] + last)
		b := CreationOf(id, "echo", "ada")
		must(t, s.Append(ctx, b))
		must(t, s.Append(ctx, After(b.Summary, engine.Running, 300)))
	}
	for _, last := range []string{"0", "1", "f"} {
		entries := got(s.Entries(ctx, engine.ID(base[:35]+last), 0))(t)
		same(t, "entries", len(entries), 301)
		same(t, "last", entries[300].Seq, 301)
	}
}

func largeEntry(t *testing.T, s engine.Store) {
	b := Creation(1)
	b.Entries[0].Put = map[string]json.RawMessage{"big": json.RawMessage(`"` + strings.Repeat("x", 200<<10) + `"`)}
	must(t, s.Append(t.Context(), b))
	same(t, "entries", got(s.Entries(t.Context(), b.ID, 0))(t), b.Entries)
}
