package storagetest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"arcadia/engine"
)

// Memory is an engine.Store in memory: the model that real stores are compared with. It looks at everything for every
// answer. Nothing in it survives the process.
type Memory struct {
	mu        sync.Mutex // guards all below
	sagas     map[engine.ID]*stored
	keys      map[string]engine.ID
	locks     []engine.Lock
	resources map[string]engine.Resource
	freezes   []engine.Freeze
	docs      map[[2]string]engine.Doc // by collection and name
	shared    *sharing                 // nil: one process has it
	traces    []engine.Trace           // oldest first
	moves     map[string]string
}

type stored struct {
	summary engine.Summary
	entries []engine.Entry
}

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{sagas: map[engine.ID]*stored{}, keys: map[string]engine.ID{}, resources: map[string]engine.Resource{}, moves: map[string]string{}, docs: map[[2]string]engine.Doc{}}
}

// Append implements engine.Store. "Durable" means until the process ends.
func (m *Memory) Append(ctx context.Context, b engine.Batch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := b.Fits(); err != nil {
		return err
	}
	b, err := clone(b)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.admit(b); err != nil {
		return err
	}
	s := m.sagas[b.ID]
	if s == nil {
		s = &stored{}
		m.sagas[b.ID] = s
		if b.Key != "" {
			m.keys[b.Key] = b.ID
		}
	}
	s.entries = append(s.entries, b.Entries...)
	s.summary = b.Summary
	m.changeLocks(b.ID, b.Locks)
	for _, c := range b.Resources {
		if c.Before != nil {
			delete(m.resources, c.Before.Key())
		}
		if c.After != nil {
			m.resources[c.After.Key()] = *c.After
		}
	}
	m.changeDocs(b.Docs)
	m.changeTraces(b.ID, b.Traces)
	for _, v := range b.Moves {
		m.moves[v.From] = v.To
	}
	m.shared.given(b.Locks)
	m.shared.mark(b.ID)
	return nil
}

// admit answers with the refusal that the batch deserves, in the order that every store keeps: conflict, key, short,
// documents.
func (m *Memory) admit(b engine.Batch) error {
	end := uint64(0)
	if s := m.sagas[b.ID]; s != nil {
		end = s.summary.Seq
	}
	if err := m.shared.admit(b); err != nil {
		return err
	}
	if b.IfFreeze != 0 {
		n := len(m.freezes)
		if b.IfFreeze != uint64(n)+1 || n > 0 && !m.freezes[n-1].Auto && m.freezes[n-1].EndedAt.IsZero() {
			return fmt.Errorf("start in saga %s: %w", b.ID.Short(), engine.ErrFrozen)
		}
	}
	if end != b.After {
		return fmt.Errorf("append to ledger of saga %s: %w: want %d, have %d", b.ID.Short(), engine.ErrConflict, b.After, end)
	}
	if b.After > 0 {
		return m.admitDocs(b.Docs)
	}
	if other, taken := m.keys[b.Key]; taken && b.Key != "" && b.Entries[0].At.Sub(other.Created()) < engine.KeyLife {
		return &engine.KeyTakenError{ID: other}
	}
	for id := range m.sagas {
		if id.Short() == b.ID.Short() {
			return fmt.Errorf("create saga %s: %w", b.ID.Short(), engine.ErrShortTaken)
		}
	}
	return m.admitDocs(b.Docs)
}

func (m *Memory) changeLocks(id engine.ID, c engine.LockChange) {
	m.locks = slices.DeleteFunc(m.locks, func(l engine.Lock) bool {
		return l.Saga == id && (slices.Contains(c.Drop, l.Name) || slices.Contains(c.Take, l.Name))
	})
	for i, name := range c.Take {
		if !slices.Contains(c.Take[:i], name) {
			m.locks = append(m.locks, engine.Lock{Name: name, Ticket: c.Ticket, Saga: id})
		}
	}
	slices.SortFunc(m.locks, func(a, b engine.Lock) int {
		if n := strings.Compare(a.Name, b.Name); n != 0 {
			return n
		}
		if a.Ticket != b.Ticket {
			if a.Ticket < b.Ticket {
				return -1
			}
			return 1
		}
		return strings.Compare(string(a.Saga), string(b.Saga))
	})
}

// Entries implements engine.Store.
func (m *Memory) Entries(ctx context.Context, id engine.ID, after uint64) ([]engine.Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.sagas[id]
	if s == nil {
		return nil, fmt.Errorf("entries of saga %s: %w", id.Short(), engine.ErrNotFound)
	}
	return clone(s.entries[min(after, uint64(len(s.entries))):])
}

// Summaries implements engine.Store.
func (m *Memory) Summaries(ctx context.Context, ids ...engine.ID) ([]engine.Summary, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []engine.Summary
	for _, id := range ids {
		if s := m.sagas[id]; s != nil {
			found = append(found, s.summary)
		}
	}
	return clone(found)
}

// List implements engine.Store.
func (m *Memory) List(ctx context.Context, q engine.Query) (engine.Page, error) {
	if err := ctx.Err(); err != nil {
		return engine.Page{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	limit := q.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 1000)
	var page engine.Page
	if q.From != "" && !q.From.Valid() {
		return page, nil // no place to go on from
	}
	for _, id := range m.ids(q.Oldest) {
		s := m.sagas[id].summary
		beyond := q.From == "" || (q.Oldest && id > q.From) || (!q.Oldest && id < q.From)
		if !beyond || (len(q.Statuses) > 0 && !slices.Contains(q.Statuses, s.Status)) ||
			(q.Kind != "" && s.Kind != q.Kind) || (q.By != "" && s.CreatedBy != q.By) {
			continue
		}
		if len(page.Items) == limit {
			page.More = true
			break
		}
		page.Items = append(page.Items, s)
	}
	return clone(page)
}

func (m *Memory) ids(ascending bool) []engine.ID {
	ids := make([]engine.ID, 0, len(m.sagas))
	for id := range m.sagas {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	if !ascending {
		slices.Reverse(ids)
	}
	return ids
}

// Find implements engine.Store.
func (m *Memory) Find(ctx context.Context, suffix string, limit int) ([]engine.ID, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	digits := strings.ToLower(strings.ReplaceAll(suffix, "-", ""))
	if len(digits) > 32 {
		return nil, nil
	}
	var found []engine.ID
	for _, id := range m.ids(true) {
		if len(found) < limit && strings.HasSuffix(strings.ReplaceAll(string(id), "-", ""), digits) {
			found = append(found, id)
		}
	}
	return found, nil
}

// Counts implements engine.Store.
func (m *Memory) Counts(ctx context.Context) (engine.Counts, error) {
	if err := ctx.Err(); err != nil {
		return engine.Counts{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c := engine.Counts{Total: len(m.sagas), ByStatus: map[engine.Status]int{}}
	for _, s := range m.sagas {
		c.ByStatus[s.summary.Status]++
	}
	return c, nil
}

// Locks implements engine.Store.
func (m *Memory) Locks(ctx context.Context) ([]engine.Lock, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.locks), nil
}

// Resources implements engine.Store.
func (m *Memory) Resources(ctx context.Context, keys ...string) ([]engine.Resource, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(keys) == 0 {
		for k := range m.resources {
			keys = append(keys, k)
		}
		slices.Sort(keys)
	}
	var found []engine.Resource
	for _, k := range keys {
		if r, ok := m.resources[k]; ok {
			found = append(found, r)
		}
	}
	return clone(found)
}

// clone copies through JSON, so that nothing is shared with the caller and answers have the form that a file gives.
func clone[T any](v T) (T, error) {
	var c T
	raw, err := json.Marshal(v)
	if err != nil {
		return c, fmt.Errorf("encode: %w", err)
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return c, fmt.Errorf("decode: %w", err)
	}
	return c, nil
}

// Keyed implements engine.Store.
func (m *Memory) Keyed(ctx context.Context, key string) (engine.ID, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	id, ok := m.keys[key]
	if !ok {
		return "", fmt.Errorf("key %q: %w", key, engine.ErrNotFound)
	}
	return id, nil
}
