package tui

import (
	"fmt"

	"arcadia/tui/widget"
)

// tiny reports whether the terminal is too small to show what a key would do. Then only leaving works: nothing happens unseen. A
// size that is not known yet is not tiny.
func (a *App) tiny() bool {
	w, h := a.env.Width, a.env.Height
	return w > 0 && h > 0 && (w < minWidth || h < minHeight)
}

// tooSmall is what a tiny terminal shows: how large it has to be, and below it the counters.
func (a *App) tooSmall(w, h int) string {
	text := widget.Cut(fmt.Sprintf("arcadia needs %dx%d (this is %dx%d)", minWidth, minHeight, w, h), w)
	if h > 1 {
		text += "\n" + widget.Cut(a.counters(w, true), w)
	}
	return text
}

// calm takes the focus off every answer that does something.
func (a *App) calm() {
	put := func(x any) {
		if c, ok := x.(interface{ Calm() }); ok {
			c.Calm()
		}
	}
	for _, o := range a.overlays {
		put(o)
	}
	for _, s := range a.stacks {
		for _, screen := range s {
			put(screen)
		}
	}
}

// Calm takes the focus off the answer.
func (d *deciding) Calm() {
	if d.form != nil {
		d.form.Calm()
	}
}
