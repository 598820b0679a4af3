package cli

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"arcadia/engine"
	words "arcadia/tui/say"
)

// event says in one line what an entry of a saga's ledger means, for people. The text may hold what anybody wrote.
func event(s *engine.Saga, e *engine.Entry) string {
	switch e.Type {
	case engine.EntryCreated:
		return "launched" + actor(e) + ": " + title(s)
	case engine.EntryWaiting:
		if text := words.EntryWaitsFor(e); text != "" {
			return "waits: " + text
		}
		return "waits no longer"
	case engine.EntryCancelRequested:
		return "cancel requested" + actor(e)
	case engine.EntryRollbackStarted:
		return "rolls back: " + e.Reason + actor(e)
	case engine.EntryRollbackWithdrawn:
		return "not rolled back: " + engine.WithdrawnBecause(e.Reason) + actor(e)
	case engine.EntryRetryRequested:
		return "retry requested" + actor(e)
	case engine.EntryPaused:
		return "paused" + actor(e)
	case engine.EntryResumed:
		return "resumed" + actor(e)
	case engine.EntryVerified:
		if e.Error != "" {
			return "could not look again at what was undone: " + e.Error
		}
		return "looked again at what was undone: " + cmp.Or(strings.Join(e.Left, ", "), words.Nothing(&s.Summary)) + " left"
	case engine.EntrySagaCompleted:
		return "completed"
	case engine.EntrySagaRolledBack:
		return "rolled back, " + words.Outcome(&s.Summary)
	case engine.EntrySagaFailed:
		return "failed: what is left needs a person" // how many there were then, the saga as it is now does not say
	case engine.EntryStepStarted, engine.EntryStepSaved, engine.EntryAttemptFailed, engine.EntryStepCompleted, engine.EntryStepFailed,
		engine.EntryInterrupted, engine.EntryIdle, engine.EntryOutlived, engine.EntryCompensating, engine.EntryCompensationSaved, engine.EntryCompensationRetried,
		engine.EntryCompensated, engine.EntryCompensationFailed, engine.EntryResolved, engine.EntryLogged, engine.EntrySkipped:
		return rowEvent(s, e)
	}
	return string(e.Type)
}

func rowEvent(s *engine.Saga, e *engine.Entry) string {
	step := strconv.Itoa(e.Idx)
	if e.Idx < len(s.StepNames) {
		step += " " + s.StepNames[e.Idx]
	}
	again := ""
	if e.Attempt > 1 {
		again = fmt.Sprintf(" (attempt %d)", e.Attempt)
	}
	next := ""
	if e.Next != nil {
		next = ", next attempt at " + clock(*e.Next)
	}

	switch e.Type {
	case engine.EntryStepStarted:
		return step + " running" + again
	case engine.EntryStepSaved:
		return step + " saved " + names(e)
	case engine.EntryCompensationSaved:
		return step + " saved on the way back " + names(e)
	case engine.EntryAttemptFailed:
		return step + " attempt failed: " + e.Error + next
	case engine.EntryStepCompleted:
		return strings.TrimRight(step+" completed  "+values(e.Put), " ")
	case engine.EntryStepFailed:
		return step + " failed: " + e.Error
	case engine.EntryOutlived:
		return step + " goes well since the crash"
	case engine.EntryIdle:
		return step + " waits for " + words.EntryWaitsFor(e)
	case engine.EntryInterrupted:
		return step + " interrupted by a shutdown"
	case engine.EntryCompensating:
		return step + " compensating" + again
	case engine.EntryCompensationRetried:
		return step + " compensation failed: " + e.Error + next
	case engine.EntryCompensated:
		return step + " compensated"
	case engine.EntryCompensationFailed:
		return step + " compensation gave up: " + e.Error
	case engine.EntryResolved:
		return step + " resolved" + actor(e)
	case engine.EntrySkipped:
		return step + " skipped" + actor(e)
	}
	return step + " " + e.Text
}

// actor is who asked, and in which words.
func actor(e *engine.Entry) string {
	text := ""
	if e.By != nil {
		text = " by " + e.By.Name
	}
	if e.Why != "" {
		text += fmt.Sprintf(" (%s)", e.Why)
	}
	return text
}

func title(s *engine.Saga) string { return strings.TrimRight(s.Kind+"  "+s.Target, " ") }

// clock is a moment of today as plain lines show it: UTC, to the second.
func clock(t engine.Time) string { return t.UTC().Format("15:04:05") }

// moment is any moment: UTC, to the second.
func moment(t engine.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

// took is how long something took, or has taken so far.
func took(from, to engine.Time) string {
	if from.IsZero() || to.IsZero() {
		return ""
	}
	d := to.Sub(from.Time)
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
