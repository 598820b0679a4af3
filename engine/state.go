package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"sync"
)

// State is what a running step sees of its saga and how it records what it does. It is valid until the step returns; a
// step that is still running after the engine gave it up gets ErrStopped from Save and Log, so that it writes no more.
// All methods are safe for concurrent use.
type State struct {
	id      ID
	idx     int
	attempt int
	asked   bool
	inputs  Inputs

	overrules *Conflict // what an operator has overruled; see MayOverwrite
	elsewhere bool      // the store was copied since the saga was created

	of attendant // the attempt; nil for a state that is only for looking

	mu        sync.Mutex // guards the fields below; held during record, so that saves of one step stay in order
	context   map[string]json.RawMessage
	output    map[string]json.RawMessage
	put       map[string]json.RawMessage // not yet durable
	resources []ResourceChange
	moves     []Moved
	err       error // the first Put that could not be kept
	saved     EntryType
	idling    bool // a wait lasts: nothing is saved
	passed    string
	made      *Made
	goOn      bool // an operator has said so since the last failure
	over      bool

	waits sync.Mutex    // guards the fields below; a leaf, since a verb tells a step of them while the step may be in record
	until Time          // what somebody has moved the row's wait to; zero: nobody has
	ended bool          // somebody has ended it
	told  chan struct{} // holds one nudge: the row's wait was ended or moved; nil until it is waited for
}

// attendant is what a State needs of the engine.
type attendant interface {
	// record makes an entry of the step's row durable, with lines for the saga's log.
	record(ctx context.Context, t EntryType, put map[string]json.RawMessage, lines []string) error
	// idle is State.Idle, with the wait as it is recorded.
	idle(ctx context.Context, w *Waiting, f func(context.Context) error) error
	heard()
	show(text string)
}

// newState is what a row's attempt sees: copies, so that the step shares nothing with the engine.
func newState(saga *Saga, row *Row, attempt int, saved EntryType, of attendant) *State {
	var overrules *Conflict
	if row.Compensation != nil {
		overrules = row.Compensation.over
	}
	in, _ := saga.inputsOf(row.Idx) // no step starts with one that is missing: see Saga.accepted
	return &State{
		id: saga.ID, idx: row.Idx, attempt: attempt, overrules: overrules, inputs: in,
		asked: saga.Error != nil && saga.Error.By != "" || row.Compensation != nil && row.Compensation.asked,
		of:    of, saved: saved, goOn: row.goOn, context: maps.Clone(saga.Context), output: maps.Clone(row.Output),
		until: row.until, ended: row.ended,
	}
}

// Saga is the id of the saga that the step belongs to.
func (s *State) Saga() ID { return s.id }

// Idx is the step's place in the saga, from 0.
func (s *State) Idx() int { return s.idx }

// Attempt is the number of this attempt, from 1. Anything above 1 means: an earlier one may have left something.
func (s *State) Attempt() int { return s.attempt }

// Asked reports whether a person has asked for what a compensation does: by a cancel, a rollback, or a retry of this row.
// Otherwise it follows from the failure of a step.
func (s *State) Asked() bool { return s.asked }

// MayOverwrite reports whether an operator has overruled a conflict in which just this was found, so that a compensation may
// write over it. Anything else that is there now is a conflict of its own.
func (s *State) MayOverwrite(subject, live string) bool {
	return s.overrules != nil && s.overrules.Subject == legible(subject, MaxLine) && s.overrules.Live == legible(live, maxError)
}

// ToldToGoOn reports whether an operator has said, by a retry, that the step shall go on since it last failed or waited for a
// decision: what made it ask is known.
func (s *State) ToldToGoOn() bool { return s.goOn }

// MayHaveRun reports whether an attempt of this step may have left something of which nothing was saved: an earlier one, or one
// in the store that this one is a copy of. Then a step looks for what is its own before its first write, whatever was saved.
func (s *State) MayHaveRun() bool { return s.attempt > 1 || s.elsewhere }

// Inputs are the inputs as this step sees them: its own values first, then the saga-wide ones.
func (s *State) Inputs() Inputs { return s.inputs }

// Input is one of Inputs, empty when it was not given.
func (s *State) Input(name string) string { return s.inputs[name] }

// Saved decodes what this step has put under key, in this attempt or in an earlier one, into v. It reports whether it was there.
func (s *State) Saved(key string, v any) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return decode(s.output, key, v)
}

// Lookup is like Saved and falls back to what any step of the saga has put under key last.
func (s *State) Lookup(key string, v any) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ok, err := decode(s.output, key, v); ok || err != nil {
		return ok, err
	}
	return decode(s.context, key, v)
}

func decode(m map[string]json.RawMessage, key string, v any) (bool, error) {
	raw, ok := m[key]
	if !ok {
		return false, nil
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return false, fmt.Errorf("read %q from the saga's context: %w", key, err)
	}
	return true, nil
}

// Put adds a value, as JSON, to the step's output and to the saga's context. It becomes durable with the next Save, or
// when the step completes. A value that cannot be encoded, or one too many, fails the step with an error that says so.
func (s *State) Put(key string, value any) {
	raw, err := json.Marshal(value)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		var m measure
		m.needed("name", key)
		m.message("value", raw)
		err = m.err
	}
	if err != nil {
		s.fail(fmt.Errorf("put %.60q: %w", key, err))
		return
	}
	if n := grown(s.output, key, raw); n > MaxOutput {
		s.fail(fmt.Errorf("put %q: output of %d bytes: %w: at most %d", key, n, ErrTooLarge, MaxOutput))
		return
	}
	if n := grown(s.context, key, raw); n > MaxContext {
		s.fail(fmt.Errorf("put %q: context of %d bytes: %w: at most %d", key, n, ErrTooLarge, MaxContext))
		return
	}
	if s.put == nil {
		s.put = map[string]json.RawMessage{}
	}
	s.put[key], s.output[key], s.context[key] = raw, raw, raw
}

func (s *State) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// grown is how many bytes m has as JSON once key holds value.
func grown(m map[string]json.RawMessage, key string, value json.RawMessage) int {
	const around = len(`"":,`)
	n := len(key) + len(value) + around
	for k, v := range m {
		if k != key {
			n += len(k) + len(v) + around
		}
	}
	return n
}

// Save makes everything put so far durable now, with the given lines for the saga's log in the same commit. A step calls
// it before an external write, with all that undoing the write will need, and again as soon as it learns an id it must
// not lose. A step that has saved is dirty: it is compensated even if it fails. When Save returns an error the step must
// not write.
func (s *State) Save(ctx context.Context, lines ...string) error {
	return s.keep(ctx, s.saved, lines)
}

// Log writes a line to the saga's log, durable when it returns. It does not make the step dirty.
func (s *State) Log(ctx context.Context, line string) error {
	return s.keep(ctx, EntryLogged, []string{line})
}

func (s *State) keep(ctx context.Context, t EntryType, lines []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return fmt.Errorf("save for step %d of saga %s: the attempt was given up: %w", s.idx, s.id.Short(), ErrStopped)
	}
	if s.err != nil {
		return s.err
	}
	if s.idling && t != EntryLogged {
		return fmt.Errorf("save for step %d of saga %s: it waits: save before or after", s.idx, s.id.Short())
	}
	put := s.put
	if t == EntryLogged {
		put = nil
	}
	if err := s.of.record(ctx, t, put, lines); err != nil {
		return err
	}
	if t != EntryLogged {
		s.put = nil
	}
	return nil
}

// Provision records that the saga now wants this resource in this state; it becomes durable when the step completes, or its
// compensation. Compensation takes every resource back to what it was before; what Compensate itself provisions comes on
// top of that (a thing that came back under another id). Only Type, ExternalID, Name and Spec are read.
//
// One that cannot be kept fails the step with an error that says so.
func (s *State) Provision(r Resource) { s.change(ResourceChange{After: &r}) }

// Withdraw records that a resource is gone and no longer wanted; it becomes durable when the step completes.
func (s *State) Withdraw(resourceType, externalID string) {
	s.change(ResourceChange{Before: &Resource{Type: resourceType, ExternalID: externalID}})
}

func (s *State) change(c ResourceChange) {
	var m measure
	m.changes([]ResourceChange{c})
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case m.err != nil:
		s.fail(fmt.Errorf("record a resource: %w", m.err))
	case m.size > MaxSpec:
		s.fail(fmt.Errorf("record resource %s: %d bytes: %w: at most %d", c.Key(), m.size, ErrTooLarge, MaxSpec))
	case len(s.resources) >= MaxChanges-MaxLocks:
		s.fail(fmt.Errorf("record resource %s: %w: one step changes at most %d", c.Key(), ErrTooLarge, MaxChanges-MaxLocks))
	default:
		s.resources = append(s.resources, c)
	}
}

// Moved records that an undo has put back under a new id what had the old one: it becomes durable when the compensation ends,
// well or not. Whoever accounted for it before tracks it again, under the new id, and every later undo finds it
// there.
func (s *State) Moved(resourceType, from, to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moves = append(s.moves, Moved{From: resourceType + "/" + from, To: resourceType + "/" + to})
}

// close ends the attempt: nothing it still does is recorded. It returns what was put and not saved.
func (s *State) close() (res result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	return result{put: s.put, resources: s.resources, moves: s.moves, passed: s.passed, made: s.made, err: s.err}
}

// preview is a State that records nothing, for what a row would do: the inputs as the row sees them
// and the row's output.
func (s *Saga) preview(idx int) *State {
	in, _ := s.inputsOf(idx)
	st := &State{id: s.ID, idx: idx, inputs: in, context: maps.Clone(s.Context), over: true}
	if idx < len(s.Rows) {
		st.output, st.attempt = maps.Clone(s.Rows[idx].Output), s.Rows[idx].Attempts
	}
	return st
}
