package widget

import (
	"strconv"
	"strings"
	"time"
)

// Span is a stretch of time on a timeline, counted from its start.
type Span struct {
	From, To time.Duration
	Back     bool // drawn running backward
	Ink      Ink
}

// Axis writes the scale of a timeline of width cells that ends at total: times at round distances, as many as fit.
func Axis(total time.Duration, width int) string {
	step := tickStep(total, width)
	var b strings.Builder
	used := 0
	for at := time.Duration(0); ; at += step {
		text := tickText(at)
		x := cellOf(at, total, width)
		if x+len(text) > width {
			break
		}
		b.WriteString(Spaces(x - used))
		b.WriteString(text)
		used = x + len(text)
		if step <= 0 {
			break
		}
	}
	return b.String() + Spaces(width-used)
}

// Track draws the spans of one row on a timeline of width cells that ends at total. Later spans lie over earlier ones, and
// each shows at least one cell.
func Track(spans []Span, total time.Duration, width int, forward, backward string) string {
	cells := make([]int, width) // 1 + index of the span that shows there
	for i, s := range spans {
		from := min(cellOf(s.From, total, width), width-1)
		to := min(max(from+1, cellOf(s.To, total, width)), width)
		if s.Back && i > 0 && from > 0 && cells[from] != 0 && from+1 < width && to == from+1 {
			from, to = from+1, to+1 // a short way back does not hide what it undoes
		}
		for x := max(0, from); x < to; x++ {
			cells[x] = i + 1
		}
	}
	var b strings.Builder
	for x := 0; x < width; {
		end := x + 1
		for end < width && cells[end] == cells[x] {
			end++
		}
		if c := cells[x]; c == 0 {
			b.WriteString(Spaces(end - x))
		} else {
			mark := forward
			if spans[c-1].Back {
				mark = backward
			}
			b.WriteString(spans[c-1].Ink.Paint(strings.Repeat(mark, end-x)))
		}
		x = end
	}
	return b.String()
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
