package engine

import (
	"encoding/json"
	"strings"
	"time"
)

// Summary is a saga's header: what lists show and what the store keeps decoded beside the entries.
type Summary struct {
	ID              ID         `json:"id"`
	Short           string     `json:"short"`
	Kind            string     `json:"kind"`
	Status          Status     `json:"status"`
	StepNames       []string   `json:"step_names"`
	CurrentStepIdx  int        `json:"current_step_idx"` // completed rows while going forward
	Error           *SagaError `json:"error"`
	CancelRequested bool       `json:"cancel_requested"`
	Target          string     `json:"target"`
	Value           string     `json:"value,omitempty"`       // what the target becomes, as the plan had it: "203.0.113.77"
	Was             string     `json:"was,omitempty"`         // what the target was before, as the plan had it
	Made            string     `json:"made,omitempty"`        // what the last step that says so has made: "18.4 GB"
	MonthlyUSD      float64    `json:"monthly_usd,omitempty"` // what it adds to the bill of a month, below 0 what it saves: as planned, and as made once that is known
	CreatedBy       string     `json:"created_by"`
	CreatedAt       Time       `json:"created_at"`
	StartedAt       Time       `json:"started_at"`
	FinishedAt      Time       `json:"finished_at"`
	UpdatedAt       Time       `json:"updated_at"`
	Waiting         []Waiting  `json:"waiting"` // every reason why it does not go on by itself; empty when it does
	Paused          bool       `json:"paused"`
	Passed          string     `json:"passed,omitempty"`   // what is gone for good: the saga only goes forward
	Approval        *Approval  `json:"approval,omitempty"` // what people were asked last, and have said
	Glass           string     `json:"glass_broken_by,omitempty"`
	Residue         int        `json:"residue"`    // rows that are compensation_failed
	Accepted        int        `json:"accepted"`   // rows that an operator has resolved: what they made stays
	Undone          int        `json:"undone"`     // rows undone or accepted so far
	UndoTotal       int        `json:"undo_total"` // rows this rollback has to undo
	Seq             uint64     `json:"seq"`        // the last entry's number
}

// SagaError says why a saga went backward.
type SagaError struct {
	Reason            string `json:"reason"` // step_failed:<reason>, canceled, rollback_requested
	CompensateFromIdx int    `json:"compensate_from_idx"`
	By                string `json:"by,omitempty"`
	Why               string `json:"why,omitempty"`
}

// reasonStepFailed begins the reason of a roll-back that the engine began because a step had failed.
const reasonStepFailed = "step_failed:"

// StepFailed reports whether a step that failed is why the saga was undone, and not a person.
func (e *SagaError) StepFailed() bool {
	return e != nil && strings.HasPrefix(e.Reason, reasonStepFailed)
}

// Saga is one durable run of a kind, folded from its entries. In JSON it is what `show -o json` prints.
type Saga struct {
	Summary
	Inputs  Inputs                     `json:"inputs"`
	From    Sources                    `json:"from,omitempty"` // inputs that come from earlier steps, by "4:droplet_id"
	Context map[string]json.RawMessage `json:"context"`
	Rows    []Row                      `json:"steps"`
	// Verified says when the undone resources were looked at again, and Left what was still there then. The zero time
	// means that nobody has looked yet, or, of a saga that is rolled back, that nothing was to be looked at or an operator ended it without.
	Verified Time     `json:"verified_at"`
	Left     []string `json:"left"`
	// Live is what the step at work shows of itself while it waits, as it was at the read; nothing of it is stored.
	Live string `json:"live,omitempty"`

	// Approvals are those before Summary.Approval. AskedPlan is the plan that people were asked to agree to last, VoidedPlan the one before,
	// which would do something else.
	Approvals  []Approval `json:"approvals,omitempty"`
	AskedPlan  []PlanStep `json:"asked_plan,omitempty"`
	VoidedPlan []PlanStep `json:"voided_plan,omitempty"`

	OnFailure OnFailure `json:"on_failure,omitempty"`
	// Pivot is the number of the final step, from 1: the point of no return is before it. 0 for none.
	Pivot     int       `json:"pivot,omitempty"`
	Key       string    `json:"-"`
	monthly   []float64 // what each step adds to the bill of a month
	Locks     []string  `json:"-"` // the names it takes, held or waited for while it holds a ticket
	Ticket    uint64    `json:"-"` // its place in every lock's queue; 0 when it holds and waits for nothing
	pausedBy  string    // who did
	plan      PlanHash  // that was launched
	launcher  Actor     // who did
	granted   uint64    // the entry of the last approval that was granted
	vouched   bool      // an operator has asked for it again in a copy of its store
	Touched   []Touch   `json:"-"` // what it has written or relies on, once it has ended
	stands    bool      // it has ended and is not rolled back: later sagas may build on it
	begun     bool      // this rollback has begun to undo
	completed Time      // when it was completed
	looked    bool      // this rollback's outcome was looked at again, or will not be
	unseen    *Waiting  // it could not be looked at, and will be again; never changed in place
	lines     int       // log lines so far
}

// Row is one step of the ledger.
type Row struct {
	Idx           int                        `json:"idx"`
	Name          string                     `json:"name"`
	Status        RowStatus                  `json:"status"`
	Output        map[string]json.RawMessage `json:"output"`
	Error         string                     `json:"error,omitempty"`
	Failure       *Failure                   `json:"failure,omitempty"` // the class of the error
	Stack         string                     `json:"stack,omitempty"`
	Attempts      int                        `json:"attempts"`
	StartedAt     Time                       `json:"started_at"`
	FinishedAt    Time                       `json:"finished_at"`
	NextAttemptAt Time                       `json:"next_attempt_at"`
	Dirty         bool                       `json:"dirty"`            // it had saved an intent: the world may have changed
	Undoable      bool                       `json:"undoable"`         // the step has a Compensate
	Final         string                     `json:"final,omitempty"`  // why its effect cannot be taken back
	Passed        string                     `json:"passed,omitempty"` // what is gone for good with it
	Note          string                     `json:"note,omitempty"`
	Compensation  *Compensation              `json:"compensation"`

	// Left is what the row has made, once it could not be undone.
	Left []LeftBehind `json:"left_behind,omitempty"`

	Resources []ResourceChange `json:"-"`
	forward   RowStatus        // how it ended going forward: completed or failed
	paused    bool             // the last attempt ended with an orderly shutdown
	idle      bool             // the last attempt waits, or waited when its process ended
	until     Time             // what an operator has moved its wait to; zero: none has
	ended     bool             // an operator has ended its wait
	lived     bool             // the last attempt is known not to be why a process died
	asks      bool             // it has failed, and an operator decides what follows
	goOn      bool             // an operator has said so
	failures  int              // attempts that spent budget
	deaths    int              // attempts in a row that ended with the process
	begun     Time             // when the last attempt did
	wait      time.Duration    // from the last failure to the attempt that it asked for
	awake     time.Duration    // spent on attempts and on the waits between them, since the first of the failures
}

// Compensation is the way back of one row.
type Compensation struct {
	Status     RowStatus `json:"status"`
	Attempts   int       `json:"attempts"`
	Error      string    `json:"error,omitempty"`
	Failure    *Failure  `json:"failure,omitempty"`
	Stack      string    `json:"stack,omitempty"`
	Conflict   *Conflict `json:"conflict,omitempty"`
	StartedAt  Time      `json:"started_at"`
	FinishedAt Time      `json:"finished_at"`
	Reason     string    `json:"reason,omitempty"` // why an operator resolved it
	By         string    `json:"by,omitempty"`

	failures int
	deaths   int
	asked    bool      // an operator has sent the row on its way back again
	over     *Conflict // what an operator has said may be written over
}

// Withdrawable reports whether the saga is to be rolled back and nothing of it is undone yet.
func (s *Saga) Withdrawable() bool {
	return s.Status == Compensating && s.stands && !s.begun && s.Error.Reason == reasonRollback
}

// active is the row that is running or compensating, or nil.
func (s *Saga) active() *Row {
	for i := range s.Rows {
		if st := s.Rows[i].Status; st == RowRunning || st == RowCompensating {
			return &s.Rows[i]
		}
	}
	return nil
}

// died reports whether the row's last attempt was cut off by a process death: it neither ended nor was put off.
// What dies while it only waits is not held against anybody.
func (r *Row) died() bool { return r.NextAttemptAt.IsZero() && !r.paused && !r.idle && !r.lived }

// open reports whether nobody has said how the row's last attempt ended.
func (r *Row) open() bool { return r.NextAttemptAt.IsZero() && !r.paused }

// trying is how long the row has been tried since its first failure, with the attempt that ends at now: the attempts and the waits
// that they asked for. What went by while no process ran, or while everything was frozen, does not count.
func (r *Row) trying(now time.Time) time.Duration {
	if r.failures == 0 {
		return 0
	}
	return r.awake + r.wait + max(0, now.Sub(r.begun.Time))
}

// sooner moves what the rows wait for by d: the clock was set back by so much since the last entry, and no wait may grow
// with it.
func (s *Saga) sooner(d time.Duration) {
	for i := range s.Rows {
		if r := &s.Rows[i]; !r.NextAttemptAt.IsZero() {
			r.NextAttemptAt = At(r.NextAttemptAt.Add(-d))
		}
	}
	if s.unseen != nil {
		earlier := *s.unseen
		earlier.Until = At(earlier.Until.Add(-d))
		s.unseen = &earlier
	}
}

// toUndo reports whether a rollback has this row to undo, done or not.
func (r *Row) toUndo() bool {
	return (r.Undoable || r.Final != "") && (r.forward == RowCompleted || r.Dirty)
}
