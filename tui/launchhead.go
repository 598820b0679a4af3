package tui

import (
	"arcadia/tui/widget"
)

// launchHead draws a page under its title, with one line on what it is about and what went wrong, as far as there is room:
// below ten lines the breadcrumb has to do for a title.
func launchHead(env *Env, width, height int, wrong, title, what string, body func(height int) Drawing) Drawing {
	t := env.Theme
	var head []string
	if height >= 10 {
		if height >= 14 {
			head = append(head, "")
		}
		line := " " + t.Strong.Paint(title)
		if what != "" {
			line += "  " + t.Faint.Paint(widget.Cut(what, width-widget.Width(title)-4))
		}
		head = append(head, line, "")
	}
	if wrong != "" {
		for _, l := range widget.Wrap(wrong, width-2) {
			head = append(head, " "+t.Failed.Paint(l))
		}
	}
	d := body(max(1, height-len(head)))
	if d.Cursor != nil {
		d.Cursor.Y += len(head)
	}
	d.Lines = append(head, d.Lines...)
	return d
}
