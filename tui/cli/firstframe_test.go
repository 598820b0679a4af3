package cli_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/steps"
	"arcadia/storage/bolt"
)

// TestFirstFrame measures, with ARCADIA_BENCH=1, how long the console takes from its start to its first frame: in a
// demonstration, and on a store with 100,000 sagas.
func TestFirstFrame(t *testing.T) {
	if os.Getenv("ARCADIA_BENCH") == "" {
		t.Skip("a measurement: ARCADIA_BENCH=1")
	}
	home := t.TempDir()
	db := filepath.Join(home, "private", "arcadia.db")
	fill(t, db, 100_000)
	for _, m := range []struct {
		name  string
		args  []string
		shows string
		bar   time.Duration
	}{
		{"demo", []string{"--demo"}, `DEMO`, 50 * time.Millisecond},
		{"100,000 sagas", []string{"--demo", "--db", db}, `completed +[0-9a-f]{8}`, 100 * time.Millisecond},
	} {
		var took []time.Duration
		for range 11 {
			start := time.Now()
			term := onTerminal(t, home, m.args...)
			term.until(t, m.shows)
			took = append(took, time.Since(start))
			if err := term.cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			term.end(t)
		}
		slices.Sort(took)
		median := took[len(took)/2]
		t.Logf("figure: first frame, %s: median %.0f ms of %d starts, bar %s", m.name, float64(median.Microseconds())/1000, len(took), m.bar)
		if median > m.bar {
			t.Errorf("%s: the first frame takes %s, and the bar is %s", m.name, median, m.bar)
		}
	}
}

// fill runs n sagas, or a few more, on a new store.
func fill(t *testing.T, file string, n int) {
	t.Helper()
	store, err := bolt.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	catalog, kinds := steps.Catalog(nil, nil, nil)
	eng, err := engine.New(store, engine.Config{Steps: catalog, Kinds: kinds, Workers: 256})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	over := make(chan error, 1)
	go func() { over <- eng.Run(ctx) }()
	feed := eng.Watch()
	operator := eng.As(engine.Actor{Name: "ops1", Role: engine.Operator})
	var group sync.WaitGroup
	for range 256 {
		group.Go(func() {
			for range (n + 255) / 256 {
				if _, err := operator.Start(ctx, engine.Launch{Kind: "echo"}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	for c, err := eng.Counts(ctx); c.Active() > 0; c, err = eng.Counts(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		<-feed.Ready()
		feed.Take()
	}
	feed.Close()
	stop()
	if err := <-over; err != nil {
		t.Error(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
}
