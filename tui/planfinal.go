package tui

import (
	"arcadia/engine"
	"arcadia/tui/say"
	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// planKnow is the stop of a plan with a point of no return: until it is ticked nothing can be launched.
const planKnow = "know"

// final reports whether the plan has a point of no return.
func (p *plan) final() bool {
	if p.got == nil {
		return false
	}
	for i := range p.got.Steps {
		if p.got.Steps[i].Change.Final != "" {
			return true
		}
	}
	return false
}

// barred reports whether launching wants the tick first.
func (p *plan) barred() bool { return p.final() && !p.known }

// undoText is what undoing a step would do, or in the color of danger why nothing does.
func undoText(t *theme.Theme, s engine.PlanStep) (string, widget.Ink) {
	if s.Change.Final == "" {
		return s.Change.Undo, ""
	}
	return "cannot be undone: " + s.Change.Final, t.Danger
}

// tick draws the stop that says so.
func (p *plan) tick(t *theme.Theme, width int) string {
	box := "[ ] "
	if p.known {
		box = "[x] "
	}
	text := widget.Cut(box+"I know that this cannot be undone", width-2)
	if p.focus == planKnow {
		return " " + t.Doing.Paint(text)
	}
	return " " + t.Danger.Paint(text)
}

// noReturn is the line before the step after which there is no way back: a rule over the width of the text, and the words in it.
func noReturn(t *theme.Theme, width int) string {
	rule := func(n int) string { return t.Pivot.Paint(repeat(t.Symbols.Rule, n)) }
	words := " " + say.NoReturn + " "
	return widget.Cut("  "+rule(3)+t.Strong.With(t.Danger).Paint(words)+rule(width-6-widget.Width(words)), width)
}

// actionLook is the sign and the ink of what a step would do.
func actionLook(t *theme.Theme, a engine.Action) (string, widget.Ink) {
	switch a {
	case engine.ActCreate:
		return "+", t.Completed
	case engine.ActUpdate:
		return "~", t.Compensating
	case engine.ActDelete:
		return "-", t.Failed
	case engine.ActNone:
		return "=", t.Faint
	case engine.ActWait:
		return t.Symbols.Pending, t.Faint
	case engine.ActRun:
	}
	return t.Symbols.Crumb, t.Running
}
