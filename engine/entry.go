package engine

import "encoding/json"

// EntryType says what happened, in the past tense.
type EntryType string

// The entry types. A new one must be handled by Saga.Apply, which refuses what it does not know.
const (
	EntryCreated             EntryType = "created"
	EntryWaiting             EntryType = "waiting"          // it does not go on by itself: Waiting says why
	EntryCancelRequested     EntryType = "cancel_requested" // no step starts after this
	EntryStepStarted         EntryType = "step_started"
	EntryStepSaved           EntryType = "step_saved" // the intent: what undoing the coming write will need
	EntryAttemptFailed       EntryType = "attempt_failed"
	EntryStepCompleted       EntryType = "step_completed"
	EntryStepFailed          EntryType = "step_failed"
	EntryInterrupted         EntryType = "interrupted"   // the engine shut down in an orderly way during the attempt
	EntryIdle                EntryType = "step_idle"     // the step only waits or looks, for what Waiting says; no worker is held
	EntryWaitEnded           EntryType = "wait_ended"    // an operator goes on before the moment that a step waits for
	EntryWaitMoved           EntryType = "wait_moved"    // an operator makes it wait until Next
	EntryOutlived            EntryType = "step_outlived" // started again after a process death, it is not why the process died
	EntryRollbackStarted     EntryType = "rollback_started"
	EntryCompensating        EntryType = "step_compensating"
	EntryCompensationSaved   EntryType = "compensation_saved"
	EntryCompensationRetried EntryType = "compensation_retried"
	EntryCompensated         EntryType = "step_compensated"
	EntryCompensationFailed  EntryType = "compensation_failed"
	EntryRollbackWithdrawn   EntryType = "rollback_withdrawn" // nothing was undone: the saga is completed, as before
	EntryRollbackOvertaken   EntryType = "rollback_overtaken" // the undo of a final row has found that it has happened: the saga goes forward, past Passed
	EntryRetryRequested      EntryType = "retry_requested"
	EntryPaused              EntryType = "paused"             // by an operator: no step starts until resumed
	EntryResumed             EntryType = "resumed"            // by an operator
	EntrySkipped             EntryType = "step_skipped"       // an operator goes on without a failed step that changed nothing
	EntryApprovalRequested   EntryType = "approval_requested" // people are asked to agree to Approval before row Idx starts, -1 before any
	EntryApproved            EntryType = "approved"           // by By, to Hash
	EntryApprovalRefused     EntryType = "approval_refused"   // by By: the saga is undone
	EntryApprovalVoided      EntryType = "approval_voided"    // what was said does not count any more, for Reason
	EntryApprovalGranted     EntryType = "approval_granted"   // enough have approved: its turn comes, and the plan is looked at again
	EntryGlassBroken         EntryType = "glass_broken"       // by By, who goes on without approvals at Next
	EntryVerified            EntryType = "rollback_verified"  // what was found when the undone resources were looked at again
	EntryResolved            EntryType = "step_resolved"
	EntryLogged              EntryType = "logged"
	EntrySagaCompleted       EntryType = "saga_completed"
	EntrySagaRolledBack      EntryType = "saga_rolled_back"
	EntrySagaFailed          EntryType = "saga_failed"
)

// Entry is one append-only record of one saga's history. Rows, header and context are a pure fold of the entries.
// Only the fields that its type needs are set.
type Entry struct {
	V    int       `json:"v"`   // version of this form; see entryVersion
	Seq  uint64    `json:"seq"` // 1..n without a gap within a saga
	At   Time      `json:"at"`
	Type EntryType `json:"type"`

	Idx     int    `json:"idx,omitempty"`     // the row
	Attempt int    `json:"attempt,omitempty"` // 1 is the first
	By      *Actor `json:"by,omitempty"`      // who, for an operator's verb
	Why     string `json:"why,omitempty"`     // the operator's own words

	Reason   string    `json:"reason,omitempty"` // why the engine did it: canceled, step_failed:fail
	Error    string    `json:"error,omitempty"`
	Failure  *Failure  `json:"failure,omitempty"`  // of Error: its class
	Stack    string    `json:"stack,omitempty"`    // of a panic
	Conflict *Conflict `json:"conflict,omitempty"` // of retry_requested: what an operator says may be written over
	Next     *Time     `json:"next_attempt_at,omitempty"`
	Blocked  bool      `json:"blocked,omitempty"` // the failed attempt spends no budget
	Asks     bool      `json:"asks,omitempty"`    // step_failed: an operator decides whether it goes on or is undone
	Resumed  bool      `json:"resumed,omitempty"` // the attempt before was cut off by a process death
	Undoable bool      `json:"undoable,omitempty"`
	Final    string    `json:"final,omitempty"`   // why the step's effect cannot be taken back
	Passed   string    `json:"passed,omitempty"`  // what is gone for good: from here on the saga only goes forward
	Made     *Made     `json:"made,omitempty"`    // step_completed: what the step says of what it has made
	From     *int      `json:"from,omitempty"`    // rollback_started: the first row to undo, -1 for none
	Waiting  []Waiting `json:"waiting,omitempty"` // waiting: all it waits for; none: for nothing any more
	On       string    `json:"on,omitempty"`      // waiting, in forms before 2: for what, as a sentence
	Text     string    `json:"text,omitempty"`    // logged
	Left     []string  `json:"left,omitempty"`    // rollback_verified: what was still there
	Ticket   uint64    `json:"ticket,omitempty"`
	Touched  []Touch   `json:"touched,omitzero"` // saga_completed, saga_failed: what it has written or relies on
	Moves    []Moved   `json:"moves,omitempty"`  // what a compensation has put back under another id

	LeftBehind []LeftBehind `json:"left_behind,omitempty"` // compensation_failed: what the row has made

	Approval *Asked   `json:"approval,omitempty"` // approval_requested
	Hash     PlanHash `json:"hash,omitempty"`     // approved: of which plan

	Put       map[string]json.RawMessage `json:"put,omitempty"`
	Resources []ResourceChange           `json:"resources,omitempty"`
	Created   *Created                   `json:"created,omitempty"`
}

// entryVersion is the version of the stored form. A higher one is refused by Saga.Apply. Form 1 had sentences where Waiting and
// LeftBehind are.
const entryVersion = 2

// OnFailure says what a saga does when a step has failed for good.
type OnFailure string

// The ways to go on after a failure.
const (
	OnFailureRollBack OnFailure = ""      // undo what was done: the default
	OnFailurePause    OnFailure = "pause" // wait for an operator: retry, skip or cancel
)

// Created is what a launch fixed for good.
type Created struct {
	ID        ID        `json:"id"`
	Kind      string    `json:"kind"`
	StepNames []string  `json:"step_names"`
	Inputs    Inputs    `json:"inputs"`
	From      Sources   `json:"from,omitempty"` // inputs that come from earlier steps, by "4:droplet_id"
	Target    string    `json:"target,omitempty"`
	Key       string    `json:"key,omitempty"`
	OnFailure OnFailure `json:"on_failure,omitempty"`
	Locks     []string  `json:"locks,omitempty"`
	// Plan is the hash of the plan that was launched. In a copy of a store what has not begun yet goes on by itself only when
	// it would do the same now.
	Plan PlanHash `json:"plan,omitempty"`
	// Value is what the target becomes, and Monthly what each step adds to the bill of a month, in US dollars: as the plan had it.
	Value   string    `json:"value,omitempty"`
	Was     string    `json:"was,omitempty"` // what the target was before; empty: nothing, or nobody could tell
	Monthly []float64 `json:"monthly_usd,omitempty"`

	Pivot int `json:"pivot,omitempty"` // the number of the final step, from 1; 0 for none
	// Lifted are things it touches that were protected at an earlier launch, and are no more.
	Lifted []string `json:"lifted,omitempty"`
	// Agreed is who has approved the definition by which it was launched, where the policy asks for approvals.
	Agreed *Agreed `json:"agreed,omitempty"`
}
