package tui

import (
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/tui/confirm"
	"arcadia/tui/say"
	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// planUndo is the width from which undo has a column of its own.
const planUndo = 100

// planAt is the column of what stands beside a label, and of what is typed.
const planAt = 16

// view draws the plan, scrolled if it must be, over the form, which stays where it is.
func (p *plan) view(env *Env, width, height int) Drawing {
	t := env.Theme
	foot, cursor := p.foot(t, width, height)
	lines, scroll := p.body.Cut(t, p.lines(env, width, height >= 14), width-1, height-len(foot))
	d := Drawing{Lines: append(lines, foot...), Shown: func() { p.body = scroll }}
	over := max(0, len(d.Lines)-height)
	if cursor != nil {
		cursor.Y += len(lines) - over
		d.Cursor = cursor
	}
	d.Lines = d.Lines[over:]
	return d
}

// foot is what cannot be undone, what was refused, the lines and the answers.
func (p *plan) foot(t *theme.Theme, width, height int) ([]string, *tea.Cursor) {
	var out []string
	if f := p.final(); f != nil && !p.refused() {
		lines := widget.Wrap(say.Sentence(f.Change.Final), width-7)
		if height >= 14 {
			out = append(out, "")
		} else {
			lines = nil // it stands with its step
		}
		out = append(out, t.Final("Step "+strconv.Itoa(f.Idx)+" cannot be undone.", lines, width)...)
	}
	if height >= 14 {
		out = append(out, "")
	}
	at := planAt
	if width < twoLines {
		at = 0
	}
	form, cursor := p.Form(t, confirm.Zone{At: at, Width: width, Live: true, Airy: height >= 14})
	if cursor != nil {
		cursor.Y += len(out)
	}
	if p.Busy {
		form = []string{"  " + t.Running.Paint(t.Symbols.Running) + t.Faint.Paint(" launching"+t.Symbols.More)}
		cursor = nil
	}
	return append(out, form...), cursor
}

// lines say what the saga is about, what happens, step by step, and what it waits for.
func (p *plan) lines(env *Env, width int, airy bool) []string {
	t, g := env.Theme, p.got
	gap := func(out []string) []string {
		if airy {
			return append(out, "")
		}
		return out
	}
	switch {
	case p.loads && g == nil:
		return gap([]string{"  " + t.Running.Paint(t.Symbols.Running) + t.Faint.Paint(" looking up what would happen"+t.Symbols.More)})
	case g == nil:
		return gap([]string{"  " + t.Strong.Paint("It cannot be launched like this")})
	}
	var out []string
	if airy {
		out = append(out, "")
	}
	title := "  " + t.Strong.Paint(g.Kind) + "  " + g.Target
	if p.loads {
		title += "  " + t.Running.Paint(t.Symbols.Running) + t.Faint.Paint(" looking again"+t.Symbols.More)
	}
	if tag := t.Faint.Paint("plan ") + g.Hash.Short() + " "; widget.Width(title)+2+widget.Width(tag) <= width {
		title = widget.Sides(title, tag, width)
	}
	out = append(out, title)
	if airy {
		out = append(out, indented("  ", env.labeled(p.form.Given(), width-3))...)
	}
	switch {
	case len(g.Steps) == 0:
		out = append(out, "  "+t.Strong.Paint("Nothing to do")+"  "+t.Faint.Paint("there is nothing that it would act on"))
	case p.refused():
		out = append(out, "  "+t.Failed.With(t.Strong).Paint("It would be refused"))
	case g.Nothing():
		out = append(out, "  "+t.Strong.Paint("Nothing to do")+"  "+t.Faint.Paint("everything already matches"))
	}
	label := func(name, text string, ink widget.Ink) {
		for i, l := range widget.Wrap(text, max(10, width-planAt-1)) {
			if i > 0 {
				name = ""
			}
			out = append(out, t.Faint.Paint(widget.Fit("  "+name, planAt))+ink.Paint(l))
		}
	}
	total := 0.0
	for _, s := range g.Steps {
		total += s.Change.MonthlyUSD
	}
	if bill := say.Bill(total, t.Symbols.Minus); bill != "" {
		out = gap(out)
		label("money", bill+" a month", t.Strong)
	}
	if down, rest := say.Outage(g.Steps, nil); down != "" {
		label("downtime", strings.TrimSpace(down+"   "+rest), "")
	}
	out = gap(out)
	if len(g.Steps) > 0 {
		for _, l := range p.steps(t, width) {
			out = append(out, widget.Cut(l, width))
		}
	}
	if len(g.WaitsFor)+len(g.Locks) > 0 {
		out = gap(out)
	}
	if len(g.WaitsFor) > 0 {
		label("waits for", "saga "+strings.Join(g.WaitsFor, ", ")+", which works on the same; it starts when that is done", t.Compensating)
	}
	if len(g.Locks) > 0 {
		label("locks", strings.Join(g.Locks, ", ")+" until it is done", "")
	}
	if d := g.Approval; d != nil && !p.refused() {
		out = gap(out)
		label(t.Symbols.Vote+" approval", say.Demand(*d)+" within "+say.Span(time.Duration(d.Within))+", else it ends with nothing done", t.Vote)
	}
	return out
}

// planLayout is where the columns stand.
type planLayout struct {
	margin, step, now, what, why, undo int // why or undo 0: no column, a line of its own
	stacked                            bool
}

func (p *plan) layout(t *theme.Theme, width int) planLayout {
	l := planLayout{margin: 2, step: 4, now: 4}
	undo, why := 10, 0
	for _, s := range p.got.Steps {
		why = max(why, widget.Width(s.Why))
		l.step = max(l.step, widget.Width(s.Name))
		l.now = max(l.now, widget.Width(string(s.Change.Action))+2)
		text, _ := undoText(t, s)
		undo = max(undo, widget.Width(text))
	}
	l.step = min(l.step, width/3)
	if width < twoLines {
		l.margin, l.stacked, l.now = 1, true, 0
		l.what = width - 5
		return l
	}
	l.what = width - l.margin - 3 - l.step - 2 - l.now - 2 - 1
	if width < planUndo {
		return l
	}
	l.undo, l.why = min(undo, width/5), min(why, width/6)
	if why == 0 || l.what-l.undo-2-l.why-2 < planLeast {
		l.undo, l.why = min(undo, width/3), 0
	}
	l.what -= l.undo + 2
	if l.why > 0 {
		l.what -= l.why + 2
	}
	l.what = min(l.what, max(40, p.natural()))
	return l
}

// planLeast is the room for what a step does that is left before why gets a column.
const planLeast = 28

// natural is the room in which every change fits on its lines.
func (p *plan) natural() int {
	wide := 0
	for _, s := range p.got.Steps {
		c := &s.Change
		wide = max(wide, widget.Width(c.Subject)+4, widget.Width(c.Note)+4, widget.Width(s.Error)+4)
		for _, f := range c.Fields {
			wide = max(wide, widget.Width(f.Name)+widget.Width(f.From)+widget.Width(f.To)+widget.Width(f.Note)+16)
		}
	}
	return wide
}

func (p *plan) steps(t *theme.Theme, width int) []string {
	l := p.layout(t, width)
	var out []string
	if !l.stacked {
		head := widget.Spaces(l.margin) + "#  " + widget.Fit("STEP", l.step) + "  " + widget.Fit("NOW", l.now+2+l.what)
		if l.why > 0 {
			head += "  " + widget.Fit("WHY", l.why)
		}
		if l.undo > 0 {
			head += "  UNDO"
		}
		out = append(out, t.Faint.Paint(head))
	}
	for _, s := range p.got.Steps {
		if s.Change.Final != "" {
			out = append(out, noReturn(t, width))
		}
		out = append(out, p.step(t, s, l)...)
	}
	return out
}

// step draws one step: where it stands, what it does, field by field, and what undoing it would do.
func (p *plan) step(t *theme.Theme, s engine.PlanStep, l planLayout) []string {
	sign, ink := actionLook(t, s.Change.Action)
	now := ink.Paint(widget.Fit(sign+" "+string(s.Change.Action), l.now))
	what := planWhat(t, s, l.what, l.why == 0)
	no := widget.FitRight(strconv.Itoa(s.Idx), 1)
	if l.stacked {
		out := []string{" " + t.Faint.Paint(no) + "  " + s.Name}
		first := ink.Paint(sign+" "+string(s.Change.Action)) + "  "
		if s.Error != "" {
			first = ""
		}
		for i, w := range what {
			if i == 0 {
				out = append(out, "    "+first+w)
				continue
			}
			out = append(out, "    "+w)
		}
		return append(out, undoLines(t, s, "    ", l.what)...)
	}
	if s.Error != "" {
		now = t.Failed.Paint(widget.Fit("?", l.now))
	}
	lead := widget.Spaces(l.margin) + widget.Fit(no, 2) + " " + widget.Fit(s.Name, l.step) + "  " + now + "  "
	pad := widget.Spaces(l.margin + 3 + l.step + 2 + l.now + 2)
	var out, why, undo []string
	if l.why > 0 && s.Why != "" {
		why = painted(t.Faint, widget.Wrap(s.Why, l.why))
	}
	if l.undo > 0 && s.Error == "" {
		text, ink := undoText(t, s)
		undo = painted(ink, widget.Wrap(text, l.undo))
	}
	at := func(lines []string, i int) string {
		if i < len(lines) {
			return lines[i]
		}
		return ""
	}
	for i := range max(len(what), len(why), len(undo)) {
		line := pad
		if i == 0 {
			line = lead
		}
		line += widget.Fit(at(what, i), l.what)
		if l.why > 0 {
			line += "  " + widget.Fit(at(why, i), l.why)
		}
		out = append(out, strings.TrimRight(line+"  "+at(undo, i), " "))
	}
	if l.undo == 0 {
		out = append(out, undoLines(t, s, pad, l.what)...)
	}
	return out
}

func undoLines(t *theme.Theme, s engine.PlanStep, pad string, width int) []string {
	if s.Error == "" && s.Change.Final != "" {
		text, ink := undoText(t, s)
		return indented(pad, painted(ink, widget.Wrap(text, width)))
	}
	if s.Error != "" || s.Change.Undo == "" {
		return nil
	}
	var out []string
	for _, l := range widget.Wrap("undo: "+s.Change.Undo, width) {
		out = append(out, pad+t.Faint.Paint(l))
	}
	return out
}

// planWhat is the subject, why the step is there where that has no column, the fields with what they were and will be, and the note;
// or why that cannot be told.
func planWhat(t *theme.Theme, s engine.PlanStep, width int, withWhy bool) []string {
	var why []string
	if withWhy {
		why = planWhy(t, s, width)
	}
	c := &s.Change
	if s.Error != "" {
		var out []string
		text := "cannot be told beforehand: "
		if s.Refused {
			text = "refused: "
		}
		for _, l := range widget.Wrap(text+s.Error, width) {
			out = append(out, t.Failed.Paint(l))
		}
		return append(out, why...)
	}
	out := append(widget.Wrap(c.Subject, width), why...)
	name, from, to := 0, 0, 0
	for _, f := range c.Fields {
		name, from, to = max(name, widget.Width(f.Name)), max(from, widget.Width(f.From)), max(to, widget.Width(f.To))
	}
	arrow := t.Symbols.Arrow
	inline := name+2+from+2+widget.Width(arrow)+2+to <= width
	for _, f := range c.Fields {
		label := widget.Fit(f.Name, name) + "  "
		rest := width - name - 2
		var lines []string
		switch {
		case from == 0:
			lines = widget.Wrap(f.To, rest)
		case f.To == "":
			lines = widget.Wrap(f.From, rest)
		case inline && f.From == "":
			lines = []string{widget.Spaces(from+2+widget.Width(arrow)+2) + f.To}
		case inline:
			lines = []string{widget.FitRight(f.From, from) + "  " + t.Faint.Paint(arrow) + "  " + f.To}
		default:
			lines = widget.Wrap(f.From, rest)
			for i, l := range widget.Wrap(f.To, rest-widget.Width(arrow)-1) {
				mark := t.Faint.Paint(arrow) + " "
				if i > 0 {
					mark = widget.Spaces(widget.Width(arrow) + 1)
				}
				lines = append(lines, mark+l)
			}
		}
		for i, l := range lines {
			lead := widget.Spaces(name + 2)
			if i == 0 {
				lead = label
			}
			if note := "(" + f.Note + ")"; f.Note != "" && i == len(lines)-1 {
				out = append(out, planNote(t, lead, l, note, width)...)
				continue
			}
			out = append(out, lead+l)
		}
	}
	if c.Note != "" {
		for _, l := range widget.Wrap(c.Note, width) {
			out = append(out, t.Faint.Paint(l))
		}
	}
	return out
}

// planWhy is why the step is there, where the kind has made the list.
func planWhy(t *theme.Theme, s engine.PlanStep, width int) []string {
	if s.Why == "" {
		return nil
	}
	var out []string
	for _, l := range widget.Wrap("why: "+s.Why, width) {
		out = append(out, t.Faint.Paint(l))
	}
	return out
}

// planNote puts a note behind its field, or under it when there is no room.
func planNote(t *theme.Theme, lead, text, note string, width int) []string {
	if used := widget.Width(lead) + widget.Width(text); used+3+widget.Width(note) <= width {
		return []string{lead + text + "   " + t.Faint.Paint(note)}
	}
	out := []string{lead + text}
	for _, l := range widget.Wrap(note, width-widget.Width(lead)) {
		out = append(out, widget.Spaces(widget.Width(lead))+t.Faint.Paint(l))
	}
	return out
}
