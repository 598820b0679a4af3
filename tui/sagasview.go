package tui

import (
	"cmp"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// The columns of the list, in the order of the orders.
var sagaColumns = []widget.Column{
	{Title: "STATUS", Width: 14},
	{Title: "SAGA", Width: 8},
	{Title: "KIND", Width: 17, Drop: 1},
	{Title: "TARGET", Width: 22, Grow: 1},
	{Title: "STEP", Width: 5, Right: true, Drop: 4},
	{Title: "PROGRESS", Width: 14, Drop: 5},
	{Title: "AGE", Width: 4, Right: true, Drop: 2},
	{Title: "BY", Width: 8, Drop: 6, Gap: 1},
}

// columnOf is the column that an order shows its arrow in.
var columnOf = [orders]int{byStatus: 0, byKind: 2, byTarget: 3, byStep: 4, byAge: 6, byWho: 7}

// orderNames say what a list is ordered by when the column is not there to say it.
var orderNames = [orders]string{byStatus: "status", byKind: "kind", byTarget: "target", byStep: "step", byAge: "age", byWho: "operator"}

// listWide is how wide a list with a preview beside it gets at most: further apart, columns cannot be read together.
const listWide = 124

// View draws list and preview side by side, one above the other, or the list alone.
func (s *sagas) View(env *Env, width, height int) Drawing {
	switch {
	case width >= sideWidth && s.current() != nil:
		left := width - max(40, width/3) - 1
		left = min(left, listWide)
		right := width - left - 1
		d := s.list(env, left, height)
		bar := env.Theme.Border.Paint(env.Theme.Symbols.Bar)
		side := widget.Lines(s.pre(env, right-3, height), right-3, height)
		d.Lines = widget.Lines(d.Lines, left, height)
		for i := range d.Lines {
			d.Lines[i] += bar + " " + side[i]
		}
		return d
	case width >= twoLines && height >= 18 && s.current() != nil:
		low := min(9, height/2-1)
		d := s.list(env, width, height-low-1)
		d.Lines = widget.Lines(d.Lines, width, height-low-1)
		d.Lines = append(d.Lines, env.Theme.Border.Paint(repeat(env.Theme.Symbols.Rule, width)))
		for _, l := range s.pre(env, width-2, low) {
			d.Lines = append(d.Lines, " "+l)
		}
		return d
	}
	return s.list(env, width, height)
}

// list draws the filter, the titles and the rows.
func (s *sagas) list(env *Env, width, height int) Drawing {
	t := env.Theme
	var d Drawing
	if s.search.On() {
		line, cursor := s.search.View(env.Theme, width, s.hits())
		d.Lines, d.Cursor = append(d.Lines, line), cursor
	}
	n := len(s.pages.Rows)
	if n == 0 {
		d.Lines = append(d.Lines, s.none(env, width, height-len(d.Lines))...)
		return d
	}
	two := width < twoLines
	columns := sagaColumns
	var widths []int
	if !two {
		columns = s.titled(env, width < env.Width)
		widths = widget.Layout(columns, width-list.Margin)
		d.Lines = append(d.Lines, s.head(env, columns, widths, width))
	}
	s.tall = max(1, height-len(d.Lines))
	if two {
		s.tall = max(1, s.tall/2)
	}
	at := s.index()
	s.top = widget.Window(n, at, s.top, s.tall)
	for i := s.top; i < n && i < s.top+s.tall; i++ {
		row := s.at(i)
		bar := widget.Bar{}
		if i == at {
			bar = t.Bar
		}
		if two {
			d.Lines = append(d.Lines, s.rowOfTwo(env, row, width, bar)...)
			continue
		}
		d.Lines = append(d.Lines, widget.Row(columns, widths, s.cells(env, row), s.lead(env, row), width, bar))
	}
	return d
}

// titled fits the columns to how times are written and to the preview beside them, which says when the saga was launched,
// and marks the one that the list is ordered by, unless that is how it always is.
func (s *sagas) titled(env *Env, beside bool) []widget.Column {
	out := make([]widget.Column, len(sagaColumns))
	copy(out, sagaColumns)
	age := &out[columnOf[byAge]]
	if env.Clock.Format != say.Age {
		age.Title, age.Width = "TIME", 8
	}
	if beside && s.order.By != byAge || beside && !s.order.Turned {
		age.Drop = 7
	}
	if s.order.Plain() {
		return out
	}
	arrow := env.Theme.Symbols.Down
	if s.order.Turned {
		arrow = env.Theme.Symbols.Up
	}
	out[columnOf[s.order.By]].Title += arrow
	return out
}

func (s *sagas) head(env *Env, columns []widget.Column, widths []int, width int) string {
	t := env.Theme
	head := widget.Head(columns, widths, list.Margin, width, t.Faint)
	pill := ""
	by := columnOf[s.order.By]
	switch {
	case s.still:
		pill = " held still, " + strconv.Itoa(s.held) + say.Plural(s.held, " change ", " changes ")
	case len(env.State.Marks) > 0:
		pill = " " + strconv.Itoa(len(env.State.Marks)) + " marked "
	case s.order.By != byAge && len(s.pages.Rows) >= list.SortMax:
		pill = " of the newest " + strconv.Itoa(list.SortMax) + " "
	}
	if widths[by] == 0 && (!s.order.Plain()) {
		arrow := t.Symbols.Down
		if s.order.Turned {
			arrow = t.Symbols.Up
		}
		pill = " " + orderNames[s.order.By] + arrow + " " + pill
	}
	if pill == "" {
		return head
	}
	lines := []string{head}
	widget.Over(lines, []string{t.Quiet.Paint(pill)}, width-widget.Width(pill)-1, 0)
	return lines[0]
}

// lead is what stands before a row: the edge of the cursor, and the mark.
func (s *sagas) lead(env *Env, row *engine.Summary) string {
	if _, marked := env.State.Marks[row.ID]; marked {
		return " " + env.Theme.Accent.Paint(env.Theme.Symbols.Marked)
	}
	return "  "
}

func (s *sagas) cells(env *Env, r *engine.Summary) []widget.Cell {
	t := env.Theme
	st := t.Saga(r)
	step := ""
	if n := len(r.StepNames); n > 0 {
		step = strconv.Itoa(r.CurrentStepIdx) + "/" + strconv.Itoa(n)
	}
	return []widget.Cell{
		{Text: st.String(), Ink: st.Ink, Keep: true},
		{Text: r.Short},
		{Text: r.Kind},
		{Text: r.Target},
		{Text: step, Ink: t.Faint},
		env.progress(r),
		{Text: env.Clock.Stamp(r.CreatedAt.Time), Ink: t.Faint},
		{Text: r.CreatedBy, Ink: t.Faint},
	}
}

// rowOfTwo is a row for narrow screens: how it stands and what it is about, below it what it is.
func (s *sagas) rowOfTwo(env *Env, r *engine.Summary, width int, bar widget.Bar) []string {
	t := env.Theme
	st := t.Saga(r)
	age := env.Clock.Stamp(r.CreatedAt.Time)
	about := cmp.Or(r.Target, r.Kind)
	return []string{
		bar.Over(widget.Sides(s.lead(env, r)+st.Ink.Paint(widget.Fit(st.String(), 14))+"  "+widget.Cut(about, width-24), t.Faint.Paint(age)+" ", width), width),
		bar.Over("    "+t.Faint.Paint(widget.Cut(r.Kind+" "+t.Symbols.Dot+" "+r.CreatedBy, width-6)), width),
	}
}

// none says why there are no rows.
func (s *sagas) none(env *Env, width, height int) []string {
	switch {
	case s.err != "":
		return empty(env, width, height, "the sagas cannot be read", s.err)
	case !s.pages.Began || s.pages.Searching():
		if s.search.On() && s.pages.Looked > 0 {
			return empty(env, width, height, "searching", strconv.Itoa(s.pages.Looked)+" searched so far")
		}
		return nil
	case s.search.Text() != "":
		return empty(env, width, height, "no saga matches", "esc clears the filter")
	}
	return empty(env, width, height, "no sagas yet", strings.TrimSpace(env.keyOf(keys.CmdNew)+" launches the first"))
}
