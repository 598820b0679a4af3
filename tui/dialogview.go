package tui

import (
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"arcadia/tui/line"
	"arcadia/tui/widget"
)

// dialogWidth is how wide a dialog is where there is room.
const dialogWidth = 88

// View draws what the verb would do over the lines to fill and the answers. When there is little room the list gives way
// first, then air and head; what has the focus is always to be seen.
func (d *dialog) View(env *Env, width, height int) Drawing {
	t := env.Theme
	width = min(width, dialogWidth)
	airy := height >= 13
	foot, cursor := d.foot(env, width, height)
	body := d.list(env, width)
	if height < 7 {
		body = d.brief(env, width)
	}
	var head []string
	if airy {
		head = append(head, "")
	}
	if d.one() && height-len(foot) >= 5 {
		head = append(head, d.head(env, width))
		if airy {
			head = append(head, "")
		}
	}
	if airy {
		foot = append(foot, "")
	}
	if room := height - len(head) - len(foot); len(body) > room {
		body = slices.DeleteFunc(body, func(l string) bool { return l == "" })
	}
	d.lines, d.page = len(body), max(1, min(len(body), height-len(head)-len(foot)))
	d.top = max(0, min(d.top, d.lines-d.page))
	lines := append([]string(nil), head...)
	lines = append(lines, body[d.top:min(len(body), d.top+d.page)]...)
	if below := d.lines - d.top - d.page; below > 0 {
		mark := t.Key.Paint(strconv.Itoa(below)+" more ") + t.Symbols.Down
		last := len(lines) - 1
		lines[last] = widget.Fit(lines[last], width-widget.Width(mark)-1) + " " + mark
	}
	at := len(lines)
	lines = append(lines, foot...)
	over := max(0, len(lines)-height)
	lines = lines[over:]
	lines[0] = widget.Fit(lines[0], width) // the box is as wide as its widest line, and must not jump
	out := Drawing{Lines: lines}
	if cursor != nil {
		cursor.Y += at - over
		out.Cursor = cursor
	}
	return out
}

// head is what the dialog is about, and how it is.
func (d *dialog) head(env *Env, width int) string {
	t := env.Theme
	s := d.heads[d.ids[0]]
	if seen := d.seen[d.ids[0]]; seen != nil {
		s = seen.saga.Summary
	}
	look := t.Status(s.Status)
	right := look.Ink.Paint(look.String())
	if s.Residue > 0 {
		right += look.Ink.Paint(" " + t.Symbols.Dot + " " + strconv.Itoa(s.Residue) + " left behind")
	}
	if s.CancelRequested && !s.Status.Terminal() {
		right = t.Compensating.Paint(t.Symbols.Compensating + " being canceled")
	}
	return widget.Sides(widget.Cut(t.Strong.Paint(s.Kind)+"  "+s.Target, width-widget.Width(right)-2), right, width)
}

// foot is what was refused, the lines to fill, and the answers.
func (d *dialog) foot(env *Env, width, height int) ([]string, *tea.Cursor) {
	t := env.Theme
	airy := height >= 13
	var out []string
	var cursor *tea.Cursor
	if airy {
		out = append(out, "")
	}
	if d.notice != "" {
		ink := t.Compensating
		if d.bad {
			ink = t.Failed
		}
		lines := widget.Wrap(d.notice, width)
		if room := max(1, height-4); len(lines) > room {
			lines = append(lines[:room-1:room-1], widget.Cut(lines[room-1]+" "+t.Symbols.More, width))
		}
		for _, l := range lines {
			out = append(out, ink.Paint(l))
		}
		if airy {
			out = append(out, "")
		}
	}
	field := func(stop, label string, shown string, l *line.Line, wide int) {
		on := d.focus == stop
		text, x := l.View(line.Field(t), wide, on)
		if on {
			cursor = tea.NewCursor(widget.Width(label)+x, len(out))
			if shown == label {
				shown = t.Strong.Paint(label)
			}
		}
		out = append(out, shown+text)
	}
	reason := "Reason  "
	if p := d.phrase(); p != "" {
		label := "Type " + p + " to confirm  "
		shown := "Type " + t.Strong.Paint(p) + " to confirm  "
		field(dialogType, label, shown, &d.typed, min(max(len(p)+4, 12), width-len(label)))
		if width >= twoLines {
			reason = widget.Fit("Reason", len(label))
		}
	}
	// Where there is no room for both, the notice is worth more than the line that may stay empty.
	if tight := height-len(out) < 3; !tight || d.focus == dialogReason {
		field(dialogReason, reason, reason, &d.reason, width-len(reason))
	}
	if airy {
		out = append(out, "")
	}
	if d.busy {
		return append(out, widget.FitRight(t.Running.Paint(t.Symbols.Running)+t.Faint.Paint(" asking the engine"+t.Symbols.More), width)), nil
	}
	w := dialogVerbs[d.verb]
	answers := []formButton{{id: dialogKeep, word: w.keep}, {id: dialogGo, word: w.act, danger: w.danger, off: d.locked(env) != ""}}
	return append(out, widget.FitRight(buttons(t, answers, d.focus), width)), cursor
}
