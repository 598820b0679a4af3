package crashtest

import (
	"strings"
	"testing"
	"time"
)

func TestWriteThatArrivesAfterItsProcessDiedIsFoundAndNotRepeated(t *testing.T) {
	t.Parallel()
	var y tally
	t.Run("scenarios", func(t *testing.T) {
		eachCourse(t, func(t *testing.T, i int, c course, dir string) {
			if c.unchanged || !torture() && i%7 != 0 {
				return
			}
			c.lates(t, dir, 12, &y)
		})
	})
	y.figure(t, "writes that arrive after their process died")
}

// lates dies over one write after the other, which arrives all the same.
func (c course) lates(t *testing.T, dir string, cancels int, y *tally) {
	t.Helper()
	for at, base := range c.starts(t, dir, cancels) {
		c.cancelAt = at
		for n, what := range base.trail {
			if !strings.HasPrefix(what, "before ") || strings.HasPrefix(what, "before append") || strings.HasPrefix(what, "before GET") {
				continue
			}
			for _, late := range []time.Duration{50 * time.Millisecond, time.Second, 2500 * time.Millisecond} {
				c.deaths, c.late = []int{n + 1}, late
				out := inBubble(t, &c, dir)
				y.judged(t, &c, &out, &base)
			}
		}
	}
}
