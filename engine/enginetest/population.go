package enginetest

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"arcadia/engine"
)

// Population is a store's worth of sagas as a team would leave them behind in years: one a minute, snapshots and DNS
// records above all, by twenty operators and a rare one, nine in ten completed, the others rolled back or failed. The same
// number always gives the same saga.
type Population struct {
	From, To   int // the numbers of the sagas, To not included
	Unfinished int // so many of the last ones are cut off in the middle of their first step
}

const (
	populating = 512 // sagas that grow at once
	everyRare  = 20_000
)

// RareOperator has created every 20,000th saga of a population, from 0 on.
const RareOperator = "grace"

var populationBegins = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// MemberCreated is when saga n of a population was created.
func MemberCreated(n int) time.Time { return populationBegins.Add(time.Duration(n) * time.Minute) }

// Member is the id of saga n of a population. No two shorts are equal.
func Member(n int) engine.ID {
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[:8], uint64(MemberCreated(n).UnixMilli())<<16|0x7000)
	binary.BigEndian.PutUint64(u[8:], uint64(0x8000)<<48|uint64(uint32(n)*2654435761))
	return engine.ID(u.String())
}

// Fill makes the sagas, with the entries, and in the appends, that an engine makes. It returns the first error.
func (p Population) Fill(ctx context.Context, store engine.Store) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var all sync.WaitGroup
	var next atomic.Int64
	next.Store(int64(p.From))
	for range min(populating, p.To-p.From) {
		all.Go(func() {
			for n := int(next.Add(1)) - 1; n < p.To && ctx.Err() == nil; n = int(next.Add(1)) - 1 {
				if err := p.member(ctx, store, n); err != nil {
					stop(fmt.Errorf("make saga %d of the population: %w", n, err))
				}
			}
		})
	}
	all.Wait()
	return context.Cause(ctx)
}

// habit is what one step of a population leaves in the ledger.
type habit struct {
	step  string
	saves []map[string]json.RawMessage // each durable before the step ends
	put   map[string]json.RawMessage
	makes *engine.Resource
}

func (p Population) member(ctx context.Context, store engine.Store, n int) error {
	l := &life{ctx: ctx, store: store, at: MemberCreated(n)}
	kind, habits := habitsOf(n)
	names := make([]string, len(habits))
	for i, h := range habits {
		names[i] = h.step
	}
	c := &engine.Created{ID: Member(n), Kind: kind, StepNames: names, Inputs: engine.Inputs{"number": fmt.Sprint(n)}, Target: fmt.Sprintf("host-%d.example.com", n%5000)}
	if n%2 == 0 {
		c.Key = fmt.Sprintf("form-%d", n)
	}
	by := &engine.Actor{Name: fmt.Sprintf("ops%d", n*7%20)}
	if n%everyRare == 0 {
		by.Name = RareOperator
	}
	l.add(engine.Entry{Type: engine.EntryCreated, By: by, Created: c})
	if n >= p.To-p.Unfinished {
		l.add(engine.Entry{Type: engine.EntryStepStarted, Attempt: 1, Undoable: true})
		l.commit()
		return l.err
	}
	end := engine.Completed
	switch n % 100 {
	case 3:
		end = engine.Failed
	case 7, 19, 41, 53, 77, 97:
		end = engine.RolledBack
	}
	for i, h := range habits {
		l.run(i, &h, end != engine.Completed && i == len(habits)-1)
	}
	if end == engine.Completed {
		l.add(engine.Entry{Type: engine.EntrySagaCompleted})
	} else {
		l.back(end)
	}
	l.commit()
	return l.err
}

// habitsOf is what saga n does, step by step.
func habitsOf(n int) (kind string, habits []habit) {
	snapshot := habit{
		step: "create_droplet_snapshot",
		saves: []map[string]json.RawMessage{
			{"snapshot_intent": message(`{"droplet_id":%d,"name":"nightly-%d","marker":"arcadia-%d"}`, 400_000_000+n%5000, n, n)},
			{"snapshot_action": message(`%d`, 2_000_000_000+n)},
		},
		put: map[string]json.RawMessage{
			"snapshot_id": message(`"%d"`, 150_000_000+n), "snapshot_name": message(`"nightly-%d"`, n), "snapshot_size_gb": message(`%d`, 5+n%40),
		},
	}
	record := habit{
		step: "upsert_dns_record",
		saves: []map[string]json.RawMessage{{
			"prior":  message(`[]`),
			"intent": message(`{"outcome":"create","zone":"example.com","name":"host-%d","type":"A","data":"203.0.113.%d","ttl":300}`, n%5000, n%250),
		}},
		put: map[string]json.RawMessage{"outcome": message(`"created"`), "record_id": message(`%d`, 1_700_000_000+n)},
	}
	if n%40 == 0 {
		at := engine.At(MemberCreated(n))
		record.makes = &engine.Resource{
			Type: "dns_record", ExternalID: fmt.Sprint(1_700_000_000 + n), Name: fmt.Sprintf("host-%d.example.com", n%5000),
			Spec: message(`{"type":"A","data":"203.0.113.%d","ttl":300}`, n%250), SpecVersion: 1, SagaID: Member(n), CreatedAt: at, UpdatedAt: at,
		}
	}
	echo := func(i int) habit {
		return habit{step: "echo", put: map[string]json.RawMessage{fmt.Sprintf("echoed_at_step_%d", i): message(`"hello"`)}}
	}
	switch n % 10 {
	case 0, 1, 2, 3, 4:
		return "upsert_dns_record", []habit{record}
	case 5, 6, 7:
		return "snapshot_droplet", []habit{snapshot}
	case 8:
		return "snapshot_then_dns", []habit{snapshot, record}
	}
	return "echo", []habit{echo(0), echo(1), echo(2)}
}

func message(format string, args ...any) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(format, args...))
}

// life is one saga as it grows. The first error ends it.
type life struct {
	ctx   context.Context //nolint:containedctx // a life is one call
	store engine.Store
	at    time.Time
	saga  engine.Saga
	batch engine.Batch
	err   error
}

// add takes the saga one entry further.
func (l *life) add(e engine.Entry) {
	e.V, e.Seq, e.At = 1, l.saga.Seq+1, engine.At(l.at)
	if l.err == nil {
		l.err = l.saga.Apply(&e)
	}
	l.batch.Entries = append(l.batch.Entries, e)
	l.batch.Resources = append(l.batch.Resources, e.Resources...)
	l.at = l.at.Add(700 * time.Millisecond)
}

// commit makes what was added durable.
func (l *life) commit() {
	if l.err != nil {
		return
	}
	l.batch.ID, l.batch.Summary = l.saga.ID, l.saga.Summary
	if l.batch.After == 0 {
		l.batch.Key = l.saga.Key
	}
	l.err = l.store.Append(l.ctx, l.batch)
	l.batch = engine.Batch{After: l.saga.Seq}
}

// run is one step: its start, what it saves, and its end, which is not yet durable.
func (l *life) run(idx int, h *habit, fails bool) {
	l.add(engine.Entry{Type: engine.EntryStepStarted, Idx: idx, Attempt: 1, Undoable: true})
	l.commit()
	for _, put := range h.saves {
		l.add(engine.Entry{Type: engine.EntryStepSaved, Idx: idx, Put: put})
		l.commit()
	}
	if fails {
		l.add(engine.Entry{Type: engine.EntryStepSaved, Idx: idx, Put: map[string]json.RawMessage{"progress": message(`[]`)}})
		l.commit()
		l.add(engine.Entry{Type: engine.EntryStepFailed, Idx: idx, Error: "the provider refused it: 422 unprocessable"})
		return
	}
	e := engine.Entry{Type: engine.EntryStepCompleted, Idx: idx, Put: h.put}
	if h.makes != nil {
		e.Resources = []engine.ResourceChange{{After: h.makes}}
	}
	l.add(e)
}

// back undoes every row from the failed one down; with end failed the first compensation gives up.
func (l *life) back(end engine.Status) {
	from := len(l.saga.Rows) - 1
	l.add(engine.Entry{Type: engine.EntryRollbackStarted, From: &from, Reason: "step_failed:the provider refused it: 422 unprocessable"})
	for idx := from; idx >= 0; idx-- {
		l.add(engine.Entry{Type: engine.EntryCompensating, Idx: idx, Attempt: 1})
		l.commit()
		if end == engine.Failed && idx == from {
			l.add(engine.Entry{Type: engine.EntryCompensationFailed, Idx: idx, Error: "somebody else has changed it"})
			continue
		}
		l.add(engine.Entry{Type: engine.EntryCompensated, Idx: idx, Resources: undone(&l.saga.Rows[idx])})
	}
	last := engine.EntrySagaRolledBack
	if end == engine.Failed {
		last = engine.EntrySagaFailed
	}
	l.add(engine.Entry{Type: last})
}

func undone(row *engine.Row) (changes []engine.ResourceChange) {
	for _, c := range row.Resources {
		changes = append(changes, engine.ResourceChange{Before: c.After, After: c.Before})
	}
	return changes
}
