package tui

import (
	"strconv"

	tea "charm.land/bubbletea/v2"

	"arcadia/tui/keys"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// messages is the screen of everything that was said in the footer, newest first.
type messages struct {
	search search
	cursor int // the number of a message; 0: the newest
	top    int
	tall   int
	shown  []int // of the state's messages, what the filter leaves
	made   int   // how many messages there were when that was made
}

var messageFields = []string{"level", "saga", "text"}

func newMessages() *messages { return &messages{search: search{fields: messageFields}, made: -1} }

func (m *messages) root() keys.Command { return keys.CmdMessages }

// Title is the breadcrumb.
func (m *messages) Title(*Env) []string { return []string{"messages"} }

// Scopes are those of a list.
func (m *messages) Scopes() []keys.Scope { return []keys.Scope{keys.Lists} }

// Typing reports whether keys go to the filter.
func (m *messages) Typing() bool { return m.search.typing() }

// Hints are the list's.
func (m *messages) Hints(*Env) []keys.Command {
	if m.search.typing() {
		return nil
	}
	return []keys.Command{keys.CmdOpen, keys.CmdFilter, keys.CmdTimes, keys.CmdSagas}
}

// Update takes what is typed into the filter.
func (m *messages) Update(_ *Env, msg tea.Msg) Action {
	switch msg.(type) {
	case tea.KeyPressMsg, tea.PasteMsg:
		if m.search.typing() && m.search.update(msg) {
			m.made = -1
		}
	}
	return nil
}

// Do moves through the list; enter opens the saga that a message is about.
func (m *messages) Do(env *Env, c keys.Command) Action {
	m.find(env)
	at := m.index(env)
	if to, ok := moveBy(c, at, len(m.shown), m.tall); ok {
		if len(m.shown) > 0 {
			m.cursor = env.State.Messages[m.shown[to]].No
		}
		return nil
	}
	switch c {
	case keys.CmdFilter:
		m.search.edit()
	case keys.CmdBack:
		if !m.search.clear() {
			return Press{keys.CmdSagas}
		}
		m.made = -1
	case keys.CmdOpen, keys.CmdCopy:
		if len(m.shown) == 0 {
			return nil
		}
		x := env.State.Messages[m.shown[at]]
		if c == keys.CmdCopy {
			return Copy{What: "message", Text: x.Text}
		}
		if x.Saga == "" {
			return Show{&pager{name: "Message", text: []string{env.Clock.Full(x.At), "", x.Text}}}
		}
		return findSaga{x.Saga}
	}
	return nil
}

// find leaves what the filter lets pass.
func (m *messages) find(env *Env) {
	all := env.State.Messages
	if m.made == env.State.said {
		return
	}
	m.made, m.shown = env.State.said, m.shown[:0]
	for i := len(all) - 1; i >= 0; i-- {
		x := &all[i]
		if m.search.filter.match(func(field string) string { return x.field(field) }) {
			m.shown = append(m.shown, i)
		}
	}
}

func (x *Message) field(name string) string {
	switch name {
	case "level":
		return x.Level.String()
	case "saga":
		return x.Saga
	case "text":
		return x.Text
	}
	return x.Level.String() + " " + x.Saga + " " + x.Text
}

func (m *messages) index(env *Env) int {
	for i, at := range m.shown {
		if env.State.Messages[at].No <= m.cursor {
			return i
		}
	}
	return 0
}

// View draws the rows around the cursor.
func (m *messages) View(env *Env, width, height int) Drawing {
	t, all := env.Theme, env.State.Messages
	m.find(env)
	var d Drawing
	if m.search.on() {
		line, cursor := m.search.view(env, width, strconv.Itoa(len(m.shown))+say.Plural(len(m.shown), " hit", " hits"))
		d.Lines, d.Cursor = append(d.Lines, line), cursor
	}
	if len(m.shown) == 0 {
		what, hint := "nothing has been said yet", "Results of verbs and sagas that come to rest are kept here."
		if m.search.text != "" {
			what, hint = "no message matches", "esc clears the filter"
		}
		d.Lines = append(d.Lines, empty(env, width, height, what, hint)...)
		return d
	}
	columns := []widget.Column{{Title: "TIME", Width: 12, Drop: 1}, {Title: "LEVEL", Width: 7, Drop: 2}, {Title: "SAGA", Width: 8}, {Title: "MESSAGE", Width: 20, Grow: 1}}
	widths := widget.Layout(columns, width-4)
	d.Lines = append(d.Lines, widget.Head(columns, widths, listMargin, width, t.Faint))
	m.tall = max(1, height-len(d.Lines))
	at := m.index(env)
	m.top = widget.Window(len(m.shown), at, m.top, m.tall)
	for i := m.top; i < len(m.shown) && i < m.top+m.tall; i++ {
		x := &all[m.shown[i]]
		ink := widget.Ink("")
		switch x.Level {
		case say.Error:
			ink = t.Failed
		case say.Warn:
			ink = t.Compensating
		case say.Good, say.Info:
		}
		cells := []widget.Cell{{Text: env.Clock.Precise(x.At), Ink: t.Faint}, {Text: x.Level.String(), Ink: t.Faint}, {Text: x.Saga}, {Text: x.Text, Ink: ink}}
		bar := widget.Ink("")
		if i == at {
			bar = t.Selection
		}
		d.Lines = append(d.Lines, widget.Row(columns, widths, cells, listMargin, width, bar))
	}
	return d
}
