package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
)

// Causes with which the engine ends a step's context; ErrDeposed is another. Read them with context.Cause.
var (
	ErrCanceled = errors.New("canceled by the operator")
	ErrShutdown = errors.New("the engine is shutting down")
	ErrDeadline = errors.New("the step's deadline passed")
)

// ErrUntold is a Planner's answer for a change that only shows once earlier steps have run: the address of a droplet that
// is yet to be made. Wrap it with what is missing.
var ErrUntold = errors.New("not known beforehand")

// Refusals. Each is wrapped with what was refused and what to do; test with errors.Is.
var (
	ErrNotFound   = errors.New("no such saga")
	ErrAmbiguous  = errors.New("more than one saga ends like this")
	ErrConflict   = errors.New("ledger moved on")
	ErrChanged    = errors.New("it has changed since it was shown")
	ErrRefused    = errors.New("refused")
	ErrAlready    = errors.New("it is so already")
	ErrForbidden  = errors.New("not permitted for this role")
	ErrLocked     = errors.New("another saga holds what this one needs")
	ErrKeyTaken   = errors.New("the key was used before")
	ErrShortTaken = errors.New("the short id is taken")
	ErrStopped    = errors.New("the engine has stopped")
	ErrTooLarge   = errors.New("too large")
	ErrBadValue   = errors.New("a value that cannot be kept")
	ErrReadOnly   = errors.New("open for reading only")
	ErrDeposed    = errors.New("another process drives by now")
	ErrFrozen     = errors.New("everything is frozen")
	ErrTicket     = errors.New("somebody has entered a lock's queue since")
	ErrFull       = errors.New("the store is nearly full")
	ErrInput      = errors.New("bad input")
)

// Untouched reports whether a store's error says that it has written nothing; see Store.
func Untouched(err error) bool {
	for _, refusal := range [...]error{ErrConflict, ErrNotFound, ErrKeyTaken, ErrShortTaken, ErrTooLarge, ErrBadValue, ErrReadOnly, ErrDeposed, ErrFrozen, ErrTicket, ErrFull} {
		if errors.Is(err, refusal) {
			return true
		}
	}
	return false
}

// Retryable asks for another attempt of the step, no earlier than after (0: the policy decides). Nothing was changed by this one.
func Retryable(err error, after time.Duration) error {
	return &attemptError{err: err, after: after, class: classRetry}
}

// Unknown says that the write may have been applied. Another attempt follows, and it must look before it writes.
func Unknown(err error) error {
	return &attemptError{err: err, class: classUnknown}
}

// Blocked says that the step cannot go on until something outside changes (a refused token, say). The saga waits, says
// on what (waiting_on), asks again at growing intervals and spends no attempt of its budget.
func Blocked(err error, after time.Duration) error {
	return &attemptError{err: err, after: after, class: classBlocked}
}

// Undecided says that the step does not know whether to go on: a person decides, with a retry that it goes on, or with a cancel
// that all is undone. The saga waits for that, keeps what it has done and says why.
func Undecided(err error) error {
	return &attemptError{err: err, class: classAsks}
}

type class int

const (
	classPermanent class = iota
	classRetry
	classUnknown
	classBlocked
	classAsks
)

type attemptError struct {
	err   error
	after time.Duration
	class class
}

func (e *attemptError) Error() string { return e.err.Error() }
func (e *attemptError) Unwrap() error { return e.err }

// classify says what an attempt's error asks for, and how long the other side wants to be left alone.
func classify(err error) (class, time.Duration) {
	if a, ok := errors.AsType[*attemptError](err); ok {
		return a.class, a.after
	}
	return classPermanent, 0
}

// Conflict is a compensation's refusal to overwrite somebody else's later change. It is never retried by itself: the row
// becomes compensation_failed and shows the three states side by side.
type Conflict struct {
	Subject string `json:"subject"`       // what is in conflict, "A app.example.com"
	Prior   string `json:"prior"`         // before the saga wrote
	Written string `json:"written"`       // what the saga wrote
	Live    string `json:"live"`          // what is there now
	Why     string `json:"why,omitempty"` // why it is left so; empty: somebody else has changed it

	// Overwritable says that the step writes over what is there now when an operator overrules the conflict; see
	// State.MayOverwrite.
	Overwritable bool `json:"overwritable,omitempty"`
}

// theirs reports whether what is there now is somebody else's change.
func (c *Conflict) theirs() bool { return c != nil && c.Why == "" }

func (c *Conflict) legible() *Conflict {
	return &Conflict{
		Subject: legible(c.Subject, MaxLine), Prior: legible(c.Prior, maxError),
		Written: legible(c.Written, maxError), Live: legible(c.Live, maxError), Why: legible(c.Why, maxError),
		Overwritable: c.Overwritable,
	}
}

// Error puts the three states into one line.
func (c *Conflict) Error() string {
	return fmt.Sprintf("conflict on %s: prior %s, written %s, live %s: %s", c.Subject, c.Prior, c.Written, c.Live,
		cmp.Or(c.Why, "someone else changed it, so nothing was overwritten"))
}

// Reason is an error that names itself in the ledger: a step that fails with Reason("fail") leaves step_failed:fail.
type Reason string

// Error is the reason itself.
func (r Reason) Error() string { return string(r) }

// stopCause reports why the engine ended ctx, or nil when it did not.
func stopCause(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return context.Cause(ctx)
}
