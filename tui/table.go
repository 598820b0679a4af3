package tui

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine/visible"
	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// listing is a screen that is one table of things that are read at once: droplets, records, resources. What makes one is its
// columns, how to read its rows, and its commands.
type listing struct {
	list.Table
	at    keys.Command // the command that shows it; empty when it is opened from another screen
	title []string

	read     func(ctx context.Context, b Backend) ([]list.Row, error)
	cell     func(env *Env, r *list.Row, column int) (widget.Cell, bool) // draws a cell that changes without a read; nil: none does
	own      []command                                                   // before those of every list
	hints    []keys.Command                                              // for the footer, before those of every list
	above    func(env *Env, width int) string                            // a line above the rows; nil: there is none
	menuKeys map[keys.Command]string                                     // keys in the menu of commands that have none on the screen
	named    func(r *list.Row) string                                    // what a row is called; nil: by its first cell
	on       func(r *list.Row) thing                                     // what a row is to kinds; nil: nothing
	took     func(env *Env)                                              // after rows were read; nil: nothing
	nothing  string                                                      // said when there are no rows
	hint     string
	to       Receiver // who gets the answers, when it is not the listing itself: a screen that embeds it
	live     bool     // every change of a saga may be one of a row

	busy, began, stale bool
	err                string
	note               string // what could not be read, beside the rows
}

// rowsMsg answers a read.
type rowsMsg struct {
	rows      []list.Row
	err, note string
}

// partial is the error of a read that has brought rows, but not all that belongs to them.
type partial []string

func (p partial) Error() string { return "not read: " + strings.Join(p, "; ") }

// missed is nil when nothing is missing.
func missed(what []string) error {
	if len(what) == 0 {
		return nil
	}
	return partial(what)
}

func (l *listing) root() keys.Command { return l.at }

// Title is the breadcrumb.
func (l *listing) Title(*Env) []string { return l.title }

// Typing reports whether keys go to the filter.
func (l *listing) Typing() bool { return l.Search.Typing() }

// Commands are the screen's own and those of every list.
func (l *listing) Commands(*Env) []command {
	list := func(_ *Env, c keys.Command) Action { //nolint:unparam // moving and ordering are given what may act
		l.Do(c)
		return nil
	}
	out := append([]command{}, l.own...)
	out = append(out, command{Binding: filterKey, do: func(*Env) Action { return list(nil, keys.CmdFilter) }})
	out = append(out, backing(func(*Env) Action {
		switch {
		case l.Do(keys.CmdBack):
			return nil
		case l.at == "":
			return Back{}
		}
		return Press{keys.CmdSagas}
	})...)
	out = append(out, moving(list)...)
	if !l.Fixed && len(l.Columns) > 1 {
		out = append(out, ordering(list)...)
	}
	return out
}

// Hints are the screen's own, and those of every list.
func (l *listing) Hints(*Env) []keys.Command {
	out := append([]keys.Command{}, l.hints...)
	out = append(out, keys.CmdFilter, keys.CmdReload)
	if l.at == "" {
		return append(out, keys.CmdBack)
	}
	return append(out, keys.CmdSagas)
}

// Update takes answers and what a list takes.
func (l *listing) Update(env *Env, msg tea.Msg) Action {
	switch msg := msg.(type) {
	case Shown:
		return l.reload()
	case Changed:
		if l.live && l.began {
			return l.reload()
		}
	case rowsMsg:
		l.busy, l.began, l.err, l.note = false, true, msg.err, msg.note
		if msg.err == "" {
			l.Set(msg.rows)
		}
		if l.took != nil {
			l.took(env)
		}
		if l.stale {
			return l.reload()
		}
	case tea.MouseClickMsg:
		msg.Y -= l.head()
		l.Table.Update(msg)
	default:
		l.Table.Update(msg)
	}
	return nil
}

// head is how many lines stand above the rows.
func (l *listing) head() int {
	if l.above != nil && len(l.Rows()) > 0 {
		return 1
	}
	return 0
}

// reload reads the rows again; one read at a time.
func (l *listing) reload() Action {
	if l.read == nil {
		return nil
	}
	if l.busy {
		l.stale = true
		return nil
	}
	l.busy, l.stale = true, false
	read := l.read
	to := l.to
	if to == nil {
		to = l
	}
	return Ask{To: to, Read: func(ctx context.Context, b Backend) tea.Msg {
		rows, err := read(ctx, b)
		note := ""
		if p, some := errors.AsType[partial](err); some {
			note = visible.Text(p.Error())
		} else if err != nil {
			return rowsMsg{err: visible.Text(err.Error())}
		}
		for i := range rows {
			for j, c := range rows[i].Cells {
				rows[i].Cells[j] = visible.Text(c)
			}
		}
		return rowsMsg{rows: rows, note: note}
	}}
}

// reloading is the command that reads the rows again.
func (l *listing) reloading(scope keys.Scope) command {
	return command{Binding: bind(scope, keys.CmdReload, "reload", "ask the provider again", "ctrl+r"), do: func(*Env) Action { return l.reload() }}
}

// chosen is a command that does something with the row under the cursor, when there is one.
func (l *listing) chosen(b keys.Binding, why func(env *Env) string, do func(env *Env, r *list.Row) Action) command {
	return command{
		Binding: b,
		why: func(env *Env) string {
			if why != nil {
				if text := why(env); text != "" {
					return text
				}
			}
			if l.Current() == nil {
				return say.NoRow
			}
			return ""
		},
		do: func(env *Env) Action { return do(env, l.Current()) },
	}
}

// launching is a command that opens the form of the kind that acts on such things with a verb.
func (l *listing) launching(b keys.Binding, verb string, why func(env *Env) string) command {
	if why == nil {
		why = operators
	}
	return l.chosen(b, why, func(env *Env, r *list.Row) Action { return offer{on: l.on(r), verb: verb}.open(env) })
}

// copying is the command that offers the key and the cells of the row under the cursor; what names the thing.
func (l *listing) copying(what string) command {
	b := copyKey
	b.Help = "the name, the id or the row"
	return l.chosen(b, nil, func(_ *Env, r *list.Row) Action {
		var text strings.Builder
		for i, c := range r.Cells {
			if i > 0 {
				text.WriteString("\t")
			}
			text.WriteString(c)
		}
		return Show{newMenu("Copy", []item{
			{Key: "n", Text: "name", Note: r.Cells[0], Do: Copy{What: "name of the " + what, Text: r.Cells[0]}},
			{Key: "i", Text: "id", Note: visible.Text(r.Key), Do: Copy{What: "id of the " + what, Text: visible.Text(r.Key)}},
			{Key: "r", Text: "row", Note: "as text with tabs", Do: Copy{What: what, Text: text.String()}},
		})}
	})
}

// sortBy orders the rows by the column with a title, and turns them round the second time.
func (l *listing) sortBy(_ *Env, title string) (Action, bool) { //nolint:unparam // what is read in pages has to read again
	return nil, l.SortBy(title)
}

// menu is the command that offers what can be done to the row under the cursor.
func (l *listing) menu(scope keys.Scope, help string, names ...keys.Command) command {
	return l.chosen(bind(scope, keys.CmdActions, "actions", help, "a"), nil, func(env *Env, r *list.Row) Action {
		name := r.Cells[0]
		if l.named != nil {
			name = l.named(r)
		}
		names := slices.Clone(names)
		if l.on != nil {
			on := l.on(r)
			names = slices.DeleteFunc(names, func(c keys.Command) bool { return on.refuses(env, string(c)) })
		}
		items := pickItems(env, l.Commands(env), names...)
		for i := range items {
			items[i].Key = cmp.Or(items[i].Key, l.menuKeys[keys.Command(items[i].Text)])
		}
		if l.on != nil { // what else this build can do to such a thing
			had := make([]string, len(names))
			for i, c := range names {
				had[i] = string(c)
			}
			items = append(items, offers(env, l.on(r), had...)...)
		}
		return Show{newMenu("Actions for "+name, items)}
	})
}

// View draws what stands above, and the rows.
func (l *listing) View(env *Env, width, height int) Drawing {
	head := l.head()
	d := l.Table.View(env.Theme, width, height-head, func(r *list.Row, column int) (widget.Cell, bool) {
		if l.cell == nil {
			return widget.Cell{}, false
		}
		return l.cell(env, r, column)
	})
	if l.Empty() {
		d.Lines = append(d.Lines, l.none(env, width, height-head-len(d.Lines))...)
	} else if l.err != "" || l.note != "" {
		said := env.Theme.Danger.Paint(widget.Cut(l.err, width-3))
		if l.err == "" {
			said = env.Theme.Compensating.Paint(widget.Cut(l.note, width-3))
		}
		d.Lines = append(d.Lines[:max(0, min(len(d.Lines), height-head-1))], "  "+said)
	}
	if head > 0 {
		d.Lines = append([]string{l.above(env, width)}, d.Lines...)
		if d.Cursor != nil {
			d.Cursor.Y++
		}
	}
	return d
}

// none says why there are no rows.
func (l *listing) none(env *Env, width, height int) []string {
	switch {
	case l.err != "":
		return empty(env, width, height, "this cannot be read now", l.err)
	case !l.began && l.read != nil:
		return empty(env, width, height, "", "reading")
	case l.Search.Text() != "":
		return empty(env, width, height, "nothing matches "+l.Search.Text(), "esc clears it")
	}
	return empty(env, width, height, l.nothing, l.hint)
}
