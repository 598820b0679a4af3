package bolt_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/storage/bolt"
	"arcadia/storage/storagetest"
)

// later is after everything that the samples do.
var later = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// left are the numbers of the sagas that are still there, of 0..n-1.
func left(t *testing.T, s *bolt.Store, n int) (numbers []int) {
	t.Helper()
	for i := range n {
		found, err := s.Summaries(t.Context(), storagetest.ID(i))
		if err != nil {
			t.Fatal(err)
		}
		if len(found) == 1 {
			numbers = append(numbers, i)
		}
	}
	return numbers
}

func prune(t *testing.T, s *bolt.Store, olderThan time.Time) int {
	t.Helper()
	n, err := s.Prune(t.Context(), olderThan)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := s.Verify(t.Context()); err != nil || !r.OK() {
		t.Fatalf("check: %v %v", err, r.Problems)
	}
	return n
}

func TestPruneTakesWhatIsAtRestAndNothingElse(t *testing.T) {
	t.Parallel()
	s := open(t)
	for i, status := range engine.Statuses() {
		h := create(t, s, storagetest.Creation(i))
		create(t, s, storagetest.After(h, status, 2))
	}
	// Pending, Running, Compensating, Failed (with residue), Completed, RolledBack.
	if n := prune(t, s, later); n != 2 {
		t.Errorf("%d pruned", n)
	}
	if have := fmt.Sprint(left(t, s, 6)); have != "[0 1 2 3]" {
		t.Errorf("left: %s", have)
	}
	for _, gone := range []int{4, 5} {
		id := storagetest.ID(gone)
		if _, err := s.Entries(t.Context(), id, 0); !errors.Is(err, engine.ErrNotFound) {
			t.Errorf("entries of a pruned saga: %v", err)
		}
		if found, err := s.Find(t.Context(), id.Short(), 1); err != nil || len(found) > 0 {
			t.Errorf("a pruned saga was found: %v %v", found, err)
		}
		create(t, s, storagetest.Creation(gone)) // as if it had never been
	}
}

func TestPruneKeepsWhatFinishedLater(t *testing.T) {
	t.Parallel()
	s := open(t)
	finished := make([]time.Time, 3)
	for i := range finished {
		h := create(t, s, storagetest.Creation(i))
		for range i {
			h = create(t, s, storagetest.After(h, engine.Running, 10))
		}
		finished[i] = create(t, s, storagetest.After(h, engine.Completed, 1)).FinishedAt.Time
	}
	if n := prune(t, s, finished[0]); n != 0 {
		t.Errorf("%d pruned that did not finish before", n)
	}
	if n := prune(t, s, finished[2]); n != 2 {
		t.Errorf("%d pruned", n)
	}
	if have := fmt.Sprint(left(t, s, 3)); have != "[2]" {
		t.Errorf("left: %s", have)
	}
}

func TestPruneKeepsSagasInALockQueue(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := storagetest.Creation(0)
	b.Locks = engine.LockChange{Ticket: 1, Take: []string{"droplet:1"}}
	h := create(t, s, storagetest.After(create(t, s, b), engine.Completed, 1))
	if n := prune(t, s, later); n != 0 {
		t.Errorf("%d pruned", n)
	}
	b = storagetest.After(h, engine.Completed, 1)
	b.Locks.Drop = []string{"droplet:1"}
	create(t, s, b)
	if n := prune(t, s, later); n != 1 {
		t.Errorf("%d pruned", n)
	}
}

// TestPruneKeepsWhomAResourceNames: saga 0 creates a resource, saga 1 changes it. While saga 1 is there, rolling it back
// would make saga 0 the resource's last writer again, so both stay.
func TestPruneKeepsWhomAResourceNames(t *testing.T) {
	t.Parallel()
	s := open(t)
	write := func(n int, before, after *engine.Resource) {
		b := storagetest.After(create(t, s, storagetest.Creation(n)), engine.Completed, 1)
		b.Resources = []engine.ResourceChange{{Before: before, After: after}}
		create(t, s, b)
	}
	first, second := storagetest.Resource("a", 0, 1), storagetest.Resource("a", 1, 2)
	write(0, nil, first)
	if n := prune(t, s, later); n != 0 {
		t.Errorf("%d pruned: the last writer went", n)
	}
	write(1, first, second)
	if n := prune(t, s, later); n != 0 {
		t.Errorf("%d pruned: whom undoing saga 1 needs went", n)
	}
	write(2, second, nil)
	if n := prune(t, s, later); n != 1 {
		t.Errorf("%d pruned: nothing names saga 2", n)
	}
	if have := fmt.Sprint(left(t, s, 3)); have != "[0 1]" {
		t.Errorf("left: %s", have)
	}
	if n := prune(t, s, later); n != 1 {
		t.Errorf("%d pruned: saga 2 is gone, nothing needs saga 1", n)
	}
	if n := prune(t, s, later); n != 1 {
		t.Errorf("%d pruned: saga 1 is gone, nothing needs saga 0", n)
	}
}

func TestPruneFreesTheKey(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := storagetest.Creation(0)
	b.Key = "form-1"
	create(t, s, storagetest.After(create(t, s, b), engine.Completed, 1))
	prune(t, s, later)
	b = storagetest.Creation(1)
	b.Key = "form-1"
	create(t, s, b)
}

// TestPruneGoesInPartsBetweenWhichSagasAdvance prunes many while others append.
func TestPruneGoesInPartsBetweenWhichSagasAdvance(t *testing.T) {
	t.Parallel()
	s := open(t)
	const n = 400
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { create(t, s, storagetest.After(create(t, s, storagetest.Creation(i)), engine.Completed, 1)) })
	}
	all.Wait()
	before := s.Stats().Commits
	for i := range 4 {
		all.Go(func() {
			h := create(t, s, storagetest.Creation(n+i))
			for range 20 {
				h = create(t, s, storagetest.After(h, engine.Running, 1))
			}
		})
	}
	pruned, err := s.Prune(t.Context(), later)
	if err != nil || pruned != n {
		t.Errorf("%d pruned: %v", pruned, err)
	}
	all.Wait()
	if parts := s.Stats().Commits - before; parts < 7 {
		t.Errorf("%d commits", parts)
	}
	if have := len(left(t, s, n+4)); have != 4 {
		t.Errorf("%d left", have)
	}
	if r, err := s.Verify(t.Context()); err != nil || !r.OK() {
		t.Errorf("check: %v %v", err, r.Problems)
	}
}
