package sshd

import (
	"context"
	"errors"
)

// Why a session ended before its operator wanted; context.Cause of a session's context is one of them.
var (
	ErrStopping    = errors.New("arcadia is stopping here; sagas go on at its next start")
	ErrIdle        = errors.New("logged out, since no key was pressed for long; sagas go on")
	ErrRevoked     = errors.New("the operators file no longer names this key as it did: log in again, or ask for it to be added")
	ErrStalled     = errors.New("the terminal stopped reading")
	ErrHangup      = errors.New("the client is gone")
	ErrInterrupted = errors.New("interrupted")
	errNoWish      = errors.New("the client opened a session and asked for nothing")
	errFlood       = errors.New("the client sent too many environment variables")
)

// faultError is a panic of the console, caught. What it says is for the session's user; what happened is in the log.
type faultError struct {
	value any
	stack []byte
}

func (f *faultError) Error() string {
	return "this session met a fault of arcadia and was ended; sagas are not touched by it: log in again"
}

// farewell is the line that a session's user is left with; empty when there is nothing to say.
func farewell(ctx context.Context, err error) string {
	var fault *faultError
	switch cause := context.Cause(ctx); {
	case errors.As(err, &fault):
		return fault.Error()
	case errors.Is(cause, ErrStopping), errors.Is(cause, ErrIdle), errors.Is(cause, ErrRevoked):
		return cause.Error()
	case err != nil && ctx.Err() == nil:
		return err.Error()
	}
	return ""
}
