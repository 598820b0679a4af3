package theme

import (
	"arcadia/engine"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// Look is a status as it is shown: a symbol and a word; the ink only repeats them.
type Look struct {
	Symbol, Word string
	Ink          widget.Ink
}

// String is the symbol and the word.
func (l Look) String() string { return l.Symbol + " " + l.Word }

// Paint is the symbol and the word in their ink.
func (l Look) Paint() string { return l.Ink.Paint(l.String()) }

// Status is how a saga's status looks.
func (t *Theme) Status(s engine.Status) Look {
	y := &t.Symbols
	switch s {
	case engine.Pending:
		return Look{y.Pending, "pending", t.Pending}
	case engine.Running:
		return Look{y.Running, "running", t.Running}
	case engine.Completed:
		return Look{y.Completed, "completed", t.Completed}
	case engine.Compensating:
		return Look{y.Compensating, "compensating", t.Compensating}
	case engine.RolledBack:
		return Look{y.RolledBack, "rolled back", t.RolledBack}
	case engine.Failed:
		return Look{y.Failed, "failed", t.Failed}
	}
	return Look{y.Pending, say.Words(string(s)), t.Faint}
}

// Saga is how a saga stands in a list: one whose status is running may sleep, or go nowhere until a person acts.
func (t *Theme) Saga(s *engine.Summary) Look { return t.Stand(say.StandOf(s)) }

// Stand is how a stand looks.
func (t *Theme) Stand(s say.Stand) Look {
	y := &t.Symbols
	symbol := [say.Stands]string{y.Failed, y.Vote, y.Compensating, y.Running, y.Waiting, y.Pending, y.Paused, y.Held, y.Completed, y.RolledBack}[s]
	return Look{symbol, s.Word(), t.Tone(s.Tone())}
}

// Row is how a ledger row's status looks. The empty status is that of a step that was never reached.
func (t *Theme) Row(s engine.RowStatus) Look {
	y := &t.Symbols
	switch s {
	case "":
		return Look{y.Pending, "not reached", t.Pending}
	case engine.RowRunning:
		return Look{y.Running, "running", t.Running}
	case engine.RowCompleted:
		return Look{y.Completed, "completed", t.Completed}
	case engine.RowFailed:
		return Look{y.StepFailed, "failed", t.Failed}
	case engine.RowCompensating:
		return Look{y.Compensating, "compensating", t.Compensating}
	case engine.RowCompensated:
		return Look{y.RolledBack, "compensated", t.RolledBack}
	case engine.RowCompensationFailed:
		return Look{y.Failed, "left behind", t.Failed}
	case engine.RowResolved:
		return Look{y.Completed, "resolved", t.RolledBack}
	}
	return Look{y.Pending, say.Words(string(s)), t.Faint}
}

// Machine is how the status of a droplet looks, as the provider says it, or that of one which is gone.
func (t *Theme) Machine(status string) Look {
	y := &t.Symbols
	switch status {
	case "active":
		return Look{y.Running, status, t.Completed}
	case "asleep":
		return Look{y.Held, status, t.Faint}
	case "gone":
		return Look{y.StepFailed, status, t.Faint}
	}
	return Look{y.Pending, status, t.Faint}
}
