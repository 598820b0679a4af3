package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"arcadia/tui/form"
	"arcadia/tui/keys"
	"arcadia/tui/widget"
)

// launchHead draws a page under its title, with what it is about and what went wrong, as far as there is room:
// below ten lines the breadcrumb has to do for a title.
func launchHead(env *Env, width, height int, wrong, title string, what []string, body func(height int) Drawing) Drawing {
	t := env.Theme
	var head []string
	if height >= 10 {
		if height >= 14 {
			head = append(head, "")
		}
		head = append(head, "  "+t.Strong.Paint(title))
		for _, w := range what {
			head = append(head, "  "+t.Faint.Paint(widget.Cut(w, width-3)))
			if height < 16 {
				break
			}
		}
		head = append(head, "")
	}
	if wrong != "" {
		for _, l := range widget.Wrap(wrong, width-3) {
			head = append(head, "  "+t.Failed.Paint(l))
		}
	}
	d := body(max(1, height-len(head)))
	if d.Cursor != nil {
		d.Cursor.Y += len(head)
	}
	d.Lines = append(head, d.Lines...)
	return d
}

// Tips are the keys that work on the page.
func (l *launch) Tips(*Env) []keys.Hint {
	switch {
	case l.wait != "":
		return keys.Hints("esc", "back")
	case l.page == launchOnSteps:
		return l.list.tips()
	case l.page == launchOnForm:
		return l.form.Tips()
	case l.page == launchOnPlan:
		return l.plan.tips()
	case l.kinds.typing():
		return keys.Hints("enter", "choose", "↑ ↓", "move", "esc", "clear")
	}
	return keys.Hints("enter", "choose", "j k", "move", "a-z", "filter", "esc", "back", "?", "help")
}

// reads runs what a form has to load, and brings it the answer.
func (l *launch) reads(load form.Load) Action {
	if load == nil {
		return nil
	}
	return Ask{To: l, Read: func(ctx context.Context, _ Backend) tea.Msg { return load(ctx) }}
}
