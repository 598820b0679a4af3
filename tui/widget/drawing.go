package widget

import tea "charm.land/bubbletea/v2"

// Drawing is a picture of text.
type Drawing struct {
	Lines  []string
	Cursor *tea.Cursor // where the terminal's cursor stands, relative to the lines; nil: hidden

	// Shown takes down what of it is on the screen, for the keys and clicks that follow: how many rows have room, which row a line is.
	// Drawing itself changes nothing. Whoever puts the picture on the screen calls it; nil: there is nothing to take down.
	Shown func()
}

// Then lets f take down something more.
func (d *Drawing) Then(f func()) {
	before := d.Shown
	if before == nil {
		d.Shown = f
		return
	}
	d.Shown = func() { before(); f() }
}
