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

// migrate makes a file of schema 1 one of schema 2: headers and entries become ledgers. All of it is one transaction, and
// what is damaged stops it.
func migrate(tx *bbolt.Tx) error {
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
	if err := putCounts(tx, c); err != nil {
		return err
	}
	return putFormat(tx)
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
