package widget

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Scale lays time out on a timeline. A stretch in which nothing happened, and that is longer than all that did, is cut
// short, so that what happened stays readable; it says how long it was.
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
		if s.Wait {
			continue // a wait is no work, however long it is
		}
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

// Axis is what is written along a timeline.
type Axis struct {
	Phase time.Duration                       // how far the start is behind a round time, so that ticks stand at round ones
	Text  func(at, step time.Duration) string // what a tick says, when the next is a step away
	Marks []Mark                              // what is written before any tick is
	Break string                              // what stands around the length of a cut
}

// Mark is a moment with a name.
type Mark struct {
	At   time.Duration
	Text string
}

// Axis writes the scale on width cells: its marks, in each cut how long that was, and ticks at round times, as many as fit.
func (s Scale) Axis(width int, a Axis) string {
	cells := []rune(strings.Repeat(" ", max(0, width)))
	put := func(x int, text string, from, to int) {
		r := []rune(text)
		x = max(from, min(x, to-len(r)))
		if x+len(r) > to {
			return
		}
		for i := max(0, x-1); i < min(width, x+len(r)+1); i++ {
			if cells[i] != ' ' {
				return
			}
		}
		copy(cells[x:], r)
	}
	cell := func(d time.Duration) int { return cellOf(s.at(d), s.total, width) }
	for _, m := range a.Marks {
		put(cell(m.At)-len([]rune(m.Text))/2, m.Text, 0, width)
	}
	for _, c := range s.cuts {
		from, to := cell(c.from), cell(c.to)
		for _, text := range []string{a.Break + " " + about(c.to-c.from) + " " + a.Break, about(c.to - c.from), a.Break} {
			if before := string(cells); to-from > len([]rune(text))+1 {
				put(from+1+(to-from-len([]rune(text)))/2, text, from+1, to)
				if string(cells) != before {
					break
				}
			}
		}
	}
	step := tickStep(s.total, width)
	if step <= 0 || a.Text == nil {
		return string(cells)
	}
	start := time.Duration(0)
	for i := 0; i <= len(s.cuts); i++ { // a cut that lasted for years has no ticks
		end := start + s.total
		if i < len(s.cuts) {
			end = s.cuts[i].from
		}
		first := (start+a.Phase+step-1)/step*step - a.Phase
		for t := first; t <= end && cell(t) < width; t += step {
			text := a.Text(t, step)
			if x := cell(t); i == len(s.cuts) || x+len([]rune(text)) <= cell(s.cuts[i].from)+1 {
				put(x, text, x, width)
			}
		}
		if i < len(s.cuts) {
			start = s.cuts[i].to
		}
	}
	return string(cells)
}

// about is a duration in its two largest units.
func about(d time.Duration) string {
	const day = 24 * time.Hour
	pair := func(a time.Duration, x string, b time.Duration, y string) string {
		text := strconv.Itoa(int(d/a)) + " " + x
		if rest := int(d % a / b); rest > 0 {
			text += " " + strconv.Itoa(rest) + " " + y
		}
		return text
	}
	switch {
	case d >= day:
		return pair(day, "d", time.Hour, "h")
	case d >= time.Hour:
		return pair(time.Hour, "h", time.Minute, "m")
	case d >= time.Minute:
		return pair(time.Minute, "m", time.Second, "s")
	}
	return strconv.Itoa(int(d/time.Second)) + " s"
}

// Strokes are what a timeline is drawn with, one cell each.
type Strokes struct {
	Forward, Backward, Wait, Gap string        // Gap stands in the middle of a cut
	Now                          string        // a line through all rows
	At                           time.Duration // where Now is; below 0 for nowhere
}

// Track draws the spans of one row on width cells. Later spans lie over earlier ones, and each shows at least one cell.
func (s Scale) Track(spans []Span, width int, k Strokes) string {
	cells := make([]int, max(0, width)) // 1 + index of the span that shows there; -1 the gap, -2 now
	for _, c := range s.cuts {
		if x := cellOf((s.at(c.from)+s.at(c.to))/2, s.total, width); x < width && k.At < 0 {
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
	if x := cellOf(s.at(k.At), s.total, width); k.At >= 0 && x < width {
		cells[x] = -2
	}
	var b strings.Builder
	for x := 0; x < width; {
		end := x + 1
		for end < width && cells[end] == cells[x] {
			end++
		}
		n := end - x
		switch c := cells[x]; {
		case c == 0:
			b.WriteString(Spaces(n))
		case c == -1:
			b.WriteString(strings.Repeat(k.Gap, n))
		case c < 0:
			b.WriteString(k.Now)
		case spans[c-1].Wait:
			b.WriteString(spans[c-1].Ink.Paint(strings.Repeat(k.Wait, n)))
		case spans[c-1].Back:
			b.WriteString(spans[c-1].Ink.Paint(strings.Repeat(k.Backward, n)))
		default:
			b.WriteString(spans[c-1].Ink.Paint(strings.Repeat(k.Forward, n)))
		}
		x = end
	}
	return b.String()
}

// End is the cell behind the last of the spans.
func (s Scale) End(spans []Span, width int) int {
	end := 0
	for _, x := range spans {
		end = max(end, min(width, max(cellOf(s.at(x.From), s.total, width)+1, cellOf(s.at(x.To), s.total, width))))
	}
	return end
}
