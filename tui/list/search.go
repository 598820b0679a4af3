package list

import (
	tea "charm.land/bubbletea/v2"

	"arcadia/tui/line"
	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// Search is the filter line of a list. It keeps its text when it is left, and when the screen is.
type Search struct {
	Fields []string // names that may stand before a colon

	line   line.Line
	open   bool // keys go to the line
	text   string
	filter Filter
}

// Typing reports whether keys go to the line.
func (s *Search) Typing() bool { return s.open }

// On reports whether the line takes room on the screen.
func (s *Search) On() bool { return s.open || s.text != "" }

// Edit opens the line.
func (s *Search) Edit() {
	s.line.Set(s.text)
	s.open = true
}

// Set replaces the text.
func (s *Search) Set(text string) {
	s.text = text
	s.filter = Parse(text, s.Fields)
}

// Update takes a key or a paste while the line is open. It reports whether the filter has changed.
func (s *Search) Update(msg tea.Msg) bool {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch k.String() {
		case "enter", "down", "tab":
			s.open = false
			return false
		case "esc":
			s.open = false
			return s.Clear()
		}
	}
	changed := s.line.Update(msg)
	if changed {
		s.Set(s.line.String())
	}
	return changed
}

// Clear empties the line. It reports whether there was anything.
func (s *Search) Clear() bool {
	was := s.text != ""
	s.Set("")
	return was
}

// View draws the line, its hits on the right.
func (s *Search) View(t *theme.Theme, width int, hits string) (string, *tea.Cursor) {
	ink := t.Faint
	if s.filter.Wrong != "" {
		hits, ink = s.filter.Wrong, t.Danger
	}
	hits = widget.Cut(hits, width/2)
	room := max(8, width-widget.Width(hits)-6)
	if !s.open {
		return widget.Sides(" "+t.Key.Paint("/")+" "+widget.Cut(s.text, room), ink.Paint(hits)+" ", width), nil
	}
	text, x := s.line.View(line.Bare(t), room, true)
	return widget.Sides(" "+t.Key.Paint("/")+" "+text, ink.Paint(hits)+" ", width), tea.NewCursor(3+x, 0)
}

// Text is what the line says.
func (s *Search) Text() string { return s.text }

// Filter is what the line means.
func (s *Search) Filter() Filter { return s.filter }
