package tui

import (
	"context"
	"maps"
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/say"
	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// logs is the screen of everything that the engine did, over all sagas, newest last. It follows the end until the operator
// scrolls. It reads only while it is shown: in the background it notes which sagas have news.
type logs struct {
	listing
	book *logbook

	begun   bool
	reading bool
	again   bool               // the newest sagas have to be read, whatever has changed
	pending map[engine.ID]bool // sagas with news
}

func newLogs() *logs {
	l := &logs{book: newLogbook(), pending: map[engine.ID]bool{}}
	l.listing = listing{
		at: keys.CmdLogs, title: []string{"log"}, cell: logCell,
		nothing: "nothing has been done yet", hint: "What the engine does is written here as it happens.",
	}
	l.Fixed, l.Wraps = true, true
	l.Follow()
	l.Columns = []widget.Column{
		{Title: "TIME", Width: 12, Drop: 1},
		{Title: "LEVEL", Width: 7, Drop: 2},
		{Title: "SAGA", Width: 8},
		{Title: "KIND", Width: 17, Drop: 3},
		{Title: "WHAT", Width: 26, Grow: 1, Gap: 1},
	}
	l.Fields = []string{"time", "level", "saga", "kind", "text"}
	line := func(b keys.Binding, do func(env *Env, x logLine) Action) command {
		return l.chosen(b, nil, func(env *Env, r *list.Row) Action { return do(env, r.Value.(logLine)) }) //nolint:forcetypeassert // set below
	}
	l.own = []command{
		line(openKey, func(_ *Env, x logLine) Action {
			return Open{newSaga(&engine.Summary{ID: x.saga, Short: x.saga.Short(), Kind: x.kind}, true)}
		}),
		line(copyKey, func(env *Env, x logLine) Action {
			return Copy{What: "line", Text: env.Clock.Full(x.at) + " " + x.saga.Short() + " " + x.text}
		}),
	}
	return l
}

// Hints are the list's.
func (l *logs) Hints(*Env) []keys.Command {
	return []keys.Command{keys.CmdOpen, keys.CmdFilter, keys.CmdOldest, keys.CmdTimes, keys.CmdSagas}
}

// Update takes answers and news.
func (l *logs) Update(env *Env, msg tea.Msg) Action {
	switch msg := msg.(type) {
	case Shown:
		if !l.begun {
			l.begun, l.again = true, true
		}
		return l.look(env)
	case Changed:
		l.news(msg.Fresh)
		return l.look(env)
	case logRead:
		l.reading, l.began, l.err = false, true, msg.err
		l.book.add(msg.lines)
		rows := make([]list.Row, len(l.book.lines))
		for i, x := range l.book.lines {
			rows[i] = list.Row{Key: string(x.saga) + " " + strconv.FormatUint(x.seq, 10), Value: x, Cells: []string{"", x.level.String(), x.saga.Short(), x.kind, x.text}}
		}
		l.Set(rows)
		return l.look(env)
	}
	return l.listing.Update(env, msg)
}

// news notes which sagas have something to read. Before the screen was shown for the first time there is nothing to note.
func (l *logs) news(f Fresh) {
	if !l.begun {
		return
	}
	l.again = l.again || f.All
	for i := range f.Summaries {
		l.pending[f.Summaries[i].ID] = true
	}
	if len(l.pending) > logPending {
		l.again = true
	}
	if l.again {
		clear(l.pending)
	}
}

// look reads what is new, one read at a time, while the screen is in front.
func (l *logs) look(env *Env) Action {
	if l.reading || env.front != Screen(l) || !l.again && len(l.pending) == 0 {
		return nil
	}
	var ids []engine.ID
	if !l.again {
		ids = slices.Sorted(maps.Keys(l.pending))
		ids = ids[max(0, len(ids)-logSagas):]
		for _, id := range ids {
			delete(l.pending, id)
		}
	}
	l.reading, l.again = true, false
	read := readLog(ids, maps.Clone(l.book.last))
	return Ask{To: l, Read: func(ctx context.Context, b Backend) tea.Msg { return read(ctx, b) }}
}

func logCell(env *Env, r *list.Row, column int) (widget.Cell, bool) {
	t, x := env.Theme, r.Value.(logLine) //nolint:forcetypeassert // set above
	switch column {
	case 0:
		return widget.Cell{Text: env.Clock.Moment(x.at), Ink: t.Faint}, true
	case 1, 3:
		return widget.Cell{Text: r.Cells[column], Ink: t.Faint}, true
	case 4:
		return widget.Cell{Text: x.text, Ink: levelInk(t, x.level)}, true
	}
	return widget.Cell{}, false
}

// levelInk is the ink of a line in a list: what is only told has that of text.
func levelInk(t *theme.Theme, l say.Level) widget.Ink {
	if l == say.Info {
		return ""
	}
	return t.Tone(l.Tone())
}
