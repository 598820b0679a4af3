package digitalocean

import "time"

// slots is how finely a tally divides its window. What it counts may be one slot too old, so it errs on the careful side.
const slots = 60

// tally counts what happened in a sliding window. It is not safe for concurrent use; the zero value with a window is ready.
type tally struct {
	window time.Duration
	counts [slots]int
	last   int64 // the slot counted into last, by number since the epoch
}

func (t *tally) slot(now time.Time) int64 { return now.UnixNano() / int64(t.window/slots) }

// add counts one more.
func (t *tally) add(now time.Time) {
	t.forget(now)
	t.counts[t.last%slots]++
}

// sum is how many there were in the window that ends now.
func (t *tally) sum(now time.Time) int {
	t.forget(now)
	n := 0
	for _, c := range t.counts {
		n += c
	}
	return n
}

// forget empties the slots that have left the window. A clock that was set back counts on in the last slot.
func (t *tally) forget(now time.Time) {
	slot := t.slot(now)
	for i := max(t.last+1, slot-slots+1); i <= slot; i++ {
		t.counts[i%slots] = 0
	}
	t.last = max(t.last, slot)
}
