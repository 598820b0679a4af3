package widget

import "time"

// Span is a stretch of time on a timeline, counted from its start.
type Span struct {
	From, To time.Duration
	Back     bool // drawn running backward
	Wait     bool // nothing is done in it: it is drawn as a wait, and cut like idle time
	Ink      Ink
}

func cellOf(at, total time.Duration, width int) int {
	if total <= 0 {
		return 0
	}
	return int(float64(width) * float64(at) / float64(total))
}

// Room rounds the length of what is not over yet up to one that leaves room to grow, so that the scale stands still for a
// while.
func Room(total time.Duration) time.Duration {
	for _, s := range []time.Duration{10, 20, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 2700, 3600, 5400, 7200, 10800, 21600, 43200, 86400} {
		if s*time.Second > total {
			return s * time.Second
		}
	}
	const day = 24 * time.Hour
	return (total/day + 1) * day
}

// tickStep is the least round distance that leaves ten cells between two ticks.
func tickStep(total time.Duration, width int) time.Duration {
	if width < 10 || total <= 0 {
		return 0
	}
	least := total * 10 / time.Duration(width)
	for _, unit := range []time.Duration{time.Millisecond, 10 * time.Millisecond, 100 * time.Millisecond, time.Second} {
		for _, n := range []time.Duration{1, 2, 5} {
			if unit*n >= least {
				return unit * n
			}
		}
	}
	for _, s := range []time.Duration{10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 2 * 3600, 6 * 3600, 12 * 3600} {
		if s*time.Second >= least {
			return s * time.Second
		}
	}
	const day = 24 * time.Hour
	return (least/day + 1) * day
}
