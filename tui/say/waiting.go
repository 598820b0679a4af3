package say

import (
	"fmt"
	"strings"

	"arcadia/engine"
)

// WaitingOn says all that a saga waits for, as follows "waits for"; empty when it goes on by itself.
func WaitingOn(all []engine.Waiting) string {
	parts := make([]string, len(all))
	for i, w := range all {
		parts[i] = Waiting(w)
	}
	return strings.Join(parts, "; ")
}

// EntryWaitsFor says what an entry records as waited for, by this build or an older one; empty when nothing is waited for any more.
func EntryWaitsFor(x *engine.Entry) string {
	if len(x.Waiting) == 0 {
		return x.On
	}
	return WaitingOn(x.Waiting)
}

// Waiting says what a saga waits for.
func Waiting(w engine.Waiting) string {
	switch w.Because {
	case engine.BecausePaused:
		if w.By == "" {
			return "an operator: paused; resume to continue"
		}
		return "an operator: paused by " + w.By + "; resume to continue"
	case engine.BecauseFailed:
		if w.Step == "" { // what an older build has said of it
			return "an operator: " + w.Text + ": retry, skip or cancel"
		}
		return fmt.Sprintf("an operator: step %d %s failed: %s: retry, skip or cancel", w.Idx, w.Step, w.Text)
	case engine.BecauseStuck:
		return fmt.Sprintf("an operator: step %d %s goes on failing, past the point of no return: %s: retry or skip", w.Idx, w.Step, w.Text)
	case engine.BecauseDied:
		return fmt.Sprintf("an operator: the process died %d times in a row during this step; retry starts it again", w.N)
	case engine.BecauseCopied:
		return fmt.Sprintf("an operator: the store is a copy, and step %d %s would not do now what was launched: retry to do it all the same, or cancel", w.Idx, w.Step)
	case engine.BecauseUnseen:
		return unseen(w)
	case engine.BecauseLocked:
		return "saga " + w.Saga
	case engine.BecauseBusy:
		return fmt.Sprintf("a worker: %d are busy", w.N)
	case engine.BecauseUnknown:
		return "step " + w.Step + ", which this build does not have"
	case engine.BecauseIdle, engine.BecauseMoment:
		if !w.Until.IsZero() {
			return w.Text + " until " + w.Until.UTC().Format("2006-01-02 15:04") + " UTC"
		}
	case engine.BecauseUnapproved:
		return fmt.Sprintf("approval %d of %d, plan %s", w.Have, w.N, w.Text)
	case engine.BecauseUntold:
		return "a look at what was approved: " + w.Text
	case engine.BecauseRefused, engine.BecauseAccount:
	}
	return w.Text
}

// unseen says that what was undone could not be looked at, and what follows.
func unseen(w engine.Waiting) string {
	again := "looked at again " + w.Until.UTC().Format("15:04:05") + " UTC"
	if w.For == engine.ForOperator {
		return fmt.Sprintf("an operator: all is undone, and could not be looked at %d times: %s: %s; retry looks now, skip ends it without", w.N, w.Text, again)
	}
	return "a look at what was undone, which could not be made: " + w.Text + ": " + again
}

// Header is a saga's header as JSON shows it: with what it waits for in words.
type Header struct {
	engine.Summary
	WaitingOn string `json:"waiting_on"`
}

// HeaderOf makes the header that JSON shows. What is empty is [].
func HeaderOf(s engine.Summary) Header {
	if s.Waiting == nil {
		s.Waiting = []engine.Waiting{}
	}
	return Header{Summary: s, WaitingOn: WaitingOn(s.Waiting)}
}

// Whole is a saga as JSON shows it.
type Whole struct {
	*engine.Saga
	WaitingOn string `json:"waiting_on"`
}

// WholeOf makes the saga that JSON shows. It is a copy: what is empty is [] in it.
func WholeOf(s *engine.Saga) Whole {
	c := *s
	if c.Waiting == nil {
		c.Waiting = []engine.Waiting{}
	}
	if c.Rows == nil {
		c.Rows = []engine.Row{}
	}
	if c.Left == nil {
		c.Left = []string{}
	}
	return Whole{Saga: &c, WaitingOn: WaitingOn(s.Waiting)}
}

// waitsBriefly says in a few cells what is waited for.
func waitsBriefly(w *engine.Waiting) string {
	switch w.For {
	case engine.ForSaga:
		return w.Saga
	case engine.ForWorker:
		return "its turn"
	case engine.ForOperator, engine.ForProvider, engine.ForTime, engine.ForBuild, engine.ForApproval:
	}
	return Waiting(*w)
}
