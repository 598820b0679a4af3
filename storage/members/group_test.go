package main

import (
	"errors"
	"sync"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/storage/etcd"
	"arcadia/storage/storagetest"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// TestAppendsThatComeTogetherShareRequests has many callers append at once, over a way that is long, and some of them what is refused.
func TestAppendsThatComeTogetherShareRequests(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := fresh()
	w := wired(t, one.endpoints()[0])
	c.Endpoints = []string{w.at()}
	s := opened(t, c)
	w.slow(20 * time.Millisecond)
	const callers, each = 64, 4
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			b := storagetest.Creation(i)
			for range each {
				if err := s.Append(ctx, b); err != nil {
					t.Error(err)
					return
				}
				if i%8 == 0 {
					if err := s.Append(ctx, b); !errors.Is(err, engine.ErrConflict) {
						t.Errorf("an append that comes late: %v", err)
					}
				}
				b = storagetest.After(b.Summary, engine.Running, 1)
			}
		})
	}
	all.Wait()
	counts, err := s.Counts(ctx)
	must(t, err)
	if counts.Total != callers || counts.ByStatus[engine.Running] != callers {
		t.Errorf("counted: %+v", counts)
	}
	if n := revisions(t, s, c); n > callers*each/2 {
		t.Errorf("%d appends took %d requests", callers*each, n)
	}
	must(t, consistent(ctx, s))
}

// revisions is how many changes etcd has made under a store.
func revisions(t *testing.T, s *etcd.Store, c etcd.Config) int {
	t.Helper()
	p, err := s.List(t.Context(), engine.Query{Limit: 1000})
	must(t, err)
	client, at := raw(t, etcd.Config{Endpoints: one.endpoints()}), map[int64]bool{}
	for _, h := range p.Items {
		r, err := client.Get(t.Context(), "/arcadia/"+c.Name+"/e/"+string(h.ID)+"/", clientv3.WithPrefix())
		must(t, err)
		for _, kv := range r.Kvs {
			at[kv.ModRevision] = true
		}
	}
	return len(at)
}
