package tui

import (
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"arcadia/tui/widget"
)

// search is the filter line of a list. It keeps its text when it is left, and when the screen is.
type search struct {
	field  *textinput.Model
	text   string
	filter filter
	fields []string // names that may stand before a colon
}

// typing reports whether keys go to the line.
func (s *search) typing() bool { return s.field != nil }

// on reports whether the line takes room on the screen.
func (s *search) on() bool { return s.field != nil || s.text != "" }

// edit opens the line.
func (s *search) edit(env *Env) {
	f := newInput(env)
	f.SetValue(s.text)
	f.CursorEnd()
	s.field = &f
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
			s.field = nil
			return false
		case "esc":
			s.field = nil
			return s.clear()
		}
	}
	f, _ := s.field.Update(msg)
	s.field = &f
	if f.Value() == s.text {
		return false
	}
	s.set(f.Value())
	return true
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
	if s.field == nil {
		return widget.Sides(" "+t.Key.Paint("/")+" "+widget.Cut(s.text, room), ink.Paint(hits)+" ", width), nil
	}
	s.field.SetWidth(room - 1)
	line := widget.Sides(" "+t.Key.Paint("/")+" "+s.field.View(), ink.Paint(hits)+" ", width)
	c := s.field.Cursor()
	if c != nil {
		c.X += 3
	}
	return line, c
}
