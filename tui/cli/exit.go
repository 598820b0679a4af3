package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// The exit statuses.
const (
	Done          = 0 // done; the saga is completed
	Trouble       = 1 // an error
	Misuse        = 2 // unknown command, flag, kind or input
	RolledBack    = 3 // the saga that was waited for is rolled back
	NeedsOperator = 4 // the saga that was waited for has failed, or waits for a person's decision or approval
	Held          = 5 // a person has frozen everything, so that the saga that was waited for goes nowhere
)

// usageError is what the caller has to say differently.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func misuse(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// exitError ends a command with a status when all there is to say has been said.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// statusOf is the exit status of a command that has waited for a saga.
func statusOf(s *engine.Saga) error {
	switch {
	case s.NeedsOperator(), s.Awaits() != nil:
		return exitError(NeedsOperator)
	case s.Status == engine.RolledBack:
		return exitError(RolledBack)
	}
	return nil
}

// report says what went wrong, in one line, and returns the exit status.
func report(w io.Writer, err error) int {
	var usage usageError
	var exit exitError
	var frozen heldError
	switch {
	case err == nil:
		return Done
	case errors.As(err, &exit):
		return int(exit)
	case errors.As(err, &frozen):
		say(w, "arcadia: "+err.Error())
		return Held
	case errors.Is(err, syscall.EPIPE): // whoever read our output has had enough
		return Trouble
	case errors.As(err, &usage), errors.Is(err, engine.ErrInput):
		say(w, "arcadia: "+err.Error())
		return Misuse
	case errors.Is(err, context.Canceled):
		say(w, "arcadia: interrupted")
		return Trouble
	}
	say(w, "arcadia: "+err.Error())
	return Trouble
}

// say writes one line of what may be of outside origin. Text for people is best effort: when their stream is gone there is
// nobody left to tell.
func say(w io.Writer, line string) {
	line = strings.Join(strings.FieldsFunc(line, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
	_, _ = fmt.Fprintln(w, visible.Text(line))
}
