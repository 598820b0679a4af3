package engine

import (
	"fmt"
	"slices"
)

// Reasons of a way back that began because nobody agreed.
const (
	reasonRefused = "approval_refused"
	reasonExpired = "approval_expired"
)

// fitsApproval refuses what cannot be said of an approval now.
func (s *Saga) fitsApproval(e *Entry) error {
	if err := s.in(e, Pending, Running); err != nil {
		return err
	}
	a := s.Approval
	switch {
	case e.Type == EntryApprovalRequested && (e.Approval == nil || e.Idx < -1 || e.Idx >= len(s.StepNames) || e.Idx >= 0 && e.Idx < len(s.Rows)):
		return fmt.Errorf("%s without what is asked, or for no step that is to come", e.Type)
	case e.Type == EntryApprovalRequested && s.Awaits() != nil && s.Awaits().Votes != nil:
		return fmt.Errorf("%s while another lasts", e.Type)
	case e.Type == EntryApprovalRequested:
		return nil
	case a == nil || a.Idx != e.Idx:
		return fmt.Errorf("%s of what nobody was asked", e.Type)
	case e.Type == EntryApprovalVoided:
		return nil
	case s.Awaits() == nil:
		return fmt.Errorf("%s of what is settled", e.Type)
	case e.Type != EntryApprovalGranted && e.By == nil:
		return fmt.Errorf("%s by nobody", e.Type)
	case e.Type == EntryApproved && e.Hash != a.Hash:
		return fmt.Errorf("%s of plan %s, and it is %s", e.Type, e.Hash.Short(), a.Hash.Short())
	case e.Type == EntryGlassBroken && e.Next == nil:
		return fmt.Errorf("%s without a time", e.Type)
	}
	return nil
}

// changeApproval takes in what was asked, or said.
func (s *Saga) changeApproval(e *Entry) {
	a := s.Approval.copied()
	switch e.Type {
	case EntryApprovalRequested:
		var before *Voided
		if a != nil && a.Idx == e.Idx {
			before = a.Before
		} else if a != nil {
			s.Approvals = append(slices.Clip(s.Approvals), *a)
		}
		q := e.Approval
		a = &Approval{Demand: q.Demand, Idx: e.Idx, Hash: q.Hash, By: s.launcher, AskedAt: e.At, Until: q.Until, Before: before}
		s.AskedPlan = q.Plan
	case EntryApproved:
		a.Votes = append(a.Votes, Vote{Actor: *e.By, At: e.At, Why: e.Why})
	case EntryApprovalRefused:
		a.Refused = &Vote{Actor: *e.By, At: e.At, Why: e.Why}
		s.Error = &SagaError{Reason: reasonRefused, CompensateFromIdx: s.CurrentStepIdx - 1, By: e.By.name(), Why: e.Why}
	case EntryGlassBroken:
		a.Glass = &Glass{Vote: Vote{Actor: *e.By, At: e.At, Why: e.Why}, Until: *e.Next}
		s.Glass = e.By.name()
	case EntryApprovalGranted:
		a.Granted, s.granted = e.At, e.Seq
		if e.Ticket != 0 {
			s.Ticket = e.Ticket
		}
	case EntryApprovalVoided:
		a.Before = &Voided{Hash: a.Hash, Reason: e.Reason, At: e.At}
		a.Votes, a.Glass, a.Granted = nil, nil, Time{}
		s.VoidedPlan = s.AskedPlan
		if a.Idx < 0 {
			s.Ticket = 0
		}
	default:
	}
	s.Approval = a
	s.goesOn(BecauseUnapproved)
	s.goesOn(BecauseUntold)
	if open := s.Awaits(); open != nil {
		s.Waiting = append([]Waiting{open.waiting()}, s.Waiting...)
	}
}

// nextApproval is what a saga does that stands for an approval; false when it stands for none.
func (s *Saga) nextApproval(w World) (Move, bool) {
	a := s.Approval
	if a != nil && a.Refused != nil && a.Granted.IsZero() {
		return Move{Do: DoRollback, From: s.CurrentStepIdx - 1, Reason: reasonRefused}, true
	}
	a = s.Awaits()
	if a == nil {
		return Move{}, false
	}
	switch {
	case a.met(w.Wall):
		return Move{Do: DoGrant, Idx: a.Idx}, true
	case !w.Wall.Before(a.ends()):
		return Move{Do: DoRollback, From: s.CurrentStepIdx - 1, Reason: reasonExpired}, true
	}
	until := a.ends()
	if a.Glass != nil && a.Glass.Until.Before(until) {
		until = a.Glass.Until.Time
	}
	return Move{Do: DoWait, Until: until, Wall: true, Waiting: append([]Waiting{a.waiting()}, s.obstacles(w)...)}, true
}

// nextAsk is what has to be looked at before a step starts for the first time: whether what was approved is what would be done now, and
// whether the step is one to be asked for.
func (s *Saga) nextAsk(w World) (Move, bool) {
	idx, a := s.CurrentStepIdx, s.Approval
	asked := a != nil && a.Idx == idx
	do := DoConfirm
	switch {
	case idx < len(s.Rows): // it has begun
		return Move{}, false
	case a != nil && !a.Granted.IsZero() && (asked || a.Idx < 0 && idx == 0) && !w.Sure:
	case !asked && w.Asks != nil && w.Asks(s.StepNames[idx]):
		do = DoAsk
	default:
		return Move{}, false
	}
	if w.Untold != "" && w.Now.Before(w.Until) {
		return Move{Do: DoWait, Until: w.Until, Waiting: []Waiting{{For: ForProvider, Because: BecauseUntold, Text: w.Untold}}}, true
	}
	return Move{Do: do, Idx: idx}, true
}
