package crashtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"arcadia/engine"
)

// rules says what a ledger's order must not show, beyond the invariants of engine.Check, whatever crashed meanwhile:
//
//	nothing starts while the saga is paused
//	nothing starts while a failed step waits for a decision
//	a step that was skipped is neither started nor undone
//	a retry of one row undoes no other
//	what was undone is not undone again, but after a retry of it
//	a saga is not rolled back while the last look found something that nobody has seen to since
func rules(entries []engine.Entry) []string {
	r := ruling{skipped: map[int]bool{}, undone: map[int]bool{}, only: -1}
	for i := range entries {
		r.take(&entries[i])
	}
	return r.wrong
}

type ruling struct {
	wrong    []string
	waits    engine.OnFailure
	paused   bool
	canceled bool
	failed   bool // a step has, and the saga waits
	skipped  map[int]bool
	undone   map[int]bool
	only     int // the row that a retry named; -1: any
	left     []string
	unseen   bool // the last look could not be made
}

func (r *ruling) fault(e *engine.Entry, what string) {
	r.wrong = append(r.wrong, fmt.Sprintf("entry %d %s of row %d: %s", e.Seq, e.Type, e.Idx, what))
}

func (r *ruling) take(e *engine.Entry) {
	switch e.Type {
	case engine.EntryCreated:
		r.waits = e.Created.OnFailure
	case engine.EntryPaused:
		r.paused = true
	case engine.EntryResumed, engine.EntrySagaCompleted, engine.EntrySagaFailed: // what has ended is not paused any more
		r.paused = false
	case engine.EntryStepFailed:
		r.failed = (r.waits == engine.OnFailurePause || e.Asks) && !r.canceled
	case engine.EntrySkipped:
		r.failed, r.skipped[e.Idx] = false, true
	case engine.EntryCancelRequested:
		r.failed, r.canceled = false, true
	case engine.EntryRetryRequested:
		r.failed, r.left, r.only, r.unseen = false, nil, -1, false
		if e.From != nil {
			r.only = *e.From
		}
	case engine.EntryRollbackWithdrawn:
		r.paused = false
	case engine.EntryRollbackStarted:
		r.only = -1
	case engine.EntryStepStarted, engine.EntryCompensating:
		r.starts(e)
	case engine.EntryCompensated:
		if r.undone[e.Idx] {
			r.fault(e, "it was undone before")
		}
		r.undone[e.Idx] = true
	case engine.EntryCompensationFailed:
		delete(r.undone, e.Idx)
	case engine.EntryVerified:
		r.left, r.unseen = e.Left, e.Next != nil
	case engine.EntryResolved:
		r.left = nil
	case engine.EntrySagaRolledBack:
		if len(r.left) > 0 {
			r.fault(e, "the last look found "+strings.Join(r.left, ", "))
		}
		if r.unseen {
			r.fault(e, "the last look could not be made")
		}
	default:
	}
}

func (r *ruling) starts(e *engine.Entry) {
	switch {
	case r.paused:
		r.fault(e, "the saga is paused")
	case r.failed:
		r.fault(e, "a failed step waits for a decision")
	case r.skipped[e.Idx]:
		r.fault(e, "it was skipped")
	}
	if e.Type == engine.EntryCompensating && (r.only >= 0 && e.Idx != r.only) {
		r.fault(e, fmt.Sprintf("only row %d was to be tried again", r.only))
	}
}

// TestRulesFindEachWrongOrder breaks each rule once.
func TestRulesFindEachWrongOrder(t *testing.T) {
	t.Parallel()
	row := 1
	created := engine.Entry{Type: engine.EntryCreated, Created: &engine.Created{OnFailure: engine.OnFailurePause}}
	of := func(t engine.EntryType) engine.Entry { return engine.Entry{Type: t} }
	for name, entries := range map[string][]engine.Entry{
		"the saga is paused":           {created, of(engine.EntryPaused), of(engine.EntryCompensating)},
		"waits for a decision":         {created, of(engine.EntryStepFailed), of(engine.EntryStepStarted)},
		"it was skipped":               {created, of(engine.EntrySkipped), of(engine.EntryCompensating)},
		"only row 1":                   {created, {Type: engine.EntryRetryRequested, From: &row}, of(engine.EntryCompensating)},
		"undone before":                {created, of(engine.EntryCompensated), of(engine.EntryCompensated)},
		"last look could not be made":  {created, {Type: engine.EntryVerified, Error: "503", Next: &engine.Time{}}, of(engine.EntrySagaRolledBack)},
		"the last look found a record": {created, {Type: engine.EntryVerified, Left: []string{"a record"}}, of(engine.EntrySagaRolledBack)},
	} {
		wrong := rules(entries)
		if len(wrong) != 1 || !strings.Contains(wrong[0], name) {
			t.Errorf("%s: found %q", name, wrong)
		}
		fixed := slices.Delete(slices.Clone(entries), len(entries)-2, len(entries)-1)
		if found := rules(fixed); len(found) > 0 {
			t.Errorf("%s: found %q in what is right", name, found)
		}
	}
}
