package bolt_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"arcadia/engine"
	"arcadia/storage/bolt"
	"arcadia/storage/storagetest"
)

// TestRecentSagasAreFoundLikeOthers fills stores that put sagas into their indexes at once, now and then, and not at all:
// all of them answer the same, before and after they are opened again.
func TestRecentSagasAreFoundLikeOthers(t *testing.T) {
	t.Parallel()
	want := ""
	for _, limit := range []int{1, 7, 1000} {
		s := open(t, bolt.WithRecent(limit))
		path := s.Path()
		fill(t, s, 60)
		have := dumped(t, s)
		if want == "" {
			want = have
		}
		if have != want {
			t.Errorf("with at most %d recent sagas the answers differ", limit)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		sound(t, path)
		if have := dumped(t, openAt(t, path)); have != want {
			t.Errorf("with at most %d recent sagas the answers differ after opening again", limit)
		}
	}
}

// TestSagaOlderThanTheMarkIsFoundAtOnce creates a saga whose id is below those that are in the indexes already, as one
// does whose clock is behind.
func TestSagaOlderThanTheMarkIsFoundAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t, bolt.WithRecent(2))
	for _, n := range []int{10, 11, 5, 12, 1} {
		h := create(t, s, storagetest.Creation(n))
		create(t, s, storagetest.After(h, engine.Completed, 1))
		ids, err := s.Find(t.Context(), h.Short, 2)
		if err != nil || len(ids) != 1 {
			t.Errorf("saga %d: %v %v", n, ids, err)
		}
	}
	p, err := s.List(t.Context(), engine.Query{Statuses: []engine.Status{engine.Completed}})
	if err != nil || len(p.Items) != 5 {
		t.Fatalf("%d sagas: %v", len(p.Items), err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	sound(t, s.Path())
}

// TestNothingIsMissedWhileSagasAreIndexed lists and finds while others create: what was there before is in every answer.
func TestNothingIsMissedWhileSagasAreIndexed(t *testing.T) {
	t.Parallel()
	s := open(t, bolt.WithRecent(8))
	const writers, each = 4, 60
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				n := i*writers + w
				h := create(t, s, storagetest.CreationOf(storagetest.ID(n), "echo", fmt.Sprintf("writer-%d", w)))
				create(t, s, storagetest.After(h, engine.Completed, 1))
				p, err := s.List(context.Background(), engine.Query{By: h.CreatedBy, Statuses: []engine.Status{engine.Completed}, Oldest: i%2 == 0, Limit: 1000})
				if err != nil || len(p.Items) != i+1 {
					t.Errorf("%d sagas of writer %d, want %d: %v", len(p.Items), w, i+1, err)
					return
				}
				ids, err := s.Find(context.Background(), h.Short, 2)
				if err != nil || len(ids) != 1 {
					t.Errorf("find %s: %v %v", h.Short, ids, err)
					return
				}
			}
		})
	}
	all.Wait()
}

// TestSagasAreIndexedSomeAtATime looks after every commit: none lets the mark pass more than a part of the recent sagas, and
// they do not become more and more.
func TestSagasAreIndexedSomeAtATime(t *testing.T) {
	t.Parallel()
	const limit, parts = 32, 16
	s := open(t, bolt.WithRecent(limit))
	before, passed := 0, 0
	for n := range 6 * limit {
		create(t, s, storagetest.Creation(n))
		now := s.Recent()
		if drop := before + 1 - now; drop > 0 {
			passed += drop
			if drop > 2*limit/parts {
				t.Fatalf("one commit indexed %d sagas", drop)
			}
		}
		if now > 2*limit {
			t.Fatalf("%d recent sagas", now)
		}
		before = now
	}
	if passed < 4*limit {
		t.Errorf("%d sagas indexed of %d", passed, 6*limit)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	sound(t, s.Path())
}
