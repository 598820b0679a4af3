package crashtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"arcadia/engine"
)

// acks holds every entry and every freeze whose durability an engine was told, as JSON. It outlives the processes.
type acks struct {
	mu      sync.Mutex // guards the fields below
	entries map[engine.ID][]string
	freezes map[uint64]string
}

func newAcks() *acks { return &acks{entries: map[engine.ID][]string{}, freezes: map[uint64]string{}} }

// frozen keeps an acknowledged freeze, or its end.
func (a *acks) frozen(f engine.Freeze) error {
	raw, err := json.Marshal(f)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.freezes[f.N] = string(raw)
	return nil
}

// note keeps the entries of an acknowledged batch.
func (a *acks) note(b engine.Batch) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range b.Entries {
		raw, err := json.Marshal(b.Entries[i])
		if err != nil {
			return err
		}
		a.keep(b.ID, int(b.Entries[i].Seq), string(raw))
	}
	return nil
}

func (a *acks) keep(id engine.ID, seq int, raw string) {
	for len(a.entries[id]) < seq {
		a.entries[id] = append(a.entries[id], "")
	}
	a.entries[id][seq-1] = raw
}

// missing says which acknowledged entries are not in the store as they were.
func (a *acks) missing(ctx context.Context, store engine.Store) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := a.thawed(ctx, store)
	for id, want := range a.entries {
		have, err := store.Entries(ctx, id, 0)
		if err != nil && !errors.Is(err, engine.ErrNotFound) {
			return append(out, fmt.Sprintf("read saga %s: %v", id.Short(), err))
		}
		for i, w := range want {
			if w == "" {
				continue // was in flight when a process died
			}
			if i >= len(have) {
				out = append(out, fmt.Sprintf("acknowledged entry %d of saga %s is lost", i+1, id.Short()))
				continue
			}
			if raw, err := json.Marshal(have[i]); err != nil || string(raw) != w {
				out = append(out, fmt.Sprintf("acknowledged entry %d of saga %s is stored as %s, was %s", i+1, id.Short(), raw, w))
			}
		}
	}
	return out
}

// thawed says which acknowledged freezes are not in the store as they were. Call with mu held.
func (a *acks) thawed(ctx context.Context, store engine.Store) (out []string) {
	all, err := store.Freezes(ctx, 0)
	if err != nil {
		return []string{"read the freezes: " + err.Error()}
	}
	have := map[uint64]engine.Freeze{}
	for _, f := range all {
		have[f.N] = f
	}
	for n, want := range a.freezes {
		f := have[n]
		raw, err := json.Marshal(f)
		if ended := strings.Contains(want, `"ended_at":null`) && !f.EndedAt.IsZero(); err != nil || string(raw) != want && !ended {
			out = append(out, fmt.Sprintf("acknowledged freeze %d is stored as %s, was %s", n, raw, want))
		}
	}
	return out
}

// watched is a store with points before and after each write, which tells what was acknowledged.
type watched struct {
	engine.Store
	life   *life
	noted  func(engine.Batch) error
	frozen func(engine.Freeze) error
}

// ledger puts points before and after each write of a store, and notes what was acknowledged.
func ledger(inner engine.Store, l *life, noted func(engine.Batch) error, frozen func(engine.Freeze) error) engine.Store {
	return &watched{Store: inner, life: l, noted: noted, frozen: frozen}
}

// Append is a point, the append, and a point.
func (w *watched) Append(ctx context.Context, b engine.Batch) error {
	what := fmt.Sprintf("%d %s", b.After+1, b.Entries[0].Type)
	if err := w.around(what, func() error { return w.Store.Append(ctx, b) }); err != nil {
		return err
	}
	return w.noted(b)
}

// PutFreeze likewise.
func (w *watched) PutFreeze(ctx context.Context, f engine.Freeze) error {
	what := fmt.Sprintf("freeze %d", f.N)
	if err := w.around(what, func() error { return w.Store.PutFreeze(ctx, f) }); err != nil || w.frozen == nil {
		return err
	}
	return w.frozen(f)
}

func (w *watched) around(what string, do func() error) error {
	if err := w.life.pass("before append " + what); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return w.life.pass("after append " + what)
}
