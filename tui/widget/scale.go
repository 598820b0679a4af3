package widget

import (
	"slices"
	"strings"
	"time"
)

// Scale lays time out on a timeline. A stretch in which nothing happened, and that is longer than all that did, is cut
// short, so that what happened stays readable; it is marked, and says how long it was.
type Scale struct {
	total time.Duration // shortened
	cuts  []cut
}

// cut is a stretch that is drawn shorter than it was.
type cut struct {
	from, to time.Duration // as it was
	drawn    time.Duration // how long it is drawn
}

// leastCut is the shortest stretch that is worth a mark.
const leastCut = 10 * time.Second

// NewScale makes the scale of a timeline from 0 to total on which something happened during the spans.
func NewScale(total time.Duration, busy []Span) Scale {
	if len(busy) == 0 {
		return Scale{total: total}
	}
	all := slices.Clone(busy)
	slices.SortFunc(all, func(a, b Span) int { return int(max(-1, min(1, a.From-b.From))) })
	var idle []cut
	at, work := time.Duration(0), total
	gap := func(to time.Duration) {
		if to-at >= leastCut {
			idle = append(idle, cut{from: at, to: to})
			work -= to - at
		}
	}
	for _, s := range all {
		gap(min(s.From, total))
		at = min(total, max(at, s.To))
	}
	gap(total)
	out := Scale{total: total}
	for _, c := range idle {
		c.drawn = max(work/4, time.Millisecond)
		if c.to-c.from <= work || c.to-c.from <= 2*c.drawn {
			continue
		}
		out.cuts = append(out.cuts, c)
		out.total -= c.to - c.from - c.drawn
	}
	return out
}

// Total is how long the timeline is drawn.
func (s Scale) Total() time.Duration { return s.total }

// Until is the scale drawn on to total, for what goes on.
func (s Scale) Until(total time.Duration) Scale {
	s.total = max(s.total, total)
	return s
}

// at is where a moment is drawn.
func (s Scale) at(d time.Duration) time.Duration {
	out := d
	for _, c := range s.cuts {
		switch length := c.to - c.from; {
		case d >= c.to:
			out -= length - c.drawn
		case d > c.from:
			out -= d - c.from - time.Duration(float64(c.drawn)*float64(d-c.from)/float64(length))
		}
	}
	return out
}

// Axis writes the scale on width cells: times at round distances, as many as fit, counted anew after each cut, and in a cut
// how long it was, between the marks.
func (s Scale) Axis(width int, mark string) string {
	cells := []rune(strings.Repeat(" ", max(0, width)))
	free := 0 // the first cell that nothing is written to
	put := func(x int, text string, end int) bool {
		r := []rune(text)
		if x < free || x+len(r) > min(end, width) {
			return false
		}
		copy(cells[x:], r)
		free = x + len(r) + 1
		return true
	}
	step := tickStep(s.total, width)
	start := time.Duration(0)
	for i := 0; i <= len(s.cuts); i++ {
		end, stop := s.total, width
		if i < len(s.cuts) {
			stop = cellOf(s.at(s.cuts[i].from), s.total, width)
			end = s.cuts[i].from
		} else if i > 0 {
			end = start + s.total // farther than any cell
		}
		for t := time.Duration(0); start+t <= end; t += step {
			x, text := cellOf(s.at(start+t), s.total, width), tickText(t)
			if x >= stop {
				break
			}
			if i > 0 {
				text = "+" + text
			}
			if i == 0 || t > 0 {
				put(x, text, stop)
			}
			if step <= 0 {
				break
			}
		}
		if i < len(s.cuts) {
			c := s.cuts[i]
			from, to := cellOf(s.at(c.from), s.total, width), cellOf(s.at(c.to), s.total, width)
			text := mark + " " + about(c.to-c.from) + " " + mark
			if !put(max(free, from+(to-from-len([]rune(text)))/2), text, to) {
				put(max(free, (from+to)/2), mark, to)
			}
			start = c.to
		}
	}
	return string(cells)
}

// about is a duration in its two largest units.
func about(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= 2*day:
		return tickText(d.Truncate(day))
	case d >= time.Hour:
		return tickText(d.Truncate(time.Minute))
	}
	return tickText(d.Truncate(time.Second))
}

// Track draws the spans of one row on width cells. Later spans lie over earlier ones, and each shows at least one cell. The
// middle of a cut shows the mark.
func (s Scale) Track(spans []Span, width int, forward, backward, mark string) string {
	cells := make([]int, max(0, width)) // 1 + index of the span that shows there; below 0 the mark
	for _, c := range s.cuts {
		if x := cellOf((s.at(c.from)+s.at(c.to))/2, s.total, width); x < width {
			cells[x] = -1
		}
	}
	for i, span := range spans {
		from := min(cellOf(s.at(span.From), s.total, width), width-1)
		to := min(max(from+1, cellOf(s.at(span.To), s.total, width)), width)
		if span.Back && i > 0 && from > 0 && cells[from] > 0 && from+1 < width && to == from+1 {
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
		switch c := cells[x]; {
		case c == 0:
			b.WriteString(Spaces(end - x))
		case c < 0:
			b.WriteString(strings.Repeat(mark, end-x))
		case spans[c-1].Back:
			b.WriteString(spans[c-1].Ink.Paint(strings.Repeat(backward, end-x)))
		default:
			b.WriteString(spans[c-1].Ink.Paint(strings.Repeat(forward, end-x)))
		}
		x = end
	}
	return b.String()
}
