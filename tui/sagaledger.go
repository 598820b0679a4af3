package tui

import (
	"slices"
	"strconv"
	"time"

	"arcadia/engine"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// ledgerColumns are the columns of the ledger in a width.
func (s *saga) ledgerColumns(d *detail, width int) ([]widget.Column, []int) {
	columns := []widget.Column{
		{Title: "#", Width: 2},
		{Title: "STEP", Width: s.nameWidth(d, width)},
		{Title: "STATUS", Width: 14},
		{Title: "TRIES", Width: 5, Right: true, Drop: 2},
		{Title: "TOOK", Width: 9, Right: true, Drop: 1},
		{Title: "RESULT", Width: 10, Grow: 1, Drop: 3, Gap: 1},
	}
	return columns, widget.Layout(columns, width-2)
}

// wholeLedger draws all of the ledger, and what is wrong with a step in full.
func (s *saga) wholeLedger(env *Env, d *detail, width int) []string {
	columns, widths := s.ledgerColumns(d, width)
	lines := s.ledger(env, d, width, len(d.saga.StepNames)+2)
	result := len(columns) - 1
	if widths[result] == 0 {
		return lines
	}
	at := 2
	for i := range result {
		if widths[i] > 0 {
			at += widths[i] + 2
		}
	}
	pivot := d.saga.PointOfNoReturn()
	for i := range slices.Backward(d.saga.Rows) {
		text, bad := d.rowText(env, i)
		wrapped := widget.Wrap(text, widths[result])
		if !bad || len(wrapped) < 2 {
			continue
		}
		row := i + 1
		if pivot >= 0 && i >= pivot {
			row++
		}
		head := []string{lines[row]}
		bar := s.bar(env, i)
		cells := s.cells(env, d, i)
		cells[result].Text = wrapped[0]
		head[0] = widget.Row(columns, widths, cells, "  ", width, bar)
		for _, l := range wrapped[1:] {
			head = append(head, bar.Over(widget.Spaces(at)+env.Theme.Failed.Paint(l), width))
		}
		lines = append(lines[:row:row], append(head, lines[row+1:]...)...)
	}
	return lines
}

// bar is what lies below the row of a step.
func (s *saga) bar(env *Env, idx int) widget.Bar {
	switch {
	case idx != s.rows.At:
		return widget.Bar{}
	case s.pane == ledgerPane:
		return env.Theme.Bar
	}
	return env.Theme.BarRest
}

// ledger draws one row per step around the cursor.
func (s *saga) ledger(env *Env, d *detail, width, height int) []string {
	t := env.Theme
	columns, widths := s.ledgerColumns(d, width)
	lines := []string{widget.Head(columns, widths, 2, width, t.Faint)}
	n := len(d.saga.StepNames)
	pivot, tall := d.saga.PointOfNoReturn(), height-1
	if pivot >= 0 && tall > 1 {
		tall-- // its line takes the place of a row
	}
	var to int
	s.rows, to = s.rows.Fit(n, tall)
	for i := s.rows.Top; i < to; i++ {
		if i == pivot && height > 2 {
			lines = append(lines, noReturn(t, width))
		}
		lines = append(lines, widget.Row(columns, widths, s.cells(env, d, i), "  ", width, s.bar(env, i)))
	}
	return lines
}

func (s *saga) nameWidth(d *detail, width int) int {
	n := 6
	for _, name := range d.saga.StepNames {
		n = max(n, widget.Width(name))
	}
	return min(n, max(10, width/3))
}

func (s *saga) cells(env *Env, d *detail, i int) []widget.Cell {
	t := env.Theme
	st := t.Row("")
	name := widget.Cell{Text: widget.Middle(d.saga.StepNames[i], s.nameWidth(d, env.Width)), Ink: t.Faint}
	cells := []widget.Cell{{Text: strconv.Itoa(i), Ink: t.Faint}, name, {}, {}, {}, {}}
	if i < len(d.saga.Rows) {
		r := &d.saga.Rows[i]
		st = t.Row(r.Status)
		if r.Status == engine.RowRunning && say.StandOf(&d.saga.Summary) == say.Sleeping {
			st = t.Stand(say.Sleeping)
		}
		tries := r.Attempts
		if r.Compensation != nil && r.Status != engine.RowCompleted {
			tries = max(1, r.Compensation.Attempts)
		}
		cells[1].Ink = ""
		cells[3] = widget.Cell{Text: strconv.Itoa(tries), Ink: t.Faint}
		if tries > 1 {
			cells[3].Ink = t.Compensating
		}
		cells[4] = widget.Cell{Text: s.took(env, r), Ink: t.Faint}
		text, bad := d.rowText(env, i)
		cells[5] = widget.Cell{Text: text}
		if bad {
			cells[5].Ink = t.Failed
		}
	}
	cells[2] = widget.Cell{Text: st.String(), Ink: st.Ink, Keep: true}
	return cells
}

// took is how long the row took or has taken, its way forward and its way back together.
func (s *saga) took(env *Env, r *engine.Row) string {
	if r.StartedAt.IsZero() {
		return ""
	}
	part := func(from, to engine.Time) time.Duration {
		switch {
		case from.IsZero():
			return 0
		case to.IsZero():
			return max(0, env.Clock.Now.Sub(from.Time)).Truncate(time.Second)
		}
		return max(0, to.Sub(from.Time))
	}
	total := part(r.StartedAt, r.FinishedAt)
	if c := r.Compensation; c != nil {
		total += part(c.StartedAt, c.FinishedAt)
	}
	return say.Lasted(total)
}
