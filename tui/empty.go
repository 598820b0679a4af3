package tui

import (
	"arcadia/tui/widget"
)

// empty says in the middle of a screen that there is nothing, and what could be done about it.
func empty(env *Env, width, height int, what, hint string) []string {
	lines := make([]string, max(0, height/3))
	put := func(s string, ink widget.Ink) {
		for _, l := range widget.Wrap(s, max(10, width-8)) {
			lines = append(lines, widget.Spaces((width-widget.Width(l))/2)+ink.Paint(l))
		}
	}
	put(what, "")
	if hint != "" {
		put(hint, env.Theme.Faint)
	}
	return lines
}
