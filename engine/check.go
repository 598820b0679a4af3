package engine

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"reflect"
	"slices"
)

// Violation is one broken invariant.
type Violation struct {
	Invariant string `json:"invariant"` // I1 to I13
	Saga      ID     `json:"saga_id,omitempty"`
	Text      string `json:"text"`
}

// String is one line for a person.
func (v Violation) String() string {
	if v.Saga == "" {
		return v.Invariant + ": " + v.Text
	}
	return fmt.Sprintf("%s: saga %s: %s", v.Invariant, v.Saga.Short(), v.Text)
}

// Check reads the whole store and reports every violation of the invariants:
//
//	I1  entries of a saga are numbered 1..n without a gap; the stored header equals their fold
//	I2  rows exist for 0..k without a gap; at most one row is running or compensating
//	I3  current_step_idx equals the number of completed rows while going forward
//	I4  no row starts after a cancel was recorded
//	I5  compensation starts are strictly descending by idx within one rollback
//	I6  rolled_back: no row that can be undone is completed, running, compensating or compensation_failed
//	I7  completed: every step has a completed row
//	I8  failed: the residue is not empty
//	I9  inputs never differ from those of the first entry
//	I10 every lock belongs to a saga that may hold it; no saga stands twice in one queue
//	I12 no compensation starts after a row has passed the point of no return
//	I13 a saga stands under the names that it has touched from its end until it is rolled back, and under no others
//	I14 no step starts while people are asked about it, and nothing is granted that not enough have approved
//	I11 every resource's saga exists, and its spec_version never goes down but by that saga's own compensation
//
// It reads sagas one by one, so its memory does not grow with the store. On a store that is being written it may report
// what was true for an instant only; run it on a store at rest, or on a backup.
func Check(ctx context.Context, store Ledgers) ([]Violation, error) {
	c := &checker{store: store, counts: map[Status]int{}, tickets: map[ID]*Saga{}}
	q := Query{Oldest: true, Limit: 500}
	for {
		p, err := store.List(ctx, q)
		if err != nil {
			return c.found, fmt.Errorf("check: list sagas: %w", err)
		}
		for i := range p.Items {
			if err := c.saga(ctx, &p.Items[i]); err != nil {
				return c.found, err
			}
		}
		if !p.More {
			break
		}
		q.From = p.Items[len(p.Items)-1].ID
	}
	if err := c.whole(ctx); err != nil {
		return c.found, err
	}
	return c.found, nil
}

// Ledgers is what Check reads: a store, or one as it was at a moment. Its methods are those of Store.
type Ledgers interface {
	List(ctx context.Context, q Query) (Page, error)
	Entries(ctx context.Context, id ID, after uint64) ([]Entry, error)
	Summaries(ctx context.Context, ids ...ID) ([]Summary, error)
	Counts(ctx context.Context) (Counts, error)
	Locks(ctx context.Context) ([]Lock, error)
	Resources(ctx context.Context, keys ...string) ([]Resource, error)
	Traces(ctx context.Context, names ...string) ([]Trace, error)
}

type checker struct {
	store   Ledgers
	found   []Violation
	counts  map[Status]int
	total   int
	tickets map[ID]*Saga // sagas with a place in the lock queues
	traces  uint64       // the sum of what stands under every name, each as traceSum
}

func (c *checker) add(invariant string, id ID, format string, args ...any) {
	c.found = append(c.found, Violation{Invariant: invariant, Saga: id, Text: fmt.Sprintf(format, args...)})
}

func (c *checker) saga(ctx context.Context, header *Summary) error {
	c.total++
	c.counts[header.Status]++
	entries, err := c.store.Entries(ctx, header.ID, 0)
	if err != nil {
		return fmt.Errorf("check saga %s: %w", header.Short, err)
	}
	s := &Saga{}
	walk := transitions{c: c, id: header.ID}
	for i := range entries {
		if err := s.Apply(&entries[i]); err != nil {
			c.add("I1", header.ID, "%v", err)
			return nil
		}
		walk.step(&entries[i])
	}
	if !reflect.DeepEqual(normal(s.Summary), normal(*header)) {
		c.add("I1", header.ID, "the stored header differs from the fold of its entries: %+v, want %+v", *header, s.Summary)
	}
	c.rows(s)
	if s.Ticket != 0 {
		c.tickets[s.ID] = s
	}
	for _, name := range s.Standing() {
		c.traces += traceSum(Trace{Name: name, Saga: s.ID})
	}
	return nil
}

// normal evens out what JSON does not keep apart.
func normal(s Summary) Summary {
	if len(s.StepNames) == 0 {
		s.StepNames = nil
	}
	return s
}

func (c *checker) rows(s *Saga) {
	busy, done := 0, 0
	for i := range s.Rows {
		r := &s.Rows[i]
		if r.Idx != i {
			c.add("I2", s.ID, "row %d stands at place %d", r.Idx, i)
		}
		switch r.Status {
		case RowRunning, RowCompensating:
			busy++
		case RowCompleted:
			done++
		case RowFailed, RowCompensated, RowCompensationFailed, RowResolved:
		}
		if s.Status == RolledBack && r.toUndo() && r.Status != RowCompensated && r.Status != RowResolved {
			c.add("I6", s.ID, "it is rolled back and row %d is %s", i, r.Status)
		}
	}
	if busy > 1 {
		c.add("I2", s.ID, "%d rows are under way at once", busy)
	}
	if (s.Status == Running || s.Status == Pending || s.Status == Completed) && s.CurrentStepIdx != done {
		c.add("I3", s.ID, "current_step_idx is %d and %d rows are completed", s.CurrentStepIdx, done)
	}
	if s.Status == Completed && done != len(s.StepNames) {
		c.add("I7", s.ID, "it is completed with %d of %d steps", done, len(s.StepNames))
	}
	if s.Status == Failed && s.Residue == 0 {
		c.add("I8", s.ID, "it is failed and nothing is left behind")
	}
	if s.Status.Terminal() && busy > 0 {
		c.add("I2", s.ID, "it is %s and a row is under way", s.Status)
	}
}

// transitions checks what only the order of the entries shows.
type transitions struct {
	c        *checker
	id       ID
	canceled bool
	last     int // idx of the last compensation start in this rollback, -1 for none
	within   bool
	passed   bool
	asked    *Approval // as the entries say, counted on its own
	launcher Actor
}

func (t *transitions) step(e *Entry) {
	if e.Passed != "" {
		t.passed, t.canceled = true, false // the cancel came too late
	}
	t.approval(e)
	switch e.Type {
	case EntryCancelRequested:
		t.canceled = true
	case EntryStepStarted:
		if t.asked != nil {
			t.c.add("I14", t.id, "entry %d starts row %d, about which people are asked", e.Seq, e.Idx)
		}
		if t.canceled {
			t.c.add("I4", t.id, "entry %d starts row %d after the cancel was recorded", e.Seq, e.Idx)
		}
	case EntryRollbackStarted, EntryRetryRequested:
		t.within = false
	case EntryCompensating:
		if t.passed {
			t.c.add("I12", t.id, "entry %d starts the compensation of row %d after the point of no return", e.Seq, e.Idx)
		}
		if t.within && (e.Idx > t.last || (e.Idx == t.last && e.Attempt < 2)) {
			t.c.add("I5", t.id, "entry %d starts the compensation of row %d after row %d", e.Seq, e.Idx, t.last)
		}
		t.last, t.within = e.Idx, true
	default:
	}
	if e.Created != nil && e.Seq != 1 {
		t.c.add("I9", t.id, "entry %d creates the saga again", e.Seq)
	}
	for _, ch := range e.Resources {
		if e.Type != EntryStepCompleted || ch.After == nil {
			continue
		}
		want := 1
		if ch.Before != nil {
			want = ch.Before.SpecVersion + 1
		}
		if ch.After.SpecVersion != want {
			t.c.add("I11", t.id, "entry %d takes resource %s to version %d, want %d", e.Seq, ch.Key(), ch.After.SpecVersion, want)
		}
	}
}

// approval checks that what is granted was approved by enough people.
func (t *transitions) approval(e *Entry) {
	switch e.Type {
	case EntryCreated:
		t.launcher = *e.By.orNobody()
	case EntryApprovalRequested:
		if e.Approval != nil {
			t.asked = &Approval{Demand: e.Approval.Demand}
		}
	case EntryApproved:
		if t.asked != nil && e.By != nil {
			t.asked.Votes = append(t.asked.Votes, Vote{Actor: *e.By})
		}
	case EntryGlassBroken:
		if t.asked != nil && e.Next != nil {
			t.asked.Glass = &Glass{Until: *e.Next}
		}
	case EntryApprovalGranted:
		if t.asked == nil {
			return
		}
		names, keys := map[string]bool{t.launcher.Name: true}, map[string]bool{t.launcher.Key: true, "": true}
		n := 0
		for _, v := range t.asked.Votes {
			if !names[v.Name] && !keys[v.Key] && (len(t.asked.From) == 0 || slices.Contains(t.asked.From, v.Name)) {
				n++
			}
			names[v.Name], keys[v.Key] = true, true
		}
		if broken := t.asked.Glass != nil && !e.At.Before(t.asked.Glass.Until.Time); n < t.asked.Need && !broken {
			t.c.add("I14", t.id, "entry %d grants what %d of %d have approved", e.Seq, n, t.asked.Need)
		}
		t.asked = nil
	default:
	}
}

// whole checks what holds between sagas.
func (c *checker) whole(ctx context.Context) error {
	locks, err := c.store.Locks(ctx)
	if err != nil {
		return fmt.Errorf("check the locks: %w", err)
	}
	standing := map[ID]int{}
	for i, l := range locks {
		if i > 0 && locks[i-1].Name == l.Name && (locks[i-1].Ticket == l.Ticket || locks[i-1].Saga == l.Saga) {
			c.add("I10", l.Saga, "two places in the queue of %s are one", l.Name)
		}
		s := c.tickets[l.Saga]
		if s == nil || s.Ticket != l.Ticket || !slices.Contains(s.Locks, l.Name) {
			c.add("I10", l.Saga, "it stands in the queue of %s and may not", l.Name)
			continue
		}
		standing[l.Saga]++
	}
	for id, s := range c.tickets {
		if standing[id] != len(s.Locks) {
			c.add("I10", id, "it stands in %d of its %d queues", standing[id], len(s.Locks))
		}
	}
	counts, err := c.store.Counts(ctx)
	if err != nil {
		return fmt.Errorf("check the counters: %w", err)
	}
	if counts.Total != c.total {
		c.add("I1", "", "the kept counter says %d sagas, there are %d", counts.Total, c.total)
	}
	for _, st := range Statuses() {
		if counts.ByStatus[st] != c.counts[st] {
			c.add("I1", "", "the kept counter says %d sagas are %s, there are %d", counts.ByStatus[st], st, c.counts[st])
		}
	}
	traces, err := c.store.Traces(ctx)
	if err != nil {
		return fmt.Errorf("check the traces: %w", err)
	}
	for _, t := range traces {
		c.traces -= traceSum(t)
	}
	if c.traces != 0 {
		c.add("I13", "", "the %d names under which sagas stand are not those that their ledgers say", len(traces))
	}
	return c.resources(ctx)
}

// traceSum is a number for one trace: two sets of traces with one sum are equal, but for an accident.
func traceSum(t Trace) uint64 {
	h := fnv.New64a()
	_, _ = io.WriteString(h, t.Name+"\x00"+string(t.Saga)) // a hash takes everything
	return h.Sum64()
}

func (c *checker) resources(ctx context.Context) error {
	all, err := c.store.Resources(ctx)
	if err != nil {
		return fmt.Errorf("check the resources: %w", err)
	}
	for _, r := range all {
		found, err := c.store.Summaries(ctx, r.SagaID)
		if err != nil {
			return fmt.Errorf("check the resources: %w", err)
		}
		if len(found) == 0 {
			c.add("I11", r.SagaID, "resource %s points at it, and it does not exist", r.Key())
		}
	}
	return nil
}
