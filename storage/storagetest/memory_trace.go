package storagetest

import (
	"context"
	"maps"
	"slices"
	"strings"

	"arcadia/engine"
)

func (m *Memory) changeTraces(id engine.ID, c engine.TraceChange) {
	if c.Lift || len(c.Leave) > 0 {
		m.traces = slices.DeleteFunc(m.traces, func(t engine.Trace) bool { return t.Saga == id })
	}
	for i, name := range c.Leave {
		if !slices.Contains(c.Leave[:i], name) {
			m.traces = append(m.traces, engine.Trace{Name: name, Saga: id})
		}
	}
}

// Later implements engine.Store.
func (m *Memory) Later(ctx context.Context, id engine.ID, limit int, names ...string) ([]engine.ID, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []engine.ID
	for _, t := range slices.Backward(m.traces) {
		if t.Saga == id || len(found) >= limit {
			break
		}
		if slices.Contains(names, t.Name) && !slices.Contains(found, t.Saga) {
			found = append(found, t.Saga)
		}
	}
	return found, nil
}

// Traces implements engine.Store.
func (m *Memory) Traces(ctx context.Context, names ...string) ([]engine.Trace, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []engine.Trace
	for _, t := range m.traces {
		if len(names) == 0 || slices.Contains(names, t.Name) {
			found = append(found, t)
		}
	}
	slices.SortStableFunc(found, func(a, b engine.Trace) int { return strings.Compare(a.Name, b.Name) })
	return found, nil
}

// Moves implements engine.Store.
func (m *Memory) Moves(ctx context.Context, keys ...string) (map[string]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(keys) == 0 {
		return maps.Clone(m.moves), nil
	}
	found := map[string]string{}
	for _, key := range keys {
		for to, hops := m.moves[key], 0; to != "" && hops <= len(m.moves); to, hops = m.moves[to], hops+1 {
			found[key] = to
		}
	}
	return found, nil
}
