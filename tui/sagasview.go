package tui

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/say"
	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// columnTitles are the titles of the columns that the list can be ordered by.
var columnTitles = [orders]string{byStatus: "STATUS", byKind: "KIND", byTarget: "TARGET", byAge: "AGE", byWho: "BY"}

// orderNames say what a list is ordered by when the column is not there to say it.
var orderNames = [orders]string{byStatus: "status", byKind: "kind", byTarget: "target", byStep: "step", byAge: "age", byWho: "operator"}

// Widths of the list from which a column more is shown.
const (
	idWide  = 100 // SAGA and BY
	nowWide = 132 // NOW as a column of its own
)

// View draws the list on a copy, since it scrolls while it is drawn.
func (s *sagas) View(env *Env, width, height int) Drawing {
	drawn := *s
	d := drawn.draw(env, width, height)
	d.Then(func() { s.top, s.tall, s.lines, s.tabs = drawn.top, drawn.tall, drawn.lines, drawn.tabs })
	return d
}

// draw draws list and preview side by side, one above the other, or the list and a card.
func (s *sagas) draw(env *Env, width, height int) Drawing {
	switch {
	case s.current() == nil || width < twoLines || height < 14:
		return s.list(env, width, height)
	case width >= sideWidth:
		return s.beside(env, width, height)
	}
	below := s.card
	low := 3
	if width >= lowWidth && height >= lowHeight {
		below, low = s.below, max(8, min(13, height/3))
	}
	d := s.list(env, width, height-low-1)
	d.Lines = widget.Lines(d.Lines, width, height-low-1)
	rule, lines := below(env, width, low)
	d.Lines = append(append(d.Lines, rule), lines...)
	return d
}

// beside draws the preview beside the list.
func (s *sagas) beside(env *Env, width, height int) Drawing {
	right := min(72, 48+(width-sideWidth)/2)
	left := width - right
	d := s.list(env, left-1, height)
	side := widget.Lines(s.pre(env, right-3, height), right-3, height)
	bar := env.Theme.Border.Paint(env.Theme.Symbols.Bar)
	d.Lines = widget.Lines(d.Lines, left-1, height)
	for i := range d.Lines {
		d.Lines[i] += " " + bar + " " + side[i]
	}
	return d
}

// list draws the filter, the titles and the rows.
func (s *sagas) list(env *Env, width, height int) Drawing {
	t := env.Theme
	var d Drawing
	s.lines = make([]int, 0, height)
	put := func(row int, lines ...string) {
		for _, l := range lines {
			d.Lines, s.lines = append(d.Lines, l), append(s.lines, row)
		}
	}
	if s.tabs = s.shelf(env, width, height); s.tabs.line != "" {
		put(-1, s.tabs.line)
	}
	if s.search.On() {
		line, cursor := s.search.View(env.Theme, width, s.hits())
		if cursor != nil {
			cursor.Y += len(d.Lines)
		}
		d.Cursor = cursor
		put(-1, line)
	}
	n := s.size()
	if n == 0 {
		put(-1, s.none(env, width, height-len(d.Lines))...)
		return d
	}
	per, headings := 1, 0
	if width < twoLines {
		per = 2
	}
	if s.bands.On && env.Height >= 30 && per == 1 {
		headings = s.bands.Filled()
	}
	at := s.index()
	c := s.columns(env, at, width, height)
	if per == 1 {
		put(-1, s.head(env, c, width))
	}
	s.tall = max(1, (height-len(d.Lines)-headings)/per)
	s.top = widget.Window(n, at, s.top, s.tall)
	for i := s.top; i < n && len(d.Lines)+per <= height; i++ {
		row := s.at(i)
		if headings > 0 && (i == s.top || s.bands.Band(i) != s.bands.Band(i-1)) {
			if len(d.Lines)+2 > height {
				break
			}
			put(-1, s.heading(env, s.bands.Band(i), width))
		}
		bar := widget.Bar{}
		if i == at {
			bar = t.Bar
		}
		if per == 2 {
			put(i, s.rowOfTwo(env, row, width, bar)...)
			continue
		}
		put(i, widget.Row(c.columns, c.widths, s.cells(env, row, &c), s.lead(env, row), width, bar))
	}
	return d
}

// heading is the line above a band: its name, how many are in it, and a rule.
func (s *sagas) heading(env *Env, b say.Band, width int) string {
	t, st := env.Theme, env.State
	n, ink := 0, t.Faint
	shown, whole := s.bands.Count(b)
	switch b {
	case say.BandNeeds:
		n, ink = st.needySagas(), t.Failed
	case say.BandUnderWay:
		n = st.UnderWay()
	case say.BandAtRest, say.Bands:
		n = st.Done() - s.bands.Unsettled()
	}
	if whole { // what the rows say, which may be a moment behind
		n = shown
	}
	text := "  " + b.Word() + " " + say.Thousands(n) + " "
	return ink.Paint(text) + t.Border.Paint(repeat(t.Symbols.Rule, width-1-widget.Width(text))) + " "
}

// sagaGrid are the columns of the list in a width: which are shown, and where.
type sagaGrid struct {
	columns []widget.Column
	widths  []int
	order   []int // the order that each column stands for, -1 for none
	now     bool  // NOW has a column of its own
}

// columns fits the columns to the width of the list and to the rows around the cursor.
func (s *sagas) columns(env *Env, at, width, height int) sagaGrid {
	var g sagaGrid
	add := func(order int, title string, c widget.Column) {
		c.Title = title
		if order >= 0 {
			c.Title = columnTitles[order]
		}
		if order == s.order.By && !s.order.Plain() {
			c.Title += s.arrow(env)
		}
		g.columns, g.order = append(g.columns, c), append(g.order, order)
	}
	kind, by := 14, 4
	if width >= 72 {
		for i := max(0, at-height); i < min(s.size(), at+height); i++ {
			kind = min(20, max(kind, widget.Width(s.at(i).Kind)))
			by = min(8, max(by, widget.Width(s.at(i).CreatedBy)))
		}
	}
	g.now = width >= nowWide
	wanted := func(name string) bool {
		all := env.Settings.Columns
		return all == nil || slices.Contains(all, name)
	}
	add(byStatus, "", widget.Column{Width: 14})
	if width >= idWide && wanted("saga") {
		add(-1, "SAGA", widget.Column{Width: 8})
	}
	if wanted("kind") {
		add(byKind, "", widget.Column{Width: kind})
	}
	if g.now {
		add(byTarget, "", widget.Column{Width: 36})
		add(-1, "NOW", widget.Column{Width: 10, Grow: 1})
	} else {
		add(byTarget, "", widget.Column{Width: 10, Grow: 1})
	}
	age := widget.Column{Width: 4, Right: true}
	if env.Clock.Format != say.Age {
		age.Width = 8
	}
	if width < idWide {
		age.Gap = 1
	}
	if wanted("age") {
		add(byAge, "", age)
		if env.Clock.Format != say.Age {
			g.columns[len(g.columns)-1].Title = "TIME"
		}
	}
	if width >= idWide && wanted("by") {
		add(byWho, "", widget.Column{Width: by})
	}
	if width >= idWide && wanted("cost") {
		add(-1, "COST/MO", widget.Column{Width: 8, Right: true, Gap: 1})
	}
	g.widths = widget.Layout(g.columns, width-list.Margin)
	return g
}

func (s *sagas) arrow(env *Env) string {
	if s.order.Turned {
		return env.Theme.Symbols.Up
	}
	return env.Theme.Symbols.Down
}

// head draws the titles, and at their end what is not as it always is.
func (s *sagas) head(env *Env, g sagaGrid, width int) string {
	t := env.Theme
	head := widget.Head(g.columns, g.widths, list.Margin, width, t.Faint)
	pill := ""
	switch {
	case s.still:
		pill = " held still, " + strconv.Itoa(s.held) + say.Plural(s.held, " change ", " changes ")
	case len(env.State.Marks) > 0:
		pill = " " + strconv.Itoa(len(env.State.Marks)) + " marked "
	case s.order.By != byAge && len(s.pages.Rows) >= list.SortMax:
		pill = " of the newest " + strconv.Itoa(list.SortMax) + " "
	}
	if !slices.Contains(g.order, s.order.By) {
		pill = " " + orderNames[s.order.By] + s.arrow(env) + " " + pill
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

// cells are the row of a saga. Of one that is at rest only status and target carry.
func (s *sagas) cells(env *Env, r *engine.Summary, g *sagaGrid) []widget.Cell {
	t := env.Theme
	stand := say.StandOf(r).Unless(env.State.Nobody())
	st := t.Stand(stand)
	quiet := widget.Ink("")
	if stand.AtRest() {
		quiet = t.Faint
	}
	texts, tone := env.now().Texts(r)
	out := make([]widget.Cell, 0, len(g.columns))
	for i, c := range g.columns {
		var x widget.Cell
		switch by := g.order[i]; {
		case by == byStatus:
			x = widget.Cell{Text: st.String(), Ink: st.Ink, Keep: true}
		case by == byKind:
			x = widget.Cell{Text: widget.Middle(r.Kind, g.widths[i]), Ink: quiet}
		case by == byTarget && g.now:
			x = widget.Cell{Text: about(t, r, nil, "", g.widths[i])}
		case by == byTarget:
			x = widget.Cell{Text: about(t, r, texts, t.Tone(tone), g.widths[i])}
		case by == byAge:
			x = widget.Cell{Text: env.Clock.Stamp(r.CreatedAt.Time), Ink: t.Faint}
		case by == byWho:
			x = widget.Cell{Text: r.CreatedBy, Ink: t.Faint}
		case c.Title == "COST/MO":
			x = widget.Cell{Text: say.Bill(r.MonthlyUSD, t.Symbols.Minus), Ink: quiet}
		case c.Title == "NOW":
			x = widget.Cell{Text: longest(texts, g.widths[i]), Ink: t.Tone(tone)}
		default:
			x = widget.Cell{Text: r.Short, Ink: quiet}
		}
		out = append(out, x)
	}
	return out
}

// longest is the longest of the texts that fits, or the shortest cut.
func longest(texts []string, width int) string {
	for _, x := range texts {
		if widget.Width(x) <= width {
			return x
		}
	}
	if len(texts) == 0 {
		return ""
	}
	return widget.Cut(texts[len(texts)-1], width)
}

// about is what a saga is about, what that becomes or what was made of it, and how it stands: the longest of its texts that fits.
// Where none fits with the value the value goes. Of one that needs a person the reason comes first. Cutting is the last resort, of
// the text before the target.
func about(t *theme.Theme, r *engine.Summary, texts []string, ink widget.Ink, width int) string {
	target := cmp.Or(r.Target, strings.Join(r.StepNames, ", "))
	dot := t.Faint.Paint(" " + t.Symbols.Dot + " ")
	heads := []string{target}
	stand := say.StandOf(r)
	if r.Value != "" && !stand.Needs() && stand != say.Undoing && stand != say.TakenBack {
		heads = []string{target + t.Faint.Paint(" "+t.Symbols.Arrow+" ") + r.Value, target}
	}
	if r.Was != "" && stand == say.Undoing {
		heads = []string{target + t.Faint.Paint(" "+t.Symbols.From+" ") + r.Was, target}
	}
	if r.Made != "" && stand == say.Ended {
		texts, ink = []string{r.Made}, t.Faint
	}
	for i, head := range heads {
		used := widget.Width(head)
		if len(texts) == 0 && used <= width {
			return head
		}
		for _, x := range texts {
			if used+3+widget.Width(x) <= width {
				return head + dot + ink.Paint(x)
			}
		}
		if i == 0 && stand == say.Undoing && len(heads) > 1 && used <= width {
			return head // what is put back says more than how many steps are
		}
	}
	used := widget.Width(target)
	if len(texts) == 0 || width-used < 9 {
		return widget.Cut(target, width)
	}
	return target + dot + ink.Paint(widget.Cut(texts[len(texts)-1], width-used-3))
}

// rowOfTwo is a row for narrow screens: how it stands and what it is about, below it what it is.
func (s *sagas) rowOfTwo(env *Env, r *engine.Summary, width int, bar widget.Bar) []string {
	t := env.Theme
	st := t.Stand(say.StandOf(r).Unless(env.State.Nobody()))
	age := env.Clock.Stamp(r.CreatedAt.Time)
	head := r.Kind
	if r.Target != "" {
		head = about(t, r, nil, "", width-24)
	}
	return []string{
		bar.Over(widget.Sides(s.lead(env, r)+st.Ink.Paint(widget.Fit(st.String(), 14))+"  "+widget.Cut(head, width-24), t.Faint.Paint(age)+" ", width), width),
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
		return empty(env, width, height, "nothing matches "+s.search.Text(), "esc clears it")
	}
	return empty(env, width, height, "no saga has run yet", strings.TrimSpace(env.keyOf(keys.CmdNew)+" launches the first"))
}
