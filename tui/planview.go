package tui

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/tui/confirm"
	"arcadia/tui/line"
	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// planUndo is the width from which undo has a column of its own.
const planUndo = 100

// view draws the plan, scrolled if it must be, over reason and buttons, which stay where they are.
func (p *plan) view(env *Env, width, height int) Drawing {
	t := env.Theme
	airy := height >= 14
	foot, cursor := p.foot(t, width, airy)
	var body []string
	switch {
	case p.loads && p.got == nil:
		body = []string{" " + t.Running.Paint(t.Symbols.Running) + t.Faint.Paint(" looking up what would happen"+t.Symbols.More)}
	case p.got == nil:
		body = []string{" " + t.Strong.Paint("It cannot be launched like this")}
	default:
		body = p.body(t, width, airy)
	}
	if airy {
		body = append([]string{""}, body...)
	}
	p.lines, p.page = len(body), max(1, height-len(foot))
	p.top = max(0, min(p.top, p.lines-p.page))
	shown := body[p.top:min(len(body), p.top+p.page)]
	lines := append([]string(nil), shown...)
	if below := p.lines - p.top - p.page; below > 0 {
		mark := t.Key.Paint(strconv.Itoa(below)+" more ") + t.Symbols.Down
		last := len(lines) - 1
		lines[last] = widget.Fit(lines[last], width-widget.Width(mark)-2) + " " + mark
	}
	d := Drawing{Lines: append(lines, foot...)}
	if cursor != nil {
		cursor.Y += len(lines)
		d.Cursor = cursor
	}
	if len(d.Lines) > height {
		d.Lines = d.Lines[len(d.Lines)-height:]
	}
	return d
}

// foot is what was refused or must be read first, the reason, and the buttons.
func (p *plan) foot(t *theme.Theme, width int, airy bool) ([]string, *tea.Cursor) {
	var out []string
	gap := func() {
		if airy {
			out = append(out, "")
		}
	}
	say := func(ink widget.Ink, text string) {
		lines := widget.Wrap(text, width-2)
		if !airy {
			lines = lines[:min(len(lines), 2)]
		}
		for _, l := range lines {
			out = append(out, " "+ink.Paint(l))
		}
	}
	if p.err != "" {
		gap()
		say(t.Failed, p.err)
	}
	if p.notice != "" {
		gap()
		say(t.Compensating, p.notice)
	}
	gap()
	var cursor *tea.Cursor
	if p.got != nil && !p.refused() {
		on := p.focus == planReason
		label := " Reason  "
		if on {
			label = t.Strong.Paint(label)
		}
		wide := min(50, width-11)
		text, x := p.form.Reason.View(line.Field(t), wide, on)
		line := label + text
		if width-wide-11 > 10 && on {
			line += "  " + t.Faint.Paint("optional")
		}
		if on {
			cursor = tea.NewCursor(9+x, len(out))
		}
		out = append(out, line)
		gap()
		if p.final() && !p.busy {
			out = append(out, p.tick(t, width))
			gap()
		}
	}
	all := []confirm.Button{{ID: planGo, Word: "Launch", Danger: p.final(), Off: p.barred()}, {ID: planBack, Word: "Back"}}
	switch {
	case p.busy:
		out = append(out, "   "+t.Running.Paint(t.Symbols.Running)+t.Faint.Paint(" launching"+t.Symbols.More))
		return out, nil
	case p.got == nil && p.err != "", p.refused():
		all[0] = confirm.Button{ID: planAgain, Word: "Look again"}
	case p.got == nil:
		all = all[1:]
	case p.got.Nothing():
		all[0].Word = "Launch all the same"
	}
	return append(out, "   "+confirm.Buttons(t, all, p.focus)), cursor
}

// body is what happens, step by step, and what it waits for.
func (p *plan) body(t *theme.Theme, width int, airy bool) []string {
	g := p.got
	out := []string{" " + t.Strong.Paint("What will happen") + "  " + t.Faint.Paint(g.Target)}
	switch {
	case len(g.Steps) == 0:
		out[0] = " " + t.Strong.Paint("Nothing to do") + "  " + t.Faint.Paint("there is nothing that it would act on")
	case p.refused():
		out[0] = " " + t.Failed.With(t.Strong).Paint("It would be refused") + "  " + t.Faint.Paint(g.Target)
	case g.Nothing():
		out[0] = " " + t.Strong.Paint("Nothing to do") + "  " + t.Faint.Paint("everything is as it was asked for already")
	}
	if p.loads {
		out[0] += "  " + t.Running.Paint(t.Symbols.Running) + t.Faint.Paint(" looking again"+t.Symbols.More)
	}
	if tag := t.Faint.Paint("plan ") + g.Hash.Short() + " "; widget.Width(out[0])+2+widget.Width(tag) <= width {
		out[0] = widget.Sides(out[0], tag, width)
	}
	if airy {
		out = append(out, "")
	}
	if len(g.Steps) > 0 {
		for _, l := range p.steps(t, width) {
			out = append(out, widget.Cut(l, width))
		}
	}
	var notes []string
	if len(g.WaitsFor) > 0 {
		notes = append(notes, "Waits for saga "+strings.Join(g.WaitsFor, ", ")+", which works on the same, and starts when that is done.")
	}
	if len(g.Locks) > 0 {
		notes = append(notes, "Locks "+strings.Join(g.Locks, ", ")+" until it is done.")
	}
	if len(notes) > 0 && airy {
		out = append(out, "")
	}
	for i, n := range notes {
		ink := t.Faint
		if i == 0 && len(g.WaitsFor) > 0 {
			ink = t.Compensating
		}
		for _, l := range widget.Wrap(n, width-2) {
			out = append(out, " "+ink.Paint(l))
		}
	}
	return out
}

// planLayout is where the columns stand.
type planLayout struct {
	margin, step, now, what, undo int // undo 0: no column, a line of its own
	stacked                       bool
}

func (p *plan) layout(t *theme.Theme, width int) planLayout {
	l := planLayout{margin: 3, step: 4, now: 4}
	undo := 10
	for _, s := range p.got.Steps {
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
	if width >= planUndo {
		l.undo = min(undo, width/3)
		l.what = min(l.what-l.undo-2, max(40, p.natural()))
	}
	return l
}

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
	what := planWhat(t, s, l.what)
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
	var out []string
	var undo []string
	if l.undo > 0 && s.Error == "" {
		text, ink := undoText(t, s)
		undo = painted(ink, widget.Wrap(text, l.undo))
	}
	for i := range max(len(what), len(undo)) {
		line := pad
		if i == 0 {
			line = lead
		}
		w := ""
		if i < len(what) {
			w = what[i]
		}
		if i < len(undo) {
			line += widget.Fit(w, l.what) + "  " + undo[i]
		} else {
			line += w
		}
		out = append(out, line)
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

// planWhat is the subject, the fields with what they were and will be, and the note; or why that cannot be told.
func planWhat(t *theme.Theme, s engine.PlanStep, width int) []string {
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
		return append(out, planWhy(t, s, width)...)
	}
	out := append(widget.Wrap(c.Subject, width), planWhy(t, s, width)...)
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
