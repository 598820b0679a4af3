package enginetest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// rounds is how many runs each figure is the median of.
const rounds = 5

// TestTable prints sagas per second of the engine beside the bare bounds, measured turn by turn in one run, with their
// ratio: make bench. It asserts nothing, for times drift between machines and hours.
func TestTable(t *testing.T) {
	if os.Getenv("ARCADIA_BENCH") == "" {
		t.Skip("ARCADIA_BENCH=1 measures for some minutes: make bench")
	}
	work, err := strconv.Atoi(os.Getenv("ARCADIA_BENCH"))
	if err != nil || work < 1 {
		work = 1
	}
	var out strings.Builder
	fmt.Fprintf(&out, "sagas a second, median of %d (least to most), %d cores\n\n", rounds, runtime.NumCPU())
	fmt.Fprintf(&out, "| path | callers | plain bound | adaptive bound | engine | of the better bound | commits a saga | KiB a saga | allocs a saga |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, path := range []string{"happy", "failure"} {
		bytes := sizes(t, paths[path])
		for _, callers := range []int{1, 8, 64, 256} {
			n := work * map[int]int{1: 500, 8: 2000, 64: 8000, 256: 16000}[callers]
			var plain, adaptive, engine []float64
			var last run
			for range rounds {
				plain = append(plain, timed(n, func() { openBound(t, false).sagas(t, n, callers, bytes) }))
				adaptive = append(adaptive, timed(n, func() { openBound(t, true).sagas(t, n, callers, bytes) }))
				last = measure(t, path, n, callers)
				engine = append(engine, last.rate)
			}
			better := max(median(plain), median(adaptive))
			fmt.Fprintf(&out, "| %s | %d | %s | %s | %s | %.2f | %.3f | %.1f | %.0f |\n", path, callers, spread(plain), spread(adaptive), spread(engine),
				median(engine)/better, last.commits, last.size/1024, last.allocs)
		}
	}
	t.Log("\n" + out.String())
}

// run is what one measurement of the engine gave, for each saga.
type run struct{ rate, commits, size, allocs float64 }

func measure(t *testing.T, path string, n, callers int) run {
	store := open(t)
	h := host(t, store, callers)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	rate := timed(n, func() { each(callers, n, func(int) { h.saga(t, paths[path]) }) })
	runtime.ReadMemStats(&after)
	r := run{rate: rate, commits: float64(store.Stats().Commits) / float64(n), allocs: float64(after.Mallocs-before.Mallocs) / float64(n)}
	if info, err := os.Stat(filepath.Clean(store.Path())); err == nil {
		r.size = float64(info.Size()) / float64(n)
	}
	return r
}

func timed(n int, f func()) float64 {
	start := time.Now()
	f()
	return float64(n) / time.Since(start).Seconds()
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}

func spread(v []float64) string {
	return fmt.Sprintf("%.0f (%.0f to %.0f)", median(v), slices.Min(v), slices.Max(v))
}
