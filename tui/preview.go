package tui

import (
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

func repeat(s string, n int) string { return strings.Repeat(s, max(0, n)) }

// pre draws the saga under the cursor beside the list, or below it: its ledger in short.
func (s *sagas) pre(env *Env, width, height int) []string {
	at := s.current()
	if at == nil {
		return nil
	}
	t := env.Theme
	st := t.Saga(at)
	lines := []string{
		widget.Cut(t.Strong.Paint(at.Kind)+"  "+at.Target, width),
		widget.Cut(st.Paint()+"  "+t.Faint.Paint(env.now().InShort(at, s.preview.whole(), t.Symbols.Dot)), width),
	}
	d := s.preview.shown()
	air := height > 9
	if air {
		lines = append(lines, "")
	}
	switch {
	case s.preview.err != "":
		for _, l := range widget.Wrap(s.preview.err, width) {
			lines = append(lines, t.Danger.Paint(l))
		}
		return lines
	case d == nil:
		return lines
	}
	if left := env.leftLines(d.saga, width, max(1, height/6)); len(left) > 0 {
		lines = append(lines, left...)
		if air {
			lines = append(lines, "")
		}
	}
	most := 2 // lines on each row, more where there is room for all
	if height >= 20 && len(d.saga.StepNames) <= 4 {
		most = 5
	}
	rows := preRows(env, d, width, most)
	tail := preTail(env, &d.saga.Summary, width)
	room := height - len(lines) - 1
	if len(rows) > room {
		rows = append(rows[:max(0, room-1)], t.Faint.Paint("   "+t.Symbols.More+" enter shows all of it"))
	}
	columns, widths := preColumns(d, width)
	lines = append(lines, widget.Head(columns, widths, 1, width, t.Faint))
	lines = append(lines, rows...)
	if len(lines)+1+len(tail) <= height {
		lines = append(lines, "")
		lines = append(lines, tail...)
	}
	return lines
}

func preColumns(d *detail, width int) ([]widget.Column, []int) {
	step := 8
	for _, name := range d.saga.StepNames {
		step = max(step, widget.Width(name))
	}
	step = min(step, width-1-3-2-14-1)
	columns := []widget.Column{{Title: "#", Width: 2, Right: true, Gap: 1}, {Title: "STEP", Width: step}, {Title: "STATUS", Width: 14, Gap: 1}}
	return columns, widget.Layout(columns, width-1)
}

// preRows draws one line per step, and below it what is worth knowing about it.
func preRows(env *Env, d *detail, width, most int) []string {
	t := env.Theme
	columns, widths := preColumns(d, width)
	var out []string
	for i, name := range d.saga.StepNames {
		var row *engine.Row
		st := t.Row("")
		if i < len(d.saga.Rows) {
			row = &d.saga.Rows[i]
			st = t.Row(row.Status)
		}
		cells := []widget.Cell{{Text: strconv.Itoa(i), Ink: t.Faint}, {Text: widget.Middle(name, widths[1])}, {Text: st.String(), Ink: st.Ink}}
		out = append(out, widget.Row(columns, widths, cells, " ", width, widget.Bar{}))
		if row == nil {
			continue
		}
		text, bad := d.rowText(env, i)
		ink := t.Faint
		if bad {
			ink = t.Failed
		}
		for _, l := range widget.WrapTo(text, width-4, most) {
			if l != "" {
				out = append(out, "    "+ink.Paint(l))
			}
		}
	}
	return out
}

func preTail(env *Env, s *engine.Summary, width int) []string {
	t := env.Theme
	tail := []string{"launched " + env.Clock.Time(s.CreatedAt.Time) + " by " + s.CreatedBy}
	if w := say.Why(s, ""); w != "" {
		tail = append(tail, w)
	}
	var out []string
	for _, l := range tail {
		out = append(out, painted(t.Faint, widget.Wrap(l, width))...)
	}
	return out
}
