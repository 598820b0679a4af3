package tui

import (
	"context"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine/visible"
	"arcadia/tui/keys"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// gridRow is one row of a list that is small enough to be in memory whole.
type gridRow struct {
	key   string // what the cursor is tied to
	cells []string
	value any
}

// grid is a list of things that are read at once: droplets, domains, records, resources. It filters, orders and keeps
// its cursor on a thing, not on a row number. The screens that embed it say what the things are.
type grid struct {
	columns []widget.Column
	fields  []string // names of the columns in the filter language, in their order
	nothing string   // said when there are none
	hint    string
	read    func(ctx context.Context, b Backend) ([]gridRow, error)
	cell    func(env *Env, r *gridRow, column int) (widget.Cell, bool) // draws a cell that changes without a read; nil: none does

	rows   []gridRow
	shown  []int // of rows, what the filter leaves, in order
	search search
	sortBy int // a column
	turned bool
	cursor string
	top    int
	tall   int
	busy   bool
	began  bool
	stale  bool
	err    string
}

// gridMsg answers a read of a grid.
type gridMsg struct {
	rows []gridRow
	err  string
}

// reload reads the rows again; one read at a time.
func (g *grid) reload(to Receiver) Action {
	if g.busy {
		g.stale = true
		return nil
	}
	g.busy, g.stale = true, false
	read := g.read
	return Ask{To: to, Read: func(ctx context.Context, b Backend) tea.Msg {
		rows, err := read(ctx, b)
		if err != nil {
			return gridMsg{err: visible.Text(err.Error())}
		}
		for i := range rows {
			for j, c := range rows[i].cells {
				rows[i].cells[j] = visible.Text(c)
			}
		}
		return gridMsg{rows: rows}
	}}
}

// update takes what is not the embedding screen's own.
func (g *grid) update(msg tea.Msg, to Receiver) Action {
	switch msg := msg.(type) {
	case gridMsg:
		g.busy, g.began, g.err = false, true, msg.err
		if msg.err == "" {
			was := g.index() // of the rows that it was made of
			g.rows = msg.rows
			g.findFrom(was)
		}
		if g.stale {
			return g.reload(to)
		}
	case tea.KeyPressMsg, tea.PasteMsg:
		if g.search.typing() && g.search.update(msg) {
			g.find()
		}
	case tea.MouseWheelMsg:
		if msg.Button == tea.MouseWheelUp {
			g.goTo(g.index() - 3)
		} else {
			g.goTo(g.index() + 3)
		}
	case tea.MouseClickMsg:
		head := 1
		if g.search.on() {
			head++
		}
		if msg.Y >= head && g.top+msg.Y-head < len(g.shown) {
			g.goTo(g.top + msg.Y - head)
		}
	}
	return nil
}

// do does what every list does. It reports false for what is the embedding screen's own.
func (g *grid) do(env *Env, c keys.Command, to Receiver) (Action, bool) {
	switch c {
	case keys.CmdFilter:
		g.search.fields = g.fields
		g.search.edit()
	case keys.CmdBack:
		if !g.search.clear() {
			return nil, false
		}
		g.find()
	case keys.CmdReload:
		return g.reload(to), true
	case keys.CmdSortLeft:
		g.order((g.sortBy + len(g.columns) - 1) % len(g.columns))
	case keys.CmdSortNext:
		g.order((g.sortBy + 1) % len(g.columns))
	case keys.CmdOrder:
		g.turned = !g.turned
		g.find()
	default:
		at, ok := moveBy(c, g.index(), len(g.shown), g.tall)
		if !ok {
			return nil, false
		}
		g.goTo(at)
	}
	return nil, true
}

func (g *grid) order(by int) {
	g.sortBy, g.turned = by, false
	g.find()
}

// find leaves and orders what the filter lets pass, and puts the cursor on its thing, or on the neighbour of one that left.
func (g *grid) find() { g.findFrom(g.index()) }

func (g *grid) findFrom(was int) {
	g.shown = g.shown[:0]
	for i := range g.rows {
		r := &g.rows[i]
		if g.search.filter.match(func(field string) string { return g.text(r, field) }) {
			g.shown = append(g.shown, i)
		}
	}
	slices.SortStableFunc(g.shown, func(a, b int) int {
		n := natural(g.rows[a].cells[g.sortBy], g.rows[b].cells[g.sortBy])
		if g.turned {
			return -n
		}
		return n
	})
	if at := g.at(g.cursor); at < 0 {
		g.goTo(was)
	}
}

// natural compares numbers as numbers and the rest as text.
func natural(a, b string) int {
	x, errA := strconv.ParseInt(a, 10, 64)
	y, errB := strconv.ParseInt(b, 10, 64)
	if errA == nil && errB == nil {
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	}
	return strings.Compare(strings.ToLower(a), strings.ToLower(b))
}

func (g *grid) text(r *gridRow, field string) string {
	if i := slices.Index(g.fields, field); i >= 0 && i < len(r.cells) {
		return r.cells[i]
	}
	return strings.Join(r.cells, " ")
}

// at is the place of a thing among what is shown, or -1.
func (g *grid) at(key string) int {
	return slices.IndexFunc(g.shown, func(i int) bool { return g.rows[i].key == key })
}

func (g *grid) index() int { return max(0, g.at(g.cursor)) }

func (g *grid) goTo(i int) {
	if len(g.shown) == 0 {
		return
	}
	g.cursor = g.rows[g.shown[max(0, min(i, len(g.shown)-1))]].key
}

// current is the row under the cursor, or nil.
func (g *grid) current() *gridRow {
	if i := g.at(g.cursor); i >= 0 {
		return &g.rows[g.shown[i]]
	}
	return nil
}

// view draws the filter, the titles and the rows.
func (g *grid) view(env *Env, width, height int) Drawing {
	t := env.Theme
	var d Drawing
	if g.search.on() {
		hits := strconv.Itoa(len(g.shown)) + say.Plural(len(g.shown), " hit", " hits")
		line, cursor := g.search.view(env, width, hits)
		d.Lines, d.Cursor = append(d.Lines, line), cursor
	}
	if len(g.shown) == 0 {
		d.Lines = append(d.Lines, g.none(env, width, height-len(d.Lines))...)
		return d
	}
	columns := slices.Clone(g.columns)
	if g.sortBy != 0 || g.turned {
		arrow := t.Symbols.Down
		if g.turned {
			arrow = t.Symbols.Up
		}
		columns[g.sortBy].Title += arrow
	}
	widths := widget.Layout(columns, width-listMargin)
	d.Lines = append(d.Lines, widget.Head(columns, widths, listMargin, width, t.Faint))
	g.tall = max(1, height-len(d.Lines))
	at := g.index()
	g.top = widget.Window(len(g.shown), at, g.top, g.tall)
	for i := g.top; i < len(g.shown) && i < g.top+g.tall; i++ {
		r := &g.rows[g.shown[i]]
		cells := make([]widget.Cell, len(columns))
		for j := range cells {
			cells[j].Text = r.cells[j]
			if g.cell == nil {
				continue
			}
			if c, own := g.cell(env, r, j); own {
				cells[j] = c
			}
		}
		bar := widget.Ink("")
		if i == at {
			bar = t.Selection
		}
		d.Lines = append(d.Lines, widget.Row(columns, widths, cells, listMargin, width, bar))
	}
	if g.err != "" {
		d.Lines = append(d.Lines[:max(0, min(len(d.Lines), height-1))], " "+t.Danger.Paint(widget.Cut(g.err, width-2)))
	}
	return d
}

func (g *grid) none(env *Env, width, height int) []string {
	switch {
	case g.err != "":
		return empty(env, width, height, "this cannot be read now", g.err)
	case !g.began:
		return empty(env, width, height, "", "reading")
	case g.search.text != "":
		return empty(env, width, height, "nothing matches", "esc clears the filter")
	}
	return empty(env, width, height, g.nothing, g.hint)
}
