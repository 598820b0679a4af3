package steps_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/steps"
	"arcadia/storage/storagetest"
)

// lives are those of processes one after the other on one store, each on a clock of its own: every bubble begins at the same midnight.
type lives struct {
	inner engine.Store
	store *enginetest.Store
}

func newLives() *lives {
	m := storagetest.NewMemory()
	return &lives{inner: m}
}

// live sets the clock, runs a process on it, and ends it: in order, or as kill -9 does, which records nothing.
func (l *lives) live(t *testing.T, clock time.Duration, killed bool, do func(t *testing.T, s *engine.Session)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(clock)
		l.store = enginetest.Wrap(l.inner)
		s, stop := enginetest.Host(t, l.store, engine.Config{Steps: []engine.Step{steps.WaitUntil{}}, Kinds: []engine.Kind{{Name: "wait", Steps: []string{"wait_until"}}}})
		do(t, s)
		if killed {
			l.store.Before(func(int, engine.Batch) error { return errors.New("the process is dead") })
		}
		_ = stop() // what it says of a store that is dead is nothing to us
	})
}

// TestAWaitOf72HoursSurvives100RestartsOnClocksSetForthAndBack ends within a second of its time.
func TestAWaitOf72HoursSurvives100RestartsOnClocksSetForthAndBack(t *testing.T) {
	t.Parallel()
	const wait = 72 * time.Hour
	l, r := newLives(), rand.New(rand.NewPCG(72, 100))
	var id engine.ID
	var end time.Time
	l.live(t, 0, false, func(t *testing.T, s *engine.Session) {
		end = time.Now().Add(wait)
		sg, err := s.Start(t.Context(), engine.Launch{Kind: "wait", Inputs: engine.Inputs{"for": wait.String()}})
		if err != nil {
			t.Fatal(err)
		}
		id = sg.ID
		time.Sleep(time.Minute)
	})
	back := 0
	for i, clock := 0, time.Duration(0); i < 100; i++ {
		next := time.Duration(r.Int64N(int64(wait - time.Hour)))
		if next < clock {
			back++
		}
		clock = next
		l.live(t, clock, i%2 == 0, func(t *testing.T, s *engine.Session) {
			time.Sleep(time.Duration(r.IntN(600)) * time.Second)
			sg, err := s.Saga(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			if sg.Status != engine.Running || len(sg.Waiting) != 1 || sg.Waiting[0].For != engine.ForTime || !sg.Waiting[0].Until.Equal(end) {
				t.Fatalf("life %d: %s", i, dump(sg))
			}
		})
		if t.Failed() {
			t.FailNow()
		}
	}
	if back < 30 {
		t.Errorf("the clock was set back %d times of 100: nothing is shown by that", back)
	}
	l.live(t, wait-time.Minute, false, func(t *testing.T, s *engine.Session) {
		sg := enginetest.Rest(t, s, id)
		late := sg.Rows[0].FinishedAt.Sub(end)
		if sg.Status != engine.Completed || late < 0 || late > time.Second {
			t.Errorf("%s, %s after its time", sg.Status, late)
		}
		t.Logf("it ended %s after its time, after 100 restarts", late)
	})
}

// TestAThousandWaitsForAMomentCostNoCommits lets them wait for an hour: no commit, and at most 28 KiB each, of which 5 are what the
// store of the test keeps of their ledgers.
func TestAThousandWaitsForAMomentCostNoCommits(t *testing.T) {
	if testing.Short() {
		t.Skip("of an hour of clock for 1,000 waits it takes seconds")
	}
	synctest.Test(t, func(t *testing.T) {
		store := enginetest.Wrap(storagetest.NewMemory())
		cfg := engine.Config{Steps: []engine.Step{steps.WaitUntil{}, enginetest.Echo()}, Kinds: []engine.Kind{enginetest.Kind}}
		still, err := engine.New(store, cfg) // it stores them, so that what is measured is what waiting takes
		if err != nil {
			t.Fatal(err)
		}
		for range 1000 {
			_, err := still.As(enginetest.Ops).Start(context.Background(), engine.Launch{Kind: "adhoc", Steps: []string{"wait_until"}, Inputs: engine.Inputs{"for": "72h"}})
			if err != nil {
				t.Fatal(err)
			}
		}
		heap := func() int64 {
			for range 4 {
				runtime.GC()
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return int64(m.HeapAlloc + m.StackInuse)
		}
		before := heap()
		s, _ := enginetest.Host(t, store, cfg)
		synctest.Wait()
		took, commits := heap()-before, store.Appends()
		time.Sleep(time.Hour)
		if n := store.Appends() - commits; n != 0 {
			t.Errorf("%d commits in an hour", n)
		}
		if took > 28<<20 {
			t.Errorf("%d KiB for 1,000 waits", took>>10)
		}
		t.Logf("%d KiB for 1,000 waits, 0 commits an hour", took>>10)
		begun := time.Now()
		enginetest.Rest(t, s, enginetest.Launch(t, s, "echo"))
		if late := time.Since(begun); late > 50*time.Millisecond {
			t.Errorf("a saga beside them took %s", late)
		}
	})
}
