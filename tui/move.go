package tui

import (
	"arcadia/tui/keys"
	"arcadia/tui/widget"
)

// moveBy is where a cursor goes in a list of n rows, tall of them shown. It reports false for what is no move.
func moveBy(c keys.Command, at, n, tall int) (int, bool) {
	switch c {
	case keys.CmdDown:
		at++
	case keys.CmdUp:
		at--
	case keys.CmdNewest:
		at = 0
	case keys.CmdOldest:
		at = n - 1
	case keys.CmdHalfDown:
		at += max(1, tall/2)
	case keys.CmdHalfUp:
		at -= max(1, tall/2)
	case keys.CmdPageDown:
		at += max(1, tall)
	case keys.CmdPageUp:
		at -= max(1, tall)
	default:
		return at, false
	}
	return max(0, min(at, n-1)), true
}

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
