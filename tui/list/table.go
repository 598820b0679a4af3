package list

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/tui/keys"
	"arcadia/tui/say"
	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// Row is one row of a table.
type Row struct {
	Key   string   // what the cursor is tied to
	Cells []string // clean
	Value any
	Band  int // of the table's bands
}

// Table is a list that is small enough to be in memory whole. It filters, orders and keeps its cursor on a thing, not on a row
// number; a thing that leaves hands the cursor to its neighbor.
type Table struct {
	Columns []widget.Column
	Fields  []string // names of the columns in the filter language, in their order
	Fixed   bool     // the rows keep the order that they come in
	Wraps   bool     // the last column goes on below where lines are free
	Bands   []string // the headings of the parts that the rows stand in, in their order; an empty one is not drawn
	Search  Search

	window  Window
	follows bool   // its end grows
	last    string // the last row when the end was last in sight
	rows    []Row
	shown   []int // of rows, what the filter leaves, in order
	drawn   []int // of shown, line by line as last drawn; -1: no row
	sortBy  int   // a column
	turned  bool
	cursor  string
}

// Follow keeps the cursor at the end of rows that grow, until an operator moves it away.
func (g *Table) Follow() { g.follows, g.window.Follow = true, true }

// Rows are all rows, whatever is shown. They may be changed by Refill only.
func (g *Table) Rows() []Row { return g.rows }

// Set takes other rows.
func (g *Table) Set(rows []Row) {
	was := g.Index() // of the rows that it was made of
	g.rows = rows
	g.find(was)
}

// SortBy orders the rows by the column with a title, and turns them round when they are ordered by it already. It reports whether
// there is such a column.
func (g *Table) SortBy(title string) bool {
	at := slices.IndexFunc(g.Columns, func(c widget.Column) bool { return title != "" && c.Title == title })
	if at < 0 || g.Fixed {
		return false
	}
	was := g.Index()
	g.turned = g.sortBy == at && !g.turned
	g.sortBy = at
	g.find(was)
	return true
}

// wrapped are the lines of a row: one, or as many as its last cell needs and are spare.
func (g *Table) wrapped(cells []widget.Cell, widths []int, spare *int) [][]widget.Cell {
	last := len(cells) - 1
	if !g.Wraps || widget.Width(cells[last].Text) <= widths[last] {
		return [][]widget.Cell{cells}
	}
	parts := widget.WrapTo(cells[last].Text, widths[last], *spare+1)
	*spare -= len(parts) - 1
	out := make([][]widget.Cell, len(parts))
	for n, text := range parts {
		out[n] = make([]widget.Cell, len(cells))
		if n == 0 {
			copy(out[n], cells)
		}
		out[n][last] = widget.Cell{Text: text, Ink: cells[last].Ink}
	}
	return out
}

// Refill lets f write into the cells of each row, and then filters and orders them again.
func (g *Table) Refill(f func(r *Row)) {
	for i := range g.rows {
		f(&g.rows[i])
	}
	g.find(g.Index())
}

// Update takes what is typed into the filter, the wheel and clicks. It reports whether it was one of those.
func (g *Table) Update(msg tea.Msg) bool {
	switch msg := msg.(type) {
	case tea.KeyPressMsg, tea.PasteMsg:
		if g.Search.Typing() && g.Search.Update(msg) {
			g.find(g.Index())
		}
	case tea.MouseWheelMsg:
		g.GoTo(g.Index() + Wheel(msg))
	case tea.MouseClickMsg:
		if msg.Y >= 0 && msg.Y < len(g.drawn) && g.drawn[msg.Y] >= 0 {
			g.GoTo(g.drawn[msg.Y])
		}
	default:
		return false
	}
	return true
}

// Do does what every table does: moves, filters and orders. It reports false for everything else, and for going back when
// there was no filter to clear.
func (g *Table) Do(c keys.Command) bool {
	switch c {
	case keys.CmdFilter:
		g.Search.Fields, g.Search.Values = g.Fields, g.values
		g.Search.Edit()
	case keys.CmdBack:
		if !g.Search.Clear() {
			return false
		}
		g.find(g.Index())
	case keys.CmdSortLeft:
		g.order((g.sortBy + len(g.Columns) - 1) % len(g.Columns))
	case keys.CmdSortNext:
		g.order((g.sortBy + 1) % len(g.Columns))
	case keys.CmdOrder:
		g.turned = !g.turned
		g.find(g.Index())
	default:
		at, ok := Move(c, g.Index(), len(g.shown), g.window.Tall)
		if !ok {
			return false
		}
		g.GoTo(at)
	}
	return true
}

// values are what the rows say in a field.
func (g *Table) values(field string) []string {
	var out []string
	for i := range g.rows {
		if v := g.text(&g.rows[i], field); !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

func (g *Table) order(by int) {
	g.sortBy, g.turned = by, false
	g.find(g.Index())
}

// find leaves and orders what the filter lets pass, and puts the cursor on its thing, or on the neighbor of one that left,
// which was at index was.
func (g *Table) find(was int) {
	g.shown = g.shown[:0]
	filter := g.Search.Filter()
	for i := range g.rows {
		r := &g.rows[i]
		if filter.Match(func(field string) string { return g.text(r, field) }) {
			g.shown = append(g.shown, i)
		}
	}
	slices.SortStableFunc(g.shown, func(a, b int) int {
		x, y := &g.rows[a], &g.rows[b]
		n := 0
		if !g.Fixed {
			n = natural(x.Cells[g.sortBy], y.Cells[g.sortBy])
		}
		if g.turned {
			n = -n
		}
		return cmp.Or(cmp.Compare(x.Band, y.Band), n)
	})
	switch {
	case g.window.Follow:
		g.GoTo(len(g.shown) - 1)
	case g.at(g.cursor) < 0:
		g.GoTo(was)
	}
}

// airy is how many lines a table has from which a blank one stands before a heading.
const airy = 20

// headings is how many bands of what is shown have a heading.
func (g *Table) headings() int {
	n := 0
	for i, at := range g.shown {
		if b := g.rows[at].Band; b < len(g.Bands) && g.Bands[b] != "" && (i == 0 || g.rows[g.shown[i-1]].Band != b) {
			n++
		}
	}
	return n
}

// heading is what stands above a band: air, its name, how many are in it, and a rule; nothing for one without a name.
func (g *Table) heading(t *theme.Theme, band, width, air int) []string {
	if band >= len(g.Bands) || g.Bands[band] == "" {
		return nil
	}
	n := 0
	for _, at := range g.shown {
		if g.rows[at].Band == band {
			n++
		}
	}
	text := widget.Spaces(Margin) + g.Bands[band] + " " + say.Thousands(n) + " "
	line := t.Faint.Paint(text) + t.Border.Paint(strings.Repeat(t.Symbols.Rule, max(0, width-1-widget.Width(text)))) + " "
	return append(make([]string, air), line)
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

func (g *Table) text(r *Row, field string) string {
	if i := slices.Index(g.Fields, field); i >= 0 && i < len(r.Cells) {
		return r.Cells[i]
	}
	return strings.Join(r.Cells, " ")
}

// at is the place of a thing among what is shown, or -1.
func (g *Table) at(key string) int {
	return slices.IndexFunc(g.shown, func(i int) bool { return g.rows[i].Key == key })
}

// Index is where the cursor stands among what is shown.
func (g *Table) Index() int { return max(0, g.at(g.cursor)) }

// GoTo moves the cursor to a row of those that are shown, or to the nearest that there is. A table that follows its end does
// so while the cursor is on it.
func (g *Table) GoTo(i int) {
	if len(g.shown) == 0 {
		return
	}
	i = max(0, min(i, len(g.shown)-1))
	g.window.Follow = g.follows && i == len(g.shown)-1
	g.cursor = g.rows[g.shown[i]].Key
}

// Aim ties the cursor to a thing by its key, which may come with the next rows.
func (g *Table) Aim(key string) { g.cursor = key }

// Current is the row under the cursor, or nil.
func (g *Table) Current() *Row {
	if i := g.at(g.cursor); i >= 0 {
		return &g.rows[g.shown[i]]
	}
	return nil
}

// Hits says how many rows the filter leaves.
func (g *Table) Hits() string {
	return strconv.Itoa(len(g.shown)) + say.Plural(len(g.shown), " hit", " hits")
}

// Empty reports whether nothing is shown.
func (g *Table) Empty() bool { return len(g.shown) == 0 }

// View draws the filter, the titles and the rows. cell draws what a cell shows in place of its text, and may be nil. When
// nothing is shown it draws the filter alone.
func (g *Table) View(t *theme.Theme, width, height int, cell func(r *Row, column int) (widget.Cell, bool)) widget.Drawing {
	var d widget.Drawing
	if g.Search.On() {
		line, cursor := g.Search.View(t, width, g.Hits())
		d.Lines, d.Cursor = append(d.Lines, line), cursor
	}
	if g.Empty() {
		return d
	}
	columns := slices.Clone(g.Columns)
	if g.sortBy != 0 || g.turned {
		arrow := t.Symbols.Down
		if g.turned {
			arrow = t.Symbols.Up
		}
		columns[g.sortBy].Title += arrow
	}
	widths := widget.Layout(columns, width-Margin)
	d.Lines = append(d.Lines, widget.Head(columns, widths, Margin, width, t.Faint))
	drawn := make([]int, len(d.Lines), height+1)
	for i := range drawn {
		drawn[i] = -1
	}
	window := g.window
	window.At = g.Index()
	room := height - len(d.Lines)
	air := 0
	if room >= airy {
		air = 1
	}
	window, to := window.Fit(len(g.shown), room-g.headings()*(1+air))
	from := window.Top
	spare := room - g.headings()*(1+air) - (to - from)
	for i := from; i < to; i++ {
		r := &g.rows[g.shown[i]]
		if i == from || r.Band != g.rows[g.shown[i-1]].Band {
			head := g.heading(t, r.Band, width, air*min(1, i-from))
			d.Lines = append(d.Lines, head...)
			for range head {
				drawn = append(drawn, -1)
			}
		}
		drawn = append(drawn, i)
		cells := make([]widget.Cell, len(columns))
		for j := range cells {
			cells[j].Text = r.Cells[j]
			if cell == nil {
				continue
			}
			if c, own := cell(r, j); own {
				cells[j] = c
			}
		}
		bar := widget.Bar{}
		if i == window.At {
			bar = t.Bar
		}
		for n, row := range g.wrapped(cells, widths, &spare) {
			d.Lines = append(d.Lines, widget.Row(columns, widths, row, widget.Spaces(Margin), width, bar))
			if n > 0 {
				drawn = append(drawn, i)
			}
		}
	}
	last := g.last
	if window.Follow {
		last = g.rows[g.shown[len(g.shown)-1]].Key
	}
	if n := len(g.shown) - 1 - g.at(last); g.follows && n > 0 {
		Pill(t, d.Lines, strconv.Itoa(n)+" new "+t.Symbols.Down, width)
	}
	d.Then(func() { g.window, g.drawn, g.last = window, drawn, last })
	return d
}
