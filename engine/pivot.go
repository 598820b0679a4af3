package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Again marks a step that may be repeated for ever: what it does once it does a hundred times, and one day it goes well. Only
// such steps, without a Compensate, can stand behind the point of no return.
type Again interface {
	Again()
}

// How a step behind the point of no return is tried again: without end, and after forwardAsks an operator is asked.
var pastRetry = RetryPolicy{First: 5 * time.Second, Factor: 2, Most: 5 * time.Minute}

const forwardAsks = 15 * time.Minute

// pivotOf finds the point of no return in a list of steps: the place of its final step, -1 for none. It refuses a list that could
// end as half a world: with two final steps, or with a step behind the final one that could be undone alone, or that might
// fail for good. Steps that do not exist are passed over.
func pivotOf(steps map[string]Step, names []string) (int, error) {
	pivot := -1
	for i, name := range names {
		step := steps[name]
		_, final := step.(Final)
		_, undoes := step.(Compensator)
		_, again := step.(Again)
		switch {
		case step == nil:
		case pivot < 0 && final:
			pivot = i
		case pivot < 0:
		case final:
			return -1, fmt.Errorf("step %d %s is final, as step %d %s is: there can be one point of no return: launch them one by one",
				i, name, pivot, names[pivot])
		case undoes:
			return -1, fmt.Errorf("step %d %s can be undone and stands behind step %d %s, which cannot: put it before that step",
				i, name, pivot, names[pivot])
		case !again:
			return -1, fmt.Errorf("step %d %s stands behind step %d %s, which cannot be undone, and may fail for good: put it before that step",
				i, name, pivot, names[pivot])
		}
	}
	return pivot, nil
}

// gone says of a saga past its point of no return what is gone for good.
func (s *Summary) gone() string { return s.Passed + " is gone for good" }

// todo lists the steps that are left to do, "1 tidy, 2 tell".
func (s *Summary) todo() string {
	var left []string
	for i := s.CurrentStepIdx; i < len(s.StepNames); i++ {
		left = append(left, strconv.Itoa(i)+" "+s.StepNames[i])
	}
	return strings.Join(left, ", ")
}

// PointOfNoReturn is the place of the saga's final step, -1 for none. Of a step that older builds have recorded it is known once
// the step has started.
func (s *Saga) PointOfNoReturn() int {
	if s.Pivot > 0 {
		return s.Pivot - 1
	}
	for i := range s.Rows {
		if s.Rows[i].Final != "" {
			return i
		}
	}
	return -1
}

// Passed records what is gone for good with this step ("snapshot 229305609"), durable with its completion. From then on the saga only
// goes forward. Only a final step says so (see Final), and only once it is true. Its Compensate may find that it has become true: a
// process died between the deletion and its record, or the answer got lost. It says so then, and returns an error: as long as nothing else
// of the saga is undone, the saga turns round again and Execute completes the step; else the row is left to a person, with that error.
func (s *State) Passed(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.passed = clip(what, maxWhy)
}

// intact reports whether nothing of the saga is undone, or was tried to be in vain.
func (s *Saga) intact() bool {
	return !slices.ContainsFunc(s.Rows, func(r Row) bool {
		return r.Status == RowCompensated || r.Status == RowCompensationFailed || r.Status == RowResolved
	})
}

// overtaken turns the saga round again, to the final row whose undo has found that it has happened.
func (s *Saga) overtaken(r *Row, e *Entry) {
	s.put(r, e)
	s.Status, s.Error, s.CancelRequested, s.Waiting, s.begun = Running, nil, false, nil, false
	r.Status, r.forward, r.Compensation, r.Left = RowRunning, "", nil, nil
	r.Error, r.Failure, r.Stack, r.FinishedAt, r.NextAttemptAt = "", nil, "", Time{}, Time{}
	r.failures, r.paused = 0, true // whose attempt comes next, and no process has died over it
}

// onward is what comes of a failed attempt past the point of no return: another, or, when that has gone on for long, a question.
func (r *run) onward(row *Row, e Entry) Entry {
	if row.trying(time.Now()) >= forwardAsks {
		e.Type, e.Asks = EntryStepFailed, true
		return e
	}
	wait := pastRetry.bound(row.failures+1, func() float64 { return 1 })
	e.Type, e.Next = EntryAttemptFailed, due(wait)
	return e
}
