package tui

import (
	"strconv"

	"arcadia/engine"
	"arcadia/tui/widget"
)

// gaugeCells is the length of a gauge in a list.
const gaugeCells = 6

// progress says in at most 14 cells how far a saga is: a gauge while it moves, else what matters about its end.
func (e *Env) progress(s *engine.Summary) widget.Cell {
	t := e.Theme
	y := &t.Symbols
	if text, tone := e.now().Brief(s); text != "" {
		return widget.Cell{Text: text, Ink: t.Tone(tone)}
	}
	switch steps := len(s.StepNames); s.Status {
	case engine.Pending:
		return widget.Cell{Text: widget.Gauge(gaugeCells, 0, 1, y.Done, y.Left), Ink: t.Faint}
	case engine.Running:
		text := widget.Gauge(gaugeCells, s.CurrentStepIdx, steps, y.Done, y.Left)
		if steps > 1 {
			text += " " + strconv.Itoa(100*s.CurrentStepIdx/steps) + "%"
		}
		return widget.Cell{Text: text, Ink: t.Running}
	case engine.Compensating:
		return widget.Cell{Text: widget.Gauge(gaugeCells, s.UndoTotal-s.Undone, max(1, s.UndoTotal), y.Done, y.Undone), Ink: t.Compensating}
	case engine.Failed, engine.RolledBack, engine.Completed:
	}
	return widget.Cell{}
}
