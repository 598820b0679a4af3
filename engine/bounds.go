package engine

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// Bounds of what is kept, in bytes where nothing else is said. What a person asks for beyond one of them is refused with
// ErrInput; what a step reports beyond one fails the step; what reaches a Store all the same is refused there.
const (
	MaxInputs  = 64 << 10  // names and values of the inputs of one saga
	MaxContext = 4 << 20   // a saga's context as JSON
	MaxOutput  = 896 << 10 // one step's output as JSON
	MaxSpec    = 64 << 10  // the wanted state of one resource as JSON
	MaxLines   = 500       // lines a saga's log keeps
	MaxLine    = 1 << 10   // one line of it
	MaxName    = 1 << 10   // a name: of a kind, a step, an operator, a lock, a resource, a launch's key
	MaxWords   = 500       // an operator's reason
	MaxSteps   = 200       // steps of one saga
	MaxLocks   = 96        // locks that one saga takes
	MaxDoc     = 64 << 10  // the body of one document
	MaxChanges = 128       // locks taken, resources and documents changed in one batch
	MaxBatch   = 1 << 20   // names, texts and messages of one batch, of one freeze, or of the documents changed at once

	maxError  = 2 << 10 // an error's text in the ledger
	maxStack  = 8 << 10 // a panic's stack
	maxTarget = 512     // what lists show beside a saga
	maxDepth  = 1000    // levels of one JSON message
)

// Valid reports whether the text is that of an id: 36 characters, hex digits in lower case.
func (id ID) Valid() bool {
	if len(id) != 36 {
		return false
	}
	for i := range len(id) {
		c := id[i]
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// Fits refuses, with ErrTooLarge or ErrBadValue, a batch that no Store takes: one that does not hang together, with a name or
// a size beyond the bounds, or with what would be read back as something else. Every Store asks it before it looks at
// anything else, so that all of them refuse the same.
func (b *Batch) Fits() error {
	if err := b.whole(); err != nil {
		return fmt.Errorf("append to the ledger of saga %.40q: %w", b.ID, err)
	}
	var m measure
	m.name("key", b.Key)
	for i := range b.Entries {
		b.Entries[i].measure(&m)
	}
	b.Summary.measure(&m)
	for _, names := range [...][]string{b.Locks.Take, b.Locks.Drop} {
		for _, n := range names {
			m.needed("lock", n)
		}
	}
	for _, n := range b.Traces.Leave {
		m.needed("trace", n)
	}
	m.moved(b.Moves)
	m.changes(b.Resources)
	m.docs(b.Docs)
	if m.err == nil && m.size > MaxBatch {
		m.err = fmt.Errorf("batch of %d bytes: %w: at most %d", m.size, ErrTooLarge, MaxBatch)
	}
	if m.err != nil {
		return fmt.Errorf("append to the ledger of saga %s: %w", b.ID.Short(), m.err)
	}
	return nil
}

// whole refuses a batch whose parts do not hang together.
func (b *Batch) whole() error {
	switch n := uint64(len(b.Entries)); {
	case !b.ID.Valid():
		return fmt.Errorf("%w: it is not the text of a saga id", ErrBadValue)
	case n == 0:
		return fmt.Errorf("%w: no entries in the batch", ErrBadValue)
	case b.After+n < b.After:
		return fmt.Errorf("%w: entry %d has none after it", ErrBadValue, b.After)
	case b.Summary.ID != b.ID || b.Summary.Short != b.ID.Short() || b.Summary.Seq != b.After+n || !b.Summary.Status.Valid():
		return fmt.Errorf("%w: the header does not belong to the entries", ErrBadValue)
	case len(b.Summary.StepNames) > MaxSteps:
		return fmt.Errorf("%d steps: %w: at most %d", len(b.Summary.StepNames), ErrTooLarge, MaxSteps)
	case len(b.Locks.Take) > MaxLocks:
		return fmt.Errorf("%d locks: %w: at most %d", len(b.Locks.Take), ErrTooLarge, MaxLocks)
	case len(b.Locks.Take)+len(b.Resources)+len(b.Docs) > MaxChanges:
		return fmt.Errorf("%d locks, resources and documents: %w: at most %d", len(b.Locks.Take)+len(b.Resources)+len(b.Docs), ErrTooLarge, MaxChanges)
	}
	for i := range b.Entries {
		if b.Entries[i].Seq != b.After+uint64(i)+1 {
			return fmt.Errorf("%w: entry %d follows %d", ErrBadValue, b.Entries[i].Seq, b.After+uint64(i))
		}
	}
	return nil
}

// Fits refuses a freeze that no Store takes, as Batch.Fits does.
func (f *Freeze) Fits() error {
	var m measure
	m.time("at", f.At)
	m.actor(f.By)
	m.text("why", f.Why)
	m.time("ended_at", f.EndedAt)
	m.actor(f.EndedBy)
	m.text("ended_why", f.EndedWhy)
	if m.err == nil && m.size > MaxBatch {
		m.err = fmt.Errorf("%d bytes: %w: at most %d", m.size, ErrTooLarge, MaxBatch)
	}
	if m.err != nil {
		return fmt.Errorf("record freeze %d: %w", f.N, m.err)
	}
	return nil
}

// DocsFit refuses changes of documents that no Store takes, as Batch.Fits does: among them two of one document.
func DocsFit(changes []DocChange) error {
	var m measure
	m.docs(changes)
	switch {
	case m.err != nil:
	case len(changes) > MaxChanges:
		m.err = fmt.Errorf("%d documents: %w: at most %d", len(changes), ErrTooLarge, MaxChanges)
	case m.size > MaxBatch:
		m.err = fmt.Errorf("%d bytes: %w: at most %d", m.size, ErrTooLarge, MaxBatch)
	}
	if m.err != nil {
		return fmt.Errorf("change documents: %w", m.err)
	}
	return nil
}

// measure adds up what is to be stored and keeps the first reason against it.
type measure struct {
	size int
	err  error
}

func (m *measure) bad(what string, err error, why string) {
	if m.err == nil {
		m.err = fmt.Errorf("%s: %w: %s", what, err, why)
	}
}

// text is anything that is read by people.
func (m *measure) text(what, s string) {
	m.size += len(s)
	if !utf8.ValidString(s) {
		m.bad(what, ErrBadValue, "not UTF-8")
	}
}

func (m *measure) texts(what string, all []string) {
	for _, s := range all {
		m.text(what, s)
	}
}

// name is anything that becomes a key somewhere. It may be empty.
func (m *measure) name(what, s string) {
	m.text(what, s)
	if len(s) > MaxName {
		m.bad(what, ErrTooLarge, fmt.Sprintf("%d bytes, at most %d", len(s), MaxName))
	}
	if strings.IndexByte(s, 0) >= 0 {
		m.bad(what, ErrBadValue, "a zero byte in it")
	}
}

// needed is a name that may not be empty.
func (m *measure) needed(what, s string) {
	m.name(what, s)
	if s == "" {
		m.bad(what, ErrBadValue, "empty")
	}
}

func (m *measure) time(what string, t Time) {
	if y := t.UTC().Year(); y < 1 || y > 9999 {
		m.bad(what, ErrBadValue, fmt.Sprintf("a time of the year %d", y))
	}
}

func (m *measure) actor(a *Actor) {
	if a != nil {
		m.name("operator", a.Name)
		m.text("operator's key", a.Key)
		m.text("operator's address", a.From)
	}
}

// message is JSON; none at all is its null.
func (m *measure) message(what string, raw json.RawMessage) {
	m.size += len(raw)
	switch {
	case raw == nil, plain(raw):
	case !json.Valid(raw):
		m.bad(what, ErrBadValue, "not JSON")
	case !utf8.Valid(raw):
		m.bad(what, ErrBadValue, "not UTF-8")
	case depth(raw) > maxDepth:
		m.bad(what, ErrTooLarge, fmt.Sprintf("nested more than %d deep", maxDepth))
	}
}

// depth is how deep valid JSON is nested.
func depth(raw []byte) int {
	deepest, level, quoted := 0, 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			level++
			deepest = max(deepest, level)
		case c == '}' || c == ']':
			level--
		}
	}
	return deepest
}

// usd refuses an amount that no JSON holds.
func (m *measure) usd(what string, amount float64) {
	if math.IsNaN(amount) || math.IsInf(amount, 0) {
		m.bad(what, ErrBadValue, "not a number")
	}
}

func (m *measure) moved(all []Moved) {
	for _, v := range all {
		m.needed("resource that has moved", v.From)
		m.needed("resource that has moved", v.To)
	}
}

func (m *measure) changes(all []ResourceChange) {
	for _, c := range all {
		if c.Before == nil && c.After == nil {
			m.bad("resource change", ErrBadValue, "no resource in it")
		}
		m.resource(c.Before)
		m.resource(c.After)
	}
}

func (m *measure) docs(all []DocChange) {
	for i, c := range all {
		m.needed("collection", c.Collection)
		m.needed("document", c.Name)
		m.message("document", c.Body)
		m.actor(&c.By)
		m.time("time of the document", c.UpdatedAt)
		if len(c.Body) > MaxDoc {
			m.bad("document "+c.Name, ErrTooLarge, fmt.Sprintf("%d bytes, at most %d", len(c.Body), MaxDoc))
		}
		if c.IfVersion+1 == 0 {
			m.bad("document "+c.Name, ErrBadValue, "no version follows this one")
		}
		for _, other := range all[:min(i, MaxChanges)] {
			if other.Collection == c.Collection && other.Name == c.Name {
				m.bad("document "+c.Name, ErrBadValue, "changed twice at once")
			}
		}
	}
}

func (m *measure) resource(r *Resource) {
	if r == nil {
		return
	}
	m.name("resource", r.Key())
	m.text("resource's name", r.Name)
	m.message("resource's spec", r.Spec)
	m.time("resource's time", r.CreatedAt)
	m.time("resource's time", r.UpdatedAt)
	if r.SagaID != "" && !r.SagaID.Valid() {
		m.bad("resource's saga", ErrBadValue, "not the text of a saga id")
	}
}

func (e *Entry) measure(m *measure) {
	m.time("at", e.At)
	m.name("type", string(e.Type))
	m.actor(e.By)
	m.text("why", e.Why)
	m.text("reason", e.Reason)
	m.text("error", e.Error)
	if f := e.Failure; f != nil {
		m.texts("failure", []string{string(f.Class), f.RequestID})
	}
	m.text("stack", e.Stack)
	if c := e.Conflict; c != nil {
		m.texts("conflict", []string{c.Subject, c.Prior, c.Written, c.Live, c.Why})
	}
	if e.Next != nil {
		m.time("next attempt", *e.Next)
		if e.Next.IsZero() {
			m.bad("next attempt", ErrBadValue, "a time that is none")
		}
	}
	m.text("final", e.Final)
	m.text("passed", e.Passed)
	if e.Made != nil {
		m.text("what it made", e.Made.Text)
		m.usd("cost of what it made", e.Made.MonthlyUSD)
	}
	m.waits(e.Waiting)
	m.text("on", e.On)
	m.text("text", e.Text)
	m.texts("left", e.Left)
	for _, l := range e.LeftBehind {
		m.texts("left behind", []string{l.Type, l.ID, l.Name})
		m.time("left behind since", l.Since)
		m.usd("left behind at a cost", l.MonthlyUSD)
	}
	for _, t := range e.Touched {
		m.texts("touched", []string{t.Name, t.Part})
	}
	m.moved(e.Moves)
	m.asked(e.Approval)
	m.text("hash", string(e.Hash))
	for k, v := range e.Put {
		m.text("name of a value", k)
		m.message("value", v)
	}
	m.changes(e.Resources)
	if c := e.Created; c != nil {
		m.name("kind", c.Kind)
		m.texts("step", c.StepNames)
		for k, v := range c.Inputs {
			m.text("name of an input", k)
			m.text("input", v)
		}
		for name, src := range c.From {
			m.texts("source of an input", []string{name, src.Key})
		}
		m.text("id", string(c.ID))
		m.text("target", c.Target)
		m.text("was", c.Was)
		m.text("value", c.Value)
		for _, usd := range c.Monthly {
			m.usd("cost", usd)
		}
		m.name("key", c.Key)
		m.text("on failure", string(c.OnFailure))
		m.texts("lock", c.Locks)
		m.text("plan", string(c.Plan))
		m.texts("lifted", c.Lifted)
		m.agreed(c.Agreed)
	}
}

func (m *measure) waits(all []Waiting) {
	for _, w := range all {
		m.texts("waiting", []string{string(w.For), string(w.Because), w.Saga, w.Step, w.By, w.Text})
		m.time("waiting until", w.Until)
	}
}

func (s *Summary) measure(m *measure) {
	m.name("kind", s.Kind)
	m.texts("step", s.StepNames)
	if e := s.Error; e != nil {
		m.texts("error", []string{e.Reason, e.By, e.Why})
	}
	m.text("target", s.Target)
	m.text("was", s.Was)
	m.text("value", s.Value)
	m.usd("cost", s.MonthlyUSD)
	m.text("what it made", s.Made)
	m.name("operator", s.CreatedBy)
	for _, t := range [...]Time{s.CreatedAt, s.StartedAt, s.FinishedAt, s.UpdatedAt} {
		m.time("time", t)
	}
	m.waits(s.Waiting)
	m.text("passed", s.Passed)
	m.approval(s.Approval)
	m.name("operator", s.Glass)
}
