package tui

import (
	tea "charm.land/bubbletea/v2"

	"arcadia/tui/line"
	"arcadia/tui/widget"
)

// search is the filter line of a list. It keeps its text when it is left, and when the screen is.
type search struct {
	line   line.Line
	open   bool // keys go to the line
	text   string
	filter filter
	fields []string // names that may stand before a colon
}

// typing reports whether keys go to the line.
func (s *search) typing() bool { return s.open }

// on reports whether the line takes room on the screen.
func (s *search) on() bool { return s.open || s.text != "" }

// edit opens the line.
func (s *search) edit() {
	s.line.Set(s.text)
	s.open = true
}

// set replaces the text.
func (s *search) set(text string) {
	s.text = text
	s.filter = parseFilter(text, s.fields)
}

// update takes a key or a paste while the line is open. It reports whether the filter has changed.
func (s *search) update(msg tea.Msg) bool {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch k.String() {
		case "enter", "down", "tab":
			s.open = false
			return false
		case "esc":
			s.open = false
			return s.clear()
		}
	}
	changed := s.line.Update(msg)
	if changed {
		s.set(s.line.String())
	}
	return changed
}

// clear empties the line. It reports whether there was anything.
func (s *search) clear() bool {
	was := s.text != ""
	s.set("")
	return was
}

// view draws the line, its hits on the right.
func (s *search) view(env *Env, width int, hits string) (string, *tea.Cursor) {
	t := env.Theme
	ink := t.Faint
	if s.filter.wrong != "" {
		hits, ink = s.filter.wrong, t.Danger
	}
	hits = widget.Cut(hits, width/2)
	room := max(8, width-widget.Width(hits)-6)
	if !s.open {
		return widget.Sides(" "+t.Key.Paint("/")+" "+widget.Cut(s.text, room), ink.Paint(hits)+" ", width), nil
	}
	text, x := s.line.View(line.Bare(t), room, true)
	return widget.Sides(" "+t.Key.Paint("/")+" "+text, ink.Paint(hits)+" ", width), tea.NewCursor(3+x, 0)
}
