package tui

import (
	"encoding/json"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/widget"
)

// entryText writes an entry as a line of the log.
func (e *Env) entryText(s *engine.Saga, x *engine.Entry) (string, widget.Ink) {
	t := e.Theme
	step := "step " + strconv.Itoa(x.Idx)
	if x.Idx < len(s.StepNames) {
		step += " " + s.StepNames[x.Idx]
	}
	var ink widget.Ink
	text := words(string(x.Type))
	switch x.Type {
	case engine.EntryCreated:
		text = "created" + by(x)
	case engine.EntryWaiting:
		text, ink = "waits for "+x.On, t.Faint
		if x.On == "" {
			text = "goes on"
		}
	case engine.EntryCancelRequested:
		text, ink = "cancel requested"+by(x), t.Compensating
	case engine.EntryStepStarted:
		text = step + " started" + attempt(x)
	case engine.EntryStepSaved:
		text, ink = "intent saved: "+pairs(x.Put), t.Faint
	case engine.EntryAttemptFailed:
		text, ink = step+" failed"+attempt(x)+again(x)+": "+x.Error, t.Failed
	case engine.EntryStepCompleted:
		text, ink = step+" completed"+output(x.Put), t.Completed
	case engine.EntryStepFailed:
		text, ink = step+" failed: "+x.Error, t.Failed
		if x.Error == "canceled" {
			text, ink = step+" interrupted", t.Compensating
			if x.Idx < len(s.Rows) && s.Rows[x.Idx].Dirty {
				text += "; it may have changed something"
			}
		}
	case engine.EntryInterrupted:
		text, ink = step+" interrupted by a shutdown", t.Faint
	case engine.EntryRollbackStarted:
		text, ink = "rollback started: "+reasonWords(x.Reason)+by(x), t.Compensating
	case engine.EntryCompensating:
		text, ink = "undo of "+step+" started"+attempt(x), t.Compensating
	case engine.EntryCompensationSaved:
		text, ink = "undo saved: "+pairs(x.Put), t.Faint
	case engine.EntryCompensationRetried:
		text, ink = "undo of "+step+" failed"+attempt(x)+again(x)+": "+x.Error, t.Failed
	case engine.EntryCompensated:
		text, ink = step+" undone"+output(x.Put), t.RolledBack
	case engine.EntryCompensationFailed:
		text, ink = step+" could not be undone: "+x.Error, t.Failed
	case engine.EntryRetryRequested:
		text, ink = "retry requested"+by(x), t.Compensating
	case engine.EntryPaused:
		text, ink = "paused"+by(x), t.Compensating
	case engine.EntryResumed:
		text = "resumed" + by(x)
	case engine.EntrySkipped:
		text, ink = step+" skipped"+by(x), t.Compensating
	case engine.EntryVerified:
		text, ink = "looked again: nothing is left", t.RolledBack
		if x.Error != "" {
			text, ink = "could not look again: "+x.Error, t.Failed
		}
		if len(x.Left) > 0 {
			text, ink = "looked again: still there: "+strings.Join(x.Left, ", "), t.Failed
		}
	case engine.EntryResolved:
		text, ink = step+" resolved"+by(x), t.RolledBack
	case engine.EntryLogged:
		text = x.Text
	case engine.EntrySagaCompleted:
		text, ink = "saga completed", t.Completed
	case engine.EntrySagaRolledBack:
		text, ink = "saga rolled back", t.RolledBack
		if !s.Verified.IsZero() && len(s.Left) == 0 {
			text += ", nothing left"
		}
	case engine.EntrySagaFailed:
		text, ink = "saga failed: what is left needs a person", t.Failed
	default:
		text += by(x)
	}
	return text, ink
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

func again(x *engine.Entry) string {
	if x.Next == nil || x.Next.IsZero() {
		return ""
	}
	return ", next in " + took(max(0, x.Next.Sub(x.At.Time)))
}

func output(put map[string]json.RawMessage) string {
	if len(put) == 0 {
		return ""
	}
	return ": " + pairs(put)
}

// showEntry opens one entry of the log whole.
func showEntry(env *Env, d *detail, i int) Action {
	text, _ := env.entryText(d.saga, &d.entries[i])
	lines := []string{env.Clock.Full(d.entries[i].At.Time), "", text, ""}
	raw, err := json.MarshalIndent(d.entries[i], "", "  ")
	if err == nil {
		lines = append(lines, visible.Lines(string(raw))...)
	}
	return Show{&pager{name: "Entry " + strconv.FormatUint(d.entries[i].Seq, 10), text: lines}}
}
