package engine

import (
	"fmt"
	"slices"
)

// fits refuses an entry that cannot follow what the saga's ledger says so far. It changes nothing. What it refuses no build
// has ever written; what Check reports as broken invariants it lets pass.
func (s *Saga) fits(e *Entry) error {
	switch {
	case e.V < 1:
		return fmt.Errorf("it has form %d", e.V)
	case e.V > entryVersion:
		return fmt.Errorf("it has form %d, this build knows %d: use a newer arcadia", e.V, entryVersion)
	case e.Seq != s.Seq+1:
		return fmt.Errorf("it follows entry %d", s.Seq)
	case (e.Type == EntryCreated) != (e.Seq == 1):
		return fmt.Errorf("a ledger begins with its creation, and has no other")
	}
	for _, c := range e.Resources {
		if c.Before == nil && c.After == nil {
			return fmt.Errorf("it changes a resource from nothing to nothing")
		}
	}
	switch e.Type {
	case EntryCreated:
		if e.Created == nil || e.Created.ID == "" {
			return fmt.Errorf("no creation in it")
		}
		return e.Created.From.fits(len(e.Created.StepNames))
	case EntryWaiting, EntryCancelRequested, EntryRollbackStarted, EntryRollbackWithdrawn, EntryRetryRequested, EntryPaused, EntryResumed, EntryVerified,
		EntrySagaCompleted, EntrySagaRolledBack, EntrySagaFailed:
		return s.fitsSaga(e)
	case EntryApprovalRequested, EntryApproved, EntryApprovalRefused, EntryApprovalVoided, EntryApprovalGranted, EntryGlassBroken:
		return s.fitsApproval(e)
	case EntryLogged:
		if len(s.Rows) == 0 {
			return nil
		}
		_, err := s.rowOf(e)
		return err
	case EntryStepStarted:
		return s.fitsStart(e)
	case EntryStepSaved, EntryAttemptFailed, EntryStepCompleted, EntryStepFailed, EntryInterrupted, EntryIdle, EntryOutlived, EntrySkipped, EntryWaitEnded, EntryWaitMoved:
		return s.fitsForward(e)
	case EntryCompensating, EntryCompensationSaved, EntryCompensationRetried, EntryCompensated, EntryCompensationFailed, EntryRollbackOvertaken, EntryResolved:
		return s.fitsBackward(e)
	}
	return fmt.Errorf("unknown type %q", e.Type)
}

// in refuses an entry in any status but the given ones.
func (s *Saga) in(e *Entry, statuses ...Status) error {
	if slices.Contains(statuses, s.Status) {
		return nil
	}
	return fmt.Errorf("%s of a saga that is %s", e.Type, s.Status)
}

func (s *Saga) fitsSaga(e *Entry) error {
	switch e.Type {
	case EntryWaiting, EntryRetryRequested, EntryPaused:
		if s.Status == Completed || s.Status == RolledBack || s.Status == Failed && e.Type != EntryRetryRequested {
			return s.in(e)
		}
		if e.Type == EntryPaused && s.Paused {
			return fmt.Errorf("it is paused already")
		}
		if e.From != nil && (*e.From < 0 || *e.From >= len(s.Rows)) {
			return fmt.Errorf("%s of row %d, which does not exist", e.Type, *e.From)
		}
		if e.Conflict != nil && e.From == nil {
			return fmt.Errorf("%s overrules a conflict of no row", e.Type)
		}
	case EntryResumed:
		if !s.Paused {
			return fmt.Errorf("it is not paused")
		}
	case EntryCancelRequested:
		if s.CancelRequested {
			return fmt.Errorf("it is canceled already")
		}
		return s.in(e, Pending, Running)
	case EntryRollbackStarted:
		if e.From == nil || *e.From < -1 || *e.From >= len(s.Rows) || s.active() != nil {
			return fmt.Errorf("rollback from nowhere")
		}
		return s.in(e, Pending, Running, Completed)
	case EntryRollbackWithdrawn:
		if !s.Withdrawable() {
			return fmt.Errorf("%s of a saga that is %s, and no rollback that has undone nothing", e.Type, s.Status)
		}
	case EntryVerified:
		if e.Next != nil && e.Error == "" {
			return fmt.Errorf("%s of a look that was made, with a time for the next", e.Type)
		}
		return s.in(e, Compensating)
	case EntrySagaCompleted:
		if s.active() != nil || s.CurrentStepIdx != len(s.StepNames) {
			return fmt.Errorf("it is completed after %d of %d steps", s.CurrentStepIdx, len(s.StepNames))
		}
		return s.in(e, Pending, Running)
	case EntrySagaRolledBack, EntrySagaFailed:
		if s.active() != nil {
			return fmt.Errorf("%s while a row is under way", e.Type)
		}
		if e.Type == EntrySagaRolledBack {
			return s.in(e, Compensating, Failed)
		}
		return s.in(e, Compensating)
	default:
	}
	return nil
}

// rowOf is the row that an entry is about.
func (s *Saga) rowOf(e *Entry) (*Row, error) {
	if e.Idx < 0 || e.Idx >= len(s.Rows) {
		return nil, fmt.Errorf("%s of row %d, which does not exist", e.Type, e.Idx)
	}
	return &s.Rows[e.Idx], nil
}

func (s *Saga) fitsStart(e *Entry) error {
	if err := s.in(e, Pending, Running); err != nil {
		return err
	}
	if e.Idx == len(s.Rows) && e.Idx == s.CurrentStepIdx && e.Idx < len(s.StepNames) {
		return nil
	}
	r, err := s.rowOf(e)
	if err != nil {
		return err
	}
	return r.is(e, RowRunning)
}

// is refuses an entry of a row in any status but the given ones.
func (r *Row) is(e *Entry, statuses ...RowStatus) error {
	if slices.Contains(statuses, r.Status) {
		return nil
	}
	return fmt.Errorf("%s of row %d, which is %s", e.Type, r.Idx, r.Status)
}

func (s *Saga) fitsForward(e *Entry) error {
	r, err := s.rowOf(e)
	if err != nil {
		return err
	}
	switch e.Type {
	case EntryInterrupted, EntryIdle, EntryOutlived:
		return r.is(e, RowRunning, RowCompensating)
	case EntryWaitEnded, EntryWaitMoved:
		return s.fitsMoment(e, r)
	case EntrySkipped:
		if e.Idx != s.CurrentStepIdx || s.Status != Running {
			return fmt.Errorf("step %d is skipped at step %d", e.Idx, s.CurrentStepIdx)
		}
		return r.is(e, RowFailed)
	case EntryAttemptFailed:
		if e.Next == nil {
			return fmt.Errorf("%s without a time for the next", e.Type)
		}
	default:
	}
	return r.is(e, RowRunning)
}

func (s *Saga) fitsBackward(e *Entry) error {
	r, err := s.rowOf(e)
	if err != nil {
		return err
	}
	switch e.Type {
	case EntryResolved:
		return r.is(e, RowCompensationFailed)
	case EntryCompensationFailed:
		err = r.is(e, RowCompleted, RowFailed, RowCompensating, RowCompensated)
	case EntryCompensating:
		err = r.is(e, RowCompleted, RowFailed, RowCompensating)
		if err == nil && s.Error != nil && e.Idx > s.Error.CompensateFromIdx {
			err = fmt.Errorf("%s of row %d in a rollback from row %d", e.Type, e.Idx, s.Error.CompensateFromIdx)
		}
	case EntryRollbackOvertaken:
		err = r.is(e, RowCompensating)
		if err == nil && (e.Passed == "" || !s.intact()) {
			err = fmt.Errorf("%s of a saga of which something is undone, or without what is gone for good", e.Type)
		}
	case EntryCompensationRetried:
		err = r.is(e, RowCompensating)
		if err == nil && e.Next == nil {
			err = fmt.Errorf("%s without a time for the next", e.Type)
		}
	default:
		err = r.is(e, RowCompensating)
	}
	if err != nil {
		return err
	}
	return s.in(e, Compensating)
}
