package tui

import (
	"context"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine/notify"
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
	m.Fixed, m.Wraps = true, true
	m.Columns = []widget.Column{{Title: "TIME", Width: 12, Drop: 1}, {Title: "LEVEL", Width: 11, Drop: 2}, {Title: "SAGA", Width: 8}, {Title: "MESSAGE", Width: 20, Grow: 1}}
	m.Fields = []string{"time", "level", "saga", "text"}
	message := func(b keys.Binding, do func(env *Env, x Message) Action) command {
		return m.chosen(b, nil, func(env *Env, r *list.Row) Action { return do(env, r.Value.(Message)) }) //nolint:forcetypeassert // set below
	}
	m.own = []command{
		message(openKey, func(env *Env, x Message) Action {
			if x.undelivered != "" {
				return Show{newMenu("Undelivered", []item{
					{Key: "a", Text: "send again", Note: "under its own id", Why: operators(env), Do: settled{x.undelivered, true}.ask(m)},
					{Key: "d", Text: "drop", Note: "it need not arrive any more", Why: operators(env), Do: settled{x.undelivered, false}.ask(m)},
					{Key: "i", Text: "details", Do: Show{&pager{name: "Undelivered", text: []string{env.Clock.Full(x.At), x.undelivered, "", x.Text}}}},
				})}
			}
			if x.Saga != "" {
				return findSaga{x.Saga}
			}
			return Show{&pager{name: "Message", text: []string{env.Clock.Full(x.At), "", x.Text}}}
		}),
		{Binding: bind(keys.Lists, keys.CmdNeedsMe, "needs me", "the next saga that needs a person", "!"), do: func(env *Env) Action { return Ask{To: m, Read: findNeedy("", env.State.needy())} }},
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
	switch msg := msg.(type) {
	case Shown, Noted, Changed:
		all := env.State.Messages
		rows := undelivered(env)
		for i := range all {
			x := all[len(all)-1-i]
			rows = append(rows, list.Row{Key: strconv.Itoa(x.No), Value: x, Cells: []string{"", x.Level.String(), x.Saga, x.Text}})
		}
		m.Set(rows)
		return nil
	case foundMsg:
		if msg.saga == nil {
			return Notify{Level: say.Good, Text: "no saga needs you"}
		}
		return Open{answers(msg.saga)}
	case outboxMsg:
		if msg.err != "" {
			return Notify{Level: say.Error, Text: msg.err}
		}
		return Notify{Level: say.Good, Text: msg.said}
	}
	return m.listing.Update(env, msg)
}

// undelivered are the deliveries that were given up, before what was said: they need a person.
func undelivered(env *Env) []list.Row {
	var rows []list.Row
	for i := range env.State.Nights.Unheard {
		d := &env.State.Nights.Unheard[len(env.State.Nights.Unheard)-1-i]
		x := Message{
			At: d.GaveUp.Time, Level: say.Error, undelivered: d.ID,
			Text: visible.Text(d.Target + " could not be told, " + d.Answer + ": " + say.Notice(d.Note)),
		}
		if d.Note.Saga != "" {
			x.Saga = d.Note.Saga.Short()
		}
		rows = append(rows, list.Row{Key: d.ID, Value: x, Cells: []string{"", "undelivered", x.Saga, x.Text}})
	}
	return rows
}

// settled is what becomes of a delivery that was given up.
type settled struct {
	id    string
	again bool
}

type outboxMsg struct{ said, err string }

func (s settled) ask(to Receiver) Action {
	return Ask{To: to, Read: func(ctx context.Context, b Backend) tea.Msg {
		said, err := "dropped: it need not arrive any more", error(nil)
		if s.again {
			said, err = "in the outbox again", notify.Again(ctx, b, s.id)
		} else {
			err = notify.Drop(ctx, b, s.id)
		}
		if err != nil {
			return outboxMsg{err: visible.Text(err.Error())}
		}
		return outboxMsg{said: said}
	}}
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
	text := visible.Text(strings.Join(strings.Fields(a.cfg.Warning), " "))
	if text == "" {
		return nil
	}
	return func() tea.Msg { return said{Level: say.Warn, Text: text} }
}
