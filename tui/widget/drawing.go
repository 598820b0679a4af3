package widget

import tea "charm.land/bubbletea/v2"

// Drawing is a picture of text.
type Drawing struct {
	Lines  []string
	Cursor *tea.Cursor // where the terminal's cursor stands, relative to the lines; nil: hidden
}
