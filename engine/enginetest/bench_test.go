package enginetest_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/bolt"
)

// The two paths that are measured: three steps that complete, and two that are undone when the third fails.
var paths = map[string][]string{
	"happy":   {"echo", "echo", "echo"},
	"failure": {"echo", "echo", "fail"},
}

// sizes is how many bytes of keys and values the store puts into its file for each transition of a path, by a look at one
// saga. The bounds put as many.
func sizes(tb testing.TB, steps []string) []int {
	var mu sync.Mutex
	var out []int
	store := open(tb)
	watched := enginetest.Wrap(store)
	before := int64(0)
	watched.After(func(int, engine.Batch) error {
		mu.Lock()
		defer mu.Unlock()
		now := store.Stats().Bytes
		out, before = append(out, int(now-before)), now
		return nil
	})
	h := host(tb, watched, 1)
	h.saga(tb, steps)
	mu.Lock()
	defer mu.Unlock()
	return out
}

func open(tb testing.TB) *bolt.Store {
	store, err := bolt.Open(filepath.Join(tb.TempDir(), "data", "arcadia.db"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := store.Close(); err != nil {
			tb.Error(err)
		}
	})
	return store
}

// hosted is an engine under load: one feed tells every waiting caller that its saga has ended.
type hosted struct {
	*engine.Session
	mu      sync.Mutex // guards waiting and ended
	waiting map[engine.ID]chan struct{}
	ended   map[engine.ID]bool
}

func host(tb testing.TB, store engine.Store, workers int) *hosted {
	h := &hosted{waiting: map[engine.ID]chan struct{}{}, ended: map[engine.ID]bool{}}
	e, err := engine.New(&ends{Store: store, h: h}, engine.Config{Steps: []engine.Step{enginetest.Echo(), enginetest.Fail()}, Kinds: []engine.Kind{enginetest.Kind}, Workers: workers})
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	<-e.Ready()
	tb.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			tb.Error(err)
		}
	})
	h.Session = e.As(enginetest.Ops)
	return h
}

// ends tells the callers when the last commit of their saga is durable.
type ends struct {
	engine.Store
	h *hosted
}

func (s *ends) Append(ctx context.Context, b engine.Batch) error {
	err := s.Store.Append(ctx, b)
	if err == nil && b.Summary.Status.Terminal() {
		s.h.mu.Lock()
		defer s.h.mu.Unlock()
		if c := s.h.waiting[b.ID]; c != nil {
			delete(s.h.waiting, b.ID)
			close(c)
		} else {
			s.h.ended[b.ID] = true
		}
	}
	return err
}

// saga runs one saga of the given steps to its end.
func (h *hosted) saga(tb testing.TB, steps []string) {
	sg, err := h.Start(context.Background(), engine.Launch{Kind: enginetest.Kind.Name, Steps: steps})
	if err != nil {
		tb.Error(err)
		return
	}
	h.mu.Lock()
	if h.ended[sg.ID] {
		delete(h.ended, sg.ID)
		h.mu.Unlock()
		return
	}
	c := make(chan struct{})
	h.waiting[sg.ID] = c
	h.mu.Unlock()
	<-c
}

// BenchmarkSagas drives whole sagas, each transition durable, beside the bare bounds with as many transactions and bytes.
// One operation is one saga.
func BenchmarkSagas(b *testing.B) {
	for _, path := range []string{"happy", "failure"} {
		steps := paths[path]
		bytes := sizes(b, steps)
		for _, concurrency := range []int{1, 8, 64, 256} {
			b.Run(fmt.Sprintf("path=%s/callers=%d/bound=plain", path, concurrency), func(b *testing.B) {
				bd := openBound(b, false)
				b.ResetTimer()
				bd.sagas(b, b.N, concurrency, bytes).report(b)
			})
			b.Run(fmt.Sprintf("path=%s/callers=%d/bound=adaptive", path, concurrency), func(b *testing.B) {
				bd := openBound(b, true)
				b.ResetTimer()
				bd.sagas(b, b.N, concurrency, bytes).report(b)
			})
			b.Run(fmt.Sprintf("path=%s/callers=%d/engine", path, concurrency), func(b *testing.B) {
				h := host(b, open(b), concurrency)
				b.ReportAllocs()
				b.ResetTimer()
				each(concurrency, b.N, func(int) { h.saga(b, steps) }).report(b)
			})
		}
	}
}

// BenchmarkTransitionsWithoutAStore shows what the engine itself costs: the store answers at once.
func BenchmarkTransitionsWithoutAStore(b *testing.B) {
	h := host(b, &nowhere{}, 1)
	b.ReportAllocs()
	for b.Loop() {
		h.saga(b, paths["happy"])
	}
}

// nowhere accepts every append and keeps nothing.
type nowhere struct{ engine.Store }

func (*nowhere) Freezes(context.Context, int) ([]engine.Freeze, error) { return nil, nil }

var errNothing = errors.New("nothing is kept")

func (*nowhere) Append(context.Context, engine.Batch) error { return nil }

func (*nowhere) List(context.Context, engine.Query) (engine.Page, error) { return engine.Page{}, nil }

func (*nowhere) Summaries(context.Context, ...engine.ID) ([]engine.Summary, error) { return nil, nil }

func (*nowhere) Docs(context.Context, string, ...string) ([]engine.Doc, error) { return nil, nil }

func (*nowhere) Locks(context.Context) ([]engine.Lock, error) { return nil, nil }

func (*nowhere) Entries(context.Context, engine.ID, uint64) ([]engine.Entry, error) {
	return nil, errNothing
}

// BenchmarkWaiters lets sagas queue for one lock, all of them there before the first may start. What it costs each of them
// must not grow with how many there are.
func BenchmarkWaiters(b *testing.B) {
	for _, n := range []int{200, 2000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				store := open(b)
				s, stop := enginetest.Host(b, store, engine.Config{Steps: []engine.Step{lockStep{enginetest.Echo()}}})
				if err := s.Freeze(b.Context(), engine.Request{Reason: "until all are there"}); err != nil {
					b.Fatal(err)
				}
				ids := make([]engine.ID, n)
				var all sync.WaitGroup
				for i := range ids {
					all.Go(func() { ids[i] = enginetest.Launch(b, s, "echo") })
				}
				all.Wait()
				if err := s.Thaw(b.Context(), engine.Request{}); err != nil {
					b.Fatal(err)
				}
				for _, id := range ids {
					enginetest.Rest(b, s, id)
				}
				b.ReportMetric(float64(store.Stats().Entries)/float64(n), "entries/saga")
				b.ReportMetric(float64(store.Stats().Bytes)/float64(n), "B/saga")
				if err := stop(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
