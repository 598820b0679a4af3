package list

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/tui/line"
	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// Search is the filter line of a list. It keeps its text when it is left, and when the screen is.
type Search struct {
	Fields []string                    // names that may stand before a colon
	Values func(field string) []string // what a field can say, for completion; nil: nothing is known

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
		case "tab":
			text, several := s.complete()
			if text == s.text {
				s.open = several
				return false
			}
			s.line.Set(text)
			s.Set(text)
			return true
		case "enter", "down":
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

// complete is the line with its last word completed: the name of a field, or what the field can say, as far as all that begin like
// it agree. several says that more than one do.
func (s *Search) complete() (text string, several bool) {
	at := strings.LastIndexAny(s.text, " !") + 1
	head, word := s.text[:at], s.text[at:]
	among := make([]string, 0, len(s.Fields))
	for _, f := range s.Fields {
		among = append(among, f+":")
	}
	if field, value, ok := strings.Cut(word, ":"); ok {
		head, word, among = head+field+":", value, nil
		if s.Values != nil && slices.Contains(s.Fields, field) {
			among = s.Values(field)
		}
	}
	common := ""
	for _, v := range among {
		switch {
		case word == "" && at < len(s.text) || !strings.HasPrefix(v, word) || strings.ContainsAny(v, " \""):
		case common == "":
			common = v
		default:
			several = true
			for !strings.HasPrefix(v, common) {
				common = common[:len(common)-1]
			}
		}
	}
	if len(common) > len(word) {
		return head + common, several
	}
	return s.text, several
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
