package crashtest

import (
	"testing"
)

// pairStride thins out the pairs of a normal run: every so-manieth first point, and then second point.
const pairStride = 17

func TestEveryPairOfCrashPointsLosesNothingAndDoublesNothing(t *testing.T) {
	t.Parallel()
	var y tally
	t.Run("scenarios", func(t *testing.T) {
		eachCourse(t, func(t *testing.T, _ int, c course, dir string) {
			step, cancels := pairStride, 60
			if torture() {
				step, cancels = 1, 40
			}
			for at, base := range c.starts(t, dir, false, cancels) {
				c.cancelAt = at
				for n := 1 + len(c.name)%step; n <= base.lives[0]; n += step {
					c.pairsAfter(t, dir, n, step, &base, &y)
				}
			}
		})
	})
	y.figure(t, "ordered pairs of crash points")
}

// pairsAfter dies at point n, and in the next life at one point after the other until there are no more.
func (c course) pairsAfter(t *testing.T, dir string, n, step int, base *outcome, y *tally) {
	t.Helper()
	for m := 1 + n%step; ; m += step {
		c.deaths = []int{n, m}
		out := inBubble(t, &c, dir)
		if len(out.died) < 2 && len(out.wrong) == 0 {
			return // the second life ends before that point
		}
		y.judged(t, &c, &out, base)
		if len(out.died) < 2 {
			return
		}
	}
}
