package bolt_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/storage/bolt"
	"arcadia/storage/storagetest"
)

// threeSteps is the life of a saga of three echo steps in the four commits that the engine makes of it.
func threeSteps(n int) []engine.Batch {
	first := storagetest.Creation(n)
	first.Key = fmt.Sprintf("0198f2ab-%06d", n)
	first.Entries[0].Created.Key = first.Key
	first.Entries[0].Created.Inputs = engine.Inputs{"text": "hello"}
	at := first.Summary.CreatedAt
	h := first.Summary
	add := func(b *engine.Batch, e engine.Entry) {
		h.Seq++
		e.V, e.Seq, e.At = 1, h.Seq, at
		b.Entries = append(b.Entries, e)
		b.Summary = h
	}
	h.Status, h.StartedAt = engine.Running, at
	add(&first, engine.Entry{Type: engine.EntryStepStarted, Attempt: 1, Undoable: true})
	batches := []engine.Batch{first}
	for i := range 3 {
		b := engine.Batch{ID: h.ID, After: h.Seq}
		h.CurrentStepIdx = i + 1
		put := map[string]json.RawMessage{fmt.Sprintf("echoed_at_step_%d", i): json.RawMessage(`"hello"`)}
		add(&b, engine.Entry{Type: engine.EntryStepCompleted, Idx: i, Attempt: 1, Put: put})
		if i < 2 {
			add(&b, engine.Entry{Type: engine.EntryStepStarted, Idx: i + 1, Attempt: 1, Undoable: true})
		} else {
			h.Status, h.FinishedAt = engine.Completed, at
			add(&b, engine.Entry{Type: engine.EntrySagaCompleted})
		}
		batches = append(batches, b)
	}
	return batches
}

// live runs sagas from..to-1 through their lives, some at a time.
func live(t testing.TB, s engine.Store, from, to, callers int) {
	t.Helper()
	var next atomic.Int64
	next.Store(int64(from) - 1)
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for n := int(next.Add(1)); n < to; n = int(next.Add(1)) {
				for _, b := range threeSteps(n) {
					if err := s.Append(context.Background(), b); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	all.Wait()
}

// TestThreeStepSagaTakesAtMost4KiB looks at whole files, free pages and all, after many sagas one by one and side by side.
func TestThreeStepSagaTakesAtMost4KiB(t *testing.T) {
	t.Parallel()
	for callers, n := range map[int]int{1: 300, 8: 2000, 64: 6000} {
		t.Run(strconv.Itoa(callers), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "arcadia.db")
			s := openAt(t, path)
			live(t, s, 0, n, callers)
			bytes := s.Stats().Bytes
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			r := sound(t, path)
			t.Logf("%d B per saga in the file, %d B written", r.Bytes/int64(n), bytes/int64(n))
			if r.Bytes/int64(n) > 4096 {
				t.Errorf("%d B per saga", r.Bytes/int64(n))
			}
		})
	}
}

// scale is how many sagas the benchmarks of reading look at: ARCADIA_BENCH_SAGAS, or 100,000. They are made once.
func scale(b *testing.B) int {
	b.Helper()
	n, err := strconv.Atoi(os.Getenv("ARCADIA_BENCH_SAGAS"))
	if err != nil {
		return 100_000
	}
	return n
}

// BenchmarkAtScale measures what a console asks of a large store. ARCADIA_BENCH_DB names a file to keep and to use again.
func BenchmarkAtScale(b *testing.B) {
	n := scale(b)
	path := os.Getenv("ARCADIA_BENCH_DB")
	if path == "" {
		path = filepath.Join(b.TempDir(), "arcadia.db")
	}
	s := openAt(b, path)
	ctx := context.Background()
	c, err := s.Counts(ctx)
	if err != nil {
		b.Fatal(err)
	}
	live(b, s, c.Total, n, 256)
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}

	b.Run("open and first page", func(b *testing.B) {
		for b.Loop() {
			s, err := bolt.Open(path)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := s.List(ctx, engine.Query{}); err != nil {
				b.Fatal(err)
			}
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
	s = openAt(b, path)
	pages := map[string]engine.Query{
		"first page":     {},
		"page in middle": {From: storagetest.ID(n / 2)},
		"last page":      {From: storagetest.ID(50)},
		"oldest":         {Oldest: true},
		"by status":      {Statuses: []engine.Status{engine.Completed}, From: storagetest.ID(n / 2)},
		"by kind":        {Kind: "echo", From: storagetest.ID(n / 2)},
		"by operator":    {By: "ada", From: storagetest.ID(n / 2)},
		"by all three":   {Statuses: []engine.Status{engine.Completed, engine.Running}, Kind: "echo", By: "ada", From: storagetest.ID(n / 2)},
		"by rare status": {Statuses: []engine.Status{engine.Failed}},
	}
	for name, q := range pages {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.List(ctx, q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("counts", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Counts(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("show", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, err := s.Entries(ctx, storagetest.ID(i*7919%n), 0); err != nil {
				b.Fatal(err)
			}
		}
	})
	for digits := 1; digits <= 8; digits += 7 {
		b.Run(fmt.Sprintf("find %d digits", digits), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				short := storagetest.ID(i * 7919 % n).Short()
				if _, err := s.Find(ctx, short[8-digits:], 10); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			r, err := s.Verify(ctx)
			if err != nil || !r.OK() {
				b.Fatal(err, r.Problems)
			}
			b.ReportMetric(float64(r.Bytes)/float64(n), "B/saga")
		}
	})
	b.Run("append", func(b *testing.B) {
		h := create(b, s, storagetest.CreationOf(storagetest.ID(int(time.Now().UnixNano()%1e9)+n), "echo", "ada"))
		for b.Loop() {
			h = create(b, s, storagetest.After(h, engine.Running, 1))
		}
	})
}
