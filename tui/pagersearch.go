package tui

import (
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/tui/line"
	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// pagerSearch finds a text in the lines of a pager; case does not matter.
type pagerSearch struct {
	open bool // keys go to the line
	line line.Line
}

// on reports whether it takes a line.
func (s *pagerSearch) on() bool { return s.open || !s.line.Empty() }

// typed takes a key or a paste, and gives the line that is on top then.
func (s *pagerSearch) typed(msg tea.Msg, lines []string, top int) int {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch k.String() {
		case "esc":
			s.open = false
			s.line.Set("")
			return top
		case "enter":
			s.open = false
			return top
		}
	}
	if s.line.Update(msg) {
		return s.next(lines, top-1, 1)
	}
	return top
}

// next is the line with the text that comes after the top one, or before it, and round the end; the top one when there is none.
func (s *pagerSearch) next(lines []string, top, by int) int {
	for n := 1; n <= len(lines) && s.on(); n++ {
		at := ((top+n*by)%len(lines) + len(lines)) % len(lines)
		if s.hits(lines[at]) {
			return at
		}
	}
	return max(0, top)
}

func (s *pagerSearch) hits(l string) bool {
	return !s.line.Empty() && strings.Contains(strings.ToLower(l), strings.ToLower(s.line.String()))
}

// paint marks a line that has the text.
func (s *pagerSearch) paint(t *theme.Theme, l string) string {
	if !s.hits(l) {
		return l
	}
	return t.Selection.Paint(l)
}

// view draws the line that is typed, or what was found.
func (s *pagerSearch) view(t *theme.Theme, lines []string, at string, width int) (string, *tea.Cursor) {
	found := 0
	for _, l := range lines {
		if s.hits(l) {
			found++
		}
	}
	right := strings.Join(slices.DeleteFunc([]string{strconv.Itoa(found) + " found", at}, func(x string) bool { return x == "" }), "  ")
	room := max(4, width-widget.Width(right)-4)
	if !s.open {
		return widget.Sides(t.Key.Paint("/")+" "+widget.Cut(s.line.String(), room), t.Faint.Paint(right), width), nil
	}
	text, x := s.line.View(line.Bare(t), room, true)
	return widget.Sides(t.Key.Paint("/")+" "+text, t.Faint.Paint(right), width), tea.NewCursor(2+x, 0)
}
