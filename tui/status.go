package tui

import (
	"arcadia/engine"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// look is a status as it is shown: a symbol and a word; the ink only repeats them.
type look struct {
	Symbol, Word string
	Ink          widget.Ink
}

// String is the symbol and the word.
func (l look) String() string { return l.Symbol + " " + l.Word }

// Paint is the symbol and the word in their ink.
func (l look) Paint() string { return l.Ink.Paint(l.String()) }

// status is how a saga's status looks.
func (t *Theme) status(s engine.Status) look {
	y := &t.Symbols
	switch s {
	case engine.Pending:
		return look{y.Pending, "pending", t.Pending}
	case engine.Running:
		return look{y.Running, "running", t.Running}
	case engine.Completed:
		return look{y.Completed, "completed", t.Completed}
	case engine.Compensating:
		return look{y.Compensating, "compensating", t.Compensating}
	case engine.RolledBack:
		return look{y.RolledBack, "rolled back", t.RolledBack}
	case engine.Failed:
		return look{y.Failed, "failed", t.Failed}
	}
	return look{y.Pending, say.Words(string(s)), t.Faint}
}

// row is how a ledger row's status looks. The empty status is that of a step that was never reached.
func (t *Theme) row(s engine.RowStatus) look {
	y := &t.Symbols
	switch s {
	case "":
		return look{y.Pending, "not reached", t.Pending}
	case engine.RowRunning:
		return look{y.Running, "running", t.Running}
	case engine.RowCompleted:
		return look{y.Completed, "completed", t.Completed}
	case engine.RowFailed:
		return look{y.StepFailed, "failed", t.Failed}
	case engine.RowCompensating:
		return look{y.Compensating, "compensating", t.Compensating}
	case engine.RowCompensated:
		return look{y.RolledBack, "compensated", t.RolledBack}
	case engine.RowCompensationFailed:
		return look{y.Failed, "left behind", t.Failed}
	case engine.RowResolved:
		return look{y.Completed, "resolved", t.RolledBack}
	}
	return look{y.Pending, say.Words(string(s)), t.Faint}
}
