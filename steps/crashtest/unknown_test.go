package crashtest

import (
	"slices"
	"testing"
)

// afterMishap are the ways in which a process goes on after a write met a mishap: it lives, it dies before it could record
// anything, or right after it has.
var afterMishap = []int{0, 1, 2}

func TestEveryUnknownOutcomeIsSettledExactlyOnce(t *testing.T) {
	t.Parallel()
	var y tally
	t.Run("scenarios", func(t *testing.T) {
		eachCourse(t, func(t *testing.T, i int, c course, dir string) {
			if c.unchanged {
				return
			}
			for at, base := range c.starts(t, dir, 12) {
				c.cancelAt = at
				c.unknowns(t, dir, &base, &y, i)
			}
		})
	})
	y.figure(t, "unknown outcomes")
}

// unknowns goes through writes × mishaps × ways to go on × lag of the listings.
func (c course) unknowns(t *testing.T, dir string, base *outcome, y *tally, offset int) {
	t.Helper()
	lags := []int{0, 3}
	if !slices.Contains(lags, c.lag) {
		lags = append(lags, c.lag)
	}
	whole := c
	whole.ending, whole.play = undone, nil // when every write meets a mishap a saga may give up and go all the way back
	most := baseline(t, &whole, dir)
	i := offset
	for nth := range base.writes + 1 {
		for _, m := range mishaps() {
			if nth == 0 && (!m.applied || c.play != nil) {
				continue // a provider that never carries anything out is no matter of unknown outcomes; plays end as they should
			}
			for _, doom := range afterMishap {
				for _, lag := range lags {
					if i++; !torture() && i%151 != 0 {
						continue
					}
					late := *c.scenario
					late.lag = lag
					d := c
					d.scenario, d.doom = &late, doom
					d.stroke = &stroke{mishap: m, nth: nth}
					out := inBubble(t, &d, dir)
					if nth == 0 {
						y.judged(t, &d, &out, &outcome{posts: most.posts})
						continue
					}
					y.judged(t, &d, &out, base)
				}
			}
		}
	}
}
