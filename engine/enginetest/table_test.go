package enginetest_test

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// rounds is how many runs each figure is the median of.
const rounds = 5

// TestTable prints sagas per second of the engine beside the bare bounds, measured turn by turn in one run, with the ratio
// of each turn: make bench. It asserts nothing about times, for they drift between machines and hours.
func TestTable(t *testing.T) {
	if os.Getenv("ARCADIA_BENCH") == "" {
		t.Skip("ARCADIA_BENCH=1 measures for some minutes: make bench")
	}
	work, err := strconv.Atoi(os.Getenv("ARCADIA_BENCH"))
	if err != nil || work < 1 {
		work = 1
	}
	var out strings.Builder
	fmt.Fprintf(&out, "sagas a second, median of %d (least to most), %d cores, GOGC=%s, load %s\n\n", rounds, runtime.NumCPU(), cmp.Or(os.Getenv("GOGC"), "100"), load())
	heads := []string{
		"path", "callers", "plain bound", "adaptive bound", "engine", "of the better bound",
		"p50 ms: bound, engine", "p99 ms: bound, engine", "p99 of the bound's",
		"commits a saga", "pages a commit", "KiB a saga", "allocs a saga", "CPU µs a saga: bound, engine",
	}
	fmt.Fprintf(&out, "| %s |\n|%s\n", strings.Join(heads, " | "), strings.Repeat("---|", len(heads)))
	for _, path := range []string{"happy", "failure"} {
		for _, callers := range []int{1, 8, 64, 256} {
			fmt.Fprintln(&out, row(t, path, callers, work*map[int]int{1: 500, 8: 2000, 64: 8000, 256: 16000}[callers]))
		}
	}
	t.Log("\n" + out.String())
}

// row measures one line of the table: n sagas of a path in each turn of each contender.
func row(t *testing.T, path string, callers, n int) string {
	bytes := sizes(t, paths[path])
	var plain, adaptive, engine, ratio, tail, lean, busy []float64
	var half, most [2][]float64 // the bound's and the engine's
	var last run
	for range rounds {
		p := timed(n, func() times { return openBound(t, false).sagas(t, n, callers, bytes) })
		before := processor(t)
		a := timed(n, func() times { return openBound(t, true).sagas(t, n, callers, bytes) })
		lean = append(lean, (processor(t)-before)/float64(n))
		last = measure(t, path, n, callers)
		best := a
		if p.rate > a.rate {
			best = p
		}
		plain, adaptive, engine = append(plain, p.rate), append(adaptive, a.rate), append(engine, last.rate)
		ratio, busy = append(ratio, last.rate/best.rate), append(busy, last.cpu)
		for i, r := range []speed{best, last.speed} {
			half[i], most[i] = append(half[i], r.took.percentile(50)), append(most[i], r.took.percentile(99))
		}
		tail = append(tail, last.took.percentile(99)/best.took.percentile(99))
	}
	return fmt.Sprintf("| %s | %d | %s | %s | %s | %.2f (%.2f to %.2f) | %.1f, %.1f | %.1f, %.1f | %.1f (%.1f to %.1f) | %.3f | %.1f | %.1f | %.0f | %.0f, %.0f |",
		path, callers, spread(plain), spread(adaptive), spread(engine), median(ratio), slices.Min(ratio), slices.Max(ratio),
		median(half[0]), median(half[1]), median(most[0]), median(most[1]), median(tail), slices.Min(tail), slices.Max(tail),
		last.commits, last.pages, last.size/1024, last.allocs, median(lean), median(busy))
}

// speed is what one turn of a contender gave.
type speed struct {
	rate float64 // sagas a second
	took times   // of each saga
}

// run is what one turn of the engine gave: for each saga, but for the pages written by a commit.
type run struct {
	speed
	commits, pages, size, allocs, cpu float64
}

func measure(t *testing.T, path string, n, callers int) run {
	store := open(t)
	h := host(t, store, callers)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	used := processor(t)
	turn := timed(n, func() times { return each(callers, n, func(int) { h.saga(t, paths[path]) }) })
	used = processor(t) - used
	runtime.ReadMemStats(&after)
	st, sagas := store.Stats(), float64(n)
	r := run{
		speed: turn, commits: float64(st.Commits) / sagas, pages: float64(st.Pages) / float64(st.Commits),
		allocs: float64(after.Mallocs-before.Mallocs) / sagas, cpu: used / sagas,
	}
	report, err := store.Verify(t.Context())
	if err != nil || !report.OK() {
		t.Errorf("check: %v %v", err, report.Problems)
	}
	r.size = float64(report.Bytes) / sagas
	return r
}

// processor is the time that the process has had on all cores, in microseconds.
func processor(t *testing.T) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1000
}

// load is how many processes wanted a core in the minute before, as text.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(b), " ")
	return first
}

func timed(n int, f func() times) speed {
	start := time.Now()
	took := f()
	return speed{rate: float64(n) / time.Since(start).Seconds(), took: took}
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}

func spread(v []float64) string {
	return fmt.Sprintf("%.0f (%.0f to %.0f)", median(v), slices.Min(v), slices.Max(v))
}
