package say

import (
	"strconv"
	"strings"
	"time"

	"arcadia/engine"
)

// Now is what a sentence about a saga depends on besides the saga: the time, and whether everything is frozen.
type Now struct {
	Clock  Clock
	Frozen *engine.Frozen // nil when everything goes on
	Nobody bool           // drives: no step starts until somebody does

	// Usual is how long the step that a saga is at usually takes; 0 when nobody knows. May be left out.
	Usual func(s *engine.Summary) time.Duration
	// Gauge draws a part of a whole. May be left out: then nobody is told how much of the usual time is over.
	Gauge func(part, whole int) string
	// Unable is why a saga could not be undone; nil when nobody knows yet. May be left out.
	Unable func(s *engine.Summary) []string
}

// Brief says in a few cells what matters about a saga that does not move, or about its end; empty for one that moves: what
// shows how far that is says more.
func (n Now) Brief(s *engine.Summary) (string, Tone) {
	switch {
	case s.NeedsOperator() && !s.Status.Terminal():
		if s.Paused {
			return "paused", Failed
		}
		return "needs you", Failed
	case n.Held(s) && len(s.Waiting) == 0:
		return "frozen", Compensating
	}
	switch s.Status {
	case engine.Pending:
		if len(s.Waiting) > 0 {
			return "waits " + waitsBriefly(&s.Waiting[0]), Pending
		}
	case engine.Running:
		if len(s.Waiting) > 0 && !looks(s) {
			return "waits", Compensating
		}
	case engine.Failed:
		return strconv.Itoa(s.Residue) + " left", Failed
	case engine.RolledBack:
		return Outcome(s), Faint
	case engine.Compensating, engine.Completed:
	}
	return "", Plain
}

// Held reports whether a saga starts nothing because everything is frozen. What is under way when a freeze begins goes on,
// and which sagas that are is not known before it is drained.
func (n Now) Held(s *engine.Summary) bool {
	f := n.Frozen
	return f != nil && !s.Status.Terminal() && f.Width == 0 && (f.InFlight == 0 || s.Status == engine.Pending)
}

// Flight says what is under way while everything is frozen.
func Flight(f *engine.Frozen) string {
	if f.InFlight == 0 {
		return "drained"
	}
	return strconv.Itoa(f.InFlight) + " in flight"
}

// Phrase says in a few words where a saga stands, after its status.
func (n Now) Phrase(s *engine.Summary) string {
	text := n.stands(s)
	if n.Held(s) {
		text += ", frozen"
	}
	return text
}

func (n Now) stands(s *engine.Summary) string {
	switch s.Status {
	case engine.Pending:
		if len(s.Waiting) > 0 {
			return "waits for " + WaitingOn(s.Waiting)
		}
		return "not started"
	case engine.Running:
		switch {
		case s.CancelRequested:
			return "stops, then undoes"
		case len(s.Waiting) > 0:
			return "waits for " + WaitingOn(s.Waiting)
		}
		return "step " + strconv.Itoa(min(s.CurrentStepIdx+1, len(s.StepNames))) + " of " + strconv.Itoa(len(s.StepNames))
	case engine.Compensating:
		text := strconv.Itoa(s.Undone) + " of " + strconv.Itoa(s.UndoTotal) + " undone"
		if len(s.Waiting) > 0 {
			text += ", waits for " + WaitingOn(s.Waiting)
		}
		return text
	case engine.Failed:
		return outcome(s, " left behind")
	case engine.RolledBack:
		return Outcome(s)
	case engine.Completed:
		if !s.StartedAt.IsZero() && !s.FinishedAt.IsZero() {
			return "took " + Took(s.FinishedAt.Sub(s.StartedAt.Time))
		}
	}
	return ""
}

// Standing is the phrase of a saga, and of one that was rolled back the proof, as far as its ledger has been read: when
// somebody looked again, and what was found.
func (n Now) Standing(s *engine.Summary, whole *engine.Saga) string {
	if whole == nil || s.Status != engine.RolledBack && s.Status != engine.Failed {
		return n.Phrase(s)
	}
	looked := "looked at " + n.Clock.Time(whole.Verified.Time) + ": "
	switch {
	case whole.Verified.IsZero() && s.Status == engine.Failed:
		return n.Phrase(s)
	case whole.Verified.IsZero():
		looked = "not looked at again"
	case len(whole.Left) > 0:
		looked += "still there: " + strings.Join(whole.Left, ", ")
	default:
		looked += Nothing(s) + " left"
	}
	if s.Residue+s.Accepted > 0 {
		return n.Phrase(s) + ", " + looked
	}
	return looked
}

// Reason writes why the engine turned a saga round: "step_failed:out of luck" is "step failed: out of luck".
func Reason(reason string) string {
	what, detail, ok := strings.Cut(reason, ":")
	if !ok {
		return Words(reason)
	}
	return Words(what) + ": " + strings.TrimSpace(detail)
}

// InShort is the phrase beside a list, where there is room for little: of a rollback the verdict first.
func (n Now) InShort(s *engine.Summary, whole *engine.Saga, dot string) string {
	if s.Status == engine.RolledBack && whole != nil && !whole.Verified.IsZero() && len(whole.Left) == 0 {
		return Outcome(s) + " " + dot + " looked " + n.Clock.Minute(whole.Verified.Time)
	}
	return n.Standing(s, whole)
}

// Why says what turned a saga round, when if that is known, who asked for it and in which words.
func Why(s *engine.Summary, when string) string {
	if s.Error == nil {
		return ""
	}
	var text string
	switch reason := s.Error.Reason; reason {
	case "canceled":
		text = "canceled"
	case "rollback_requested":
		text = "rollback asked for"
	case "approval_refused":
		text = "refused"
	case "approval_expired":
		text = "nobody approved in time"
	default:
		text = Reason(reason)
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

// looks reports whether a saga waits for nothing but for what goes on at the provider: that is how it moves.
func looks(s *engine.Summary) bool {
	return len(s.Waiting) == 1 && s.Waiting[0].Because == engine.BecauseIdle && s.Waiting[0].For == engine.ForProvider
}
