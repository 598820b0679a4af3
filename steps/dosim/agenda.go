package dosim

import (
	"slices"
	"time"
)

// agenda holds what will happen at a set time. Nothing runs by itself: whoever looks at
// the world runs what is due first.
type agenda struct {
	seq    int
	events []event // by time, then in the order they were added
}

type event struct {
	at  time.Time
	seq int
	do  func()
}

// add plans do for the time at.
func (a *agenda) add(at time.Time, do func()) {
	a.seq++
	e := event{at: at, seq: a.seq, do: do}
	i, _ := slices.BinarySearchFunc(a.events, e, func(x, y event) int {
		if c := x.at.Compare(y.at); c != 0 {
			return c
		}
		return x.seq - y.seq
	})
	a.events = slices.Insert(a.events, i, e)
}

// run does everything due at now, oldest first.
func (a *agenda) run(now time.Time) {
	for len(a.events) > 0 && !a.events[0].at.After(now) {
		do := a.events[0].do
		a.events = a.events[1:]
		do()
	}
}
