package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// verifyLimit bounds one look at what a rollback has left.
const verifyLimit = 5 * time.Minute

// verify looks again at every row that was undone. What is still there makes its row compensation_failed, so that a saga
// is never rolled back with something left behind; what could not be looked at is said, and the saga ends without the proof.
func (r *run) verify(ctx context.Context) []Entry {
	ctx, cancel := context.WithTimeoutCause(ctx, verifyLimit, ErrDeadline)
	defer cancel()
	r.mu.Lock()
	if err := r.reload(ctx); err != nil {
		r.mu.Unlock()
		return nil // the next pass meets it too, and says so
	}
	saga := r.saga.clone()
	r.mu.Unlock()

	seen := Entry{Type: EntryVerified, Left: []string{}}
	var entries []Entry
	var failed error
	for i := range slices.Backward(saga.Rows) {
		v, ok := r.e.steps[saga.Rows[i].Name].(Verifier)
		if !ok || saga.Rows[i].Status != RowCompensated {
			continue
		}
		left, err := look(ctx, v, saga.preview(i))
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("look again at row %d: %w", i, err))
			continue
		}
		if len(left) > 0 {
			seen.Left = append(seen.Left, left...)
			why := "still there after it was undone: " + strings.Join(left, ", ")
			entries = append(entries, Entry{Type: EntryCompensationFailed, Idx: i, Error: why, LeftBehind: r.e.leaves(saga, i)})
		}
	}
	if cause := context.Cause(ctx); errors.Is(cause, ErrShutdown) || errors.Is(cause, ErrDeposed) {
		return nil // the next start looks
	}
	if failed != nil {
		seen.Error = errorText(failed)
	}
	return append(entries, seen)
}

// look contains a panic of the step.
func look(ctx context.Context, v Verifier, s *State) (left []string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	left, err = v.Verify(ctx, s)
	for i := range left {
		left[i] = legible(left[i], MaxLine)
	}
	return left, err
}
