package tui

import (
	"cmp"
	"slices"

	"arcadia/tui/decide"
	"arcadia/tui/keys"
	"arcadia/tui/widget"
)

// caseOf is what has to be decided about a saga; nil when nothing has.
func caseOf(d *detail) *decide.Case {
	if d == nil {
		return nil
	}
	return decide.Of(d.saga, func(idx int) string { return d.undo[idx] })
}

// needing says of a saga that needs a person what is there, the states under each other, and what can be answered. Answers say what
// they do where there is room.
func (e *Env) needing(d *detail, c *decide.Case, width, room int) []string {
	t := e.Theme
	out := e.leftLines(d.saga, width, max(1, room/3))
	if c.States != nil {
		out = e.stateTable(c, width)
	}
	if len(out) > 0 {
		out = append(out, "")
	}
	named := 0
	for _, a := range c.Answers {
		named = max(named, widget.Width(a.Name)+3)
	}
	var short, long []string
	for _, a := range c.Answers {
		short = append(short, a.Name)
		lead := widget.Fit(a.Name, named)
		for _, l := range widget.WrapTo(cmp.Or(a.Brief, a.Does), width-named, 3) {
			long = append(long, lead+t.Faint.Paint(l))
			lead = widget.Spaces(named)
		}
	}
	hint := []string{"", t.Key.Paint(e.keyOf(keys.CmdDecide)) + t.Faint.Paint(" decide")}
	for _, answers := range [][]string{slices.Concat(long, hint), long, slices.Concat(short, hint), short} {
		if len(out)+len(answers) <= room {
			return append(out, answers...)
		}
	}
	return widget.Lines(append(out, short...), width, room)
}

// stateTable is what something was before, what we wrote, and what it is now, under each other.
func (e *Env) stateTable(c *decide.Case, width int) []string {
	const labels = 8
	t := e.Theme
	rows := stateRows(c.States)
	names := []string{"before", "ours", "now"}
	wide := 0
	for i := range names {
		wide = max(wide, widget.Width(rows[0][i+1]))
	}
	var out []string
	mark := " " + t.Symbols.Differs
	two := len(rows) == 2 && labels+wide+widget.Width(mark)+3+8 <= width
	if two {
		out = append(out, t.Faint.Paint(widget.Spaces(labels)+widget.Fit("VALUE", wide+5)+"TTL"))
	}
	for i, name := range names {
		value, ttl := rows[0][i+1], ""
		if len(rows) == 2 {
			ttl = rows[1][i+1]
		}
		ink, after := widget.Ink(""), ""
		if i == 2 && rows[0][3] != rows[0][2] {
			ink, after = t.Failed.With(t.Strong), t.Failed.Paint(mark)
		}
		if two {
			out = append(out, t.Faint.Paint(widget.Fit(name, labels))+widget.Fit(ink.Paint(value)+after, wide+5)+ttl)
			continue
		}
		if ttl != "" {
			value += " ttl " + ttl
		}
		lead := name
		for n, l := range widget.WrapTo(value, width-labels-widget.Width(mark), 3) {
			if n > 0 {
				lead, after = "", ""
			}
			out = append(out, t.Faint.Paint(widget.Fit(lead, labels))+ink.Paint(l)+after)
		}
	}
	return out
}
