package tui

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/storage/storagetest"
)

// crowd is a backend with any number of sagas that exist only when they are looked at. It counts how many headers it has
// made, so that tests can see that what is not shown is not read.
type crowd struct {
	Backend // what it does not answer itself
	n       int
	at      engine.Status // of all of them; empty: see saga

	mu    sync.Mutex // guards the fields below
	made  int
	lists int
	over  map[int]engine.Summary // those that have changed
}

func newCrowd(tb testing.TB, n int) *crowd {
	tb.Helper()
	e, err := engine.New(storagetest.NewMemory(), engine.Config{})
	if err != nil {
		tb.Fatal(err)
	}
	return &crowd{Backend: e.As(engine.Actor{Name: "ops1", Role: engine.Operator}), n: n, over: map[int]engine.Summary{}}
}

func crowdID(i int) engine.ID {
	return engine.ID(fmt.Sprintf("01930000-%04x-7000-8000-0000%08x", i>>16, uint32(i)))
}

// saga makes header i; 0 is the oldest. Every thousandth has failed and every 7919th is about a needle.
func (c *crowd) saga(i int) engine.Summary {
	c.made++
	if s, ok := c.over[i]; ok {
		return s
	}
	id := crowdID(i)
	at := engine.At(noon.Add(time.Duration(i-c.n) * time.Second))
	s := engine.Summary{
		ID: id, Short: id.Short(), Kind: "snapshot_droplet", Status: engine.Completed, StepNames: []string{"create_droplet_snapshot"},
		CurrentStepIdx: 1, Target: fmt.Sprintf("web-%02d (%d)", i%40, 482000+i), CreatedBy: "ops1", CreatedAt: at, StartedAt: at, FinishedAt: at, UpdatedAt: at, Seq: 4,
	}
	switch {
	case c.at != "":
		s.Status, s.CurrentStepIdx, s.FinishedAt = c.at, 0, engine.Time{}
	case i%1000 == 500:
		s.Status, s.Residue = engine.Failed, 1
	case i%7919 == 7:
		s.Target = "a needle"
	}
	return s
}

func (c *crowd) List(_ context.Context, q engine.Query) (engine.Page, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lists++
	var p engine.Page
	i, step := c.n-1, -1
	if q.Oldest {
		i, step = 0, 1
	}
	if q.From != "" {
		var hi, lo uint32
		if _, err := fmt.Sscanf(string(q.From), "01930000-%04x-7000-8000-0000%08x", &hi, &lo); err != nil {
			return p, err
		}
		i = int(lo) + step
	}
	for ; i >= 0 && i < c.n; i += step {
		if len(q.Statuses) > 0 && !slices.Contains(q.Statuses, c.quick(i)) {
			continue
		}
		if len(p.Items) == q.Limit {
			p.More = true
			break
		}
		p.Items = append(p.Items, c.saga(i))
	}
	return p, nil
}

// quick is the status without making the header, as an index knows it.
func (c *crowd) quick(i int) engine.Status {
	if s, ok := c.over[i]; ok {
		return s.Status
	}
	if c.at != "" {
		return c.at
	}
	if i%1000 == 500 {
		return engine.Failed
	}
	return engine.Completed
}

func (c *crowd) Summaries(_ context.Context, ids ...engine.ID) ([]engine.Summary, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []engine.Summary
	for _, id := range ids {
		var hi, lo uint32
		if _, err := fmt.Sscanf(string(id), "01930000-%04x-7000-8000-0000%08x", &hi, &lo); err == nil && int(lo) < c.n {
			out = append(out, c.saga(int(lo)))
		}
	}
	return out, nil
}

func (c *crowd) Counts(context.Context) (engine.Counts, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at != "" {
		return engine.Counts{Total: c.n, ByStatus: map[engine.Status]int{c.at: c.n}}, nil
	}
	return engine.Counts{Total: c.n, ByStatus: map[engine.Status]int{engine.Completed: c.n - c.n/1000, engine.Failed: c.n / 1000}}, nil
}

func (c *crowd) Saga(_ context.Context, id engine.ID) (*engine.Saga, error) {
	s, err := c.Summaries(context.Background(), id)
	if err != nil || len(s) == 0 {
		return nil, engine.ErrNotFound
	}
	return &engine.Saga{Summary: s[0], Rows: []engine.Row{{Name: "create_droplet_snapshot", Status: engine.RowCompleted, Attempts: 1}}}, nil
}

func (c *crowd) Entries(context.Context, engine.ID, uint64) ([]engine.Entry, error) { return nil, nil }

func (c *crowd) UndoText(*engine.Saga, int) string { return "deletes the snapshot" }
