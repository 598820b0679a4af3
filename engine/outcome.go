package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// result is what one attempt came to.
type result struct {
	err       error
	stack     string
	cause     error // why its context ended, nil when it did not
	put       map[string]json.RawMessage
	resources []ResourceChange
	moves     []Moved
	passed    string // what is gone for good
	made      *Made
}

// executed turns the result of an attempt to go forward into entries. Call with mu held.
func (r *run) executed(a *attempt, res result) []Entry {
	row := &r.saga.Rows[a.move.Idx]
	e := Entry{Idx: a.move.Idx, Attempt: a.move.Attempt, Put: res.put, Passed: res.passed}
	if res.err == nil {
		e.Type, e.Made = EntryStepCompleted, res.made
		var err error
		e.Resources, err = r.provisioned(res.resources, nil)
		if err == nil {
			return []Entry{e}
		}
		res.err, e.Made = err, nil
	}
	e.Error, e.Failure, e.Stack = errorText(res.err), failureOf(res.err), legible(res.stack, maxStack)
	past := r.saga.Passed != "" || res.passed != ""
	c, after := classify(res.err)
	blocked := c == classBlocked
	switch {
	case errors.Is(res.cause, ErrShutdown):
		return r.interrupted(a, res)
	case past && !blocked:
		return []Entry{r.onward(row, e)}
	case !past && (errors.Is(res.cause, ErrCanceled) || r.saga.CancelRequested):
		e.Type, e.Error, e.Failure = EntryStepFailed, reasonCanceled, nil
		return []Entry{e}
	case !past && errors.Is(res.cause, ErrDeadline):
		e.Type = EntryStepFailed
		return []Entry{e}
	}
	forward, _ := policiesOf(a.step)
	wait, again := time.Duration(0), false
	switch c {
	case classRetry, classUnknown:
		wait, again = forward.Next(row.failures+1, row.trying(time.Now()), after, jitter)
	case classBlocked:
		wait, again, e.Blocked = blockedWait(row.Attempts-row.failures, after), true, true
	case classAsks:
		e.Asks = true
	case classPermanent:
	}
	e.Type = EntryStepFailed
	if again {
		e.Type, e.Next = EntryAttemptFailed, due(wait)
	}
	return []Entry{e}
}

// interrupted is what an orderly shutdown records: nothing for a step that only waited.
func (r *run) interrupted(a *attempt, res result) []Entry {
	if r.saga.Rows[a.move.Idx].idle && len(res.put) == 0 && res.passed == "" {
		return nil
	}
	return []Entry{{Type: EntryInterrupted, Idx: a.move.Idx, Put: res.put, Passed: res.passed}}
}

// compensated turns the result of an attempt to go backward into entries. Call with mu held.
func (r *run) compensated(a *attempt, res result) []Entry {
	row := &r.saga.Rows[a.move.Idx]
	e := Entry{Idx: a.move.Idx, Attempt: a.move.Attempt, Put: res.put, Moves: res.moves}
	if res.passed != "" && r.saga.intact() {
		return []Entry{{Type: EntryRollbackOvertaken, Idx: e.Idx, Attempt: e.Attempt, Put: e.Put, Passed: res.passed}}
	}
	if res.err == nil {
		e.Type = EntryCompensated
		back, err := r.unprovisioned(row.Resources, res.moves)
		if err == nil {
			back, err = r.follow(back, res.moves)
		}
		if err == nil {
			e.Resources, err = r.provisioned(res.resources, back)
			e.Resources = append(back, e.Resources...)
		}
		if err == nil {
			return []Entry{e}
		}
		res.err = err
	}
	if errors.Is(res.cause, ErrShutdown) {
		return r.interrupted(a, res)
	}
	e.Error, e.Failure, e.Stack = errorText(res.err), failureOf(res.err), legible(res.stack, maxStack)
	_, backward := policiesOf(a.step)
	c, after := classify(res.err)
	wait, again := backward.Next(row.Compensation.failures+1, 0, after, jitter)
	if c == classBlocked {
		wait, again, e.Blocked = blockedWait(row.Compensation.Attempts-row.Compensation.failures, after), true, true
	}
	if c := new(Conflict); errors.As(res.err, &c) {
		e.Conflict = c.legible()
	}
	again = again && !e.Failure.hopeless()
	e.Type = EntryCompensationFailed
	if again {
		e.Type, e.Next, e.Conflict, e.Moves = EntryCompensationRetried, due(wait), nil, nil // the next attempt says them again
		return []Entry{e}
	}
	e.LeftBehind = r.e.leaves(r.saga, a.move.Idx)
	return []Entry{e}
}

func due(wait time.Duration) *Time {
	t := At(time.Now().Add(wait))
	return &t
}

// errorText is an error as the ledger keeps it: one line, bounded.
func errorText(err error) string {
	return legible(strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' }), " "), maxError)
}

// provisioned completes what a step said about resources with what is known of them: by the changes that stand before in the
// same entry, else by the store.
func (r *run) provisioned(changes, before []ResourceChange) ([]ResourceChange, error) {
	now := At(time.Now())
	var out []ResourceChange
	for _, c := range changes {
		prior, err := r.resourceAfter(c.Key(), before)
		if err != nil {
			return nil, err
		}
		if prior == nil && c.After == nil {
			continue
		}
		full := ResourceChange{Before: prior}
		if c.After != nil {
			after := *c.After
			after.SpecVersion, after.SagaID, after.CreatedAt, after.UpdatedAt = 1, r.id, now, now
			if prior != nil {
				after.SpecVersion, after.CreatedAt = prior.SpecVersion+1, prior.CreatedAt
			}
			full.After = &after
		}
		out = append(out, full)
	}
	return out, nil
}

// unprovisioned is what takes back a row's changes of resources, as far as no later saga has written them. A resource that
// has moved since, or that the row's own undo has moved, goes back to its former owner under the key that it has now.
func (r *run) unprovisioned(changes []ResourceChange, moves []Moved) ([]ResourceChange, error) {
	var out []ResourceChange
	for _, change := range slices.Backward(changes) {
		back := change.reversed()
		key, err := r.present(back.Key(), moves)
		if err != nil {
			return nil, err
		}
		now, err := r.resource(key)
		if err != nil {
			return nil, err
		}
		if now != nil && now.SagaID != r.id || now == nil && back.After == nil {
			continue // somebody has written it, or withdrawn it, since: nothing of ours is left to take back
		}
		out = append(out, ResourceChange{Before: now, After: back.After.under(key)})
	}
	return out, nil
}

// disowned is what withdraws a row's resources, as far as no later saga has written them: nothing when the row was left for another
// reason than somebody else's change.
func (r *run) disowned(row *Row) ([]ResourceChange, error) {
	if row.Compensation == nil || !row.Compensation.Conflict.theirs() {
		return nil, nil
	}
	var out []ResourceChange
	for _, change := range row.Resources {
		key, err := r.present(change.Key(), nil)
		if err != nil {
			return nil, err
		}
		now, err := r.resource(key)
		if err != nil {
			return nil, err
		}
		if now != nil && now.SagaID == r.id && change.After != nil {
			out = append(out, ResourceChange{Before: now})
		}
	}
	return out, nil
}

// follow moves the resources of what is back under another id, as far as the row has not taken them back already.
func (r *run) follow(back []ResourceChange, moves []Moved) ([]ResourceChange, error) {
	for _, m := range moves {
		now, err := r.resourceAfter(m.From, back)
		if err != nil {
			return nil, err
		}
		if now != nil {
			back = append(back, ResourceChange{Before: now, After: now.under(m.To)})
		}
	}
	return back, nil
}

// present is the key that a resource has now.
func (r *run) present(key string, moves []Moved) (string, error) {
	known, err := r.e.store.Moves(context.Background(), key)
	if err != nil {
		return "", fmt.Errorf("look where %s is now: %w", key, err)
	}
	if to := known[key]; to != "" {
		key = to
	}
	for _, m := range moves {
		if m.From == key {
			key = m.To
		}
	}
	return key, nil
}
