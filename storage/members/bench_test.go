package main

import (
	"maps"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// TestTable measures pages of lists at ARCADIA_BENCH sagas, and appends beside a file's store. Its members sync the disk.
func TestTable(t *testing.T) {
	sagas, err := strconv.Atoi(os.Getenv("ARCADIA_BENCH"))
	if err != nil {
		t.Skip("ARCADIA_BENCH is not set")
	}
	ctx := t.Context()
	full := opened(t, fresh())
	began := time.Now()
	must(t, enginetest.Population{To: sagas}.Fill(ctx, full))
	t.Logf("%d sagas filled in %s", sagas, time.Since(began).Round(time.Second))
	pages := map[string]engine.Query{
		"all, newest": {}, "all, oldest": {Oldest: true}, "all, deep": {From: enginetest.Member(sagas / 2)}, "all, deepest": {From: enginetest.Member(60)},
		"completed": {Statuses: []engine.Status{engine.Completed}}, "failed, deep": {Statuses: []engine.Status{engine.Failed}, From: enginetest.Member(sagas / 2)},
		"a rare operator": {By: enginetest.RareOperator}, "two statuses": {Statuses: []engine.Status{engine.Failed, engine.RolledBack}},
	}
	took := map[string][]time.Duration{}
	for range 400 { // one after the other, so that what else the machine does is everybody's
		for name, q := range pages {
			began := time.Now()
			_, err := full.List(ctx, q)
			must(t, err)
			took[name] = append(took[name], time.Since(began))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(took)) {
		all := took[name]
		first := all[0]
		slices.Sort(all)
		ms := func(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }
		t.Logf("page of 50, %-16s first %8s  fastest %8s  median %8s  90%% %8s", name, ms(first), ms(all[0]), ms(all[200]), ms(all[360]))
	}
	dir := t.TempDir()
	synced, err := start(dir, 1)
	must(t, err)
	defer synced.stop()
	c := fresh()
	c.Endpoints = synced.endpoints()
	for name, s := range map[string]engine.Store{"a file": file(t), "etcd, one member": opened(t, c)} {
		for _, callers := range []int{1, 16, 256} {
			t.Logf("appends, %-16s %3d callers: %6.0f a second", name, callers, rate(t, s, callers))
		}
	}
}

var batches atomic.Int64

// rate is how many appends a second so many callers get through, each to a saga of its own.
func rate(t *testing.T, s engine.Store, callers int) float64 {
	const long = 5 * time.Second
	var done atomic.Int64
	var all sync.WaitGroup
	until := time.Now().Add(long)
	for range callers {
		all.Go(func() {
			b := storagetest.Creation(int(batches.Add(1)))
			for time.Now().Before(until) {
				if err := s.Append(t.Context(), b); err != nil {
					t.Error(err)
					return
				}
				done.Add(1)
				b = storagetest.After(b.Summary, engine.Running, 1)
			}
		})
	}
	all.Wait()
	return float64(done.Load()) / long.Seconds()
}
