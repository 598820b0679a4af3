package demo

import (
	"slices"
	"sync"
	"time"
)

// clock is the time of a simulated account. While the account's past goes on it is set back, and runs ahead where something would take its
// time. Safe for concurrent use.
type clock struct {
	mu    sync.Mutex // guards turns
	turns []turn     // in the order of time
}

// turn is a moment from which on the account has another time than the world.
type turn struct{ at, then time.Time }

// now is the account's time.
func (c *clock) now() time.Time { return c.then(time.Now()) }

// then is the account's time at a moment of the world. What lies before the first turn is told as it is.
func (c *clock) then(t time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.thenLocked(t)
}

func (c *clock) thenLocked(t time.Time) time.Time {
	for _, last := range slices.Backward(c.turns) {
		if !last.at.After(t) {
			return last.then.Add(t.Sub(last.at))
		}
	}
	return t
}

// set sets the clock.
func (c *clock) set(to time.Time) { c.turn(func(time.Time) time.Time { return to }) }

// pass lets time go by at once.
func (c *clock) pass(d time.Duration) { c.turn(func(then time.Time) time.Time { return then.Add(d) }) }

// turn begins with the next millisecond: what was noted before, in milliseconds, keeps the time it had.
func (c *clock) turn(to func(then time.Time) time.Time) {
	at := time.Now().Truncate(time.Millisecond).Add(time.Millisecond)
	time.Sleep(time.Until(at))
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.turns); n > 0 && c.turns[n-1].at.After(at) {
		at = c.turns[n-1].at
	}
	c.turns = append(c.turns, turn{at, to(c.thenLocked(at))})
}
