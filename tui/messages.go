package tui

import (
	tea "charm.land/bubbletea/v2"

	"arcadia/tui/widget"
)

// messages is the screen of everything that was said in the footer.
type messages struct {
	cursor, top int // from the newest
	tall        int
}

func (m *messages) root() Command { return CmdMessages }

// Title is the breadcrumb.
func (m *messages) Title(*Env) []string { return []string{"messages"} }

// Scopes are those of a list.
func (m *messages) Scopes() []Scope { return []Scope{Lists} }

// Hints are the list's.
func (m *messages) Hints(*Env) []Command { return []Command{CmdSagas, CmdTimes} }

// Update has nothing to take.
func (m *messages) Update(*Env, tea.Msg) Action { return nil }

// Do moves through the list.
func (m *messages) Do(env *Env, c Command) Action {
	if to, ok := moveBy(c, m.cursor, len(env.State.Messages), m.tall); ok {
		m.cursor = to
		return nil
	}
	if c == CmdBack {
		return Press{CmdSagas}
	}
	return nil
}

// View draws the newest first.
func (m *messages) View(env *Env, width, height int) Drawing {
	t, all := env.Theme, env.State.Messages
	m.tall = height - 1
	if len(all) == 0 {
		return Drawing{Lines: empty(env, width, height, "nothing has been said yet", "Results of verbs and sagas that come to rest are kept here.")}
	}
	columns := []widget.Column{{Title: "TIME", Width: 12}, {Title: "SAGA", Width: 8}, {Title: "MESSAGE", Width: 10, Grow: 1}}
	widths := widget.Layout(columns, width-4)
	lines := []string{widget.Head(columns, widths, 3, width, t.Faint)}
	m.cursor = max(0, min(m.cursor, len(all)-1))
	m.top = widget.Window(len(all), m.cursor, m.top, m.tall)
	for i := m.top; i < len(all) && i < m.top+m.tall; i++ {
		x := all[len(all)-1-i]
		ink := widget.Ink("")
		switch x.Level {
		case Error:
			ink = t.Failed
		case Warn:
			ink = t.Compensating
		case Good, Info:
		}
		cells := []widget.Cell{{Text: env.Clock.Precise(x.At), Ink: t.Faint}, {Text: x.Saga}, {Text: x.Text, Ink: ink}}
		bar := widget.Ink("")
		if i == m.cursor {
			bar = t.Selection
		}
		lines = append(lines, widget.Row(columns, widths, cells, 3, width, bar))
	}
	return Drawing{Lines: lines}
}

// moveBy is where a cursor goes in a list of n rows, tall of them shown. It reports false for what is no move.
func moveBy(c Command, at, n, tall int) (int, bool) {
	switch c {
	case CmdDown:
		at++
	case CmdUp:
		at--
	case CmdNewest:
		at = 0
	case CmdOldest:
		at = n - 1
	case CmdHalfDown:
		at += max(1, tall/2)
	case CmdHalfUp:
		at -= max(1, tall/2)
	case CmdPageDown:
		at += max(1, tall)
	case CmdPageUp:
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
