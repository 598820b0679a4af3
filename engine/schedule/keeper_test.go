package schedule_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/schedule"
)

func TestAScheduleFiresAtItsTimeOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // begins at midnight UTC
		h := newHost(t)
		time.Sleep(30 * time.Minute)
		h.add(hourly("hourly"))
		ctx, stop := context.WithCancel(t.Context())
		var over sync.WaitGroup
		over.Go(func() { h.keeper().Run(ctx) })
		time.Sleep(2*time.Hour + time.Minute)
		stop()
		over.Wait()
		same(t, h.outcomes("hourly"), "01T01:00 fired 1 ", "01T02:00 fired 1 ")
		all := h.sagas()
		if len(all) != 2 || all[0].CreatedAt.Format("15:04:05") != "01:00:00" {
			t.Errorf("%d sagas: %+v", len(all), all)
		}
		e, err := h.ops.Entries(t.Context(), all[1].ID, 0)
		if err != nil || e[0].Created.Key != "schedule:hourly:2000-01-01T02:00:00Z" || !strings.Contains(e[0].Why, "schedule hourly") {
			t.Errorf("%+v %v", e[0], err)
		}
	})
}

func TestWhatIsTooLateIsMissedAndSaysSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		s := hourly("skip")
		s.Window = schedule.Span(10 * time.Minute)
		h.add(s)
		s.Name, s.Misfire = "once", schedule.MisfireOnce
		h.add(s)
		time.Sleep(3*time.Hour + 30*time.Minute)
		h.look()
		same(t, h.outcomes("skip"), "01T01:00 missed 0 later than its window of 10m, and 2 more after it")
		same(t, h.outcomes("once"), "01T01:00 missed 0 the newest runs in its place, and 1 more after it", "01T03:00 fired 1 ")
		time.Sleep(35 * time.Minute) // 04:05
		h.look()
		same(t, h.outcomes("skip")[1:], "01T04:00 fired 1 ")
	})
}

func TestNothingFiresWhileItIsHeld(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		s := hourly("long")
		s.Steps, s.Inputs, s.Cron = []string{"slow"}, nil, "*/10 * * * *"
		h.add(s)
		s.Name, s.Overlap = "queued", schedule.OverlapQueue
		h.add(s)
		time.Sleep(10 * time.Minute)
		h.look()
		time.Sleep(10 * time.Minute)
		h.look() // the first takes 14 minutes
		if got := h.outcomes("long"); len(got) != 2 || !strings.Contains(got[1], "skipped 0 saga ") || !strings.Contains(got[1], "not at rest") {
			t.Errorf("%q", got)
		}
		same(t, h.outcomes("queued"), "01T00:10 fired 1 ", "01T00:20 fired 1 ")
		if err := schedule.SetPause(t.Context(), h.ops, "long", &schedule.Pause{By: "ops1", Why: "audit"}); err != nil {
			t.Fatal(err)
		}
		if err := h.ops.Freeze(t.Context(), engine.Request{Reason: "storm"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Minute)
		h.look()
		same(t, h.outcomes("long")[2:], "01T00:30 skipped 0 paused by ops1: audit", "01T00:40 skipped 0 paused by ops1: audit")
		if got := h.outcomes("queued"); !strings.Contains(got[2], "skipped 0 frozen by ") {
			t.Errorf("%q", got)
		}
	})
}

func TestEachThingWithATagGetsASagaOfItsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		h.tags["web"] = []string{"7", "8"}
		s := hourly("web")
		s.Kind, s.Steps, s.Inputs, s.ForEach = "each", nil, nil, "tag:web"
		h.add(s)
		s.Name, s.ForEach = "nobody", "tag:nobody"
		h.add(s)
		time.Sleep(time.Hour)
		h.away = errors.New("503")
		if _, err := h.keeper().Look(t.Context(), time.Now()); err == nil {
			t.Error("a provider that is away is no error")
		}
		if got := h.outcomes("web"); len(got) != 0 {
			t.Errorf("decided without knowing: %q", got)
		}
		h.away = nil
		time.Sleep(time.Minute)
		h.look()
		same(t, h.outcomes("web"), "01T01:00 fired 2 ")
		same(t, h.outcomes("nobody"), "01T01:00 skipped 0 nothing carries tag:nobody")
		for i, sum := range h.sagas() {
			e, err := h.ops.Entries(t.Context(), sum.ID, 0)
			want := fmt.Sprintf("schedule:web:2000-01-01T01:00:00Z:thing:%d", 7+i)
			if err != nil || e[0].Created.Key != want || e[0].Created.Inputs["text"] != fmt.Sprint(7+i) {
				t.Errorf("%+v, want %s", e[0].Created, want)
			}
		}
	})
}

func TestARefusedLaunchIsSkippedAndSaysWhy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		s := hourly("bad")
		s.Steps = []string{"gone"}
		h.add(s)
		time.Sleep(time.Hour)
		h.look()
		if got := h.outcomes("bad"); len(got) != 1 || !strings.Contains(got[0], "skipped 0") || !strings.Contains(got[0], "unknown step") {
			t.Errorf("%q", got)
		}
	})
}

func TestACrashAnywhereAroundAFiringLosesNothingAndDoublesNothing(t *testing.T) {
	t.Parallel()
	points, seeds := 0, uint64(60)
	if os.Getenv("ARCADIA_TORTURE") != "" {
		seeds = 400
	}
	for seed := range seeds {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 7))
			h := newHost(t)
			h.tags["web"] = []string{"7", "8", "9"}
			s := hourly("web")
			s.Kind, s.Steps, s.Inputs, s.ForEach = "each", nil, nil, "tag:web"
			h.add(s)
			h.add(hourly("plain"))
			for range 5 {
				time.Sleep(time.Hour)
				for range rng.IntN(5) {
					h.count, h.die, h.after = 0, 1+rng.IntN(12), rng.IntN(2) == 0
					_, err := h.keeper().Look(t.Context(), time.Now())
					if errors.Is(err, errDead) {
						points++
					}
					if rng.IntN(3) == 0 {
						h.tags["web"] = []string{"7", "8", "9"}[:2+rng.IntN(2)] // the world moves between the two lives
					}
				}
				h.die = 0
				h.tags["web"] = []string{"7", "8", "9"}
				h.look()
			}
			keys := map[string]int{}
			for _, sum := range h.sagas() {
				e, err := h.ops.Entries(t.Context(), sum.ID, 0)
				if err != nil {
					t.Fatal(err)
				}
				keys[e[0].Created.Key]++
			}
			for hour := 1; hour <= 5; hour++ {
				at := fmt.Sprintf("2000-01-01T%02d:00:00Z", hour)
				if keys["schedule:plain:"+at] != 1 || keys["schedule:web:"+at+":thing:7"] != 1 || keys["schedule:web:"+at+":thing:8"] != 1 {
					t.Fatalf("seed %d: occurrence %s: %v", seed, at, keys)
				}
			}
			for key, n := range keys {
				if n != 1 {
					t.Fatalf("seed %d: %d sagas under %s", seed, n, key)
				}
			}
			if got := h.outcomes("plain"); len(got) != 5 {
				t.Fatalf("seed %d: %q", seed, got)
			}
		})
	}
	t.Logf("figure | deaths around a firing of a schedule | %d | 0 wrong", points)
	if points < 200 {
		t.Errorf("only %d deaths happened", points)
	}
}

func TestTwoHostsFireEachOccurrenceOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		h.add(hourly("hourly"))
		ctx, stop := context.WithCancel(t.Context())
		var over sync.WaitGroup
		for range 2 {
			k := schedule.Keeper{As: func(string) schedule.Engine { return h.ops }, Watch: h.ops.Watch}
			over.Go(func() { k.Run(ctx) })
		}
		time.Sleep(10*time.Hour + time.Minute)
		stop()
		over.Wait()
		if n := len(h.sagas()); n != 10 || len(h.outcomes("hourly")) != 10 {
			t.Errorf("%d sagas, %q", n, h.outcomes("hourly"))
		}
	})
}

func TestTheStateKeepsTheNewestFiftyOutcomes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		h.add(hourly("hourly"))
		for range 70 {
			time.Sleep(time.Hour)
			h.look()
		}
		got := h.outcomes("hourly")
		if len(got) != 50 || !strings.HasPrefix(got[49], "03T22:00 fired") {
			t.Errorf("%d outcomes, the last is %q", len(got), got[len(got)-1])
		}
	})
}

func TestJitterPutsAnOccurrenceOffByTheSameShareEachTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		s := hourly("late")
		s.Jitter = schedule.Span(20 * time.Minute)
		h.add(s)
		ctx, stop := context.WithCancel(t.Context())
		var over sync.WaitGroup
		over.Go(func() { h.keeper().Run(ctx) })
		time.Sleep(12 * time.Hour)
		stop()
		over.Wait()
		put := map[time.Duration]bool{}
		for i, sum := range h.sagas() {
			by := sum.CreatedAt.Sub(time.Date(2000, 1, 1, i+1, 0, 0, 0, time.UTC))
			if by < 0 || by > 20*time.Minute {
				t.Errorf("occurrence %d was put off by %s", i, by)
			}
			put[by.Truncate(time.Second)] = true
		}
		if len(put) < 6 {
			t.Errorf("all are put off alike: %v", put)
		}
	})
}

func TestASpanReadsAndWritesAsPeopleDo(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"90m": "1h30m", "6h0m": "6h", "15m": "15m", "90s": "1m30s", "168h": "168h"} {
		var s schedule.Span
		if err := json.Unmarshal([]byte(`"`+text+`"`), &s); err != nil || s.String() != want {
			t.Errorf("%s: %s %v", text, s, err)
		}
	}
	for _, text := range []string{"-5m", "tomorrow", "5", ""} {
		var s schedule.Span
		if err := json.Unmarshal([]byte(`"`+text+`"`), &s); !errors.Is(err, engine.ErrInput) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestAKeeperRestsUntilAScheduleIsAdded lets nothing happen for an hour; what is added then fires at its time.
func TestAKeeperRestsUntilAScheduleIsAdded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		ctx, stop := context.WithCancel(t.Context())
		var over sync.WaitGroup
		over.Go(func() { h.keeper().Run(ctx) })
		time.Sleep(time.Hour + 50*time.Second)
		synctest.Wait()
		if h.count > 70 {
			t.Errorf("it has asked %d times in an hour of nothing", h.count)
		}
		s := hourly("soon")
		s.Cron = "1 1 * * *" // in ten seconds
		h.add(s)
		time.Sleep(15 * time.Second)
		stop()
		over.Wait()
		if all := h.sagas(); len(all) != 1 || all[0].CreatedAt.Format("15:04:05") != "01:01:00" {
			t.Errorf("%d sagas: %+v", len(all), all)
		}
	})
}
