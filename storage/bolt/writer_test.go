package bolt_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/storage/bolt"
	"arcadia/storage/storagetest"
)

func storageBatch() engine.Batch { return storagetest.Creation(999) }

// TestConcurrentAppendsShareCommits counts commits, not time. While one commit runs, everybody else queues, so that the
// next takes them all.
func TestConcurrentAppendsShareCommits(t *testing.T) {
	t.Parallel()
	const callers, rounds = 64, 20
	s := open(t)
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			h := create(t, s, storagetest.Creation(i))
			for range rounds - 1 {
				h = create(t, s, storagetest.After(h, engine.Running, 1))
			}
		})
	}
	all.Wait()
	st := s.Stats()
	if st.Batches != callers*rounds || st.Entries != callers*rounds {
		t.Errorf("%d batches, %d entries, want %d", st.Batches, st.Entries, callers*rounds)
	}
	if st.Commits > callers*rounds/8 {
		t.Errorf("%d commits for %d batches of %d callers", st.Commits, st.Batches, callers)
	}
	t.Logf("%d batches in %d commits, at most %d in one", st.Batches, st.Commits, st.LargestGroup)
}

func TestAloneEveryAppendIsOneCommit(t *testing.T) {
	t.Parallel()
	s := open(t)
	h := create(t, s, storagetest.Creation(1))
	for range 9 {
		h = create(t, s, storagetest.After(h, engine.Running, 2))
	}
	if st := s.Stats(); st.Commits != 10 || st.Batches != 10 || st.Entries != 19 {
		t.Errorf("%+v", st)
	}
}

func TestRefusedAppendsCommitNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	create(t, s, storagetest.Creation(1))
	for range 5 {
		if err := s.Append(t.Context(), storagetest.Creation(1)); !errors.Is(err, engine.ErrConflict) {
			t.Fatal(err)
		}
	}
	if st := s.Stats(); st.Commits != 1 || st.Refused != 5 {
		t.Errorf("%+v", st)
	}
}

// TestErrorOfTheFileStopsTheStoreForGood fills a store up to its quota: the commit that does not fit fails, and so does
// everything after it, while what was acknowledged can still be read, and is there at the next opening.
func TestErrorOfTheFileStopsTheStoreForGood(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "arcadia.db")
	s, err := bolt.Open(path, bolt.WithMaxSize(2<<20))
	if err != nil {
		t.Fatal(err)
	}
	acknowledged := 0
	for ; err == nil; acknowledged++ {
		select {
		case <-s.Stopped():
			t.Fatal("stopped without an error")
		default:
		}
		err = s.Append(t.Context(), storagetest.Creation(acknowledged))
	}
	acknowledged--
	if !errors.Is(err, engine.ErrStopped) {
		t.Fatalf("over the quota: %v", err)
	}
	<-s.Stopped()
	if s.Err() == nil {
		t.Error("no reason given")
	}
	if again := s.Append(t.Context(), storagetest.Creation(0)); !errors.Is(again, engine.ErrStopped) {
		t.Errorf("after the stop: %v", again)
	}
	if _, err := s.Prune(t.Context(), time.Now()); !errors.Is(err, engine.ErrStopped) {
		t.Errorf("prune after the stop: %v", err)
	}
	if c, err := s.Counts(t.Context()); err != nil || c.Total != acknowledged {
		t.Errorf("%d sagas can be read, %d were acknowledged: %v", c.Total, acknowledged, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if r := sound(t, path); r.Sagas != acknowledged {
		t.Errorf("%d sagas in the file, %d were acknowledged", r.Sagas, acknowledged)
	}
	create(t, openAt(t, path), storagetest.Creation(acknowledged))
}

func TestClosedStoreAnswersClosed(t *testing.T) {
	t.Parallel()
	s := open(t)
	create(t, s, storagetest.Creation(1))
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Append(t.Context(), storageBatch()); !errors.Is(err, bolt.ErrClosed) || !errors.Is(err, engine.ErrStopped) {
		t.Errorf("append: %v", err)
	}
	if _, err := s.Counts(t.Context()); !errors.Is(err, bolt.ErrClosed) {
		t.Errorf("counts: %v", err)
	}
	if s.Err() != nil {
		t.Errorf("closing is not stopping: %v", s.Err())
	}
}

// TestCloseLetsWaitingAppendsEnd closes while callers append: each gets an answer, and what was acknowledged is there.
func TestCloseLetsWaitingAppendsEnd(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "arcadia.db")
	s := openAt(t, path)
	const callers = 32
	counts := make([]uint64, callers)
	var all, begun sync.WaitGroup
	begun.Add(callers)
	for i := range callers {
		all.Go(func() {
			h := create(t, s, storagetest.Creation(i))
			counts[i] = 1
			begun.Done()
			for {
				b := storagetest.After(h, engine.Running, 1)
				if err := s.Append(context.Background(), b); err != nil {
					if !errors.Is(err, bolt.ErrClosed) {
						t.Error(err)
					}
					return
				}
				h, counts[i] = b.Summary, b.Summary.Seq
			}
		})
	}
	begun.Wait()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	all.Wait()
	again := openAt(t, path)
	for i, want := range counts {
		entries, err := again.Entries(t.Context(), storagetest.ID(i), 0)
		if err != nil || uint64(len(entries)) != want {
			t.Errorf("saga %d has %d entries, %d were acknowledged: %v", i, len(entries), want, err)
		}
	}
}

// TestStoreLivesInABubble opens, fills, reads and closes a store inside testing/synctest, as the engine's tests do.
func TestStoreLivesInABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := open(t)
		var all sync.WaitGroup
		for i := range 16 {
			all.Go(func() {
				h := create(t, s, storagetest.Creation(i))
				time.Sleep(time.Hour)
				create(t, s, storagetest.After(h, engine.Completed, 1))
			})
		}
		all.Wait()
		if c, err := s.Counts(t.Context()); err != nil || c.ByStatus[engine.Completed] != 16 {
			t.Errorf("%v %v", c, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
