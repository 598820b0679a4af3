package crashtest

import (
	"os"
	"strings"
	"testing"
)

// effective reports whether a point comes right after something that outlives the process: a durable append, or a write that
// the provider has carried out. To die at any other point leaves the world as it was at the effective one before it; that
// this is so is what the single points show, all of which are gone through.
func effective(what string) bool {
	return strings.HasPrefix(what, "after append") || strings.HasPrefix(what, "applied ") && !strings.HasPrefix(what, "applied GET")
}

// everyPair reports whether points without an effect are to be paired too: hours.
func everyPair() bool { return os.Getenv("ARCADIA_PAIRS") == "all" }

func TestEveryPairOfCrashPointsLosesNothingAndDoublesNothing(t *testing.T) {
	t.Parallel()
	var y tally
	t.Run("scenarios", func(t *testing.T) {
		eachCourse(t, func(t *testing.T, i int, c course, dir string) {
			step, cancels := 9*c.coarse(), 80
			if torture() {
				step, cancels = 1, 20
			}
			c.pairs(t, dir, i, step, cancels, &y)
		})
	})
	y.figure(t, "ordered pairs of crash points")
}

// pairs dies at one point after the other, and each time at one more in the next life.
func (c course) pairs(t *testing.T, dir string, i, step, cancels int, y *tally) {
	t.Helper()
	for at, base := range c.starts(t, dir, cancels) {
		c.cancelAt = at
		firsts := paired(base.trail)
		for j := i % step; j < len(firsts); j += step {
			c.pairsAfter(t, dir, firsts[j], step, &base, y)
		}
	}
}

// paired are the points of a trail that go into pairs.
func paired(trail []string) []int {
	var out []int
	for i, what := range trail {
		if effective(what) || everyPair() {
			out = append(out, i+1)
		}
	}
	return out
}

// pairsAfter dies at point n, and in the next life at one point after the other.
func (c course) pairsAfter(t *testing.T, dir string, n, step int, base *outcome, y *tally) {
	t.Helper()
	c.deaths = []int{n}
	once := inBubble(t, &c, dir)
	y.judged(t, &c, &once, base)
	if len(once.lives) < 2 || len(once.trail) < n {
		return
	}
	seconds := paired(once.trail[n-1:]) // the fatal point of the first life is not in the trail
	for j := n % step; j < len(seconds); j += step {
		c.deaths = []int{n, seconds[j]}
		out := inBubble(t, &c, dir)
		y.judged(t, &c, &out, base)
	}
}
