package engine

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Fold replays a saga's entries. It is the only way a Saga comes to be.
func Fold(entries []Entry) (*Saga, error) {
	s := &Saga{}
	for i := range entries {
		if err := s.Apply(&entries[i]); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Apply takes the saga one entry further. It refuses every entry that cannot follow what is there (out of order, of a newer
// form, of a row that is not under way, after the end, ...) and then leaves the saga as it was.
func (s *Saga) Apply(e *Entry) error {
	if err := s.fits(e); err != nil {
		return fmt.Errorf("entry %d of saga %s: %w", e.Seq, s.Short, err)
	}
	s.change(e)
	s.Seq, s.UpdatedAt = e.Seq, e.At
	s.derive()
	return nil
}

// change takes in an entry that fits.
func (s *Saga) change(e *Entry) {
	switch e.Type {
	case EntryCreated:
		s.created(e)
	case EntryWaiting:
		s.Waiting = e.Waiting
		if e.On != "" {
			s.Waiting = WaitingOf(e.On)
		}
	case EntryCancelRequested:
		s.CancelRequested = true
		s.Error = &SagaError{Reason: reasonCanceled, CompensateFromIdx: s.CurrentStepIdx - 1, By: e.By.name(), Why: e.Why}
	case EntryRollbackStarted:
		s.rollbackStarted(e)
	case EntryRollbackWithdrawn:
		s.withdrawn(e)
	case EntryRetryRequested:
		s.retryRequested(e)
	case EntryPaused:
		s.Paused, s.pausedBy = true, e.By.name()
	case EntryResumed:
		s.Paused, s.pausedBy = false, ""
		s.goesOn(BecausePaused)
	case EntryVerified:
		s.verified(e)
	case EntrySagaCompleted:
		s.end(Completed, e)
	case EntrySagaRolledBack:
		s.end(RolledBack, e)
	case EntrySagaFailed:
		s.end(Failed, e)
	case EntryApprovalRequested, EntryApproved, EntryApprovalRefused, EntryApprovalVoided, EntryApprovalGranted, EntryGlassBroken:
		s.changeApproval(e)
	case EntryStepStarted, EntryStepSaved, EntryAttemptFailed, EntryStepCompleted, EntryStepFailed, EntryInterrupted, EntryIdle, EntryOutlived, EntryWaitEnded, EntryWaitMoved,
		EntryCompensating, EntryCompensationSaved, EntryCompensationRetried, EntryCompensated, EntryCompensationFailed,
		EntryRollbackOvertaken, EntryResolved, EntryLogged, EntrySkipped:
		s.changeRow(e)
	}
}

func (s *Saga) created(e *Entry) {
	c := e.Created
	s.ID, s.Short, s.Kind, s.StepNames = c.ID, c.ID.Short(), c.Kind, c.StepNames
	s.Inputs, s.Target, s.Key, s.Locks, s.Ticket = c.Inputs, c.Target, c.Key, c.Locks, e.Ticket
	s.plan, s.From, s.launcher = c.Plan, c.From, *e.By.orNobody()
	s.Value, s.Was, s.monthly = c.Value, c.Was, slices.Clone(c.Monthly)
	s.sum()
	s.OnFailure, s.Pivot, s.Left = c.OnFailure, c.Pivot, []string{}
	s.Status, s.CreatedAt, s.CreatedBy = Pending, e.At, e.By.name()
	s.Context = map[string]json.RawMessage{}
	if s.Inputs == nil {
		s.Inputs = Inputs{}
	}
}

func (s *Saga) rollbackStarted(e *Entry) {
	s.Status, s.FinishedAt, s.Waiting, s.looked, s.unseen, s.begun = Compensating, Time{}, nil, false, nil, false
	s.Locks = s.undoLocks()
	err := SagaError{Reason: e.Reason, CompensateFromIdx: *e.From, By: e.By.name(), Why: e.Why}
	if e.By == nil && s.Error != nil {
		err.By, err.Why = s.Error.By, s.Error.Why // the cancel that led here
	}
	s.Error = &err
	if e.Ticket != 0 {
		s.Ticket = e.Ticket
	}
}

// retryRequested gives the failed rows (or the one named) a fresh budget and sends the saga on its way back again; a saga
// that waits because its process died too often, or because a step failed and was to wait, tries that step again.
func (s *Saga) retryRequested(e *Entry) {
	s.vouched = s.vouched || s.waitsBecause(BecauseCopied) != nil
	s.Waiting, s.looked, s.unseen = nil, false, nil
	for i := range s.Rows {
		r := &s.Rows[i]
		r.deaths = 0
		if !r.NextAttemptAt.IsZero() {
			r.NextAttemptAt, r.paused = Time{}, true // due now, and not because of a process death
		}
		if s.Status == Running && r.Status == RowFailed && !s.CancelRequested {
			r.Status, r.failures, r.paused, r.Error, r.Failure, r.FinishedAt = RowRunning, 0, true, "", nil, Time{}
			r.goOn, r.asks = true, false
		}
		if c := r.Compensation; c != nil {
			c.deaths = 0
			if r.Status == RowCompensationFailed && (e.From == nil || *e.From == r.Idx) {
				r.Status, c.failures, c.asked, c.over = r.forward, 0, true, e.Conflict
				s.Status, s.FinishedAt = Compensating, Time{}
			}
		}
	}
}

// verified takes in a look at what was undone, or that it could not be made and when it will be again. Older builds ended the saga
// without one.
func (s *Saga) verified(e *Entry) {
	s.goesOn(BecauseUnseen)
	if e.Next != nil {
		w := Waiting{For: ForProvider, Because: BecauseUnseen, N: 1, Text: e.Error, Until: *e.Next}
		if s.unseen != nil {
			w.N += s.unseen.N
		}
		if w.N > verifiesAlone {
			w.For = ForOperator
		}
		s.unseen, s.Waiting = &w, []Waiting{w}
		return
	}
	s.looked, s.unseen = true, nil
	if e.Error == "" {
		s.Verified, s.Left = e.At, append([]string{}, e.Left...)
	}
}

// withdrawn makes the saga what it was before its rollback was asked for.
func (s *Saga) withdrawn(e *Entry) {
	s.Status, s.FinishedAt, s.Waiting, s.Paused, s.Ticket = Completed, s.completed, nil, false, 0
	s.Error = &SagaError{Reason: e.Reason, CompensateFromIdx: -1, By: e.By.name(), Why: e.Why}
}

func (s *Saga) end(st Status, e *Entry) {
	s.Status, s.FinishedAt, s.Waiting, s.unseen = st, e.At, nil, nil
	s.stands = st != RolledBack
	if st != Completed {
		s.stays()
	}
	if s.stands && s.Touched == nil {
		s.Touched = e.Touched
		if e.Touched == nil {
			s.Touched = whole(s.Locks) // by a build that did not say
		}
	}
	if st == Completed {
		s.completed = e.At
	}
	if e.V >= 2 { // older builds left a saga paused that had nothing more to start
		s.Paused, s.pausedBy = false, ""
	}
	if st != Failed {
		s.Ticket = 0
	}
}

func (s *Saga) changeRow(e *Entry) {
	if e.Type == EntryStepStarted && e.Idx == len(s.Rows) && e.Idx < len(s.StepNames) {
		s.Rows = append(s.Rows, Row{Idx: e.Idx, Name: s.StepNames[e.Idx], StartedAt: e.At, Undoable: e.Undoable, Output: map[string]json.RawMessage{}})
		if s.StartedAt.IsZero() {
			s.StartedAt = e.At
		}
	}
	if e.Type == EntryLogged && len(s.Rows) == 0 {
		s.lines++
		return
	}
	r := &s.Rows[e.Idx]
	if e.Passed != "" {
		s.pass(r, e.Passed)
	}
	if e.Type == EntryStepStarted || e.Type == EntryCompensating {
		r.lived = false
	}
	switch e.Type {
	case EntryLogged, EntryOutlived, EntryWaitEnded, EntryWaitMoved:
	default:
		r.idle = e.Type == EntryIdle
		s.goesOn(BecauseIdle)
		s.goesOn(BecauseMoment)
	}
	switch e.Type {
	case EntryWaitEnded, EntryWaitMoved:
		s.changeMoment(r, e)
	case EntryIdle:
		s.Waiting = e.Waiting
	case EntryOutlived:
		r.lived, r.deaths = true, 0
		if r.Compensation != nil {
			r.Compensation.deaths = 0
		}
	case EntryStepStarted, EntryStepSaved, EntryAttemptFailed, EntryStepCompleted, EntryStepFailed, EntrySkipped:
		s.forward(r, e)
	case EntryLogged:
		s.lines++
		r.Note = e.Text
	case EntryInterrupted:
		r.deaths, r.paused = 0, true
		s.put(r, e)
		if r.Compensation != nil {
			r.Compensation.deaths = 0
		}
	default:
		s.backward(r, e)
	}
}

// moved follows a start with which the saga has passed others that stood ahead in the queues of its locks.
func (s *Saga) moved(e *Entry) {
	if e.Ticket != 0 {
		s.Ticket = e.Ticket
	}
}

func (s *Saga) forward(r *Row, e *Entry) {
	switch e.Type {
	case EntryStepStarted:
		s.Status, s.Waiting = Running, nil
		s.moved(e)
		r.begun = e.At
		r.Status, r.Attempts, r.NextAttemptAt, r.Undoable, r.Final, r.paused = RowRunning, e.Attempt, Time{}, e.Undoable, e.Final, false
		r.deaths++
		if !e.Resumed {
			r.deaths = 0
		}
	case EntryStepSaved:
		r.Dirty = true
		s.put(r, e)
	case EntryAttemptFailed:
		r.Error, r.Failure, r.NextAttemptAt, r.deaths = e.Error, e.Failure, *e.Next, 0
		s.put(r, e)
		if e.Blocked {
			s.blocked(e)
			r.wait = 0
			return
		}
		r.awake, r.wait = r.trying(e.At.Time), e.Next.Sub(e.At.Time)
		r.failures++
	case EntryStepCompleted:
		r.Status, r.forward, r.FinishedAt, r.Error, r.Failure, r.Note = RowCompleted, RowCompleted, e.At, "", nil, ""
		r.Resources = e.Resources
		r.asks, r.goOn = false, false
		s.put(r, e)
		if e.Made != nil {
			if e.Made.Text != "" {
				s.Made = e.Made.Text
			}
			s.costs(e.Idx, e.Made.MonthlyUSD)
		}
		s.CurrentStepIdx = e.Idx + 1
		switch {
		case r.Final == "":
		case e.V < 2: // a build that did not say what was gone, and whose headers have nothing of it
			r.Passed = r.Name
		case r.Passed == "":
			r.Final = "" // it had nothing to do
		}
	case EntryStepFailed:
		r.Status, r.forward, r.FinishedAt, r.NextAttemptAt = RowFailed, RowFailed, e.At, Time{}
		r.Error, r.Failure, r.Stack, r.Note = e.Error, e.Failure, e.Stack, ""
		r.asks, r.goOn = e.Asks, false
		s.put(r, e)
	case EntrySkipped:
		r.asks, r.goOn = false, false
		r.Status, r.forward, r.Undoable, r.Final, r.Note = RowCompleted, RowCompleted, false, "", "skipped by "+e.By.name()+": "+e.Why
		s.CurrentStepIdx, s.Waiting = e.Idx+1, nil
	}
}

func (s *Saga) backward(r *Row, e *Entry) {
	if r.Compensation == nil {
		r.Compensation = &Compensation{}
	}
	c := r.Compensation
	switch e.Type {
	case EntryCompensating:
		s.Waiting, s.begun = nil, true
		s.moved(e)
		r.Status, c.Status, c.Attempts, r.NextAttemptAt, c.FinishedAt = RowCompensating, RowCompensating, e.Attempt, Time{}, Time{}
		r.paused = false
		if c.StartedAt.IsZero() {
			c.StartedAt = e.At
		}
		c.deaths++
		if !e.Resumed {
			c.deaths = 0
		}
	case EntryCompensationSaved:
		s.put(r, e)
	case EntryCompensationRetried:
		c.Error, c.Failure, r.NextAttemptAt, c.deaths = e.Error, e.Failure, *e.Next, 0
		if e.Blocked {
			s.blocked(e)
			return
		}
		c.failures++
	case EntryCompensated:
		s.put(r, e)
		r.Status, c.Status, c.FinishedAt, c.Error, c.Failure, c.Conflict, r.Note = RowCompensated, RowCompensated, e.At, "", nil, nil, ""
		r.Left = nil
	case EntryCompensationFailed:
		s.begun = true
		r.Status, c.Status, c.FinishedAt, r.NextAttemptAt = RowCompensationFailed, RowCompensationFailed, e.At, Time{}
		c.Error, c.Failure, c.Stack, c.Conflict, r.Note = e.Error, e.Failure, e.Stack, e.Conflict, ""
		r.Left = e.LeftBehind
		if e.V < 2 {
			r.Left = r.leftOf()
		}
	case EntryRollbackOvertaken:
		s.overtaken(r, e)
	case EntryResolved:
		r.Status, c.Status, c.FinishedAt, c.Reason, c.By = RowResolved, RowResolved, e.At, e.Why, e.By.name()
	}
}

// pass takes the saga past its point of no return. A cancel that was on its way came too late.
func (s *Saga) pass(r *Row, what string) {
	r.Passed, s.Passed = what, what
	if s.CancelRequested && s.Status == Running {
		s.CancelRequested, s.Error = false, nil
	}
}

// blocked takes in that only something outside can help now, and what was said there.
func (s *Saga) blocked(e *Entry) {
	s.Waiting = []Waiting{{For: ForProvider, Because: BecauseRefused, Idx: e.Idx, Text: e.Error}}
}

// put adds what a step recorded to its output and to the saga's context.
func (s *Saga) put(r *Row, e *Entry) {
	maps.Copy(r.Output, e.Put)
	maps.Copy(s.Context, e.Put)
}

// derive keeps the header's counts in step with the rows.
func (s *Saga) derive() {
	s.Residue, s.Accepted, s.Undone, s.UndoTotal = 0, 0, 0, 0
	if s.Status != Compensating && s.Status != Failed && s.Status != RolledBack {
		return
	}
	for i := range s.Rows {
		r := &s.Rows[i]
		if !r.toUndo() {
			continue
		}
		s.UndoTotal++
		switch r.Status {
		case RowCompensated:
			s.Undone++
		case RowResolved:
			s.Undone++
			s.Accepted++
		case RowCompensationFailed:
			s.Residue++
		case RowRunning, RowCompleted, RowFailed, RowCompensating: // not decided yet
		}
	}
}

// orNobody is the actor, or one without a name.
func (a *Actor) orNobody() *Actor {
	if a == nil {
		return &Actor{}
	}
	return a
}

func (a *Actor) name() string {
	if a == nil {
		return ""
	}
	return a.Name
}

// Reasons of a way back, and of its end before it began.
const (
	reasonCanceled  = "canceled"
	reasonRollback  = "rollback_requested"
	reasonWithdrawn = "rollback_withdrawn"
)
