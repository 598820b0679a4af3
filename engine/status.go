package engine

// Status is where a saga stands. There are exactly six.
//
//	pending ──► running ──► completed ───────────────┐
//	   │           │                                 │ roll back (operator)
//	   │ cancel    │ step failed / cancel / panic     ▼
//	   └──────►    └──────────────► compensating ──► rolled_back
//	 rolled_back                        │   ▲
//	 (nothing done)                     ▼   │ retry / resolve (operator)
//	                                  failed
type Status string

// The six statuses.
const (
	Pending      Status = "pending"      // created, no step has started
	Running      Status = "running"      // going forward
	Completed    Status = "completed"    // every step is done
	Compensating Status = "compensating" // going backward
	RolledBack   Status = "rolled_back"  // undone: nothing is left behind
	Failed       Status = "failed"       // a compensation gave up: a person must act
)

// Statuses lists all six in the order in which screens and counters show them.
func Statuses() []Status {
	return []Status{Pending, Running, Compensating, Failed, Completed, RolledBack}
}

// Terminal reports whether only an operator's verb can change a saga of this status.
func (s Status) Terminal() bool {
	return s == Completed || s == RolledBack || s == Failed
}

// Valid reports whether s is one of the six.
func (s Status) Valid() bool {
	switch s {
	case Pending, Running, Completed, Compensating, RolledBack, Failed:
		return true
	}
	return false
}

// RowStatus is where one step of a saga stands. A step that was never reached has no row.
type RowStatus string

// The statuses of a row, forward and on the way back.
const (
	RowRunning            RowStatus = "running"
	RowCompleted          RowStatus = "completed"
	RowFailed             RowStatus = "failed"
	RowCompensating       RowStatus = "compensating"
	RowCompensated        RowStatus = "compensated"
	RowCompensationFailed RowStatus = "compensation_failed"
	RowResolved           RowStatus = "resolved" // an operator accepted what is left, with a reason
)
