package bolt_test

import (
	"encoding/binary"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.etcd.io/bbolt"

	"arcadia/engine"
	"arcadia/storage/bolt"
	"arcadia/storage/storagetest"
)

// ledger makes a closed store with one saga of n entries; the reason of the second is given.
func ledger(t *testing.T, n int, reason string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "arcadia.db")
	s, err := bolt.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	h := create(t, s, storagetest.Creation(1))
	for range n - 1 {
		b := storagetest.After(h, engine.Running, 1)
		if h.Seq == 1 {
			b.Entries[0].Reason = reason
		}
		h = create(t, s, b)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func at(t *testing.T, n int, seq uint64) []byte {
	t.Helper()
	id, err := uuid.Parse(string(storagetest.ID(n)))
	if err != nil {
		t.Fatal(err)
	}
	return binary.BigEndian.AppendUint64(id[:], seq)
}

// stored is the value of an entry of saga 1.
func stored(t *testing.T, path string, seq uint64) (value []byte) {
	t.Helper()
	change(t, path, func(tx *bbolt.Tx) error {
		value = append(value, tx.Bucket([]byte("ledger")).Get(at(t, 1, seq))...)
		return nil
	})
	return value
}

// TestChangedHistoryIsFound changes a ledger with values that are sealed correctly by themselves: only the chain tells.
func TestChangedHistoryIsFound(t *testing.T) {
	t.Parallel()
	for name, forge := range map[string]func(tx *bbolt.Tx, other []byte) error{
		"an entry of another history": func(tx *bbolt.Tx, other []byte) error {
			return tx.Bucket([]byte("ledger")).Put(at(t, 1, 2), other)
		},
		"an entry taken out": func(tx *bbolt.Tx, _ []byte) error {
			return tx.Bucket([]byte("ledger")).Delete(at(t, 1, 3))
		},
		"the first taken out": func(tx *bbolt.Tx, _ []byte) error {
			return tx.Bucket([]byte("ledger")).Delete(at(t, 1, 1))
		},
		"the last taken out": func(tx *bbolt.Tx, _ []byte) error {
			return tx.Bucket([]byte("ledger")).Delete(at(t, 1, 5))
		},
		"an entry under the next number": func(tx *bbolt.Tx, _ []byte) error {
			b := tx.Bucket([]byte("ledger"))
			return b.Put(at(t, 1, 6), append([]byte(nil), b.Get(at(t, 1, 5))...))
		},
		"two entries changed about": func(tx *bbolt.Tx, _ []byte) error {
			b := tx.Bucket([]byte("ledger"))
			third, fourth := append([]byte(nil), b.Get(at(t, 1, 3))...), append([]byte(nil), b.Get(at(t, 1, 4))...)
			return errors.Join(b.Put(at(t, 1, 3), fourth), b.Put(at(t, 1, 4), third))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			other := stored(t, ledger(t, 5, "otherwise"), 2)
			path := ledger(t, 5, "so")
			change(t, path, func(tx *bbolt.Tx) error { return forge(tx, other) })
			if r, err := bolt.VerifyFile(path); err != nil || r.OK() {
				t.Errorf("nothing found: %v", err)
			}
			s := openAt(t, path)
			if _, err := s.Entries(t.Context(), storagetest.ID(1), 0); !errors.Is(err, bolt.ErrDamaged) {
				t.Errorf("entries: %v", err)
			}
		})
	}
}

// settle puts the sagas of a closed store into its indexes.
func settle(t *testing.T, path string) {
	t.Helper()
	s, err := bolt.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Prune(t.Context(), time.Time{})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestWrongIndexesAndCountersAreFound spoils what is derived from the headers, one thing at a time.
func TestWrongIndexesAndCountersAreFound(t *testing.T) {
	t.Parallel()
	drop := func(path ...string) func(*bbolt.Tx) error {
		return func(tx *bbolt.Tx) error {
			b := tx.Bucket([]byte(path[0]))
			for _, name := range path[1:] {
				b = b.Bucket([]byte(name))
			}
			first, _ := b.Cursor().First()
			return b.Delete(append([]byte(nil), first...))
		}
	}
	add := func(path ...string) func(*bbolt.Tx) error {
		return func(tx *bbolt.Tx) error {
			b := tx.Bucket([]byte(path[0]))
			for _, name := range path[1:] {
				b = b.Bucket([]byte(name))
			}
			return b.Put(at(t, 12345, 0)[:16], nil)
		}
	}
	for name, spoil := range map[string]func(*bbolt.Tx) error{
		"status less":     drop("status", "running"),
		"status more":     add("status", "running"),
		"kind less":       drop("kind", "echo"),
		"kind more":       add("kind", "echo"),
		"by less":         drop("by", "ada"),
		"by more":         add("by", "ada"),
		"suffix less":     drop("suffix"),
		"suffix more":     add("suffix"),
		"a header less":   drop("ledger"),
		"an entry less":   func(tx *bbolt.Tx) error { return tx.Bucket([]byte("ledger")).Delete(at(t, 1, 1)) },
		"a key less":      drop("keys"),
		"a link less":     drop("links"),
		"a resource less": drop("resources"),
		"a saga of before the mark": func(tx *bbolt.Tx) error {
			for _, index := range []string{"status", "kind", "by"} {
				b := tx.Bucket([]byte(index))
				if err := b.ForEach(func(name, _ []byte) error { return b.Bucket(name).Delete(at(t, 3, 0)[:16]) }); err != nil {
					return err
				}
			}
			return nil
		},
		"no kept counters":   func(tx *bbolt.Tx) error { return tx.Bucket([]byte("meta")).Delete([]byte("counts")) },
		"entries of nobody":  func(tx *bbolt.Tx) error { return tx.Bucket([]byte("ledger")).Put(at(t, 12345, 1), []byte("{}")) },
		"a lock of nobody":   func(tx *bbolt.Tx) error { return tx.Bucket([]byte("locks")).Put([]byte("a\x00"), []byte("{}")) },
		"a bucket is no set": func(tx *bbolt.Tx) error { return tx.Bucket([]byte("kind")).Put([]byte("x"), []byte("y")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, _ := filled(t, 12)
			settle(t, path)
			sound(t, path)
			change(t, path, spoil)
			if r, err := bolt.VerifyFile(path); err == nil && r.OK() {
				t.Error("nothing found")
			}
		})
	}
}
