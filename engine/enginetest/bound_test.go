package enginetest_test

import (
	"encoding/binary"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

// bound is the bare store that the engine is measured against: one bbolt file, the same number of transitions with as many
// bytes, and nothing else. A writer goroutine groups what waits; with adaptive set it waits for the callers it has just
// released, for at most the time of one commit or 300 µs.
type bound struct {
	db       *bbolt.DB
	adaptive bool
	requests chan write
	done     chan struct{}
}

type write struct {
	saga, n int
	value   []byte
	answer  chan error
}

func openBound(tb testing.TB, adaptive bool) *bound {
	db, err := bbolt.Open(filepath.Join(tb.TempDir(), "bound.db"), 0o600, &bbolt.Options{NoFreelistSync: true, FreelistType: bbolt.FreelistMapType, InitialMmapSize: 1 << 30})
	if err != nil {
		tb.Fatal(err)
	}
	if err := db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("b")); return err }); err != nil {
		tb.Fatal(err)
	}
	b := &bound{db: db, adaptive: adaptive, requests: make(chan write, 4096), done: make(chan struct{})}
	go b.run()
	tb.Cleanup(func() {
		close(b.requests)
		<-b.done
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return b
}

func (b *bound) run() {
	defer close(b.done)
	released, took := 0, time.Duration(0)
	for {
		first, ok := <-b.requests
		if !ok {
			return
		}
		group := b.gather([]write{first}, released, min(took, 300*time.Microsecond))
		start := time.Now()
		err := b.db.Update(func(tx *bbolt.Tx) error {
			bucket := tx.Bucket([]byte("b"))
			for _, w := range group {
				var key [16]byte
				binary.BigEndian.PutUint64(key[:8], uint64(w.saga))
				binary.BigEndian.PutUint64(key[8:], uint64(w.n))
				if err := bucket.Put(key[:], w.value); err != nil {
					return err
				}
			}
			return nil
		})
		took = time.Since(start)
		for _, w := range group {
			w.answer <- err
		}
		released = len(group)
	}
}

func (b *bound) gather(group []write, released int, wait time.Duration) []write {
	drain := func() {
		for {
			select {
			case w, ok := <-b.requests:
				if !ok {
					return
				}
				group = append(group, w)
			default:
				return
			}
		}
	}
	drain()
	if !b.adaptive || released <= len(group) || wait <= 0 {
		return group
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for len(group) < released {
		select {
		case w, ok := <-b.requests:
			if !ok {
				return group
			}
			group = append(group, w)
			drain()
		case <-timer.C:
			return group
		}
	}
	return group
}

// sagas writes n sagas of as many transitions with the given bytes each, from the given number of goroutines.
func (b *bound) sagas(tb testing.TB, n, concurrency int, bytes []int) times {
	return each(concurrency, n, func(i int) {
		answer := make(chan error, 1)
		for k, size := range bytes {
			b.requests <- write{i, k, make([]byte, size-16), answer}
			if err := <-answer; err != nil {
				tb.Error(err)
				return
			}
		}
	})
}

// each calls f(0) to f(n-1) from the given number of goroutines, waits for them, and says how long each call took.
func each(concurrency, n int, f func(i int)) times {
	var wg sync.WaitGroup
	next := make(chan int)
	took := make(times, n)
	for range concurrency {
		wg.Go(func() {
			for i := range next {
				start := time.Now()
				f(i)
				took[i] = time.Since(start)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
	slices.Sort(took)
	return took
}

// times is how long calls took, the shortest first.
type times []time.Duration

// percentile is the time, in milliseconds, that so many of a hundred calls did not exceed.
func (t times) percentile(p int) float64 {
	return float64(t[min(len(t)-1, len(t)*p/100)]) / float64(time.Millisecond)
}

// report adds what is in the table to a benchmark's line.
func (t times) report(b *testing.B) {
	b.ReportMetric(t.percentile(50), "p50-ms")
	b.ReportMetric(t.percentile(99), "p99-ms")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sagas/s")
}
