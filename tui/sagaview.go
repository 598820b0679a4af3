package tui

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// View draws the header and as many panes as there is room for; when there is not room for all, the one in front.
func (s *saga) View(env *Env, width, height int) Drawing {
	lines := s.head(env, width, height)
	rest := height - len(lines)
	d := s.seen.shown()
	switch {
	case d == nil && s.seen.err != "":
		return Drawing{Lines: append(lines, empty(env, width, rest, "this saga cannot be read", s.seen.err)...)}
	case d == nil:
		return Drawing{Lines: lines}
	}
	n := len(d.saga.StepNames)
	const least = 4 // of log lines
	switch {
	case rest >= 2*(n+2)+1+least:
		lines = append(lines, s.ledger(env, d, width, n+1)...)
		lines = append(lines, "")
		lines = append(lines, s.timeline(env, d, width, n+1)...)
		lines = append(lines, "")
		return Drawing{Lines: append(lines, s.logLines(env, d, width, height-len(lines))...)}
	case rest >= 16:
		part := (rest - 2) / 3
		lines = append(lines, s.ledger(env, d, width, min(part, n+1))...)
		lines = append(lines, "")
		lines = append(lines, s.timeline(env, d, width, min(part, n+1))...)
		lines = append(lines, "")
		return Drawing{Lines: append(lines, s.logLines(env, d, width, height-len(lines))...)}
	}
	if rest >= n+1+1+least+1 {
		lines = append(lines, s.ledger(env, d, width, n+1)...)
		lines = append(lines, "")
		if s.pane == timelinePane {
			return Drawing{Lines: append(lines, s.timeline(env, d, width, height-len(lines))...)}
		}
		return Drawing{Lines: append(lines, s.logLines(env, d, width, height-len(lines))...)}
	}
	switch s.pane {
	case timelinePane:
		return Drawing{Lines: append(lines, s.timeline(env, d, width, rest)...)}
	case logPane:
		return Drawing{Lines: append(lines, s.logLines(env, d, width, rest)...)}
	case ledgerPane, panes:
	}
	return Drawing{Lines: append(lines, s.ledger(env, d, width, rest)...)}
}

// head says what the saga is, how it stands, who wanted it, and what went wrong first.
func (s *saga) head(env *Env, width, height int) []string {
	t, sum := env.Theme, s.summary()
	st := t.Saga(sum)
	var lines []string
	roomy := height >= 14
	if roomy {
		lines = append(lines, "")
	}
	left := " " + t.Strong.Paint(sum.Kind) + "  " + sum.Target
	right := st.String()
	p := env.now().Standing(sum, s.seen.whole())
	if w := s.seen.whole(); w != nil && len(w.Left) == 0 && !w.Verified.IsZero() && widget.Width(right+p)+5 > width {
		p = env.now().Phrase(sum) // the same in fewer words
	}
	if p != "" {
		right += " " + t.Symbols.Dot + " " + p
	}
	if widget.Width(left)+widget.Width(right)+3 <= width {
		lines = append(lines, widget.Sides(left, st.Ink.Paint(right)+"  ", width))
	} else {
		lines = append(lines, widget.Cut(left, width), " "+st.Ink.Paint(widget.Cut(right, width-2)))
	}
	if height >= 10 {
		lines = append(lines, " "+t.Faint.Paint(widget.Cut(s.story(env), width-2)))
	}
	d := s.seen.shown()
	if d == nil {
		return lines
	}
	if in := inputs(d.saga.Inputs); in != "" && height >= 17 {
		lines = append(lines, " "+t.Faint.Paint(widget.Cut(in, width-2)))
	}
	if height >= 9 {
		for _, l := range env.leftLines(d.saga, width-3, max(1, height/8)) {
			lines = append(lines, " "+l)
		}
	}
	if text := s.pinned(env, d); text != "" && height >= 9 {
		for _, l := range widget.WrapTo(text, width-4, 2) {
			lines = append(lines, " "+t.Failed.Paint(l))
		}
	}
	if roomy {
		lines = append(lines, "")
	}
	return lines
}

// story is who launched it when, and who turned it round and why.
func (s *saga) story(env *Env) string {
	sum := s.summary()
	text := "launched " + env.Clock.Time(sum.CreatedAt.Time) + " by " + sum.CreatedBy
	if !sum.FinishedAt.IsZero() {
		text += " " + env.Theme.Symbols.Dot + " ended " + env.Clock.Time(sum.FinishedAt.Time)
	}
	if w := say.Why(sum, s.turned(env)); w != "" {
		text += " " + env.Theme.Symbols.Dot + " " + w
	}
	if too := env.State.watchers(s.first.ID); len(too) > 0 {
		text += " " + env.Theme.Symbols.Dot + " also watched by " + strings.Join(too, ", ")
	}
	return text
}

// turned is when the saga was told to go back.
func (s *saga) turned(env *Env) string {
	d := s.seen.shown()
	if d == nil {
		return ""
	}
	for i := len(d.entries) - 1; i >= 0; i-- {
		switch e := &d.entries[i]; e.Type {
		case engine.EntryCancelRequested:
			return env.Clock.Time(e.At.Time)
		case engine.EntryRollbackStarted:
			if e.By != nil {
				return env.Clock.Time(e.At.Time)
			}
		}
	}
	return ""
}

func inputs(in engine.Inputs) string {
	parts := make([]string, 0, len(in))
	for k, v := range in {
		parts = append(parts, k+"="+v)
	}
	slices.Sort(parts)
	return strings.Join(parts, "  ")
}

// pinned explains the first step that failed, wherever the ledger is scrolled to; else what could not be undone.
func (s *saga) pinned(env *Env, d *detail) string {
	for i := range d.saga.Rows {
		r := &d.saga.Rows[i]
		if c := r.Compensation; c != nil && c.Status == engine.RowCompensationFailed {
			return env.Theme.Symbols.Failed + " step " + strconv.Itoa(i) + " " + r.Name + " could not be undone: " + c.Error
		}
	}
	for i := range d.saga.Rows {
		r := &d.saga.Rows[i]
		if r.Error != "" && (r.Status == engine.RowFailed || r.Status == engine.RowCompensated || r.Status == engine.RowCompensating) && r.Error != "canceled" {
			return env.Theme.Symbols.StepFailed + " step " + strconv.Itoa(i) + " " + r.Name + " failed: " + r.Error
		}
	}
	return ""
}

// ledger draws one row per step around the cursor.
func (s *saga) ledger(env *Env, d *detail, width, height int) []string {
	t := env.Theme
	columns := []widget.Column{
		{Title: "#", Width: 3, Right: true},
		{Title: "STEP", Width: s.nameWidth(d, width)},
		{Title: "STATUS", Width: 14},
		{Title: "TRIES", Width: 5, Right: true, Drop: 2},
		{Title: "TOOK", Width: 7, Right: true, Drop: 1},
		{Title: "OUTPUT", Width: 10, Grow: 1, Drop: 3, Gap: 1},
	}
	widths := widget.Layout(columns, width-1)
	lines := []string{widget.Head(columns, widths, 1, width, t.Faint)}
	n := len(d.saga.StepNames)
	pivot, tall := d.saga.PointOfNoReturn(), height-1
	if pivot >= 0 && tall > 1 {
		tall-- // its line takes the place of a row
	}
	from, to := s.rows.Fit(n, tall)
	for i := from; i < to; i++ {
		if i == pivot && height > 2 {
			lines = append(lines, noReturn(t, " ", width))
		}
		bar := widget.Bar{}
		if i == s.rows.At {
			bar = t.BarRest
			if s.pane == ledgerPane {
				bar = t.Bar
			}
		}
		lines = append(lines, widget.Row(columns, widths, s.cells(env, d, i), "  ", width, bar))
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
	cells := []widget.Cell{{Text: strconv.Itoa(i), Ink: t.Faint}, {Text: widget.Middle(d.saga.StepNames[i], s.nameWidth(d, env.Width))}, {}, {}, {}, {}}
	if i < len(d.saga.Rows) {
		r := &d.saga.Rows[i]
		st = t.Row(r.Status)
		tries := r.Attempts
		if r.Compensation != nil && r.Status != engine.RowCompleted {
			tries = max(1, r.Compensation.Attempts)
		}
		cells[3] = widget.Cell{Text: strconv.Itoa(tries)}
		cells[4] = widget.Cell{Text: s.took(env, r)}
		text, bad := d.rowText(env, i)
		cells[5] = widget.Cell{Text: text, Ink: t.Faint}
		if bad {
			cells[5].Ink = t.Failed
		}
	}
	cells[2] = widget.Cell{Text: st.String(), Ink: st.Ink}
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
	return say.Took(total)
}
