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

// What could not be looked at is looked at again after half a minute, then after twice as long each time, at most an hour. After
// verifiesAlone looks, a quarter of an hour, an operator is told, who can end the saga without one.
const (
	verifiesAlone  = 5
	verifyWait     = 30 * time.Second
	verifyWaitMost = time.Hour
)

// nextVerify is when the look after n in vain is due.
func nextVerify(now time.Time, n int) Time {
	wait := verifyWaitMost
	if n < 7 {
		wait = verifyWait << n
	}
	return At(now.Add(wait))
}

// verify looks again at every row that was undone. What is still there makes its row compensation_failed, so that a saga
// is never rolled back with something left behind; what could not be looked at is said, and when it will be again: until then the
// saga keeps its locks, since what others write at the same place would be taken for it.
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
		left, err := verifyRow(ctx, v, saga.preview(i))
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("row %d: %w", i, err))
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
	if failed != nil && len(entries) == 0 {
		n := 0
		if saga.unseen != nil {
			n = saga.unseen.N
		}
		next := nextVerify(time.Now(), n)
		seen.Next = &next
	}
	return append(entries, seen)
}

// verifyRow contains a panic of the step.
func verifyRow(ctx context.Context, v Verifier, s *State) (left []string, err error) {
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
