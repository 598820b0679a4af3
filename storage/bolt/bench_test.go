package bolt_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"go.etcd.io/bbolt"

	"arcadia/engine"
	"arcadia/storage/storagetest"
)

// concurrencies are those of the published figures.
var concurrencies = []int{1, 8, 64, 256}

// BenchmarkAppend advances as many sagas as there are callers, one transition of one entry per operation.
func BenchmarkAppend(b *testing.B) {
	for _, callers := range concurrencies {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			s := open(b)
			heads := make([]engine.Summary, callers)
			for i := range heads {
				batch := storagetest.Creation(i)
				batch = storagetest.After(create(b, s, batch), engine.Running, 1)
				heads[i] = create(b, s, batch)
			}
			before := s.Stats()
			b.ReportAllocs()
			spread(b, callers, func(i int) error {
				batch := storagetest.After(heads[i], engine.Running, 1)
				heads[i] = batch.Summary
				return s.Append(context.Background(), batch)
			})
			after := s.Stats()
			b.ReportMetric(float64(b.N)/float64(after.Commits-before.Commits), "batches/commit")
			b.ReportMetric(float64(after.Bytes-before.Bytes)/float64(b.N), "B/batch")
		})
	}
}

func create(b testing.TB, s engine.Store, batch engine.Batch) engine.Summary {
	b.Helper()
	if err := s.Append(context.Background(), batch); err != nil {
		b.Fatal(err)
	}
	return batch.Summary
}

// spread divides b.N operations among callers, each of which does its own one after the other.
func spread(b *testing.B, callers int, op func(caller int) error) {
	b.Helper()
	var left atomic.Int64
	left.Store(int64(b.N))
	var all sync.WaitGroup
	b.ResetTimer()
	for i := range callers {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				if err := op(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "op/s")
}

// BenchmarkBound is what there is to reach: bbolt, one goroutine that commits whatever waits, the same two values of the
// same size put into the same two places, and nothing else. No checks, no checksums, no indexes.
func BenchmarkBound(b *testing.B) {
	for _, callers := range concurrencies {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			db, err := bbolt.Open(filepath.Join(b.TempDir(), "bound.db"), 0o600, &bbolt.Options{
				NoFreelistSync: true, FreelistType: bbolt.FreelistMapType, InitialMmapSize: 1 << 30,
			})
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			err = db.Update(func(tx *bbolt.Tx) error {
				if _, err := tx.CreateBucket([]byte("headers")); err != nil {
					return err
				}
				_, err := tx.CreateBucket([]byte("entries"))
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
			wishes, ended := make(chan wish, callers), make(chan struct{})
			go grouped(db, wishes, ended)
			seqs := make([]uint64, callers)
			answers := make([]chan error, callers)
			for i := range answers {
				answers[i] = make(chan error, 1)
			}
			b.ReportAllocs()
			spread(b, callers, func(i int) error {
				seqs[i]++
				wishes <- wish{i, seqs[i], answers[i]}
				return <-answers[i]
			})
			close(wishes)
			<-ended
		})
	}
}

type wish struct {
	saga   int
	seq    uint64
	answer chan error
}

var entryValue, headerValue = make([]byte, 170), make([]byte, 242)

// grouped commits everything that waits, over and over.
func grouped(db *bbolt.DB, wishes <-chan wish, ended chan<- struct{}) {
	defer close(ended)
	for first := range wishes {
		group := []wish{first}
		for more := true; more; {
			select {
			case w, ok := <-wishes:
				if more = ok; ok {
					group = append(group, w)
				}
			default:
				more = false
			}
		}
		err := db.Update(func(tx *bbolt.Tx) error {
			headers, entries := tx.Bucket([]byte("headers")), tx.Bucket([]byte("entries"))
			for _, w := range group {
				var at [24]byte
				binary.BigEndian.PutUint64(at[8:], uint64(w.saga))
				binary.BigEndian.PutUint64(at[16:], w.seq)
				if err := entries.Put(at[:], entryValue); err != nil {
					return err
				}
				if err := headers.Put(at[:16], headerValue); err != nil {
					return err
				}
			}
			return nil
		})
		for _, w := range group {
			w.answer <- err
		}
	}
}
