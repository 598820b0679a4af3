package crashtest

import (
	"cmp"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"arcadia/engine"
	"arcadia/storage/storagetest"
)

// outsideRun goes through seeds and says how many were wrong.
func outsideRun(t *testing.T, first, seeds uint64, strange bool, wrap func(engine.Store) engine.Store, tell bool) (wrong int64) {
	t.Helper()
	const lanes = 4
	var bad, sagas, fleets, undone, refused, resolved, withdrawn, retries atomic.Int64
	t.Run("seeds", func(t *testing.T) {
		for lane := range uint64(lanes) {
			t.Run(strconv.FormatUint(lane, 10), func(t *testing.T) {
				t.Parallel()
				for seed := first + lane; seed < first+seeds; seed += lanes {
					o := newOutside(seed, strange)
					var found []string
					synctest.Test(t, func(t *testing.T) { found = o.live(t, wrap(storagetest.NewMemory())) })
					sagas.Add(int64(len(o.deeds)))
					fleets.Add(int64(o.fleets))
					undone.Add(int64(o.undone))
					refused.Add(int64(o.refused))
					resolved.Add(int64(o.resolved))
					withdrawn.Add(int64(o.withdrawn))
					retries.Add(int64(o.retries))
					if len(found) > 0 && bad.Add(1) <= 5 && tell {
						t.Errorf("seed %d (ARCADIA_SEED=%d repeats it):\n  %s\n    %s", seed, seed, strings.Join(found, "\n  "), strings.Join(o.log, "\n    "))
					}
				}
			})
		}
	})
	if !tell { // a control
		return bad.Load()
	}
	who := "sagas alone"
	if strange {
		who = "among strangers"
	}
	t.Logf("figure | histories judged from outside, %s | %d histories: %d sagas, %d launches about droplets, addresses, firewalls and volumes, %d undone, %d rollbacks refused for their order, %d that said that somebody else had written there, %d withdrawn, %d asked for again | %d wrong",
		who, seeds, sagas.Load(), fleets.Load(), undone.Load(), refused.Load(), resolved.Load(), withdrawn.Load(), retries.Load(), bad.Load())
	return bad.Load()
}

func asIs(s engine.Store) engine.Store { return s }

// outsideSeeds is how many histories a test goes through, and from which seed on.
func outsideSeeds(t *testing.T, sample, all uint64) (first, seeds uint64) {
	t.Helper()
	if text := os.Getenv("ARCADIA_SEED"); text != "" { // one, or first-last
		from, to, _ := strings.Cut(text, "-")
		first, err := strconv.ParseUint(from, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		last, err := strconv.ParseUint(cmp.Or(to, from), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return first, last - first + 1
	}
	if torture() {
		return 1, all
	}
	return 1, sample
}

func TestWhatIsUndoneInAnyOrderIsAsItWas(t *testing.T) {
	t.Parallel()
	first, seeds := outsideSeeds(t, 100, 50_000)
	if outsideRun(t, first, seeds, false, asIs, true) > 0 {
		t.Fail()
	}
}

func TestWhatIsUndoneInAnyOrderLeavesStrangersAlone(t *testing.T) {
	t.Parallel()
	first, seeds := outsideSeeds(t, 100, 50_000)
	if outsideRun(t, first, seeds, true, asIs, true) > 0 {
		t.Fail()
	}
}
