package tui

import (
	"arcadia/engine"
	"arcadia/tui/say"
	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// final is the step of the plan that cannot be undone, nil when there is none.
func (p *plan) final() *engine.PlanStep {
	if p.got == nil {
		return nil
	}
	for i := range p.got.Steps {
		if p.got.Steps[i].Change.Final != "" {
			return &p.got.Steps[i]
		}
	}
	return nil
}

// undoText is what undoing a step would do, or in the color of danger why nothing does.
func undoText(t *theme.Theme, s engine.PlanStep) (string, widget.Ink) {
	if s.Change.Final == "" {
		return s.Change.Undo, ""
	}
	return "cannot be undone: " + s.Change.Final, t.Danger
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
