package enginetest

import (
	"context"
	"sync"

	"arcadia/engine"
)

// Store wraps a store: it can fail appends, and counts them.
type Store struct {
	engine.Store

	mu      sync.Mutex // guards the fields below
	appends int
	before  func(n int, b engine.Batch) error
	after   func(n int, b engine.Batch) error
}

// Wrap makes a store that behaves like inner until told otherwise.
func Wrap(inner engine.Store) *Store { return &Store{Store: inner} }

// Unwrap is the store behind it.
func (s *Store) Unwrap() engine.Store { return s.Store }

// Before sets what happens before the n-th append (1 is the first) reaches the store: an error is answered in its place.
func (s *Store) Before(f func(n int, b engine.Batch) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = f
}

// After sets what happens after the n-th append is durable: an error is answered although it is.
func (s *Store) After(f func(n int, b engine.Batch) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.after = f
}

// Appends is the number of appends so far.
func (s *Store) Appends() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.appends
}

// Append passes the batch on, with the hooks around it.
func (s *Store) Append(ctx context.Context, b engine.Batch) error {
	s.mu.Lock()
	s.appends++
	n, before, after := s.appends, s.before, s.after
	s.mu.Unlock()
	if before != nil {
		if err := before(n, b); err != nil {
			return err
		}
	}
	if err := s.Store.Append(ctx, b); err != nil {
		return err
	}
	if after != nil {
		return after(n, b)
	}
	return nil
}
