package tui

import (
	"cmp"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

func repeat(s string, n int) string { return strings.Repeat(s, max(0, n)) }

// card draws the saga under the cursor in three lines: what the row has no room for.
func (s *sagas) card(env *Env, width, _ int) (string, []string) {
	t, at := env.Theme, s.current()
	st := t.Stand(say.StandOf(at).Unless(env.State.Nobody()))
	rule := t.Border.Paint(repeat(t.Symbols.Rule, width))
	texts, tone := env.now().Texts(at)
	said := ""
	if len(texts) > 0 {
		said = texts[0]
	}
	about := cmp.Or(at.Target, at.Kind)
	if at.Was != "" && say.StandOf(at) == say.Undoing {
		about += " " + at.Value + " " + t.Symbols.From + " " + at.Was
	}
	lines := []string{
		widget.Sides("  "+t.Strong.Paint(widget.Cut(about, width-28)), t.Faint.Paint(at.Short)+"  "+widget.Cut(at.CreatedBy, 12)+" ", width),
	}
	label := "  " + t.Strong.With(st.Ink).Paint(st.String()) + "  "
	told := widget.WrapTo(strings.TrimSpace(said), width-widget.Width(label)-1, 2)
	for i, l := range told {
		lead := label
		if i > 0 {
			lead = widget.Spaces(widget.Width(label))
		}
		lines = append(lines, lead+t.Tone(tone).Paint(l))
	}
	if len(lines) < 3 {
		for _, l := range widget.WrapTo(s.why(env, at), width-3, 3-len(lines)) {
			lines = append(lines, "  "+t.Faint.Paint(l))
		}
	}
	return rule, widget.Lines(lines, width, 3)
}

// why is what has turned a saga round and in which words, else who launched it when, and what has become of it.
func (s *sagas) why(env *Env, at *engine.Summary) string {
	if say.StandOf(at).Unless(env.State.Nobody()) == say.Held {
		return "The next driver looks before it goes on: nothing is done twice."
	}
	if w := say.Why(at, ""); w != "" {
		return w
	}
	text := "launched " + env.Clock.Time(at.CreatedAt.Time)
	if p := env.now().InShort(at, s.preview.whole(), env.Theme.Symbols.Dot); p != "" {
		text += " " + env.Theme.Symbols.Dot + " " + p
	}
	return text
}

// below draws the saga under the cursor in two panes below the list: its ledger, and beside it what follows.
func (s *sagas) below(env *Env, width, height int) (string, []string) {
	t, at := env.Theme, s.current()
	rule := t.Border.Paint(repeat(t.Symbols.Rule, width))
	st := t.Saga(at)
	texts, _ := env.now().Texts(at)
	right := t.Strong.With(st.Ink).Paint(st.String())
	if len(texts) > 0 {
		right += st.Ink.Paint(" " + t.Symbols.Dot + " " + widget.Cut(longest(texts, width/2), width/2))
	}
	left := "  " + t.Strong.Paint(at.Kind) + "  " + at.Target + "  " + t.Faint.Paint(at.Short)
	lines := []string{
		widget.Sides(widget.Cut(left, width-widget.Width(right)-3), right+" ", width),
		"  " + t.Faint.Paint(widget.Cut(strings.Join(preTail(env, at), " "+t.Symbols.Dot+" "), width-3)),
	}
	d := s.preview.shown()
	if d == nil {
		if s.preview.err != "" {
			lines = append(lines, indented("  ", painted(t.Danger, widget.Wrap(s.preview.err, width-3)))...)
		}
		return rule, widget.Lines(lines, width, height)
	}
	wide, room := width-42, height-3
	side := env.after(d, 38, room)
	ledger := s.short(env, d, wide-3, room)
	bar := t.Border.Paint(t.Symbols.Bar)
	lines = append(lines, "")
	l, r := widget.Lines(ledger, wide-2, room), widget.Lines(side, 38, room)
	for i := range l {
		lines = append(lines, "  "+l[i]+bar+" "+r[i])
	}
	return rule, widget.Lines(lines, width, height)
}

// short is the ledger on so many lines: long runs of equal steps fold, and what does not fit is on the saga's page.
func (s *sagas) short(env *Env, d *detail, width, height int) []string {
	t := env.Theme
	rows := preRows(env, d, width, height)
	if len(rows) >= height {
		rows = preRows(env, d, width, 1)
	}
	columns, widths := preColumns(d, width)
	out := []string{widget.Head(columns, widths, 0, width, t.Faint)}
	if room := height - 1; len(rows) > room {
		rows = append(rows[:max(0, room-1)], t.Faint.Paint("   "+t.Symbols.More+" enter shows all of it"))
	}
	return append(out, rows...)
}

// after says beside a ledger what has to be decided, or what undoing what has been done means.
func (e *Env) after(d *detail, width, room int) []string {
	t := e.Theme
	if c := caseOf(d); c != nil {
		return e.needing(d, c, width, room)
	}
	var undo []string
	for i := len(d.saga.Rows) - 1; i >= 0; i-- {
		if r := &d.saga.Rows[i]; i < len(d.undo) && d.undo[i] != "" && r.Undoable && (r.Status == engine.RowCompleted || r.Status == engine.RowRunning || r.Status == engine.RowCompensating) {
			undo = append(undo, widget.WrapTo(d.undo[i], width, 2)...)
		}
	}
	if len(undo) == 0 {
		return nil
	}
	head := "A ROLL BACK"
	switch d.saga.Status {
	case engine.Pending, engine.Running:
		head = "CANCEL"
	case engine.Compensating:
		head = "IS BEING PUT BACK"
	case engine.Completed, engine.RolledBack, engine.Failed:
	}
	return append([]string{t.Faint.Paint(head)}, undo...)
}

// pre draws the saga under the cursor beside the list, or below it: its ledger in short.
func (s *sagas) pre(env *Env, width, height int) []string {
	at := s.current()
	if at == nil {
		return nil
	}
	t := env.Theme
	st := t.Saga(at)
	state := t.Strong.With(st.Ink).Paint(st.String())
	lines := []string{
		widget.Sides(t.Strong.Paint(widget.Cut(cmp.Or(at.Target, at.Kind), width-widget.Width(state)-1)), state, width),
		t.Faint.Paint(widget.Cut(at.Kind+" "+at.Short, width)),
	}
	d := s.preview.shown()
	about := caseOf(d)
	told := env.now().InShort(at, s.preview.whole(), t.Symbols.Dot)
	if about != nil {
		told = about.What
	}
	if told != "" {
		lines = append(lines, "")
		lines = append(lines, widget.WrapTo(say.Sentence(told), width, 3)...)
	}
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
	if about != nil {
		lines = append(lines, env.needing(d, about, width, max(1, height/2))...)
		if air {
			lines = append(lines, "", t.Border.Paint(repeat(t.Symbols.Rule, width)))
		}
	}
	most := 2 // lines on each row, more where there is room for all
	if height >= 20 && len(d.saga.StepNames) <= 4 {
		most = 5
	}
	rows := preRows(env, d, width, most)
	var tail []string
	for _, l := range preTail(env, &d.saga.Summary) {
		tail = append(tail, painted(t.Faint, widget.Wrap(l, width))...)
	}
	room := height - len(lines) - 1
	if len(rows) > room {
		rows = append(rows[:max(0, room-1)], t.Faint.Paint("   "+t.Symbols.More+" enter shows all of it"))
	}
	columns, widths := preColumns(d, width)
	lines = append(lines, widget.Head(columns, widths, 0, width, t.Faint))
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
	step = min(step, width-4-2-14-1)
	columns := []widget.Column{{Title: "#", Width: 2}, {Title: "STEP", Width: step}, {Title: "STATUS", Width: 14, Gap: 1}}
	return columns, widget.Layout(columns, width)
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
		out = append(out, widget.Row(columns, widths, cells, "", width, widget.Bar{}))
		if row == nil {
			continue
		}
		text, bad := d.rowText(env, i)
		if c := row.Compensation; row.Status == engine.RowCompensationFailed && c != nil && c.Conflict != nil {
			continue // the three states say it
		}
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

// preTail is who launched a saga when, and what turned it round.
func preTail(env *Env, s *engine.Summary) []string {
	tail := []string{"launched " + env.Clock.Time(s.CreatedAt.Time) + " by " + s.CreatedBy}
	if w := say.Why(s, ""); w != "" {
		tail = append(tail, w)
	}
	return tail
}
