package enginetest_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/bolt"
)

// population is how many sagas the benchmarks of a large store look at: ARCADIA_SCALE, or few enough for a quick run.
func population(b *testing.B) int {
	text := os.Getenv("ARCADIA_SCALE")
	if text == "" {
		return 3000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 3000 {
		b.Fatalf("ARCADIA_SCALE=%s: give a number from 3000 on", text)
	}
	return n
}

// large is a store with a population in it. ARCADIA_SCALE_DB names a file to keep and to use again.
type large struct {
	path    string
	members int // that the benchmarks ask for
	next    int // number that is free
	*bolt.Store
}

func openLarge(b *testing.B) *large {
	l := &large{path: os.Getenv("ARCADIA_SCALE_DB"), members: population(b)}
	if l.path == "" {
		l.path = filepath.Join(b.TempDir(), "data", "arcadia.db")
	}
	l.open(b)
	newest, err := l.List(b.Context(), engine.Query{Limit: 1})
	if err != nil {
		b.Fatal(err)
	}
	if len(newest.Items) > 0 { // a kept file: its oldest may have been pruned
		l.next = int(newest.Items[0].CreatedAt.Sub(enginetest.MemberCreated(0)).Minutes()) + 1
	}
	start := time.Now()
	p := enginetest.Population{From: l.next, To: max(l.next, l.members)}
	if err := p.Fill(b.Context(), l); err != nil {
		b.Fatal(err)
	}
	b.Logf("%d sagas made in %s, %d commits", p.To-p.From, time.Since(start).Round(time.Millisecond), l.Stats().Commits)
	l.next = p.To
	return l
}

func (l *large) open(b *testing.B) {
	var err error
	if l.Store, err = bolt.Open(l.path); err != nil {
		b.Fatal(err)
	}
}

func (l *large) close(b *testing.B) {
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkScale asks a large store what a console asks, and works on it: section 2 of the bars. Filling comes first, and
// takes minutes for a million.
func BenchmarkScale(b *testing.B) {
	l := openLarge(b)
	b.Run("open and first page", func(b *testing.B) {
		l.close(b)
		for b.Loop() {
			l.open(b)
			l.list(b, engine.Query{})
			b.StopTimer()
			l.close(b)
			b.StartTimer()
		}
		l.open(b)
	})
	for _, depth := range []int{0, 25, 50, 75, 99} {
		b.Run(fmt.Sprintf("page at %d%%", depth), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				l.list(b, engine.Query{From: enginetest.Member(l.members - 1 - l.members/100*depth - i%50)})
			}
		})
	}
	for _, q := range []struct {
		name  string
		query engine.Query
	}{
		{"completed", engine.Query{Statuses: []engine.Status{engine.Completed}}},
		{"failed", engine.Query{Statuses: []engine.Status{engine.Failed}}},
		{"unfinished", engine.Query{Statuses: []engine.Status{engine.Pending, engine.Running, engine.Compensating}}},
		{"kind", engine.Query{Kind: "snapshot_droplet"}},
		{"operator", engine.Query{By: "ops7"}},
		{"rare operator", engine.Query{By: enginetest.RareOperator}},
		{"failed of a kind", engine.Query{Statuses: []engine.Status{engine.Failed}, Kind: "upsert_dns_record"}},
		{"failed of a kind and a rare operator", engine.Query{Statuses: []engine.Status{engine.Failed}, Kind: "upsert_dns_record", By: enginetest.RareOperator}},
	} {
		b.Run("first page of "+q.name, func(b *testing.B) {
			for b.Loop() {
				l.list(b, q.query)
			}
		})
	}
	b.Run("counts", func(b *testing.B) {
		for b.Loop() {
			if _, err := l.Counts(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	any := func(i int) engine.ID { return enginetest.Member(l.members - 1 - i*7919%(l.members/2)) }
	b.Run("show", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			entries, err := l.Entries(b.Context(), any(i), 0)
			if err == nil {
				_, err = engine.Fold(entries)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("find by short", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if ids, err := l.Find(b.Context(), any(i).Short(), 2); err != nil || len(ids) != 1 {
				b.Fatal(ids, err)
			}
		}
	})
	b.Run("memory", func(b *testing.B) {
		for b.Loop() {
			l.list(b, engine.Query{})
		}
		debug.FreeOSMemory()
		b.ReportMetric(resident(b), "MiB")
		runtime.KeepAlive(l)
	})
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			r, err := l.Verify(b.Context())
			if err != nil || !r.OK() {
				b.Fatal(err, r.Problems)
			}
			b.ReportMetric(float64(r.Bytes)/float64(r.Sagas), "B/saga")
		}
	})
	b.Run("resume 1000", l.resume)
	b.Run("beside a backup", func(b *testing.B) {
		dir := b.TempDir()
		l.beside(b, func(i int) error { return l.Backup(b.Context(), filepath.Join(dir, fmt.Sprint(i))) })
	})
	b.Run("beside a pruning", func(b *testing.B) {
		l.beside(b, func(i int) error {
			_, err := l.Prune(b.Context(), enginetest.MemberCreated(l.members/10*(i%10+1)))
			return err
		})
	})
	l.close(b)
}

func (l *large) list(b *testing.B, q engine.Query) {
	if _, err := l.List(b.Context(), q); err != nil {
		b.Fatal(err)
	}
}

// resident is the memory of the process besides mapped files, in MiB.
func resident(b *testing.B) float64 {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		b.Skip("no /proc")
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), "RssAnon:"); ok {
			kib, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(text), " kB"))
			if err != nil {
				b.Fatal(err)
			}
			return float64(kib) / 1024
		}
	}
	b.Skip("this kernel does not say")
	return 0
}

// resume starts an engine on a store in which 1,000 sagas were cut off in their first step, until all are at rest.
func (l *large) resume(b *testing.B) {
	steps := []engine.Step{enginetest.Echo()}
	for _, name := range []string{"create_droplet_snapshot", "upsert_dns_record"} {
		done := func(context.Context, *engine.State) error { return nil }
		steps = append(steps, enginetest.Step(name, done, done))
	}
	for b.Loop() {
		b.StopTimer()
		if err := (enginetest.Population{From: l.next, To: l.next + 1000, Unfinished: 1000}).Fill(b.Context(), l); err != nil {
			b.Fatal(err)
		}
		l.next += 1000
		l.close(b)
		b.StartTimer()
		l.open(b)
		e, err := engine.New(l, engine.Config{Steps: steps})
		if err != nil {
			b.Fatal(err)
		}
		ctx, stop := context.WithCancel(b.Context())
		ended := make(chan error, 1)
		feed := e.Watch()
		go func() { ended <- e.Run(ctx) }()
		for active := 1; active > 0; {
			c, err := l.Counts(ctx)
			if err != nil {
				b.Fatal(err)
			}
			if active = c.Active(); active > 0 {
				<-feed.Ready()
				feed.Take()
			}
		}
		b.StopTimer()
		feed.Close()
		stop()
		if err := <-ended; err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// beside makes sagas from eight callers while work is done, and reports how long their appends took.
func (l *large) beside(b *testing.B, work func(i int) error) {
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		ctx, stop := context.WithCancel(b.Context())
		var all sync.WaitGroup
		timed := &stopwatch{Store: l}
		all.Go(func() {
			for ; ctx.Err() == nil; l.next += 8 {
				if err := (enginetest.Population{From: l.next, To: l.next + 8}).Fill(b.Context(), timed); err != nil {
					b.Error(err)
					return
				}
			}
		})
		if err := work(i); err != nil {
			b.Error(err)
		}
		stop()
		all.Wait()
		took = append(took, timed.took...)
	}
	if len(took) == 0 {
		return
	}
	slices.Sort(took)
	b.ReportMetric(float64(len(took))/b.Elapsed().Seconds(), "appends/s")
	b.ReportMetric(took[len(took)*99/100].Seconds()*1000, "p99-ms")
	b.ReportMetric(took[len(took)-1].Seconds()*1000, "longest-ms")
}

// stopwatch measures appends.
type stopwatch struct {
	engine.Store
	mu   sync.Mutex // guards took
	took []time.Duration
}

func (s *stopwatch) Append(ctx context.Context, b engine.Batch) error {
	start := time.Now()
	err := s.Store.Append(ctx, b)
	d := time.Since(start)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.took = append(s.took, d)
	return err
}
