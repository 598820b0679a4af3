package sshd_test

import (
	"io"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"
)

// TestIdleCrowdsTakeLittle measures a server with many consoles on which nothing happens. Run it with
// ARCADIA_CROWD=seconds; the bars are 1 GiB and one core for 500, a twentieth of a core for 50.
func TestIdleCrowdsTakeLittle(t *testing.T) {
	seconds, err := strconv.Atoi(os.Getenv("ARCADIA_CROWD"))
	if err != nil {
		t.Skip("ARCADIA_CROWD=60 measures for 60 seconds")
	}
	for _, n := range []int{50, 500} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			c := startChild(t, 0)
			alone, _ := c.usage()
			c.crowd(n)
			until(t, func() bool { return c.figure(`arcadia_sessions{role="operator",way="ssh"}`) == float64(n) }, func() string { return "not all came in" })
			time.Sleep(20 * time.Second) // what came with coming in is over, and its memory is given back
			_, before := c.usage()
			time.Sleep(time.Duration(seconds) * time.Second)
			resident, after := c.usage()
			share := (after - before).Seconds() / float64(seconds)
			t.Logf("%d idle consoles for %d s: %d MiB resident (%d without), %.1f %% of a core, %.0f goroutines", n, seconds,
				resident>>20, alone>>20, 100*share, c.figure("go_goroutines"))
			if resident > 1<<30 || share > 1 {
				t.Error("beyond the bar")
			}
		})
	}
}

// TestSoak keeps 50 consoles on a server under a steady load, of which one leaves and another comes every second, and
// watches what the process takes. Run it with ARCADIA_SOAK=30m.
func TestSoak(t *testing.T) {
	long, err := time.ParseDuration(os.Getenv("ARCADIA_SOAK"))
	if err != nil {
		t.Skip("ARCADIA_SOAK=30m soaks for half an hour")
	}
	const consoles, sagas = 50, 20
	c := startChild(t, sagas)
	seats := c.crowd(consoles)
	var memory, goroutines []float64
	_, cpu := c.usage()
	end := time.Now().Add(long)
	sample := long / 60
	for at, i := time.Now(), 0; time.Now().Before(end); i++ {
		time.Sleep(time.Second)
		gone := i % consoles
		_ = seats[gone].Close()
		seats[gone] = c.crowd(1)[0]
		for j, key := range []string{"j", "\r", "q", "2", "1", "?", "\x1b", "/echo\r", "\x1b", "g"} {
			_, _ = io.WriteString(seats[(gone+1+5*j)%consoles].in, key)
		}
		if took := time.Since(at); took > sample {
			at = time.Now()
			resident, used := c.usage()
			memory = append(memory, c.anonymous())
			goroutines = append(goroutines, c.figure("go_goroutines"))
			t.Logf("%s left: %.0f MiB of its own, %d MiB resident, %.0f goroutines, %.1f %% of a core, %.0f steps done, %.0f cut, %.0f faults",
				time.Until(end).Round(time.Second), memory[len(memory)-1]/(1<<20), resident>>20, goroutines[len(goroutines)-1], 100*(used-cpu).Seconds()/took.Seconds(),
				c.figure("arcadia_step_seconds_count{direction=\"forward\",outcome=\"done\",step=\"work\"}"), c.figure("arcadia_cut_total"), c.figure("arcadia_faults_total"))
			cpu = used
		}
	}
	level(t, "bytes of memory", memory)
	level(t, "goroutines", goroutines)
	t.Logf("what the server had to say:\n%s", c.log.String())
	if n := c.figure("arcadia_faults_total"); n != 0 {
		t.Errorf("%.0f faults", n)
	}
}

// level fails when the last third of what was measured is much above the second.
func level(t *testing.T, what string, all []float64) {
	t.Helper()
	third := len(all) / 3
	middle, last := slices.Max(all[third:2*third]), slices.Max(all[2*third:])
	if last > 1.25*middle {
		t.Errorf("%s go on growing: at most %.0f in the second third, %.0f in the last", what, middle, last)
	}
}
