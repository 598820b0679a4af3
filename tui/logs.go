package tui

import (
	"context"
	"maps"
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/tui/keys"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// logs is the screen of everything that the engine did, over all sagas, newest last. It follows the end until the operator
// scrolls. It reads only while it is shown: in the background it notes which sagas have news.
type logs struct {
	search search
	follow bool
	cursor logLine // where it stands when it does not follow
	seen   int     // the number of the newest line when the end was last in sight
	top    int
	tall   int
	shown  []int // of the book's lines, what the filter leaves
	made   int   // the number of the newest line when that was made; -1: never

	begun   bool
	busy    bool
	again   bool               // the newest sagas have to be read, whatever has changed
	pending map[engine.ID]bool // sagas with news
	err     string
}

var logFields = []string{"level", "saga", "kind", "text"}

func newLogs() *logs {
	return &logs{search: search{fields: logFields}, follow: true, made: -1, pending: map[engine.ID]bool{}}
}

func (l *logs) root() keys.Command { return keys.CmdLogs }

// Title is the breadcrumb.
func (l *logs) Title(*Env) []string { return []string{"log"} }

// Scopes are those of a list.
func (l *logs) Scopes() []keys.Scope { return []keys.Scope{keys.Lists} }

// Typing reports whether keys go to the filter.
func (l *logs) Typing() bool { return l.search.typing() }

// Hints are the list's.
func (l *logs) Hints(*Env) []keys.Command {
	if l.search.typing() {
		return nil
	}
	return []keys.Command{keys.CmdOpen, keys.CmdFilter, keys.CmdOldest, keys.CmdTimes, keys.CmdSagas}
}

// Update takes answers, news, and what is typed into the filter.
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
		l.busy, l.err = false, msg.err
		env.State.Log.add(msg.lines)
		return l.look(env)
	case tea.KeyPressMsg, tea.PasteMsg:
		if l.search.typing() && l.search.update(msg) {
			l.made = -1
		}
	case tea.MouseWheelMsg:
		c := keys.CmdDown
		if msg.Button == tea.MouseWheelUp {
			c = keys.CmdUp
		}
		return l.Do(env, c)
	}
	return nil
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
	if l.busy || env.front != Screen(l) || !l.again && len(l.pending) == 0 {
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
	l.busy, l.again = true, false
	read := readLog(ids, maps.Clone(env.State.Log.last))
	return Ask{To: l, Read: func(ctx context.Context, b Backend) tea.Msg { return read(ctx, b) }}
}

// Do moves through the lines; enter opens the saga that a line is about.
func (l *logs) Do(env *Env, c keys.Command) Action {
	l.find(env)
	at := l.index(env)
	if to, ok := moveBy(c, at, len(l.shown), l.tall); ok {
		if len(l.shown) > 0 {
			l.cursor = env.State.Log.lines[l.shown[to]]
			l.follow = to == len(l.shown)-1
		}
		return nil
	}
	switch c {
	case keys.CmdFilter:
		l.search.edit()
	case keys.CmdBack:
		if !l.search.clear() {
			return Press{keys.CmdSagas}
		}
		l.made = -1
	case keys.CmdOpen, keys.CmdLog:
		if len(l.shown) > 0 {
			x := &env.State.Log.lines[l.shown[at]]
			s := engine.Summary{ID: x.saga, Short: x.saga.Short(), Kind: x.kind}
			return Open{newSaga(&s, true)}
		}
	case keys.CmdCopy:
		if len(l.shown) > 0 {
			x := &env.State.Log.lines[l.shown[at]]
			return Copy{What: "line", Text: env.Clock.Full(x.at) + " " + x.saga.Short() + " " + x.text}
		}
	}
	return nil
}

// find leaves what the filter lets pass.
func (l *logs) find(env *Env) {
	b := env.State.Log
	if l.made == b.no {
		return
	}
	l.made, l.shown = b.no, l.shown[:0]
	for i := range b.lines {
		if l.search.filter.match(b.lines[i].field) {
			l.shown = append(l.shown, i)
		}
	}
}

// index is where the cursor stands among the lines that are shown: on its line, or on the next when that has gone.
func (l *logs) index(env *Env) int {
	n := len(l.shown)
	if l.follow || n == 0 {
		return max(0, n-1)
	}
	i, _ := slices.BinarySearchFunc(l.shown, l.cursor, func(at int, c logLine) int { return env.State.Log.lines[at].compare(c) })
	return min(i, n-1)
}

// View draws the lines around the cursor.
func (l *logs) View(env *Env, width, height int) Drawing {
	t, b := env.Theme, env.State.Log
	l.find(env)
	n := len(l.shown)
	var d Drawing
	if l.search.on() {
		line, cursor := l.search.view(env, width, strconv.Itoa(n)+say.Plural(n, " hit", " hits"))
		d.Lines, d.Cursor = append(d.Lines, line), cursor
	}
	if n == 0 {
		d.Lines = append(d.Lines, l.none(env, width, height-len(d.Lines))...)
		return d
	}
	columns := []widget.Column{
		{Title: "TIME", Width: 12, Drop: 1},
		{Title: "LEVEL", Width: 7, Drop: 2},
		{Title: "SAGA", Width: 8},
		{Title: "KIND", Width: 17, Drop: 3},
		{Title: "WHAT", Width: min(34, width-listMargin-11), Grow: 1},
	}
	widths := widget.Layout(columns, width-listMargin-1)
	d.Lines = append(d.Lines, widget.Head(columns, widths, listMargin, width, t.Faint))
	l.tall = max(1, height-len(d.Lines))
	at := l.index(env)
	l.top = widget.Window(n, at, l.top, l.tall)
	if l.follow {
		l.top, l.seen = max(0, n-l.tall), b.no
	}
	for i := l.top; i < n && i < l.top+l.tall; i++ {
		x := &b.lines[l.shown[i]]
		ink := widget.Ink("")
		if x.level != say.Info {
			ink = t.Tone(x.level.Tone())
		}
		cells := []widget.Cell{
			{Text: env.Clock.Moment(x.at), Ink: t.Faint},
			{Text: x.level.String(), Ink: t.Faint},
			{Text: x.saga.Short()},
			{Text: x.kind, Ink: t.Faint},
			{Text: x.text, Ink: ink},
		}
		bar := widget.Ink("")
		if i == at {
			bar = t.Selection
		}
		d.Lines = append(d.Lines, widget.Row(columns, widths, cells, listMargin, width, bar))
	}
	if k := b.no - l.seen; k > 0 && !l.follow {
		pill := t.Quiet.Paint(" " + strconv.Itoa(k) + " new " + t.Symbols.Down + " ")
		last := d.Lines[len(d.Lines)-1:]
		last[0] = widget.Fit(last[0], width)
		widget.Over(last, []string{pill}, width-widget.Width(pill)-2, 0)
	}
	return d
}

// none says why there are no lines.
func (l *logs) none(env *Env, width, height int) []string {
	switch {
	case l.err != "":
		return empty(env, width, height, "the log cannot be read", l.err)
	case l.search.text != "":
		return empty(env, width, height, "no line matches", "esc clears the filter; level:error and saga:77e0 are fields")
	case l.busy || !l.begun:
		return nil
	}
	return empty(env, width, height, "nothing has been done yet", "What the engine does is written here as it happens.")
}
