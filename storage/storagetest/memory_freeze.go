package storagetest

import (
	"context"
	"fmt"
	"slices"

	"arcadia/engine"
)

// Freezes implements engine.Store.
func (m *Memory) Freezes(ctx context.Context, limit int) ([]engine.Freeze, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	n := len(m.freezes)
	if limit > 0 {
		n = min(n, limit)
	}
	found, err := clone(m.freezes[len(m.freezes)-n:])
	slices.Reverse(found)
	return found, err
}

// PutFreeze implements engine.Store.
func (m *Memory) PutFreeze(ctx context.Context, f engine.Freeze) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := f.Fits(); err != nil {
		return err
	}
	n := uint64(len(m.freezes))
	if f.N != n+1 && (f.N != n || n == 0) {
		return fmt.Errorf("record freeze %d: %w: the newest is %d", f.N, engine.ErrConflict, n)
	}
	m.freezes = append(m.freezes[:f.N-1:f.N-1], f)
	m.shared.mark("")
	return nil
}
