package engine

import (
	"fmt"
	"slices"
	"time"
)

// World is what Next may know besides the ledger.
type World struct {
	Now     time.Time
	Holder  string                 // short id of the saga that holds a lock this one waits for; empty when it holds all of its own
	Knows   func(step string) bool // whether this build has the step
	Looks   func(step string) bool // whether the step is a Verifier
	Barred  string                 // why a rollback that has not begun cannot begin, once it holds all locks; empty when it can
	Frozen  bool                   // nothing may start now
	Until   time.Time              // of Frozen and Untold: look again then; zero: when something happens
	Quiet   time.Time              // until then the driver before may have calls under way; zero: there was none
	Account []Waiting              // what keeps a saga that needs an account from being driven on this one
	Asks    func(step string) bool // whether the step is an Asker; nil: none is
	Wall    time.Time              // now by the wall clock, whatever it was set to: for moments that people are told
	Sure    bool                   // the plan that was approved has just been looked at again
	Untold  string                 // why that cannot be done, until Until
	Review  Review                 // of a saga whose store was copied before it had done anything that it has recorded
}

// Do says what kind of move comes next.
type Do int

// The moves. The first group has an effect on the world, the second only adds an entry, the third does nothing yet.
const (
	DoExecute Do = iota
	DoCompensate
	DoVerify  // look again at what was undone
	DoReview  // plan again what the copy of a store says has not begun
	DoAsk     // ask people about the steps behind the next
	DoConfirm // plan again what people have approved

	DoFailRow  // the interrupted row of a canceled saga ends here
	DoRollback // turn round: undo from row From down
	DoGrant    // enough have approved, or the glass was broken
	DoWithdraw // the rollback is given up before it began: the saga is completed, as before
	DoGiveUp   // a row cannot be undone by this build
	DoEnd      // the saga ends with Status

	DoWait // until Until, or until one of Waiting ends
	DoHold // everything is frozen: as before, until Until or until something happens
	DoRest // a terminal saga: only an operator's verb changes it
)

// Move is what a saga does next.
type Move struct {
	Do      Do
	Idx     int
	Attempt int
	Resumed bool // the attempt before was cut off by a process death
	From    int
	Status  Status
	Reason  string
	Until   time.Time // zero: for as long as what it waits for lasts
	Wall    bool      // Until is a moment by the wall clock
	Waiting []Waiting // of DoWait: every reason
}

// maxDeaths is how many process deaths in a row one step may see before it is not started again by itself.
const maxDeaths = 10

// Next decides what a saga does next, from its ledger and from what the world permits. It is pure. Its rules, first match
// first:
//
//	a driver before may have calls of the row under way: hold until they have ended
//
//	going forward                                    going backward, from the rollback's first row down
//	canceled, a row is unfinished  → that row fails  undone, resolved or given up   → pass over
//	a row has failed, past the                       nothing to undo there          → pass over
//	point of no return             → wait            paused, a lock is held, it is
//	a row has failed, to wait for                    another account's              → wait
//	an operator                    → wait            not begun, and not possible    → withdraw the rollback
//	a row has failed, or canceled  → turn round      its effect is final            → give the row up
//	every step is done             → completed       everything is frozen           → hold
//	nobody has approved yet        → see below       this build has no such step    → give the row up
//	paused, a lock is held, it is                    10 process deaths in a row     → wait
//	another account's              → wait            its next attempt is not due    → wait
//	everything is frozen           → hold            otherwise                      → compensate
//	this build has no such step    → wait            no row is left:
//	the store was copied since     → see below       something could not be undone  → failed
//	it was approved, or is to be   → see below       what was undone can be
//	10 process deaths in a row     → wait            looked at again                → see below
//	its next attempt is not due    → wait            otherwise                      → rolled_back
//	otherwise                      → execute
//
// An approval is waited for, granted when enough have approved, and turns the saga round when it is refused or too late. In a store
// that was copied what has not begun is planned again, and waits when it would do something else now; so is what was approved,
// and what is to be approved is asked for. A look at what was undone waits when it could not be made, and is held by a freeze.
//
// A wait names every reason that holds. What fails past the point of no return is tried again without end (see onward), and no
// cancel reaches it. What is at rest stays there, but for a failed saga of which nothing is left: it is rolled_back.
func Next(s *Saga, w World) Move {
	if w.Now.Before(w.Quiet) {
		if row := s.active(); row != nil && row.open() {
			return Move{Do: DoHold, Until: w.Quiet}
		}
	}
	switch s.Status {
	case Pending, Running:
		return nextForward(s, w)
	case Compensating:
		return nextBackward(s, w)
	case Failed:
		if s.Residue == 0 {
			return Move{Do: DoEnd, Status: RolledBack}
		}
	case Completed, RolledBack:
	}
	return Move{Do: DoRest}
}

func nextForward(s *Saga, w World) Move {
	idx := s.CurrentStepIdx
	var row *Row
	if idx < len(s.Rows) {
		row = &s.Rows[idx]
	}
	switch {
	case s.CancelRequested && row != nil && row.Status == RowRunning:
		return Move{Do: DoFailRow, Idx: idx, Reason: reasonCanceled}
	case row != nil && row.Status == RowFailed && s.Passed != "":
		stuck := Waiting{For: ForOperator, Because: BecauseStuck, Idx: idx, Step: row.Name, Text: clip(row.Error, 200)}
		return Move{Do: DoWait, Waiting: append([]Waiting{stuck}, s.obstacles(w)...)}
	case row != nil && row.Status == RowFailed && (row.asks || s.OnFailure == OnFailurePause) && !s.CancelRequested:
		failed := Waiting{For: ForOperator, Because: BecauseFailed, Idx: idx, Step: row.Name, Text: clip(row.Error, 200)}
		return Move{Do: DoWait, Waiting: append([]Waiting{failed}, s.obstacles(w)...)}
	case row != nil && row.Status == RowFailed:
		from := idx - 1
		if row.Dirty {
			from = idx
		}
		reason := reasonStepFailed + row.Error
		if s.CancelRequested {
			reason = reasonCanceled
		}
		return Move{Do: DoRollback, From: from, Reason: reason}
	case s.CancelRequested:
		return Move{Do: DoRollback, From: idx - 1, Reason: reasonCanceled}
	case idx == len(s.StepNames):
		return Move{Do: DoEnd, Status: Completed}
	}
	if m, stands := s.nextApproval(w); stands {
		return m
	}
	waiting := s.obstacles(w)
	if len(waiting) == 0 && w.Frozen {
		return Move{Do: DoHold, Until: w.Until}
	}
	if !w.Knows(s.StepNames[idx]) {
		waiting = append(waiting, Waiting{For: ForBuild, Because: BecauseUnknown, Idx: idx, Step: s.StepNames[idx]})
	}
	if len(waiting) == 0 && w.Review == ReviewDue {
		return Move{Do: DoReview}
	}
	if w.Review == ReviewDiffers {
		waiting = append(waiting, Waiting{For: ForOperator, Because: BecauseCopied, Idx: idx, Step: s.StepNames[idx]})
	}
	if m, looks := s.nextAsk(w); looks && len(waiting) == 0 {
		return m
	}
	attempt, resumed := 1, false
	if row != nil {
		attempt, resumed = row.Attempts+1, row.died()
		waiting = append(waiting, row.parked(row.deaths)...)
	}
	switch {
	case len(waiting) > 0:
		return Move{Do: DoWait, Waiting: append(waiting, s.outside()...)}
	case row != nil && row.NextAttemptAt.After(w.Now):
		return Move{Do: DoWait, Until: row.NextAttemptAt.Time, Waiting: s.outside()}
	}
	return Move{Do: DoExecute, Idx: idx, Attempt: attempt, Resumed: resumed}
}

func nextBackward(s *Saga, w World) Move {
	for idx := s.Error.CompensateFromIdx; idx >= 0; idx-- {
		row := &s.Rows[idx]
		waiting := s.obstacles(w)
		switch {
		case row.Status == RowCompensated, row.Status == RowResolved, row.Status == RowCompensationFailed:
			continue
		case !row.toUndo():
			continue
		case len(waiting) > 0:
			if row.Status == RowCompensating {
				waiting = append(waiting, row.parked(row.Compensation.deaths)...)
			}
			return Move{Do: DoWait, Waiting: append(waiting, s.outside()...)}
		case w.Barred != "":
			return Move{Do: DoWithdraw, Reason: reasonWithdrawn + ":" + w.Barred}
		case row.Final != "" && !row.Undoable:
			return Move{Do: DoGiveUp, Idx: idx, Reason: "it cannot be undone: " + row.Final + ": resolve the row"}
		case w.Frozen:
			return Move{Do: DoHold, Until: w.Until}
		case !w.Knows(row.Name):
			return Move{Do: DoGiveUp, Idx: idx, Reason: fmt.Sprintf("this build has no step %s: undo it with a build that has it, or resolve the row", row.Name)}
		case row.Status != RowCompensating:
			attempts := 0
			if row.Compensation != nil {
				attempts = row.Compensation.Attempts
			}
			return Move{Do: DoCompensate, Idx: idx, Attempt: attempts + 1}
		case row.Compensation.deaths >= maxDeaths:
			return Move{Do: DoWait, Waiting: row.parked(row.Compensation.deaths)}
		case row.NextAttemptAt.After(w.Now):
			return Move{Do: DoWait, Until: row.NextAttemptAt.Time, Waiting: s.outside()}
		}
		return Move{Do: DoCompensate, Idx: idx, Attempt: row.Compensation.Attempts + 1, Resumed: row.died()}
	}
	if s.Residue > 0 {
		return Move{Do: DoEnd, Status: Failed}
	}
	if !s.looked && slices.ContainsFunc(s.Rows, func(r Row) bool { return r.Status == RowCompensated && w.Looks(r.Name) }) {
		if len(w.Account) > 0 {
			return Move{Do: DoWait, Waiting: w.Account}
		}
		if w.Frozen {
			return Move{Do: DoHold, Until: w.Until}
		}
		if s.unseen != nil && s.unseen.Until.After(w.Now) {
			return Move{Do: DoWait, Until: s.unseen.Until.Time, Waiting: []Waiting{*s.unseen}}
		}
		return Move{Do: DoVerify}
	}
	return Move{Do: DoEnd, Status: RolledBack}
}

// obstacles are what keeps the saga as a whole from going on in either direction: all of it, so that a saga that is paused and waits for
// a lock says both.
func (s *Saga) obstacles(w World) []Waiting {
	var all []Waiting
	if s.Paused {
		all = append(all, Waiting{For: ForOperator, Because: BecausePaused, By: s.pausedBy})
	}
	if w.Holder != "" {
		all = append(all, Waiting{For: ForSaga, Because: BecauseLocked, Saga: w.Holder})
	}
	return append(all, w.Account...)
}

// outside is what the row under way was told to wait for, which is kept until its next attempt.
func (s *Saga) outside() []Waiting {
	if w := s.waitsBecause(BecauseRefused); w != nil {
		return []Waiting{*w}
	}
	return nil
}

// parked is the wait of a row during which the process died too often.
func (r *Row) parked(n int) []Waiting {
	if n < maxDeaths {
		return nil
	}
	return []Waiting{{For: ForOperator, Because: BecauseDied, Idx: r.Idx, Step: r.Name, N: n}}
}
