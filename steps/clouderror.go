package steps

import (
	"context"
	"errors"
	"time"

	"arcadia/engine"
)

// Class says what a failure of the provider means to the one who asked.
type Class int

// The classes. The zero value is the careful one: nothing is repeated because of it.
const (
	Permanent Class = iota // refused, and it will be refused again
	NotFound               // the thing does not exist (any more)
	Retryable              // nothing was done; it may work later
	Unknown                // a write that may or may not have been applied
	Blocked                // the token is refused: nothing will work until that changes
	Pending                // the droplet is busy with another event; nothing was done
)

// String names the class for logs and tests.
func (c Class) String() string {
	return [...]string{"permanent", "not found", "retryable", "unknown", "blocked", "pending"}[c]
}

// CloudError is a failure of the provider, classified once by whoever talks to it. Its text is safe to show, bounded, and
// free of the token.
type CloudError struct {
	Class  Class
	Status int           // of the HTTP answer; 0 when there was none
	ID     string        // the provider's, of the request; empty when it did not say
	After  time.Duration // how long the provider wants to be left alone; 0 when it did not say
	Text   string        // what was being done, to what, and what came back
	Cause  error         // what errors.Is shall find, such as the end of the caller's context; nil for none
}

// Error is the text.
func (e *CloudError) Error() string { return e.Text }

// Answer is the answer over HTTP that the error stands for: see engine.Answered.
func (e *CloudError) Answer() (status int, requestID string) { return e.Status, e.ID }

// Unwrap gives the cause.
func (e *CloudError) Unwrap() error { return e.Cause }

// ClassOf is the class of any error that a Cloud returned; what is not a *CloudError is Permanent.
func ClassOf(err error) Class {
	if e, ok := errors.AsType[*CloudError](err); ok {
		return e.Class
	}
	return Permanent
}

// verdict turns what a Cloud returned into what the engine understands. The end of ctx goes before everything else: the
// attempt was cut off, which says nothing about the provider.
func verdict(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var e *CloudError
	if !errors.As(err, &e) {
		return err
	}
	switch e.Class {
	case Retryable, Pending:
		return engine.Retryable(err, e.After)
	case Unknown:
		return engine.Unknown(err)
	case Blocked:
		return engine.Blocked(err, e.After)
	case Permanent, NotFound:
		return err
	}
	return err
}

type urgentKey struct{}

// Urgent marks the calls under ctx as part of a compensation. A Cloud keeps a share of the provider's rate limit for them,
// so that going back is never starved by going forward.
func Urgent(ctx context.Context) context.Context {
	return context.WithValue(ctx, urgentKey{}, true)
}

// IsUrgent reports whether ctx was marked by Urgent.
func IsUrgent(ctx context.Context) bool {
	return ctx.Value(urgentKey{}) != nil
}
