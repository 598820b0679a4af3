package crashtest

import "testing"

// The plays go through the same points as the plain courses, before the same judge.

func TestEveryVerbAtEveryCrashPointLosesNothingAndDoublesNothing(t *testing.T) {
	t.Parallel()
	var y tally
	t.Run("scenarios", func(t *testing.T) {
		eachPlay(t, func(t *testing.T, i int, c course, dir string) {
			step, points := 41, 16
			if torture() {
				step, points = 1, 2
			}
			c.singles(t, dir, i, step, points, &y)
		})
	})
	y.figure(t, "operators' verbs × single crash points")
}

func TestEveryVerbAtEveryPairOfCrashPointsLosesNothingAndDoublesNothing(t *testing.T) {
	t.Parallel()
	var y tally
	t.Run("scenarios", func(t *testing.T) {
		eachPlay(t, func(t *testing.T, i int, c course, dir string) {
			step, points := 53, 80
			if torture() {
				step, points = 3, 20
			}
			c.pairs(t, dir, i, step, points, &y)
		})
	})
	y.figure(t, "operators' verbs × ordered pairs of crash points")
}

func TestEveryVerbWithUnknownOutcomesAndLateWritesEndsAsItShould(t *testing.T) {
	t.Parallel()
	var y tally
	t.Run("scenarios", func(t *testing.T) {
		eachPlay(t, func(t *testing.T, i int, c course, dir string) {
			if !torture() && i%17 != 0 {
				return
			}
			for at, base := range c.starts(t, dir, 40) {
				c.cancelAt = at
				c.unknowns(t, dir, &base, &y, i)
			}
			c.cancelAt = 0
			c.lates(t, dir, 40, &y)
		})
	})
	y.figure(t, "operators' verbs × unknown outcomes × crash × lag, and late writes")
}
