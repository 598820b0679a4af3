package confirm

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"arcadia/tui/line"
	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// Width is how wide a dialog is where there is room.
const Width = 82

// airy is the height from which blank lines stand between the parts.
const airy = 13

// Picture is what a dialog is about.
type Picture struct {
	Head  func(width int) string   // one line; nil: none
	Body  func(width int) []string // what would be done
	Brief func(width int) []string // the same where there are only a few lines; nil: the body
	Off   bool                     // what is asked cannot be done now
	Final func(width int) []string // what cannot be brought back afterwards, always to be seen; nil: nothing is said of it
}

// View draws what would be done over the lines to fill and the answers. When there is little room the body gives way first,
// then air and head; what has the focus is always to be seen.
func (d *Dialog) View(t *theme.Theme, p Picture, width, height int) widget.Drawing {
	width = min(width, Width)
	foot, cursor := d.foot(t, p, width, height)
	body := p.Body(width)
	if height < 7 && p.Brief != nil {
		body = p.Brief(width)
	}
	var head []string
	if p.Head != nil && height-len(foot) >= 5 {
		head = append(head, p.Head(width))
		if height >= airy {
			head = append(head, "")
		}
	}
	if room := height - len(head) - len(foot); len(body) > room {
		body = slices.DeleteFunc(body, func(l string) bool { return l == "" })
	}
	body, scroll := d.body.Cut(t, body, width, min(len(body), height-len(head)-len(foot)))
	lines := append(append([]string(nil), head...), body...)
	at := len(lines)
	lines = append(lines, foot...)
	over := max(0, len(lines)-height)
	lines = lines[over:]
	lines[0] = widget.Fit(lines[0], width) // the box is as wide as its widest line, and must not jump
	out := widget.Drawing{Lines: lines, Shown: func() { d.body = scroll }}
	if cursor != nil {
		cursor.Y += at - over
		out.Cursor = cursor
	}
	return out
}

// foot is what was refused, the lines to fill, and the answers.
func (d *Dialog) foot(t *theme.Theme, p Picture, width, height int) ([]string, *tea.Cursor) {
	var out []string
	gap := func() {
		if height >= airy {
			out = append(out, "")
		}
	}
	gap()
	if p.Final != nil {
		if lines := p.Final(width); len(lines) > 0 {
			out = append(out, lines[:min(len(lines), max(1, height-6))]...)
			gap()
		}
	}
	if d.Notice != "" {
		out = append(out, d.notice(t, width, max(1, height-4))...)
		gap()
	}
	label := d.labels()
	if width < label+12 {
		label = 0 // each its own
	}
	var cursor *tea.Cursor
	for i := range d.Lines {
		l := &d.Lines[i]
		tight := height-len(out) < 3+len(d.Lines)-1-i // where there is no room for all, what may stay empty gives way
		if tight && d.Focus != l.ID && (l.filled() || d.line(d.Focus) != nil) {
			continue
		}
		text, c := l.view(t, label, width, d.Focus == l.ID)
		if c != nil {
			c.Y = len(out)
			cursor = c
		}
		out = append(out, text)
	}
	if len(d.Lines) > 0 {
		gap()
	}
	if d.Busy {
		return append(out, widget.FitRight(d.asking(t), width)), nil
	}
	return append(out, rows(t, d.buttons(p.Off), d.Focus, width, widget.FitRight)...), cursor
}

func (d *Dialog) asking(t *theme.Theme) string {
	return t.Running.Paint(t.Symbols.Running) + t.Faint.Paint(" asking the engine"+t.Symbols.More)
}

// notice is what has to be read, on at most so many lines.
func (d *Dialog) notice(t *theme.Theme, width, most int) []string {
	ink := t.Compensating
	if d.Bad {
		ink = t.Failed
	}
	lines := widget.Wrap(d.Notice, width)
	if len(lines) > most {
		lines = append(lines[:most-1:most-1], widget.Cut(lines[most-1]+" "+t.Symbols.More, width))
	}
	for i, l := range lines {
		lines[i] = ink.Paint(l)
	}
	return lines
}

// buttons are the harmless answer and those that do something.
func (d *Dialog) buttons(off bool) []Button {
	out := []Button{{ID: Keep, Word: KeepWord}}
	for _, a := range d.Answers {
		out = append(out, Button{ID: a.ID, Word: a.Word, Danger: a.Danger, Off: off || d.missing() != nil})
	}
	return out
}

// labels is how wide the labels of the lines are.
func (d *Dialog) labels() int {
	n := 0
	for i := range d.Lines {
		n = max(n, widget.Width(d.Lines[i].label()))
	}
	return n
}

// Zone is where and how a form stands in a page.
type Zone struct {
	At    int  // the column of what is typed, and of the answers
	Width int  // cells of a line
	Live  bool // it has the focus: else nothing in it is chosen, and there is no cursor
	Airy  bool // a blank line before the answers
	Off   bool // what is asked cannot be done now
}

// Form draws what was refused, the lines and the answers as the part of a page that is typed into. Each line begins at column 2.
func (d *Dialog) Form(t *theme.Theme, z Zone) ([]string, *tea.Cursor) {
	const pad = "  "
	var out []string
	if d.Notice != "" {
		for _, l := range d.notice(t, z.Width-3, 3) {
			out = append(out, pad+l)
		}
	}
	label := max(z.At-len(pad), d.labels())
	if z.Width < label+24 {
		label = 0
	}
	var cursor *tea.Cursor
	for i := range d.Lines {
		l := &d.Lines[i]
		text, c := l.view(t, label, z.Width-len(pad)-1, z.Live && d.Focus == l.ID)
		if c != nil {
			c.X, c.Y = c.X+len(pad), len(out)
			cursor = c
		}
		out = append(out, pad+text)
	}
	if z.Airy && len(out) > 0 {
		out = append(out, "")
	}
	lead := widget.Spaces(max(len(pad), label+len(pad)))
	if d.Busy {
		return append(out, lead+d.asking(t)), nil
	}
	focus := d.Focus
	if !z.Live {
		focus = ""
	}
	for _, row := range rows(t, d.buttons(z.Off), focus, z.Width-len(lead), widget.Cut) {
		out = append(out, lead+row)
	}
	return out, cursor
}

// label is what stands before the line.
func (l *Line) label() string {
	if l.Phrase != "" {
		return "Type " + l.Phrase + " to confirm  "
	}
	return l.Label + "  "
}

// most is how wide a line is where there is room.
const most = 64

// view draws the line, with a tick behind a phrase that matches, and its hint where there is room.
func (l *Line) view(t *theme.Theme, label, width int, focused bool) (string, *tea.Cursor) {
	text := l.label()
	label = max(label, widget.Width(text))
	shown := widget.Fit(text, label)
	wide := min(width-label, most)
	switch {
	case l.Phrase != "":
		shown = widget.Fit("Type "+t.Strong.Paint(l.Phrase)+" to confirm", label)
		wide = max(4, min(max(widget.Width(l.Phrase)+4, 12), wide-2))
	case focused:
		shown = t.Strong.Paint(shown)
	}
	field, x := l.Text.View(line.Field(t), wide, focused)
	if l.Phrase != "" && l.filled() {
		field += " " + t.Completed.Paint(t.Symbols.Completed)
	}
	if room := width - label - widget.Width(field); l.Hint != "" && room > widget.Width(l.Hint)+2 {
		field += "  " + t.Faint.Paint(l.Hint)
	}
	if !focused {
		return shown + field, nil
	}
	return shown + field, tea.NewCursor(label+x, 0)
}
