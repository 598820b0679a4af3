package tui

import (
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/tui/widget"
)

// gaugeCells is the length of a gauge in a list.
const gaugeCells = 6

// progress says in at most 14 cells how far a saga is: a gauge while it moves, else what matters about its end.
func (e *Env) progress(s *engine.Summary) widget.Cell {
	t := e.Theme
	y := &t.Symbols
	steps := len(s.StepNames)
	if s.NeedsOperator() && !s.Status.Terminal() {
		if s.Paused {
			return widget.Cell{Text: "paused", Ink: t.Failed}
		}
		return widget.Cell{Text: "needs you", Ink: t.Failed}
	}
	if e.held(s) && s.WaitingOn == "" {
		return widget.Cell{Text: "frozen", Ink: t.Compensating}
	}
	switch s.Status {
	case engine.Pending:
		if s.WaitingOn != "" {
			return widget.Cell{Text: "waits " + strings.TrimPrefix(s.WaitingOn, "saga "), Ink: t.Pending}
		}
		return widget.Cell{Text: widget.Gauge(gaugeCells, 0, 1, y.Done, y.Left), Ink: t.Faint}
	case engine.Running:
		if s.WaitingOn != "" {
			return widget.Cell{Text: "waits", Ink: t.Compensating}
		}
		text := widget.Gauge(gaugeCells, s.CurrentStepIdx, steps, y.Done, y.Left)
		if steps > 1 {
			text += " " + strconv.Itoa(100*s.CurrentStepIdx/steps) + "%"
		}
		return widget.Cell{Text: text, Ink: t.Running}
	case engine.Compensating:
		return widget.Cell{Text: widget.Gauge(gaugeCells, s.UndoTotal-s.Undone, max(1, s.UndoTotal), y.Done, y.Undone), Ink: t.Compensating}
	case engine.Failed:
		return widget.Cell{Text: strconv.Itoa(s.Residue) + " left", Ink: t.Failed}
	case engine.RolledBack:
		return widget.Cell{Text: strconv.Itoa(s.Residue) + " left", Ink: t.Faint}
	case engine.Completed:
	}
	return widget.Cell{}
}

// phrase says in a few words where a saga stands, after its status.
func (e *Env) phrase(s *engine.Summary) string {
	text := e.stands(s)
	if e.held(s) {
		text += ", frozen"
	}
	return text
}

func (e *Env) stands(s *engine.Summary) string {
	switch s.Status {
	case engine.Pending:
		if s.WaitingOn != "" {
			return "waits for " + s.WaitingOn
		}
		return "not started"
	case engine.Running:
		switch {
		case s.CancelRequested:
			return "stops, then undoes"
		case s.WaitingOn != "":
			return "waits for " + s.WaitingOn
		}
		return "step " + strconv.Itoa(min(s.CurrentStepIdx+1, len(s.StepNames))) + " of " + strconv.Itoa(len(s.StepNames))
	case engine.Compensating:
		text := strconv.Itoa(s.Undone) + " of " + strconv.Itoa(s.UndoTotal) + " undone"
		if s.WaitingOn != "" {
			text += ", waits for " + s.WaitingOn
		}
		return text
	case engine.Failed:
		return strconv.Itoa(s.Residue) + " left behind"
	case engine.RolledBack:
		return strconv.Itoa(s.Residue) + " left"
	case engine.Completed:
		if !s.StartedAt.IsZero() && !s.FinishedAt.IsZero() {
			return "took " + took(s.FinishedAt.Sub(s.StartedAt.Time))
		}
	}
	return ""
}

// standing is the phrase of a saga, and of one that was rolled back the proof, as far as its ledger has been read: when
// somebody looked again, and what was found.
func (e *Env) standing(s *engine.Summary, whole *engine.Saga) string {
	if whole == nil || s.Status != engine.RolledBack && s.Status != engine.Failed {
		return e.phrase(s)
	}
	looked := "looked at " + e.Clock.Time(whole.Verified.Time) + ": "
	switch {
	case whole.Verified.IsZero() && s.Status == engine.Failed:
		return e.phrase(s)
	case whole.Verified.IsZero():
		return "not looked at again"
	case len(whole.Left) > 0:
		looked += "still there: " + strings.Join(whole.Left, ", ")
	default:
		looked += "nothing left"
	}
	if s.Residue > 0 {
		return e.phrase(s) + ", " + looked
	}
	return looked
}

// reasonWords writes why the engine turned a saga round: "step_failed:out of luck" is "step failed: out of luck".
func reasonWords(reason string) string {
	what, detail, ok := strings.Cut(reason, ":")
	if !ok {
		return words(reason)
	}
	return words(what) + ": " + strings.TrimSpace(detail)
}

// inShort is the phrase beside a list, where there is room for little: of a rollback the verdict first.
func (e *Env) inShort(s *engine.Summary, whole *engine.Saga) string {
	if s.Status == engine.RolledBack && whole != nil && !whole.Verified.IsZero() && len(whole.Left) == 0 {
		return strconv.Itoa(s.Residue) + " left " + e.Theme.Symbols.Dot + " looked " + e.Clock.write(whole.Verified.Time, "15:04")
	}
	return e.standing(s, whole)
}

// why says what turned a saga round, when if that is known, who asked for it and in which words.
func why(s *engine.Summary, when string) string {
	if s.Error == nil {
		return ""
	}
	var text string
	switch reason := s.Error.Reason; {
	case reason == "canceled":
		text = "canceled"
	case reason == "rollback_requested":
		text = "rollback asked for"
	default:
		text = reasonWords(reason)
	}
	if when != "" {
		text += " " + when
	}
	if s.Error.By != "" {
		text += " by " + s.Error.By
	}
	if s.Error.Why != "" {
		text += `: "` + s.Error.Why + `"`
	}
	return text
}
