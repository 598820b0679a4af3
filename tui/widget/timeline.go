package widget

import (
	"strconv"
	"time"
)

// Span is a stretch of time on a timeline, counted from its start.
type Span struct {
	From, To time.Duration
	Back     bool // drawn running backward
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

func tickText(at time.Duration) string {
	switch {
	case at == 0:
		return "0s"
	case at < time.Second:
		return strconv.Itoa(int(at/time.Millisecond)) + "ms"
	case at < time.Minute && at%time.Second != 0:
		return strconv.FormatFloat(at.Seconds(), 'f', 1, 64) + "s"
	case at < time.Minute:
		return strconv.Itoa(int(at/time.Second)) + "s"
	case at < time.Hour && at%time.Minute != 0:
		return strconv.Itoa(int(at/time.Minute)) + "m" + strconv.Itoa(int(at%time.Minute/time.Second)) + "s"
	case at < time.Hour:
		return strconv.Itoa(int(at/time.Minute)) + "m"
	case at < 48*time.Hour && at%time.Hour != 0:
		return strconv.Itoa(int(at/time.Hour)) + "h" + strconv.Itoa(int(at%time.Hour/time.Minute)) + "m"
	case at < 48*time.Hour:
		return strconv.Itoa(int(at/time.Hour)) + "h"
	}
	return strconv.Itoa(int(at/(24*time.Hour))) + "d"
}
