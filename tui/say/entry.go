package say

import (
	"encoding/json"
	"strconv"
	"strings"

	"arcadia/engine"
)

// Entry writes an entry of a saga's ledger as a sentence without its end, and says in which tone.
func Entry(s *engine.Saga, x *engine.Entry) (string, Tone) {
	step := "step " + strconv.Itoa(x.Idx)
	if x.Idx >= 0 && x.Idx < len(s.StepNames) {
		step += " " + s.StepNames[x.Idx]
	}
	var tone Tone
	text := Words(string(x.Type))
	switch x.Type {
	case engine.EntryCreated:
		text = "created" + by(x)
		if x.Created != nil && len(x.Created.Lifted) > 0 {
			text += "; no longer protected: " + strings.Join(x.Created.Lifted, ", ")
		}
		if x.Created != nil && x.Created.Agreed != nil {
			text += "; " + x.Created.Agreed.Of + " approved by " + agreed(x.Created.Agreed)
		}
	case engine.EntryWaiting:
		text, tone = "goes on", Faint
		if on := EntryWaitsFor(x); on != "" {
			text = "waits for " + on
		}
	case engine.EntryCancelRequested:
		text, tone = "cancel requested"+by(x), Compensating
	case engine.EntryStepStarted:
		text = step + " started" + attempt(x)
	case engine.EntryStepSaved:
		text, tone = "intent saved: "+Pairs(x.Put), Faint
	case engine.EntryAttemptFailed:
		text, tone = step+" failed"+attempt(x)+again(x)+": "+x.Error, Failed
	case engine.EntryStepCompleted:
		text, tone = step+" completed"+output(x.Put), Completed
	case engine.EntryStepFailed:
		text, tone = step+" failed: "+x.Error, Failed
		if x.Error == "canceled" {
			text, tone = step+" interrupted", Compensating
			if x.Idx < len(s.Rows) && s.Rows[x.Idx].Dirty {
				text += "; it may have changed something"
			}
		}
	case engine.EntryOutlived:
		text, tone = step+" goes well since the crash", Faint
	case engine.EntryIdle:
		text, tone = step+" waits for "+EntryWaitsFor(x), Faint
	case engine.EntryWaitEnded:
		text, tone = "the wait of "+step+" ended"+by(x), Compensating
	case engine.EntryWaitMoved:
		text, tone = "the wait of "+step+" moved to "+MovedTo(x)+by(x), Compensating
	case engine.EntryInterrupted:
		text, tone = step+" interrupted by a shutdown", Faint
	case engine.EntryRollbackStarted:
		text, tone = "rollback started: "+Reason(x.Reason)+by(x), Compensating
	case engine.EntryCompensating:
		text, tone = "undo of "+step+" started"+attempt(x), Compensating
	case engine.EntryCompensationSaved:
		text, tone = "undo saved: "+Pairs(x.Put), Faint
	case engine.EntryCompensationRetried:
		text, tone = "undo of "+step+" failed"+attempt(x)+again(x)+": "+x.Error, Failed
	case engine.EntryCompensated:
		text, tone = step+" undone"+output(x.Put), RolledBack
	case engine.EntryCompensationFailed:
		text, tone = step+" could not be undone: "+x.Error, Failed
	case engine.EntryRollbackWithdrawn:
		text, tone = "not rolled back: "+engine.WithdrawnBecause(x.Reason)+by(x), Compensating
	case engine.EntryRollbackOvertaken:
		text, tone = "goes forward again: "+x.Passed+" was gone before the undo of "+step, Compensating
	case engine.EntryRetryRequested:
		text, tone = "retry requested"+by(x), Compensating
	case engine.EntryPaused:
		text, tone = "paused"+by(x), Compensating
	case engine.EntryResumed:
		text = "resumed" + by(x)
	case engine.EntrySkipped:
		text, tone = step+" skipped"+by(x), Compensating
	case engine.EntryVerified:
		text, tone = "looked again: "+Nothing(&s.Summary)+" is left", RolledBack
		if x.Error != "" {
			text, tone = "could not look again"+again(x)+": "+x.Error, Failed
			if x.By != nil {
				text = "not looked at again: skipped" + by(x)
			}
		}
		if len(x.Left) > 0 {
			text, tone = "looked again: still there: "+strings.Join(x.Left, ", "), Failed
		}
	case engine.EntryResolved:
		text, tone = step+" resolved"+by(x), RolledBack
	case engine.EntryApprovalRequested, engine.EntryApproved, engine.EntryApprovalRefused, engine.EntryApprovalVoided, engine.EntryApprovalGranted, engine.EntryGlassBroken:
		text, tone = approval(x)
	case engine.EntryLogged:
		text = x.Text
	case engine.EntrySagaCompleted:
		text, tone = "saga completed", Completed
	case engine.EntrySagaRolledBack:
		text, tone = "saga rolled back", RolledBack
		switch {
		case s.Accepted > 0:
			text += ", " + Outcome(&s.Summary)
		case !s.Verified.IsZero() && len(s.Left) == 0:
			text += ", nothing left"
		}
	case engine.EntrySagaFailed:
		text, tone = "saga failed: what is left needs a person", Failed
	default:
		text += by(x)
	}
	return text, tone
}

func by(x *engine.Entry) string {
	text := ""
	if x.By != nil && x.By.Name != "" {
		text = " by " + x.By.Name
		if x.By.From != "" {
			text += " from " + x.By.From
		}
	}
	if x.Why != "" {
		text += `: "` + x.Why + `"`
	}
	return text
}

func attempt(x *engine.Entry) string {
	if x.Attempt < 2 {
		return ""
	}
	text := ", attempt " + strconv.Itoa(x.Attempt)
	if x.Resumed {
		text += " after a crash"
	}
	return text
}

// MovedTo is the moment that somebody has moved a wait to.
func MovedTo(x *engine.Entry) string {
	if x.Next == nil {
		return ""
	}
	return x.Next.UTC().Format("2006-01-02 15:04:05") + " UTC"
}

func again(x *engine.Entry) string {
	if x.Next == nil || x.Next.IsZero() {
		return ""
	}
	return ", next in " + Took(max(0, x.Next.Sub(x.At.Time)))
}

func output(put map[string]json.RawMessage) string {
	if len(put) == 0 {
		return ""
	}
	return ": " + Pairs(put)
}

// EntryLevel is how much an entry matters to somebody who reads what happened.
func EntryLevel(x *engine.Entry) Level {
	switch x.Type {
	case engine.EntryAttemptFailed, engine.EntryCompensationRetried, engine.EntryCompensationFailed, engine.EntrySagaFailed:
		return Error
	case engine.EntryStepFailed:
		if x.Error != "canceled" {
			return Error
		}
		return Warn
	case engine.EntryVerified:
		if x.Error != "" || len(x.Left) > 0 {
			return Error
		}
		return Good
	case engine.EntryCancelRequested, engine.EntryRollbackStarted, engine.EntryCompensating, engine.EntryRetryRequested, engine.EntryPaused, engine.EntrySkipped,
		engine.EntryWaitEnded, engine.EntryWaitMoved, engine.EntryRollbackWithdrawn, engine.EntryRollbackOvertaken,
		engine.EntryApprovalRefused, engine.EntryApprovalVoided, engine.EntryGlassBroken:
		return Warn
	case engine.EntryStepCompleted, engine.EntrySagaCompleted, engine.EntryCompensated, engine.EntrySagaRolledBack, engine.EntryResolved, engine.EntryApproved, engine.EntryApprovalGranted:
		return Good
	}
	return Info
}
