package sshd_test

import (
	"os"
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
			time.Sleep(5 * time.Second) // what came with coming in is over
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
