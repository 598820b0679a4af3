package bolt_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"arcadia/engine"
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
