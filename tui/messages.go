package tui

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine/visible"
	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// messages is the screen of everything that was said in the footer, newest first.
type messages struct{ listing }

func newMessages() *messages {
	m := &messages{}
	m.listing = listing{
		at: keys.CmdMessages, title: []string{"messages"}, cell: messageCell,
		nothing: "nothing has been said yet", hint: "Results of verbs and sagas that come to rest are kept here.",
	}
	m.Fixed = true
	m.Columns = []widget.Column{{Title: "TIME", Width: 12, Drop: 1}, {Title: "LEVEL", Width: 7, Drop: 2}, {Title: "SAGA", Width: 8}, {Title: "MESSAGE", Width: 20, Grow: 1}}
	m.Fields = []string{"time", "level", "saga", "text"}
	message := func(b keys.Binding, do func(env *Env, x Message) Action) command {
		return m.chosen(b, nil, func(env *Env, r *list.Row) Action { return do(env, r.Value.(Message)) }) //nolint:forcetypeassert // set below
	}
	m.own = []command{
		message(openKey, func(env *Env, x Message) Action {
			if x.Saga != "" {
				return findSaga{x.Saga}
			}
			return Show{&pager{name: "Message", text: []string{env.Clock.Full(x.At), "", x.Text}}}
		}),
		message(copyKey, func(_ *Env, x Message) Action { return Copy{What: "message", Text: x.Text} }),
	}
	return m
}

// Hints are the list's.
func (m *messages) Hints(*Env) []keys.Command {
	return []keys.Command{keys.CmdOpen, keys.CmdFilter, keys.CmdTimes, keys.CmdSagas}
}

// Update takes what has been said since.
func (m *messages) Update(env *Env, msg tea.Msg) Action {
	switch msg.(type) {
	case Shown, Noted:
		all := env.State.Messages
		rows := make([]list.Row, len(all))
		for i, x := range all {
			rows[len(all)-1-i] = list.Row{Key: strconv.Itoa(x.No), Value: x, Cells: []string{"", x.Level.String(), x.Saga, x.Text}}
		}
		m.Set(rows)
		return nil
	}
	return m.listing.Update(env, msg)
}

func messageCell(env *Env, r *list.Row, column int) (widget.Cell, bool) {
	t, x := env.Theme, r.Value.(Message) //nolint:forcetypeassert // set above
	switch column {
	case 0:
		return widget.Cell{Text: env.Clock.Precise(x.At), Ink: t.Faint}, true
	case 1:
		return widget.Cell{Text: r.Cells[1], Ink: t.Faint}, true
	case 3:
		return widget.Cell{Text: x.Text, Ink: levelInk(t, x.Level)}, true
	}
	return widget.Cell{}, false
}

// warn says what whoever opened this console has to say about it.
func (a *App) warn() tea.Cmd {
	text := visible.Text(strings.Join(strings.Fields(a.env.Config.Warning), " "))
	if text == "" {
		return nil
	}
	return func() tea.Msg { return said{Level: say.Warn, Text: text} }
}
