package etcd

import (
	"context"
	"strings"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"arcadia/engine"
)

// mostMarks is how many ids a watcher that does not read is owed one by one.
const mostMarks = 1024

// feed is what a watcher has not read yet.
type feed struct {
	mu    sync.Mutex // guards ids and all
	ids   map[engine.ID]struct{}
	all   bool
	ready chan struct{}
}

func (f *feed) mark(id engine.ID) {
	f.mu.Lock()
	if !f.all {
		f.ids[id] = struct{}{}
	}
	if len(f.ids) > mostMarks {
		f.all = true
		clear(f.ids)
	}
	f.mu.Unlock()
	f.wake()
}

// everything is for when it is not known what has changed.
func (f *feed) everything() {
	f.mu.Lock()
	f.all = true
	clear(f.ids)
	f.mu.Unlock()
	f.wake()
}

func (f *feed) wake() {
	select {
	case f.ready <- struct{}{}:
	default:
	}
}

func (f *feed) take() engine.Marks {
	f.mu.Lock()
	defer f.mu.Unlock()
	m := engine.Marks{All: f.all}
	for id := range f.ids {
		m.IDs = append(m.IDs, id)
	}
	f.all = false
	clear(f.ids)
	return m
}

// Watch implements engine.Watcher. What this process has changed itself is told as well.
func (s *Store) Watch(ctx context.Context) <-chan engine.Marks {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(s.open, cancel)
	f := &feed{ids: map[engine.ID]struct{}{}, ready: make(chan struct{}, 1)}
	rev, err := s.revision(ctx)
	if err != nil {
		f.everything()
	}
	var sources sync.WaitGroup
	for _, prefix := range []string{s.keys.headers(), s.keys.root + "d/", s.keys.frozen(), s.keys.leader(), s.keys.hosts()} {
		sources.Go(func() { s.listen(ctx, prefix, rev, f) })
	}
	out := make(chan engine.Marks)
	s.owned.Go(func() {
		defer close(out)
		defer stop()
		defer sources.Wait()
		defer cancel()
		for {
			select {
			case <-f.ready:
			case <-ctx.Done():
				return
			}
			select {
			case out <- f.take():
			case <-ctx.Done():
				return
			}
		}
	})
	return out
}

// listen marks what changes under a prefix after a revision, 0 for now. A watch that was lost, or whose revisions were given up
// meanwhile, starts again, and everything may have changed.
func (s *Store) listen(ctx context.Context, prefix string, rev int64, f *feed) {
	for wait := leastWait; ctx.Err() == nil; {
		opts := []clientv3.OpOption{clientv3.WithPrefix()}
		if rev > 0 {
			opts = append(opts, clientv3.WithRev(rev+1))
		}
		once, cancel := context.WithCancel(clientv3.WithRequireLeader(ctx))
		for r := range s.client.Watch(once, prefix, opts...) {
			if r.Err() != nil {
				break
			}
			for _, e := range r.Events {
				id, saga := strings.CutPrefix(string(e.Kv.Key), s.keys.headers())
				if !saga {
					id = ""
				}
				f.mark(engine.ID(id))
			}
			rev, wait = max(rev, r.Header.Revision), leastWait
		}
		cancel()
		if ctx.Err() != nil || !pause(ctx, s.open, wait) {
			return
		}
		wait = min(2*wait, time.Second)
		f.everything()
		rev = 0
	}
}
