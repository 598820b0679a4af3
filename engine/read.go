package engine

import (
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"strings"
)

// Saga reads one saga whole. The answer is the caller's own.
func (e *Engine) Saga(ctx context.Context, id ID) (*Saga, error) {
	entries, err := e.store.Entries(ctx, id, 0)
	if err != nil {
		return nil, fmt.Errorf("read saga %s: %w", id.Short(), err)
	}
	s, err := Fold(entries)
	if err != nil {
		return nil, fmt.Errorf("read saga %s: %w", id.Short(), err)
	}
	s.Live = e.shown(id)
	return s, nil
}

// Entries reads a saga's entries after the given number, in order.
func (e *Engine) Entries(ctx context.Context, id ID, after uint64) ([]Entry, error) {
	return e.store.Entries(ctx, id, after)
}

// Summaries reads the headers of the given sagas, leaving out those that do not exist.
func (e *Engine) Summaries(ctx context.Context, ids ...ID) ([]Summary, error) {
	return e.store.Summaries(ctx, ids...)
}

// List reads one page of headers.
func (e *Engine) List(ctx context.Context, q Query) (Page, error) { return e.store.List(ctx, q) }

// Counts reads the kept counters.
func (e *Engine) Counts(ctx context.Context) (Counts, error) { return e.store.Counts(ctx) }

// Resources reads what sagas have provisioned, in key order.
func (e *Engine) Resources(ctx context.Context) ([]Resource, error) { return e.store.Resources(ctx) }

// Locks reads the lock queues. The first of a name holds the lock.
func (e *Engine) Locks(ctx context.Context) ([]Lock, error) { return e.store.Locks(ctx) }

// minSuffix is the shortest text that is taken for the end of an id.
const minSuffix = 4

// Find turns what a person typed (a short, a full id, or any unambiguous end of one) into an id.
func (e *Engine) Find(ctx context.Context, ref string) (ID, error) {
	text := strings.ToLower(strings.TrimSpace(ref))
	bare := strings.ReplaceAll(text, "-", "")
	if _, err := hex.DecodeString(bare + strings.Repeat("0", len(bare)%2)); err != nil || len(bare) < minSuffix || len(bare) > 32 {
		return "", fmt.Errorf("%w: %q is not a saga: give its short id, as in `arcadia list`", ErrInput, clip(ref, 60))
	}
	ids, err := e.store.Find(ctx, bare, 2)
	switch {
	case err != nil:
		return "", fmt.Errorf("look for saga %s: %w", text, err)
	case len(ids) == 0:
		return "", fmt.Errorf("%w: %s: `arcadia list` shows what there is", ErrNotFound, text)
	case len(ids) > 1:
		return "", fmt.Errorf("%w: %s: give more of its id", ErrAmbiguous, text)
	}
	return ids[0], nil
}

// UndoText says in one line what compensating the row would do, from what it recorded and without calling anybody.
func (e *Engine) UndoText(s *Saga, idx int) string {
	row := s.Rows[idx]
	step := e.steps[row.Name]
	switch {
	case !row.toUndo():
		return "nothing to undo"
	case row.Final != "" && !row.Undoable:
		return "cannot be undone: " + row.Final
	case step == nil:
		return "this build has no step " + row.Name
	}
	if u, ok := step.(Undoer); ok {
		return u.DescribeUndo(s.preview(idx))
	}
	return "undoes " + row.Name
}

// ToUndo lists the rows that a rollback would undo now, in its order.
func (s *Saga) ToUndo() []int {
	var rows []int
	for i := len(s.Rows) - 1; i >= 0; i-- {
		r := &s.Rows[i]
		switch r.Status {
		case RowCompensated, RowResolved:
			continue
		case RowRunning, RowCompleted, RowFailed, RowCompensating, RowCompensationFailed:
		}
		if r.toUndo() || (r.Status == RowRunning && r.Undoable) {
			rows = append(rows, i)
		}
	}
	return rows
}

// clone is a copy that shares nothing that changes.
func (s *Saga) clone() *Saga {
	c := *s
	c.Context = maps.Clone(s.Context)
	c.Rows = make([]Row, len(s.Rows))
	for i, r := range s.Rows {
		r.Output = maps.Clone(r.Output)
		if r.Compensation != nil {
			comp := *r.Compensation
			r.Compensation = &comp
		}
		c.Rows[i] = r
	}
	if s.Error != nil {
		err := *s.Error
		c.Error = &err
	}
	return &c
}
