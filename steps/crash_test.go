package steps_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// mortal is a store whose process dies at the n-th commit: nothing is recorded from there on. kept says whether that
// commit itself was durable.
type mortal struct {
	engine.Store
	kept bool

	mu    sync.Mutex // guards left; never held during a commit
	left  int
	total int
}

var errDied = errors.New("the process died here")

func (m *mortal) Append(ctx context.Context, b engine.Batch) error {
	m.mu.Lock()
	m.left--
	m.total++
	left := m.left
	m.mu.Unlock()
	switch {
	case left < 0, left == 0 && !m.kept:
		return errDied
	case left == 0:
		if err := m.Store.Append(ctx, b); err != nil {
			return err
		}
		return errDied
	}
	return m.Store.Append(ctx, b)
}

// dead waits until the engine over a mortal store has stopped, or the saga has come to rest before that.
func (r *rig) dead(id engine.ID) {
	r.until(id, "died", func(s *engine.Saga) bool {
		select {
		case err := <-r.over:
			r.over <- err
			return true
		default:
			return s.Status.Terminal()
		}
	})
}

func TestACrashAtEveryCommitEndsWell(t *testing.T) {
	t.Parallel()
	for _, sc := range scenarios() {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			for _, back := range []bool{false, true} {
				want := sc.plain(t, back)
				for _, fault := range []dosim.FaultKind{"", dosim.FaultResetAfter, dosim.FaultHangAfter} {
					if fault == dosim.FaultHangAfter && !thorough() {
						continue
					}
					for _, lag := range []int{0, 5} {
						if lag > 0 && sc.name != "snapshot" {
							continue // only snapshots appear late
						}
						stride := 1
						if fault != "" && !thorough() {
							stride = 2
						}
						for n, over := 2, false; !over; n += stride {
							for _, kept := range []bool{false, true} {
								what := fmt.Sprintf("back %v, fault %q, lag %d, crash at commit %d, durable %v", back, fault, lag, n, kept)
								over = crash(t, sc, back, fault, lag, n, kept, want, what)
							}
						}
					}
				}
			}
		})
	}
}

// crash runs a scenario with a crash at the n-th commit and a restart. It reports whether the saga had ended before.
func crash(t *testing.T, sc scenario, back bool, fault dosim.FaultKind, lag, n int, kept bool, want world, what string) (over bool) {
	synctest.Test(t, func(t *testing.T) {
		r := sc.rig(t)
		r.warm()
		r.stop()
		whole := r.store
		r.store = &mortal{Store: whole, left: n, kept: kept}
		r.start()
		r.sim.Inject(dosim.Fault{Kind: dosim.FaultSnapshotLate, Times: lag})
		if fault != "" {
			for _, m := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
				r.sim.Inject(dosim.Fault{Method: m, Kind: fault, Count: 1})
			}
		}
		id := r.launch(sc.list(back), sc.in(r)...)
		r.dead(id)
		over = r.store.(*mortal).total < n
		r.kill()
		r.store = whole
		time.Sleep(time.Minute)
		r.start()
		s := r.end(id)
		if s.Status != ending(back) {
			t.Fatalf("%s: %s", what, dump(s))
		}
		equalWorlds(t, what, want, r.world())
	})
	return over
}
