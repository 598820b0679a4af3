package engine

import (
	"errors"
	"net/http"
)

// FailureClass says what kind of error ended an attempt.
type FailureClass string

// The classes of failures.
const (
	FailRetryable FailureClass = "retryable" // nothing was changed, and it may work later
	FailUnknown   FailureClass = "unknown"   // a write that may have been applied
	FailBlocked   FailureClass = "blocked"   // nothing will work until something outside changes
	FailRefused   FailureClass = "refused"   // by the provider or by the step itself: it will be refused again
	FailConflict  FailureClass = "conflict"  // somebody else has changed what an undo would take back
	FailError     FailureClass = "error"     // everything else: a panic, a deadline, what cannot be read
)

// Failure is an error as programs read it: its class and, when it was an answer over HTTP, which.
type Failure struct {
	Class      FailureClass `json:"class"`
	HTTPStatus int          `json:"http_status,omitempty"`
	RequestID  string       `json:"request_id,omitempty"` // the provider's, for its support
}

// Answered is an error that stands for an answer over HTTP. The status is 0 when there was none.
type Answered interface {
	error
	Answer() (status int, requestID string)
}

// failureOf reads an error as a Failure.
func failureOf(err error) *Failure {
	f := Failure{Class: FailError}
	if a, ok := errors.AsType[Answered](err); ok {
		f.HTTPStatus, f.RequestID = a.Answer()
		f.RequestID = legible(f.RequestID, 100)
	}
	_, reasoned := errors.AsType[Reason](err)
	switch c, _ := classify(err); c {
	case classRetry:
		f.Class = FailRetryable
	case classUnknown:
		f.Class = FailUnknown
	case classBlocked:
		f.Class = FailBlocked
	case classPermanent, classAsks:
		if reasoned || f.HTTPStatus >= 400 && f.HTTPStatus < 500 {
			f.Class = FailRefused
		}
	}
	if _, ok := errors.AsType[*Conflict](err); ok {
		f.Class = FailConflict
	}
	return &f
}

// hopeless reports whether a compensation that failed like this will fail again: the provider has understood what it was asked and
// will not do it.
func (f *Failure) hopeless() bool {
	return f.Class == FailConflict || f.Class == FailRefused && f.HTTPStatus == http.StatusUnprocessableEntity
}
