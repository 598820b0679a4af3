package bolt

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
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
	after = min(after, math.MaxUint64-1) // there is a number behind it then
	k, ok := keyOf(id)
	var found []engine.Entry
	err := s.view(what, func(tx *bbolt.Tx) error {
		at := k.at(0)
		header := tx.Bucket(ledgerBucket).Get(at[:])
		if header == nil || !ok {
			return fmt.Errorf("%s: %w", what, engine.ErrNotFound)
		}
		end, err := headerLast(header)
		if err != nil {
			return damaged("header of saga "+id.Short(), err)
		}
		next := uint64(0) // of the entries read; 0 before the first
		last, any, err := eachRecord(tx, k, after, func(to uint64, value []byte) error {
			var r entriesRecord
			if err := json.Unmarshal(value, &r); err != nil {
				return damaged(what, err)
			}
			for i := range r.Entries {
				if e := &r.Entries[i]; next != 0 && e.Seq != next {
					return damaged(fmt.Sprintf("entry %d of saga %s", next, id.Short()), errMissing)
				} else if next = e.Seq + 1; e.Seq > after {
					found = append(found, *e)
				}
			}
			if next != to+1 || (len(found) > 0 && found[0].Seq != after+1) {
				return damaged(fmt.Sprintf("entry %d of saga %s", to, id.Short()), errMissing)
			}
			return nil
		})
		if err == nil && any && last != end {
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

// eachRecord checks the records of a saga that hold entries after the given number, in order, and calls fn with the number
// of the last entry in each. It returns the sum of the last record, and whether there was any.
func eachRecord(tx *bbolt.Tx, k key, after uint64, fn func(to uint64, value []byte) error) (last sum, any bool, err error) {
	c := tx.Bucket(ledgerBucket).Cursor()
	at := k.at(after + 1)
	found, value := c.Seek(at[:])
	any = bytes.HasPrefix(found, k[:])
	if !any {
		return last, false, nil
	}
	if after > 0 {
		before := tx.Bucket(ledgerBucket).Cursor()
		before.Seek(at[:])
		if at, value := before.Prev(); bytes.HasPrefix(at, k[:]) && ledgerKey(at).seq() > 0 {
			if last, err = statedSum(value); err != nil {
				return last, true, damaged(fmt.Sprintf("entry %d of saga %s", ledgerKey(at).seq(), k.id().Short()), err)
			}
		}
	}
	for ; bytes.HasPrefix(found, k[:]); found, value = c.Next() {
		if len(found) != len(at) {
			return last, true, damaged("ledger of saga "+k.id().Short(), fmt.Errorf("%x is no place in it", found))
		}
		to := ledgerKey(found).seq()
		s, err := unseal(ledgerBucket, found, value, last)
		if err != nil {
			return last, true, damaged(fmt.Sprintf("entry %d of saga %s", to, k.id().Short()), err)
		}
		if err := fn(to, value); err != nil {
			return last, true, err
		}
		last = s
	}
	return last, true, nil
}

// Summaries implements engine.Store.
func (s *Store) Summaries(ctx context.Context, ids ...engine.ID) ([]engine.Summary, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var found []engine.Summary
	err := s.view("read headers", func(tx *bbolt.Tx) error {
		for _, id := range ids {
			k, ok := keyOf(id)
			if !ok {
				continue
			}
			h, err := headerIn(tx, k)
			if errors.Is(err, errNoHeader) {
				continue
			}
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
	if s.recent.damage != nil {
		return nil, s.recent.damage
	}
	found := s.recent.ending(prefix, len(digits)) // before the transaction begins, as in List
	err := s.view("find saga "+suffix, func(tx *bbolt.Tx) error {
		if digits == "" {
			found = found[:0]
			w := everySaga(tx, true)
			for at, ok := w.match(ctx, key{}); ok && len(found) < limit; at, ok = w.match(ctx, at) {
				found = append(found, at)
				if at, ok = w.step(at); !ok {
					break
				}
			}
			return ctx.Err()
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
	slices.SortFunc(found, compareIDs)
	found = slices.Compact(found)
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

// Keyed implements engine.Store.
func (s *Store) Keyed(ctx context.Context, key string) (engine.ID, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	var id engine.ID
	err := s.view("look for a key", func(tx *bbolt.Tx) error {
		value := tx.Bucket(keysBucket).Get([]byte(key))
		if value == nil {
			return fmt.Errorf("key %q: %w", key, engine.ErrNotFound)
		}
		r, err := read[keyRecord](keysBucket, []byte(key), value, fmt.Sprintf("record of key %q", key))
		id = r.Saga
		return err
	})
	return id, err
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
