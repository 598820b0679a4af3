package tui

import (
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// Widths of the saga page, and the column at which the names of steps begin.
const (
	stepAt   = 4
	toldWide = 36  // TOLD, beside the log
	resultAt = 100 // from here on: the result of a step in a column, and what was told beside the log
)

// View draws the page on a copy, since panes scroll while they are drawn.
func (s *saga) View(env *Env, width, height int) Drawing {
	drawn := *s
	d := drawn.draw(env, width, height)
	d.Then(func() { s.rows, s.log = drawn.rows, drawn.log })
	return d
}

// draw draws the header and as many panes as there is room for; when there is not room for all, the one in front.
func (s *saga) draw(env *Env, width, height int) Drawing {
	lines := s.head(env, width, height)
	rest := height - len(lines)
	d := s.seen.shown()
	switch {
	case d == nil && s.seen.err != "":
		return Drawing{Lines: append(lines, empty(env, width, rest, "this saga cannot be read", s.seen.err)...)}
	case d == nil:
		return Drawing{Lines: lines}
	}
	const least = 5 // lines of the log, with its heading
	ledger := s.wholeLedger(env, d, width)
	times := s.timeline(env, d, width, len(d.saga.StepNames)+1)
	if rest < len(ledger)+1+least { // what is wrong with a step stands in the head too
		ledger = s.ledger(env, d, width, len(d.saga.StepNames)+2)
	}
	part := max(3, (rest-2)/3)
	switch {
	case rest >= len(ledger)+len(times)+2+least:
	case rest >= 16:
		ledger = s.ledger(env, d, width, min(part, len(d.saga.StepNames)+2))
		times = s.timeline(env, d, width, min(part, len(times)))
	case rest >= len(ledger)+1+least:
		if s.pane == timelinePane {
			return Drawing{Lines: append(append(append(lines, ledger...), ""), s.timeline(env, d, width, rest-len(ledger)-1)...)}
		}
		times = nil
	case s.pane == timelinePane:
		return Drawing{Lines: append(lines, s.timeline(env, d, width, rest)...)}
	case s.pane == logPane:
		return Drawing{Lines: append(lines, s.logLines(env, d, width, rest)...)}
	default:
		return Drawing{Lines: append(lines, s.ledger(env, d, width, rest)...)}
	}
	lines = append(append(lines, ledger...), "")
	if times != nil {
		lines = append(append(lines, times...), "")
	}
	return Drawing{Lines: append(lines, s.spoken(env, d, width, height-len(lines))...)}
}

// spoken is the log, with who was told of it beside it, or below it where there is no room beside.
func (s *saga) spoken(env *Env, d *detail, width, height int) []string {
	if len(d.told) == 0 {
		return s.logLines(env, d, width, height)
	}
	if width < resultAt {
		told := env.toldLines(d.told, width-3)
		high := len(told) + 1
		if height-high < 4 {
			return s.logLines(env, d, width, height)
		}
		lines := widget.Lines(s.logLines(env, d, width, height-high), width, height-high)
		return append(append(lines, ""), indented("  ", told)...)
	}
	left := width - toldWide
	lines := widget.Lines(s.logLines(env, d, left, height), left, height)
	told := env.toldLines(d.told, toldWide-1)
	for i := range lines {
		if i < len(told) {
			lines[i] += told[i]
		}
	}
	return lines
}

// head says what the saga is, how it stands, who wanted it, and what went wrong first.
func (s *saga) head(env *Env, width, height int) []string {
	t, sum := env.Theme, s.summary()
	st := t.Saga(sum)
	var lines []string
	left := "  " + t.Strong.Paint(sum.Kind) + "  " + sum.Target
	right := t.Strong.With(st.Ink).Paint(st.String())
	p := env.now().Standing(sum, s.seen.whole())
	if w := s.seen.whole(); w != nil && len(w.Left) == 0 && !w.Verified.IsZero() && widget.Width(right+p)+5 > width {
		p = env.now().Phrase(sum) // the same in fewer words
	}
	if texts, _ := env.now().Texts(sum); say.StandOf(sum) == say.Sleeping && len(texts) > 0 {
		p = texts[0]
	}
	if p != "" {
		right += st.Ink.Paint(" " + t.Symbols.Dot + " " + p)
	}
	if widget.Width(left)+widget.Width(right)+4 <= width {
		lines = append(lines, widget.Sides(left, right+" ", width))
	} else {
		lines = append(lines, widget.Cut(left, width))
		for _, l := range widget.WrapTo(st.String()+" "+t.Symbols.Dot+" "+p, width-3, max(1, height/8)) {
			lines = append(lines, "  "+st.Ink.Paint(l))
		}
	}
	d := s.seen.shown()
	if height >= 10 {
		back := ""
		if d != nil {
			back = env.goesBack(d)
		}
		story := "  " + t.Faint.Paint(s.story(env))
		if widget.Width(story)+widget.Width(back)+4 <= width {
			lines = append(lines, widget.Sides(story, back+" ", width))
		} else {
			for _, l := range widget.WrapTo(s.story(env), width-3, max(1, height/12)) {
				lines = append(lines, "  "+t.Faint.Paint(l))
			}
		}
	}
	if d == nil {
		return lines
	}
	if height >= 17 {
		lines = append(lines, indented("  ", env.inputLines(d, width-3))...)
	}
	if height >= 9 {
		for _, l := range env.leftLines(d.saga, width-3, max(1, height/8)) {
			lines = append(lines, "  "+l)
		}
	}
	if text := s.pinned(env, d); text != "" && height >= 9 {
		for _, l := range widget.WrapTo(text, width-3, max(2, height/8)) {
			lines = append(lines, "  "+t.Failed.Paint(l))
		}
	}
	if height >= 14 {
		lines = append(lines, "")
	}
	return lines
}

// goesBack says how much a cancel or a roll back would take back; empty when neither is possible.
func (e *Env) goesBack(d *detail) string {
	undo := 0
	for _, i := range d.saga.ToUndo() {
		if d.undo[i] != "" && d.undo[i] != "nothing to undo" {
			undo++
		}
	}
	word := ""
	switch s := d.saga; {
	case undo == 0:
	case s.Refuses(engine.VerbCancel) == nil:
		word = "cancel undoes "
	case s.Refuses(engine.VerbRollback) == nil && s.Status == engine.Completed:
		word = "roll back undoes "
	}
	if word == "" {
		return ""
	}
	return e.Theme.Faint.Paint(word) + strconv.Itoa(undo) + say.Plural(undo, " step", " steps")
}

// inputLines are what the saga was launched with, each input with its label.
func (e *Env) inputLines(d *detail, width int) []string {
	return e.labeled(say.Inputs(d.saga.Inputs, d.labels), width)
}

// labeled are inputs in a row, on as many lines as they need.
func (e *Env) labeled(all []say.Input, width int) []string {
	t := e.Theme
	dot := t.Faint.Paint(" " + t.Symbols.Dot + " ")
	var out []string
	line := ""
	for _, in := range all {
		part := t.Faint.Paint(in.Label) + " " + widget.Cut(in.Value, max(8, width-widget.Width(in.Label)-1))
		switch {
		case line == "":
			line = part
		case widget.Width(line)+3+widget.Width(part) <= width:
			line += dot + part
		default:
			out, line = append(out, line), part
		}
	}
	if line == "" {
		return out
	}
	return append(out, line)
}

// story is who launched it when and why, and who turned it round and why.
func (s *saga) story(env *Env) string {
	sum := s.summary()
	text := "launched " + env.Clock.When(sum.CreatedAt.Time) + " by " + sum.CreatedBy
	if d := s.seen.shown(); d != nil && len(d.entries) > 0 && d.entries[0].Why != "" {
		text += `: "` + d.entries[0].Why + `"`
	}
	if !sum.FinishedAt.IsZero() {
		text += " " + env.Theme.Symbols.Dot + " ended " + env.Clock.When(sum.FinishedAt.Time)
	}
	if d := s.seen.shown(); d != nil {
		if by := say.Approvals(d.saga, env.Clock); by != "" {
			text += " " + env.Theme.Symbols.Dot + " " + by
		}
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
			return env.Clock.When(e.At.Time)
		case engine.EntryRollbackStarted:
			if e.By != nil {
				return env.Clock.When(e.At.Time)
			}
		}
	}
	return ""
}

// pinned is what has gone wrong: a step that could not be undone, before one that failed.
func (s *saga) pinned(env *Env, d *detail) string {
	for i := range d.saga.Rows {
		r := &d.saga.Rows[i]
		if c := r.Compensation; r.Status == engine.RowCompensationFailed && c != nil {
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
