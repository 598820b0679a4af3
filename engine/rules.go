package engine

import (
	"fmt"
	"strings"
)

// Verb is what an operator can ask of one saga.
type Verb string

// The verbs, as commands and screens name them.
const (
	VerbCancel   Verb = "cancel"
	VerbRollback Verb = "roll back"
	VerbRetry    Verb = "retry"
	VerbResolve  Verb = "resolve"
	VerbOverrule Verb = "undo anyway"
	VerbSkip     Verb = "skip"
	VerbPause    Verb = "pause"
	VerbResume   Verb = "resume"
	VerbProceed  Verb = "proceed"
	VerbPostpone Verb = "postpone"

	VerbApprove    Verb = "approve"
	VerbRefuse     Verb = "refuse"
	VerbBreakGlass Verb = "break glass"
)

// What an operator can ask of no saga that is there, as messages name it.
const (
	VerbLaunch Verb = "launch"
	VerbFreeze Verb = "freeze"
	VerbThaw   Verb = "thaw"
	VerbDocs   Verb = "change documents"
)

// refusal is why a verb cannot be done to a saga, in words that follow the saga's name. It is an ErrRefused; one that is
// moot is also an ErrAlready: all is as it would be after the verb, so that asking does no harm.
type refusal struct {
	why  string
	moot bool
}

func (r refusal) Error() string { return r.why }

func (r refusal) Is(target error) bool { return target == ErrRefused || r.moot && target == ErrAlready }

func refuse(format string, args ...any) error { return refusal{why: fmt.Sprintf(format, args...)} }

func moot(why string) error { return refusal{why: why, moot: true} }

// Refuses says why a verb cannot be done to the saga, as far as its header tells; nil when it can, or when only the ledger
// can tell more. The error's text follows the saga's name; it is an ErrRefused, and an ErrAlready when all is so already. Pure.
func (s *Summary) Refuses(v Verb) error {
	switch v {
	case VerbCancel:
		return s.refusesCancel()
	case VerbRollback:
		return s.refusesRollback()
	case VerbRetry:
		return s.refusesRetry(false)
	case VerbResolve, VerbOverrule:
		if s.Residue == 0 {
			return refuse("nothing of it is left behind")
		}
	case VerbSkip:
		return s.refusesSkip()
	case VerbPause:
		switch {
		case s.Status.Terminal():
			return refuse("it is %s already", words(s.Status))
		case s.Paused:
			return moot("it is paused already")
		}
	case VerbProceed, VerbPostpone:
		return s.refusesMoment()
	case VerbApprove, VerbRefuse, VerbBreakGlass:
		return s.refusesApproval(v)
	case VerbLaunch, VerbFreeze, VerbThaw, VerbDocs: // are about no saga
	case VerbResume: // also of one that came to its end while it was paused: its rollback would wait
		if !s.Paused {
			return refuse("it is not paused")
		}
	}
	return nil
}

func (s *Summary) refusesCancel() error {
	switch {
	case s.Status == Completed:
		return refuse("it is completed; roll back undoes it")
	case s.Status.Terminal():
		return refuse("it is %s already", words(s.Status))
	case s.Passed != "":
		return refuse("%s, so that it only goes forward: left to do: %s", s.gone(), s.todo())
	case s.Paused: // it ends the pause
	case s.CancelRequested:
		return moot("it is being canceled already")
	case s.Status == Compensating && s.Error != nil && s.Error.Reason == reasonRollback && s.Undone+s.Residue == 0: // see Saga.Withdrawable
	case s.Status == Compensating:
		return moot("it is being rolled back already")
	}
	return nil
}

func (s *Summary) refusesRollback() error {
	switch s.Status {
	case Pending, Running:
		if s.Passed != "" {
			return refuse("%s, so that it only goes forward: left to do: %s", s.gone(), s.todo())
		}
		return refuse("it is %s; cancel stops it and undoes what it did", s.Status)
	case Compensating:
		return refuse("it is being rolled back already")
	case RolledBack:
		return refuse("it is rolled back already")
	case Completed:
		if s.Passed != "" {
			return refuse("it cannot be undone: %s", s.gone())
		}
	case Failed:
	}
	return nil
}

// refusesRetry knows from the rows whether one waits for its next attempt.
func (s *Summary) refusesRetry(backingOff bool) error {
	switch {
	case s.Status == Failed:
	case s.Status.Terminal():
		return refuse("nothing in it waits for a retry")
	case s.Paused:
		return refuse("it is paused; resume lets it go on")
	case backingOff, s.waitsFor(ForOperator) != nil, s.waitsBecause(BecauseRefused) != nil, s.waitsBecause(BecauseUnseen) != nil:
	case s.waitsFor(ForSaga) != nil:
		return refuse("it waits for saga %s; a retry would not help", s.waitsFor(ForSaga).Saga)
	case s.waitsFor(ForBuild) != nil:
		return refuse("it waits for a build that has step %s; a retry would not help", s.waitsFor(ForBuild).Step)
	default:
		return refuse("nothing in it waits for a retry")
	}
	return nil
}

func (s *Summary) refusesSkip() error {
	switch {
	case s.waitsBecause(BecauseUnseen) != nil: // the look is skipped
	case s.Status != Running || s.CancelRequested:
		return refuse("no step of it waits for a decision")
	case s.Paused:
		return refuse("it is paused; resume lets it go on")
	case s.waitsBecause(BecauseFailed) == nil && s.waitsBecause(BecauseStuck) == nil:
		return refuse("no step of it waits for a decision")
	}
	return nil
}

// Refuses says why a verb cannot be done to the saga; nil when it can. It is asked by every verb before it is recorded, and by
// everything that offers verbs, so that what is offered is what is done. What another saga's ledger or the world decides is
// not in it. The error's text follows the saga's name; it is an ErrRefused, and an ErrAlready when all is so already. Pure.
func (s *Saga) Refuses(v Verb) error {
	if v == VerbRetry {
		return s.refusesRetry(s.backingOff())
	}
	if err := s.Summary.Refuses(v); err != nil && v != VerbRollback {
		return err
	}
	switch v {
	case VerbCancel:
		if s.Status == Compensating && !s.Paused && !s.Withdrawable() {
			return moot("it is being rolled back already")
		}
	case VerbRollback:
		for i := range s.Rows {
			row := &s.Rows[i]
			switch {
			case s.Status != Completed || row.Passed == "":
			case s.Passed == "": // of an older build
				return refuse("it cannot be undone: %s", row.Final)
			default:
				return refuse("it cannot be undone: %s: %s", row.Final, s.gone())
			}
		}
		return s.refusesRollback()
	case VerbSkip:
		row := s.Undecided()
		switch {
		case s.unseen != nil:
		case row == nil:
			return refuse("no step of it waits for a decision")
		case row.Dirty && s.Passed == "":
			return refuse("step %d may have changed something: retry it, or cancel", row.Idx)
		}
	case VerbRetry, VerbResolve, VerbOverrule, VerbPause, VerbResume, VerbProceed, VerbPostpone, VerbApprove, VerbRefuse, VerbBreakGlass, VerbLaunch, VerbFreeze, VerbThaw, VerbDocs:
	}
	return nil
}

// RefusesRow is Refuses for a verb that is about one row: retry, resolve or overrule.
func (s *Saga) RefusesRow(v Verb, idx int) error {
	switch {
	case idx < 0 || idx >= len(s.Rows):
		return refuse("it has no row %d", idx)
	case s.Rows[idx].Status != RowCompensationFailed:
		return refuse("row %d is %s: it is not left behind", idx, words(s.Rows[idx].Status))
	case v == VerbOverrule && !s.Rows[idx].overwritable():
		return refuse("row %d left nothing that may be written over", idx)
	case v == VerbRetry && s.Status != Failed:
		return refuse("it is %s: what is left behind can be tried again when it has failed", words(s.Status))
	}
	return s.Refuses(v)
}

// overwritable reports whether the row was not undone because of a conflict that an operator can overrule.
func (r *Row) overwritable() bool {
	return r.Compensation != nil && r.Compensation.Conflict != nil && r.Compensation.Conflict.Overwritable
}

// Undecided is the row that has failed for good and waits for an operator's decision, or nil.
func (s *Saga) Undecided() *Row {
	if s.Status != Running || s.CurrentStepIdx >= len(s.Rows) || s.Rows[s.CurrentStepIdx].Status != RowFailed {
		return nil
	}
	return &s.Rows[s.CurrentStepIdx]
}

// backingOff reports whether a row waits for its next attempt.
func (s *Saga) backingOff() bool {
	row := s.active()
	return row != nil && !row.NextAttemptAt.IsZero()
}

func words[S ~string](s S) string { return strings.ReplaceAll(string(s), "_", " ") }
