package form

import (
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/confirm"
	"arcadia/tui/line"
	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// formBlock is a stop of the form as drawn, with all that belongs to it.
type formBlock struct {
	stop   string
	lines  []string
	cursor *tea.Cursor // relative to the lines
	shown  func()      // takes down which rows of its list are shown; nil: it has none
}

// Measures of a form.
const (
	formMargin   = 3
	formLabelMax = 16
	formInputMax = 52
	narrow       = 60 // below: less air
	pickRows     = 8  // of a list, where there is room
)

// View draws the form's stops, the part around the focus when there is not room for all.
func (f *Form) View(t *theme.Theme, width, height int) widget.Drawing {
	airy := height >= 14 && width >= narrow
	blocks := f.blocks(t, width, height, airy)
	lines := 0
	for _, b := range blocks {
		lines += len(b.lines)
	}
	if airy && lines > height { // air is the first thing to go
		blocks = f.blocks(t, width, height, false)
	}
	var d widget.Drawing
	from, to := 0, 0
	for _, b := range blocks {
		if b.stop == f.Focus || f.button(b.stop) && f.button(f.Focus) {
			from, to = len(d.Lines), len(d.Lines)+len(b.lines)
			if b.cursor != nil {
				c := *b.cursor
				c.Y += from
				d.Cursor = &c
			}
		}
		if b.shown != nil {
			d.Then(b.shown)
		}
		d.Lines = append(d.Lines, b.lines...)
	}
	top := 0
	if to > height {
		top = min(to-height, from)
	}
	d.Lines = d.Lines[top:min(len(d.Lines), top+height)]
	if d.Cursor != nil {
		d.Cursor.Y -= top
	}
	return d
}

func (f *Form) button(stop string) bool { return slices.Contains(f.buttons(), stop) }

func (f *Form) blocks(t *theme.Theme, width, height int, airy bool) []formBlock {
	label := 6
	for _, fd := range f.Fields {
		if fd.shown {
			label = max(label, widget.Width(fd.field().Label))
		}
	}
	label = min(label, formLabelMax, width/3)
	margin := formMargin
	if width < narrow {
		margin = 1
	}
	var out []formBlock
	if f.choice {
		out = append(out, f.valuesBlock(t, label, margin, width))
	}
	group, grouped := everyStep, len(f.Fields) > 0 && f.Fields[len(f.Fields)-1].step != everyStep
	for i, fd := range f.Fields {
		if !fd.shown {
			continue
		}
		var lines []string
		if airy && (i > 0 || f.choice) && (grouped && fd.step != group || len(fd.trouble()) > 0) {
			lines = append(lines, "")
		}
		if grouped && (fd.step != group || len(out) == 0) && fd.step != everyStep {
			lines = append(lines, widget.Spaces(margin-1)+t.Faint.Paint(strconv.Itoa(fd.step)+"  "+visible.Text(f.steps[fd.step])))
		}
		group = fd.step
		out = append(out, f.fieldBlock(t, fd, lines, label, margin, width, height, airy))
	}
	if len(f.Fields) == 0 {
		out = append(out, formBlock{lines: []string{widget.Spaces(margin) + t.Faint.Paint("It asks for nothing.")}})
	}
	last := formBlock{stop: PlanStop}
	if airy {
		last.lines = append(last.lines, "")
	}
	var buttons []confirm.Button
	for _, id := range f.buttons() {
		buttons = append(buttons, confirm.Button{ID: id, Word: f.word(id)})
	}
	for _, l := range confirm.ButtonRows(t, buttons, f.Focus, width-margin) {
		last.lines = append(last.lines, widget.Spaces(margin)+l)
	}
	return append(out, last)
}

func (f *Form) valuesBlock(t *theme.Theme, label, margin, width int) formBlock {
	ways := []string{"the same for all steps", "own for each step"}
	at := 0
	if f.apart {
		at = 1
	}
	on := f.Focus == formValues
	line := widget.Spaces(margin) + f.label(t, "Values", label, on) + choices(t, ways, at, on, width-margin-label-2)
	return formBlock{stop: formValues, lines: []string{line}}
}

func (f *Form) label(t *theme.Theme, text string, width int, on bool) string {
	text = widget.Fit(text, width) + "  "
	if on {
		return t.Strong.Paint(text)
	}
	return text
}

// fieldBlock draws label and value, under it what is wrong or, with the focus, what is wanted, and the list.
func (f *Form) fieldBlock(t *theme.Theme, fd *Field, lines []string, label, margin, width, height int, airy bool) formBlock {
	on := fd.Key == f.Focus
	b := formBlock{stop: fd.Key}
	left := margin + label + 2
	room := width - left - 1
	text := widget.Spaces(margin) + f.label(t, fd.field().Label, label, on)
	if fd.field().Type == engine.ChoiceField {
		at := -1
		for i, c := range fd.field().Choices {
			if c == fd.Value() {
				at = i
			}
		}
		text += choices(t, fd.field().Choices, at, on, room)
	} else {
		wide := min(room, formInputMax)
		value, x := fd.line.View(line.Field(t), wide, on)
		text += value
		if on {
			b.cursor = tea.NewCursor(left+x, len(lines))
		}
		switch rest := room - wide - 2; {
		case fd.label != "" && fd.label != fd.line.String() && widget.Width(fd.label) <= rest:
			text += "  " + t.Faint.Paint(fd.label)
		case on && !fd.required() && rest >= 8:
			text += "  " + t.Faint.Paint("optional")
		}
	}
	lines = append(lines, text)
	indent := widget.Spaces(left)
	switch bad := fd.trouble(); {
	case bad != "":
		for _, l := range widget.Wrap(bad, room) {
			lines = append(lines, indent+t.Failed.Paint(l))
		}
	case on && fd.field().Help != "":
		help := widget.Wrap(fd.field().Help, room)
		if height < 14 {
			help = []string{widget.Cut(fd.field().Help, room)}
		}
		if height < 10 && fd.pick != nil && fd.pick.failed != "" {
			help = nil
		}
		for _, l := range help {
			lines = append(lines, indent+t.Faint.Paint(l))
		}
	}
	if on && fd.pick != nil {
		tall := min(pickRows, height-len(lines)-1)
		rows, top := f.list(t, fd, room, tall)
		b.shown = func() { f.page, fd.pick.top = max(1, tall-1), top }
		for _, l := range rows {
			lines = append(lines, indent+l)
		}
		if airy {
			lines = append(lines, "")
		}
	}
	b.lines = lines
	return b
}

// choices draws alternatives side by side, the chosen one marked; the part around it when there is not room for all.
func choices(t *theme.Theme, all []string, at int, on bool, width int) string {
	from, to := max(at, 0), max(at, 0)+1
	used := 0
	if from < len(all) {
		used = widget.Width(all[from]) + 2
	}
	for grown := true; grown; {
		grown = false
		if to < len(all) && used+widget.Width(all[to])+2 <= width-2 {
			used += widget.Width(all[to]) + 2
			to, grown = to+1, true
		}
		if from > 0 && used+widget.Width(all[from-1])+2 <= width-2 {
			from--
			used, grown = used+widget.Width(all[from])+2, true
		}
	}
	out := ""
	for i := from; i < min(to, len(all)); i++ {
		switch text := " " + all[i] + " "; {
		case i == at && on:
			out += t.Selection.Paint(text)
		case i == at:
			out += t.Field.With(t.Strong).Paint(text)
		default:
			out += t.Faint.Paint(text)
		}
	}
	if from > 0 {
		out = t.Faint.Paint("<") + out
	}
	if to < len(all) {
		out += t.Faint.Paint(">")
	}
	return widget.Cut(out, width)
}

// widest is the width of the widest row of a list.
func widest(p *pick) int {
	label, detail := 0, 0
	for _, r := range p.rows {
		label, detail = max(label, widget.Width(r.label)), max(detail, widget.Width(r.detail))
	}
	return label + detail
}

// list draws what can be picked, from the row top on, or why it cannot.
func (f *Form) list(t *theme.Theme, fd *Field, width, height int) (out []string, top int) {
	p := fd.pick
	switch {
	case p.loading:
		return []string{t.Running.Paint(t.Symbols.Running) + t.Faint.Paint(" loading the list"+t.Symbols.More)}, p.top
	case p.failed != "":
		lines := widget.Wrap("no list: "+p.failed, width)
		lines = lines[:min(len(lines), max(1, height-1))]
		for _, l := range lines {
			out = append(out, t.Compensating.Paint(l))
		}
		return append(out, t.Faint.Paint("type the value instead")), p.top
	case !p.loaded:
		return nil, p.top
	case len(p.rows) == 0:
		return []string{t.Faint.Paint("nothing to pick from: type the value")}, p.top
	case len(p.shown) == 0:
		return []string{t.Faint.Paint("nothing matches")}, p.top
	}
	height = max(1, height)
	if len(p.shown) > height && height > 1 {
		height-- // for the line that says how many there are
	}
	top = widget.Window(len(p.shown), max(0, p.cursor), p.top, height)
	wide := 0
	for _, i := range p.shown {
		if i != pickTyped {
			wide = max(wide, widget.Width(p.rows[i].label))
		}
	}
	wide = min(wide, width/2)
	bar := min(width, max(formInputMax, widest(p)+6))
	for n := top; n < min(len(p.shown), top+height); n++ {
		label, detail := `"`+fd.line.String()+`"`, "as typed"
		if i := p.shown[n]; i != pickTyped {
			label, detail = p.rows[i].label, p.rows[i].detail
		}
		label = widget.Fit(label, max(wide, min(widget.Width(label), width/2)))
		detail = widget.Cut(detail, width-widget.Width(label)-4)
		row := " " + label + "  " + t.Faint.Paint(detail)
		if n == p.cursor {
			row = t.Bar.Over(row, bar)
		}
		out = append(out, row)
	}
	if more := len(p.shown) - height; more > 0 && height > 1 {
		text := strconv.Itoa(max(0, p.cursor)+1) + " of " + strconv.Itoa(len(p.shown))
		out = append(out, t.Faint.Paint(" "+text))
	}
	return out, top
}
