package crashtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"arcadia/engine"
	"arcadia/engine/enginetest"
)

// acks holds every entry whose durability an engine was told, as JSON. It outlives the processes.
type acks struct {
	mu      sync.Mutex // guards entries
	entries map[engine.ID][]string
}

func newAcks() *acks { return &acks{entries: map[engine.ID][]string{}} }

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
	var out []string
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

// ledger puts points before and after each append of a store, and notes what was acknowledged.
func ledger(inner engine.Store, l *life, noted func(engine.Batch) error) engine.Store {
	s := enginetest.Wrap(inner)
	s.Before(func(_ int, b engine.Batch) error { return l.pass("before append " + label(b)) })
	s.After(func(_ int, b engine.Batch) error {
		if err := l.pass("after append " + label(b)); err != nil {
			return err
		}
		return noted(b)
	})
	return s
}

func label(b engine.Batch) string {
	return fmt.Sprintf("%d %s", b.After+1, b.Entries[0].Type)
}
