package engine

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// WaitsFor says who or what can end a wait.
type WaitsFor string

// What a saga can wait for.
const (
	ForOperator WaitsFor = "operator" // a person has to act
	ForSaga     WaitsFor = "saga"     // another saga holds a lock
	ForWorker   WaitsFor = "worker"   // all workers are busy
	ForProvider WaitsFor = "provider" // something outside: a token, an action that is under way there
	ForTime     WaitsFor = "time"     // a moment
	ForBuild    WaitsFor = "build"    // a program that has the step
	ForApproval WaitsFor = "approval" // other people have to agree
)

// Because says why it waits for that.
type Because string

// The causes of waits.
const (
	BecausePaused     Because = "paused"        // by By
	BecauseFailed     Because = "step_failed"   // step Idx has failed for good with Text, and the saga was to wait then
	BecauseStuck      Because = "step_stuck"    // step Idx goes on failing with Text, past the point of no return
	BecauseDied       Because = "process_died"  // N times in a row while step Idx was at work
	BecauseLocked     Because = "locked"        // by saga Saga
	BecauseBusy       Because = "workers_busy"  // all N of them
	BecauseRefused    Because = "refused"       // Text is the answer of the other side
	BecauseIdle       Because = "idle"          // the step at work waits or looks: Text says at what
	BecauseMoment     Because = "moment"        // the step at work waits until Until, which operators may move or end: Text says for what
	BecauseCopied     Because = "store_copied"  // the store is a copy, and the saga would do something else now than it was launched for; Text, if it cannot be told
	BecauseAccount    Because = "account"       // the store belongs to another account, or whose it is cannot be asked: Text says which
	BecauseUnapproved Because = "unapproved"    // Have of N have approved plan Text; Until is when they are asked no more
	BecauseUntold     Because = "untold"        // what was approved cannot be looked at again: Text says why
	BecauseUnseen     Because = "not_looked_at" // what was undone could not be looked at N times, with Text, and is looked at again at Until
	BecauseUnknown    Because = "step_not_here" // step Idx is not in this build
)

// Waiting is one reason why a saga does not go on by itself. Only the fields that its cause names are set. What a person reads is
// made of it by whoever shows it.
type Waiting struct {
	For     WaitsFor `json:"for"`
	Because Because  `json:"because"`
	Saga    string   `json:"saga,omitempty"` // the short id of the other saga
	Idx     int      `json:"idx,omitempty"`  // the step
	Step    string   `json:"step,omitempty"` // its name
	By      string   `json:"by,omitempty"`
	N       int      `json:"n,omitempty"`
	Have    int      `json:"have,omitempty"`
	Text    string   `json:"text,omitempty"` // of outside origin
	Until   Time     `json:"until,omitzero"` // when it ends by itself, or is looked at again
}

// NeedsOperator reports whether the saga goes nowhere until a person acts: it has failed, or it waits for a decision.
func (s *Summary) NeedsOperator() bool {
	return s.Status == Failed || !s.Status.Terminal() && s.waitsFor(ForOperator) != nil
}

// waitsFor is the first reason to wait for that, or nil.
func (s *Summary) waitsFor(what WaitsFor) *Waiting {
	for i := range s.Waiting {
		if s.Waiting[i].For == what {
			return &s.Waiting[i]
		}
	}
	return nil
}

// waitsBecause is the first reason of that cause, or nil.
func (s *Summary) waitsBecause(cause Because) *Waiting {
	for i := range s.Waiting {
		if s.Waiting[i].Because == cause {
			return &s.Waiting[i]
		}
	}
	return nil
}

// goesOn takes the reasons of one cause away. It never changes the slice in place: copies of the header share it.
func (s *Summary) goesOn(cause Because) {
	if s.waitsBecause(cause) == nil {
		return
	}
	left := slices.DeleteFunc(slices.Clone(s.Waiting), func(w Waiting) bool { return w.Because == cause })
	if len(left) == 0 {
		left = nil
	}
	s.Waiting = left
}

// WaitingOf reads a sentence with which older builds recorded a wait, in entries and in headers: the
// one place where such a sentence is read. Empty for none.
func WaitingOf(sentence string) []Waiting {
	detail, operator := strings.CutPrefix(sentence, "an operator: ")
	saga, locked := strings.CutPrefix(sentence, "saga ")
	step, unknown := strings.CutSuffix(sentence, ", which this build does not have")
	switch {
	case sentence == "":
		return nil
	case operator && strings.HasPrefix(detail, "paused"):
		return []Waiting{{For: ForOperator, Because: BecausePaused}}
	case operator && strings.HasPrefix(detail, "the process died"):
		return []Waiting{{For: ForOperator, Because: BecauseDied, N: maxDeaths}}
	case operator:
		return []Waiting{{For: ForOperator, Because: BecauseFailed, Text: strings.TrimSuffix(detail, ": retry, skip or cancel")}}
	case locked:
		return []Waiting{{For: ForSaga, Because: BecauseLocked, Saga: saga}}
	case unknown:
		return []Waiting{{For: ForBuild, Because: BecauseUnknown, Step: strings.TrimPrefix(step, "step ")}}
	}
	return []Waiting{{For: ForProvider, Because: BecauseRefused, Text: sentence}}
}

// LeftBehind is one thing that a saga has made and that could not be taken away again.
type LeftBehind struct {
	Type       string  `json:"type"` // as of a resource: droplet_snapshot, dns_record
	ID         string  `json:"id,omitempty"`
	Name       string  `json:"name,omitempty"`
	Since      Time    `json:"since"`
	MonthlyUSD float64 `json:"monthly_usd,omitempty"` // what it costs while it is there; 0 for nothing, or not known
}

// LeftBehind lists what the rows that could not be undone have made, the last row first.
func (s *Saga) LeftBehind() []LeftBehind {
	var all []LeftBehind
	for i := len(s.Rows) - 1; i >= 0; i-- {
		if r := &s.Rows[i]; r.Status == RowCompensationFailed {
			all = append(all, r.Left...)
		}
	}
	return all
}

// leftOf reads what a row has left behind out of what its step has put, as older builds did when they showed it: names that
// end in _id, and in _monthly_usd.
func (r *Row) leftOf() []LeftBehind {
	if r.Final != "" {
		return nil
	}
	left := r.provisioned()
	var usd float64
	for _, k := range slices.Sorted(maps.Keys(r.Output)) {
		if name, ok := strings.CutSuffix(k, "_id"); ok && len(r.Resources) == 0 {
			left = append(left, LeftBehind{Type: name, ID: strings.Trim(string(r.Output[k]), `"`)})
		}
		if strings.HasSuffix(k, "_monthly_usd") && json.Unmarshal(r.Output[k], &usd) != nil {
			usd = 0
		}
	}
	for i := range left {
		left[i].Since = r.made()
	}
	if len(left) > 0 {
		left[0].MonthlyUSD = usd
	}
	return left
}

// leaves is what a row has made, for the entry that says that it could not be undone. What is gone for good is not left.
func (e *Engine) leaves(s *Saga, idx int) []LeftBehind {
	row := &s.Rows[idx]
	if row.Final != "" {
		return nil
	}
	left := row.provisioned()
	if l, ok := e.steps[row.Name].(Leaver); ok {
		left = l.LeavesBehind(s.preview(idx))
	}
	for i := range left {
		if left[i].Since.IsZero() {
			left[i].Since = row.made()
		}
	}
	return left
}

// made is when what the row has made came to be, as near as it is known.
func (r *Row) made() Time {
	if r.FinishedAt.IsZero() {
		return r.StartedAt
	}
	return r.FinishedAt
}

// provisioned is what the row has recorded as wanted.
func (r *Row) provisioned() []LeftBehind {
	var left []LeftBehind
	for _, c := range r.Resources {
		if c.After != nil {
			left = append(left, LeftBehind{Type: c.After.Type, ID: c.After.ExternalID, Name: c.After.Name})
		}
	}
	return left
}
