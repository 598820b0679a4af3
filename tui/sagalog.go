package tui

import (
	"slices"
	"strconv"

	"arcadia/tui/list"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// logLines draws the saga's entries in words, the newest at the end. The day stands where it changes. Long entries are wrapped when
// there is room for all of them.
func (s *saga) logLines(env *Env, d *detail, width, height int) []string {
	t := env.Theme
	lines := []string{"  " + s.heading(env, "LOG", logPane)}
	n := len(d.entries)
	var to int
	s.log, to = s.log.Fit(n, height-1)
	from := s.log.Top
	day := 0
	for i := range d.entries {
		day = max(day, widget.Width(env.Clock.Day(d.entries[i].At.Time)))
	}
	if day > 0 {
		day++
	}
	lead := 2 + day + len("15:04:05") + 2
	spare := height - 1 - (to - from) // lines that wrapped entries may take, the newest first
	var shown [][]string
	for i := to - 1; i >= from; i-- {
		e := &d.entries[i]
		text, tone := say.Entry(d.saga, e)
		name := env.Clock.Day(e.At.Time)
		if i > from && name == env.Clock.Day(d.entries[i-1].At.Time) {
			name = ""
		}
		room := max(8, width-lead-1)
		parts := widget.Wrap(text, room)
		if more := len(parts) - 1; more > spare {
			parts = []string{widget.Cut(text, room)}
		} else {
			spare -= more
		}
		stamp := widget.Fit(name, day) + env.Clock.Time(e.At.Time)
		for k, p := range parts {
			parts[k] = "  " + t.Faint.Paint(widget.Fit(stamp, lead-2)) + t.Tone(tone).Paint(p)
			stamp = ""
			if s.pane == logPane && i == s.log.At {
				parts[k] = t.Bar.Over(parts[k], width)
			}
		}
		shown = append(shown, parts)
	}
	slices.Reverse(shown)
	lines = append(lines, slices.Concat(shown...)...)
	if k := s.log.Fresh(n); k > 0 {
		list.Pill(t, lines, strconv.Itoa(k)+" new "+t.Symbols.Down, width)
	}
	return lines
}
