package bolt

import (
	"bytes"
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"

	"arcadia/engine"
)

// Where schema 1 kept headers, by id, and entries, one by one, by id and number.
var (
	headersBucket = []byte("headers")
	entriesBucket = []byte("entries")
)

// migrate makes a file of an older schema one of this. All of it is one transaction, and what is damaged stops it.
func migrate(tx *bbolt.Tx) error {
	from, err := schemaOf(tx)
	if err != nil {
		return err
	}
	if from < 2 {
		if err := toSchema2(tx); err != nil {
			return err
		}
	}
	if err := toSchema3(tx); err != nil {
		return err
	}
	return putFormat(tx)
}

// toSchema3 files every saga whose effect stands under the names that it has touched, and counts in headers what operators
// have accepted. Sagas of one lock came one after the other, in the order of their ids.
func toSchema3(tx *bbolt.Tx) error {
	for _, name := range [][]byte{tracesBucket, movesBucket} {
		if _, err := tx.CreateBucket(name); err != nil {
			return fmt.Errorf("make bucket %s: %w", name, err)
		}
	}
	kept, err := readCounts(tx)
	if err != nil {
		return err
	}
	accepted := map[key]int{}
	c := tx.Bucket(ledgerBucket).Cursor()
	for at, _ := c.First(); at != nil; {
		k := key(at)
		saga, folds := &engine.Saga{}, true
		var value []byte
		for at, value = c.Next(); bytes.HasPrefix(at, k[:]); at, value = c.Next() {
			var r entriesRecord
			if err := json.Unmarshal(value, &r); err != nil {
				return damaged("entries of saga "+k.id().Short(), err)
			}
			for i := range r.Entries {
				folds = folds && saga.Apply(&r.Entries[i]) == nil
			}
		}
		if !folds { // engine.Check says so; what it has touched nobody can tell
			continue
		}
		if saga.Accepted > 0 {
			accepted[k] = saga.Accepted
		}
		if names := saga.Standing(); len(names) > 0 {
			kept.Traced++
			if err := leave(tx, k, kept.Traced, names); err != nil {
				return err
			}
		}
	}
	for k, n := range accepted {
		if err := putAccepted(tx, k, n); err != nil {
			return err
		}
	}
	return putCounts(tx, kept)
}

// putAccepted adds to a saga's header how many of its rows an operator has accepted. The rest of the header stays.
func putAccepted(tx *bbolt.Tx, k key, n int) error {
	at := k.at(0)
	h, last, err := readHeader(k, tx.Bucket(ledgerBucket).Get(at[:]))
	if err != nil {
		return err
	}
	s := h.summary(k)
	s.Accepted = n
	_, draft := draftHeader(nil, k, &s)
	if err := tx.Bucket(ledgerBucket).Put(at[:], draft.seal(last)); err != nil {
		return fmt.Errorf("put header: %w", err)
	}
	return nil
}

// toSchema2 makes ledgers of the headers and entries of schema 1.
func toSchema2(tx *bbolt.Tx) error {
	ledger, err := tx.CreateBucket(ledgerBucket)
	if err != nil {
		return fmt.Errorf("make bucket %s: %w", ledgerBucket, err)
	}
	ledger.FillPercent = ledgerFill
	c, err := readCounts(tx)
	if err != nil {
		return err
	}
	old := tx.Bucket(headersBucket)
	if old == nil || tx.Bucket(entriesBucket) == nil {
		return damaged("headers and entries", errMissing)
	}
	headers := old.Cursor()
	for at, value := headers.First(); at != nil; at, value = headers.Next() {
		if len(at) != len(key{}) {
			return damaged(fmt.Sprintf("header under key %x", at), errMissing)
		}
		k := key(at)
		p, err := fromSchema1(tx, k, value)
		if err != nil {
			return err
		}
		entries, last := p.entries.seal(sum{})
		first, end := k.at(0), k.at(p.next.seq)
		if err := ledger.Put(first[:], p.header.seal(last)); err != nil {
			return fmt.Errorf("put header: %w", err)
		}
		if err := ledger.Put(end[:], entries); err != nil {
			return fmt.Errorf("put entries: %w", err)
		}
		c.Indexed = k.id()
	}
	for _, name := range [][]byte{headersBucket, entriesBucket} {
		if err := tx.DeleteBucket(name); err != nil {
			return fmt.Errorf("remove bucket %s: %w", name, err)
		}
	}
	return putCounts(tx, c)
}

// fromSchema1 reads one saga as schema 1 kept it, checks its chain, and prepares all of it as one append.
func fromSchema1(tx *bbolt.Tx, k key, value []byte) (*prepared, error) {
	h, end, err := readHeaderAt(headersBucket, k[:], k, value)
	if err != nil {
		return nil, err
	}
	b := engine.Batch{ID: k.id(), Summary: h.summary(k)}
	last := sum{}
	entries := tx.Bucket(entriesBucket).Cursor()
	for at, value := entries.Seek(k[:]); bytes.HasPrefix(at, k[:]); at, value = entries.Next() {
		var e engine.Entry
		if last, err = unseal(entriesBucket, at, value, last); err == nil {
			err = json.Unmarshal(value, &e)
		}
		if err != nil {
			return nil, damaged(fmt.Sprintf("entry %d of saga %s", len(b.Entries)+1, k.id().Short()), err)
		}
		b.Entries = append(b.Entries, e)
	}
	if last != end {
		return nil, damaged("entries of saga "+k.id().Short(), errEnd)
	}
	p := newPrepared()
	return p, p.prepare(&b)
}
