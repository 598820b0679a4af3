package enginetest

import (
	"time"

	"arcadia/engine"
)

// States are sagas in every state in which a verb can be asked, by a name for the state. Each is of two steps.
func States() map[string]*engine.Saga {
	out := map[string]*engine.Saga{}
	in := func(name string, of engine.Status, change func(s *engine.Saga)) {
		id := engine.ID("01998f1e-0000-7000-8000-00003f9c2a1b")
		s := &engine.Saga{Summary: engine.Summary{ID: id, Short: id.Short(), Kind: "adhoc", Seq: 7, Status: of, StepNames: []string{"a", "b"}}}
		change(s)
		out[name] = s
	}
	rows := func(of ...engine.RowStatus) (all []engine.Row) {
		for i, status := range of {
			all = append(all, engine.Row{Idx: i, Name: []string{"a", "b"}[i], Status: status, Undoable: true})
		}
		return all
	}
	waits := func(w engine.Waiting) func(s *engine.Saga) {
		return func(s *engine.Saga) { s.Waiting = []engine.Waiting{w} }
	}
	for _, st := range engine.Statuses() {
		in(string(st), st, func(*engine.Saga) {})
	}
	in("paused", engine.Running, func(s *engine.Saga) { s.Paused = true })
	in("paused on the way back", engine.Compensating, func(s *engine.Saga) { s.Paused = true })
	in("completed while paused", engine.Completed, func(s *engine.Saga) { s.Paused = true })
	in("being canceled", engine.Running, func(s *engine.Saga) { s.CancelRequested = true })
	in("waits for another", engine.Pending, waits(engine.Waiting{For: engine.ForSaga, Because: engine.BecauseLocked, Saga: "3f9c2a1b"}))
	in("waits for a moment", engine.Running, waits(engine.Waiting{For: engine.ForTime, Because: engine.BecauseMoment, Step: "a"}))
	in("waits for a build", engine.Running, waits(engine.Waiting{For: engine.ForBuild, Because: engine.BecauseUnknown, Step: "b", Idx: 1}))
	in("cannot be looked at", engine.Compensating, func(s *engine.Saga) {
		s.Rows = rows(engine.RowCompensated)
		s.Waiting = []engine.Waiting{{For: engine.ForTime, Because: engine.BecauseUnseen, N: 7}}
	})
	in("backs off", engine.Running, func(s *engine.Saga) {
		s.Rows = rows(engine.RowRunning)
		s.Rows[0].NextAttemptAt = engine.At(time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC))
	})
	in("undecided", engine.Running, func(s *engine.Saga) {
		s.Rows = rows(engine.RowFailed)
		s.Waiting = []engine.Waiting{{For: engine.ForOperator, Because: engine.BecauseFailed, Step: "a"}}
	})
	in("undecided and dirty", engine.Running, func(s *engine.Saga) {
		s.Rows = rows(engine.RowFailed)
		s.Rows[0].Dirty = true
		s.Waiting = []engine.Waiting{{For: engine.ForOperator, Because: engine.BecauseFailed, Step: "a"}}
	})
	in("past the point of no return", engine.Running, func(s *engine.Saga) {
		s.Rows, s.Passed = rows(engine.RowCompleted), "a"
		s.Rows[0].Passed, s.Rows[0].Final = "a", "a droplet is destroyed"
	})
	in("left behind", engine.Failed, func(s *engine.Saga) {
		s.Rows, s.Residue = rows(engine.RowCompensationFailed), 1
		s.Rows[0].Compensation = &engine.Compensation{Error: "503 Service Unavailable"}
	})
	in("cannot be undone", engine.Completed, func(s *engine.Saga) {
		s.Rows = rows(engine.RowCompleted, engine.RowCompleted)
		s.Rows[0].Final = "a droplet is destroyed"
	})
	asked := func(yours bool) *engine.Approval {
		return &engine.Approval{Demand: engine.Demand{Need: 1}, Idx: -1, Hash: "p2:9d54d071ecbf9d54d071ecbf", By: engine.Actor{Name: "ops1"}, Yours: yours}
	}
	for name, yours := range map[string]bool{"waits for an approval": false, "waits for yours": true} {
		in(name, engine.Pending, func(s *engine.Saga) {
			s.Approval = asked(yours)
			s.Waiting = []engine.Waiting{{For: engine.ForApproval, Because: engine.BecauseUnapproved, N: 1}}
		})
	}
	in("the glass is broken", engine.Pending, func(s *engine.Saga) {
		s.Approval = asked(false)
		s.Approval.Glass = &engine.Glass{}
		s.Approval.Glass.Name = "ops2"
	})
	return out
}
