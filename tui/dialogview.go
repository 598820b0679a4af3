package tui

import (
	"strconv"

	"arcadia/tui/confirm"
	"arcadia/tui/widget"
)

// View draws what the verb would do.
func (d *dialog) View(env *Env, width, height int) Drawing {
	p := confirm.Picture{
		Body: func(width int) []string { return d.list(env, width) }, Brief: func(width int) []string { return d.brief(env, width) },
		Off: d.locked(env) != "", Final: func(width int) []string { return d.final(env, width) },
	}
	if d.one() {
		p.Head = func(width int) string { return d.head(env, width) }
	}
	return d.Dialog.View(env.Theme, p, width, height)
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
