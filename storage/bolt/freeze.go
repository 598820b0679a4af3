package bolt

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"arcadia/engine"
)

// freezesBucket holds sealed engine.Freeze records by number. It comes into being with the first of them.
var freezesBucket = []byte("freezes")

type freezeRecord struct {
	V int `json:"v"`
	engine.Freeze
}

func freezeKey(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func freezeName(n uint64) string { return fmt.Sprintf("freeze %d", n) }

// Freezes implements engine.Store.
func (s *Store) Freezes(ctx context.Context, limit int) ([]engine.Freeze, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var found []engine.Freeze
	err := s.view("read freezes", func(tx *bbolt.Tx) error {
		b := tx.Bucket(freezesBucket)
		if b == nil {
			return nil
		}
		c := b.Cursor()
		for at, value := c.Last(); at != nil && (limit <= 0 || len(found) < limit); at, value = c.Prev() {
			r, err := read[freezeRecord](freezesBucket, at, value, fmt.Sprintf("freeze %x", at))
			if err != nil {
				return err
			}
			found = append(found, r.Freeze)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// PutFreeze implements engine.Store.
func (s *Store) PutFreeze(ctx context.Context, f engine.Freeze) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.writer == nil {
		return fmt.Errorf("record %s in %s: %w: open it for writing", freezeName(f.N), s.path, ErrReadOnly)
	}
	if err := f.Fits(); err != nil {
		return err
	}
	value, err := sealed(freezesBucket, freezeKey(f.N), freezeRecord{V: recordVersion, Freeze: f})
	if err != nil {
		return fmt.Errorf("record %s: %w: %w", freezeName(f.N), engine.ErrBadValue, err)
	}
	return s.alone(func() error {
		return s.writer.transact(func(c *change) error { return c.putFreeze(f.N, value) })
	})
}

// mayStart refuses a batch that starts an attempt and whose sender does not know of the newest freeze, or while one lasts.
func (c *change) mayStart(p *prepared) error {
	if p.start == 0 {
		return nil
	}
	f := engine.Freeze{EndedAt: engine.At(time.Now())} // none: all is as after one
	if b := c.tx.Bucket(freezesBucket); b != nil {
		if at, value := b.Cursor().Last(); at != nil {
			r, err := read[freezeRecord](freezesBucket, at, value, fmt.Sprintf("freeze %x", at))
			if err != nil {
				return err
			}
			f = r.Freeze
		}
	}
	if f.N+1 != p.start || !f.Auto && f.EndedAt.IsZero() {
		return fmt.Errorf("start in saga %s: %w", p.id.id().Short(), engine.ErrFrozen)
	}
	return nil
}

func (c *change) putFreeze(n uint64, value []byte) error {
	newest := uint64(0)
	if b := c.tx.Bucket(freezesBucket); b != nil {
		if at, _ := b.Cursor().Last(); len(at) == 8 {
			newest = binary.BigEndian.Uint64(at)
		}
	}
	if n != newest+1 && (n != newest || n == 0) {
		return fmt.Errorf("record %s: %w: the newest is %d", freezeName(n), engine.ErrConflict, newest)
	}
	c.wrote = true
	b, err := c.tx.CreateBucketIfNotExists(freezesBucket)
	if err != nil {
		return fmt.Errorf("make bucket %s: %w", freezesBucket, err)
	}
	if err := b.Put(freezeKey(n), value); err != nil {
		return fmt.Errorf("record %s: %w", freezeName(n), err)
	}
	return nil
}

// freezes checks that they are numbered without a gap and that each but the last has ended.
func (a *audit) freezes() error {
	b := a.tx.Bucket(freezesBucket)
	if b == nil {
		return nil
	}
	next, open := uint64(1), false
	return b.ForEach(func(at, value []byte) error {
		r, err := read[freezeRecord](freezesBucket, at, value, fmt.Sprintf("freeze %x", at))
		switch {
		case err != nil:
		case r.N != next || string(at) != string(freezeKey(next)):
			err = fmt.Errorf("freeze %d stands where freeze %d should", r.N, next)
		case open:
			err = fmt.Errorf("freeze %d began before the one before it had ended", r.N)
		}
		open = err == nil && r.EndedAt.IsZero()
		next++
		a.note(err)
		return nil
	})
}
