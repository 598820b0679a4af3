package bolt

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"arcadia/engine"
)

// Store is an engine.Store in one bbolt file. All methods are safe for concurrent use. Answers are read from the file and
// checked against their checksums; nothing of what they return is shared.
type Store struct {
	path    string
	store   string // drawn when the file got its record of openings
	opening string // drawn by this opening; empty when open for reading only
	db      *bbolt.DB
	recent  *recent
	writer  *writer        // nil when open for reading only
	spare   chan *prepared // memory for batches; nil when open for reading only
	lock    *lockFile      // nil when open for reading only

	closing sync.Once
	closed  error
}

var _ engine.Store = (*Store)(nil)

// Path is the file the store was opened at.
func (s *Store) Path() string { return s.path }

// untidy is how many recent sagas are left for the next opening to read, which takes some microseconds for each.
const untidy = 200

// How much memory is kept for other batches: of so many, each at most so large. What an ordinary transition takes is far
// below.
const (
	spares   = 256
	maxSpare = 16 << 10
)

// Append implements engine.Store. Once the batch waits for the writer it is not cancelable: the answer is then whether it
// is durable. After an error of the file every answer wraps engine.ErrStopped and the cause.
func (s *Store) Append(ctx context.Context, b engine.Batch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.writer == nil {
		return fmt.Errorf("append to %s: %w: open it for writing", s.path, ErrReadOnly)
	}
	var p *prepared
	select {
	case p = <-s.spare:
	default:
		p = newPrepared()
	}
	err := p.prepare(&b)
	if err == nil {
		err = s.writer.do(&p.request)
	}
	if cap(p.buffer) <= maxSpare {
		select {
		case s.spare <- p:
		default:
		}
	}
	return err
}

// alone runs fn between transactions, with no writer beside it.
func (s *Store) alone(fn func() error) error {
	return s.writer.do(&request{alone: fn, done: make(chan struct{}, 1)})
}

// Stopped is closed when an error of the file has stopped the store for good. Never, when it is open for reading only.
func (s *Store) Stopped() <-chan struct{} {
	if s.writer == nil {
		return nil
	}
	return s.writer.dead
}

// Err is why the store has stopped, nil while it has not. Closing a store is not stopping.
func (s *Store) Err() error {
	if s.writer == nil {
		return nil
	}
	return s.writer.failure()
}

// Close lets the writer finish what waits, waits for it and for all readers, and closes the file. Everything after it is
// answered with ErrClosed. Safe to call twice.
func (s *Store) Close() error {
	s.closing.Do(func() { s.closed = s.close() })
	return s.closed
}

func (s *Store) close() error {
	var errs []error
	if s.writer != nil {
		s.writer.close()
		if s.writer.failure() == nil {
			errs = append(errs, s.tidy())
			if s.db.NoSync {
				errs = append(errs, s.db.Sync())
			}
			s.remember()
		}
	}
	errs = append(errs, s.db.Close())
	if s.lock != nil {
		errs = append(errs, s.lock.release())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close %s: %w", s.path, err)
	}
	return nil
}

// tidy makes the next opening quick. The writer has ended.
func (s *Store) tidy() error {
	if len(s.recent.sagas) > untidy && s.recent.damage == nil {
		if err := s.writer.transact((*change).settle); err != nil {
			return err
		}
	}
	if !s.writer.unsynced {
		return nil
	}
	s.db.NoFreelistSync = false
	return s.db.Update(func(*bbolt.Tx) error { return nil })
}

// view runs fn in a read transaction. What bbolt panics with on a damaged file becomes an error.
func (s *Store) view(what string, fn func(tx *bbolt.Tx) error) (err error) {
	defer guard(what, &err)
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	err = s.db.View(fn)
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return fmt.Errorf("%s: %w", what, ErrClosed)
	}
	return err
}
