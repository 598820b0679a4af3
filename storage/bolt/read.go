package bolt

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.etcd.io/bbolt"

	"arcadia/engine"
)

// Entries implements engine.Store. Every entry is checked against its checksum and its place in the chain.
func (s *Store) Entries(ctx context.Context, id engine.ID, after uint64) ([]engine.Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	what := "entries of saga " + id.Short()
	k, ok := keyOf(id)
	var found []engine.Entry
	err := s.view(what, func(tx *bbolt.Tx) error {
		header := tx.Bucket(headersBucket).Get(k[:])
		if header == nil || !ok {
			return fmt.Errorf("%s: %w", what, engine.ErrNotFound)
		}
		end, err := headerLast(header)
		if err != nil {
			return damaged("header of saga "+id.Short(), err)
		}
		last, err := eachEntry(tx, k, after, func(_ uint64, value []byte) error {
			var e engine.Entry
			if err := json.Unmarshal(value, &e); err != nil {
				return damaged(what, err)
			}
			found = append(found, e)
			return nil
		})
		if err == nil && last != end && len(found) > 0 {
			err = damaged(what, errEnd)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

var errEnd = errors.New("they do not end where the header says")

// eachEntry checks the entries of a saga after the given number, in order, and calls fn with each. It returns the sum of
// the last.
func eachEntry(tx *bbolt.Tx, k key, after uint64, fn func(seq uint64, value []byte) error) (sum, error) {
	var last sum
	c := tx.Bucket(entriesBucket).Cursor()
	at := k.entryKey(after + 1)
	found, value := c.Seek(at[:])
	if after > 0 && bytes.HasPrefix(found, k[:]) {
		before := k.entryKey(after)
		var err error
		if last, err = statedSum(tx.Bucket(entriesBucket).Get(before[:])); err != nil {
			return last, damaged(fmt.Sprintf("entry %d of saga %s", after, k.id().Short()), err)
		}
	}
	for seq := after + 1; bytes.HasPrefix(found, k[:]); seq++ {
		what := func() string { return fmt.Sprintf("entry %d of saga %s", seq, k.id().Short()) }
		if want := k.entryKey(seq); !bytes.Equal(found, want[:]) {
			return last, damaged(what(), errMissing)
		}
		s, err := unseal(entriesBucket, found, value, last)
		if err != nil {
			return last, damaged(what(), err)
		}
		if err := fn(seq, value); err != nil {
			return last, err
		}
		last = s
		found, value = c.Next()
	}
	return last, nil
}

// Summaries implements engine.Store.
func (s *Store) Summaries(ctx context.Context, ids ...engine.ID) ([]engine.Summary, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var found []engine.Summary
	err := s.view("read headers", func(tx *bbolt.Tx) error {
		headers := tx.Bucket(headersBucket)
		for _, id := range ids {
			k, ok := keyOf(id)
			value := headers.Get(k[:])
			if !ok || value == nil {
				continue
			}
			h, _, err := readHeader(k, value)
			if err != nil {
				return err
			}
			found = append(found, h.summary(k))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// Find implements engine.Store. Dashes in the suffix are passed over. A suffix of k digits costs a look at one in 16^k of
// all sagas.
func (s *Store) Find(ctx context.Context, suffix string, limit int) ([]engine.ID, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	digits := strings.ToLower(strings.ReplaceAll(suffix, "-", ""))
	if limit <= 0 || len(digits) > 32 || strings.Trim(digits, "0123456789abcdef") != "" {
		return nil, nil
	}
	var prefix key
	for i := range len(digits) {
		n := nibble(digits[len(digits)-1-i])
		if i%2 == 0 {
			n <<= 4
		}
		prefix[i/2] |= n
	}
	var found []key
	err := s.view("find saga "+suffix, func(tx *bbolt.Tx) error {
		if digits == "" {
			c := tx.Bucket(headersBucket).Cursor()
			for at, _ := c.First(); at != nil && len(found) < limit; at, _ = c.Next() {
				found = append(found, key(at))
			}
			return nil
		}
		c := tx.Bucket(suffixBucket).Cursor()
		for at, _ := c.Seek(prefix[:]); at != nil && samePrefix(at, prefix, len(digits)); at, _ = c.Next() {
			found = append(found, key(at).reversed())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b key) int { return bytes.Compare(a[:], b[:]) })
	var ids []engine.ID
	for _, k := range found[:min(limit, len(found))] {
		ids = append(ids, k.id())
	}
	return ids, nil
}

// samePrefix compares the first n hex digits.
func samePrefix(at []byte, prefix key, n int) bool {
	return bytes.Equal(at[:n/2], prefix[:n/2]) && (n%2 == 0 || at[n/2]>>4 == prefix[n/2]>>4)
}

// Counts implements engine.Store: one small record.
func (s *Store) Counts(ctx context.Context) (engine.Counts, error) {
	if err := ctx.Err(); err != nil {
		return engine.Counts{}, err
	}
	var c counts
	err := s.view("read counters", func(tx *bbolt.Tx) (err error) {
		c, err = readCounts(tx)
		return err
	})
	if err != nil {
		return engine.Counts{}, err
	}
	return engine.Counts{Total: c.Total, ByStatus: c.ByStatus}, nil
}

// Locks implements engine.Store.
func (s *Store) Locks(ctx context.Context) ([]engine.Lock, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var found []engine.Lock
	err := s.view("read locks", func(tx *bbolt.Tx) error {
		return tx.Bucket(locksBucket).ForEach(func(at, value []byte) error {
			r, err := read[lockRecord](locksBucket, at, value, fmt.Sprintf("lock %q", at))
			found = append(found, r.Lock)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// Resources implements engine.Store.
func (s *Store) Resources(ctx context.Context, keys ...string) ([]engine.Resource, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var found []engine.Resource
	err := s.view("read resources", func(tx *bbolt.Tx) error {
		b := tx.Bucket(resourcesBucket)
		add := func(at, value []byte) error {
			r, err := read[resourceRecord](resourcesBucket, at, value, fmt.Sprintf("resource %q", at))
			found = append(found, r.Resource)
			return err
		}
		if len(keys) == 0 {
			return b.ForEach(add)
		}
		for _, at := range keys {
			if value := b.Get([]byte(at)); value != nil {
				if err := add([]byte(at), value); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}
