package crashtest

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/bolt"
)

// TestEngineResumesEverySagaInFlight prints how long that takes; what it asserts is that none is forgotten.
func TestEngineResumesEverySagaInFlight(t *testing.T) {
	t.Parallel()
	sagas := 100
	if torture() {
		sagas = 1000
	}
	path := filepath.Join(t.TempDir(), "arcadia.db")
	run := func(workers int, step engine.Step, during func(*engine.Session)) time.Duration {
		store, err := bolt.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		e, err := engine.New(store, engine.Config{Steps: []engine.Step{step}, Kinds: []engine.Kind{enginetest.Kind}, Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
		over := make(chan error, 1)
		began := time.Now()
		go func() { over <- e.Run(ctx) }()
		<-e.Ready()
		during(e.As(enginetest.Ops))
		took := time.Since(began)
		cancel()
		if err := <-over; err != nil {
			t.Fatal(err)
		}
		enginetest.Sound(t, store)
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		return took
	}
	hold := enginetest.Step("hold", func(ctx context.Context, _ *engine.State) error {
		<-ctx.Done()
		return context.Cause(ctx)
	}, nil)
	count := func(s *engine.Session, st engine.Status) int {
		c, err := s.Counts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return c.ByStatus[st]
	}
	run(sagas, hold, func(s *engine.Session) {
		for range sagas {
			enginetest.Launch(t, s, "hold")
		}
		if n := count(s, engine.Running); n != sagas {
			t.Fatalf("%d of %d are in flight", n, sagas)
		}
	})
	var ready time.Duration
	began := time.Now()
	quick := enginetest.Step("hold", func(context.Context, *engine.State) error { return nil }, nil)
	took := run(0, quick, func(s *engine.Session) {
		ready = time.Since(began)
		feed := s.Watch()
		defer feed.Close()
		for count(s, engine.Completed) < sagas {
			select {
			case <-feed.Ready():
				feed.Take()
			case <-time.After(30 * time.Second):
				t.Fatalf("after 30 s of silence %d of %d are done", count(s, engine.Completed), sagas)
			}
		}
	})
	t.Logf("figure | resume of sagas in flight | %d: taken up %s after the start of the engine, done after %s by 8 workers | 0 wrong", sagas, ready.Round(time.Millisecond), took.Round(time.Millisecond))
}
