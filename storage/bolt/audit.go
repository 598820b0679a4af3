package bolt

import (
	"bytes"
	"context"
	"fmt"

	"go.etcd.io/bbolt"

	"arcadia/engine"
)

// audit holds every record of a transaction against every other that should say the same.
type audit struct {
	tx     *bbolt.Tx
	report *Report

	counts  counts
	mark    key // up to which sagas are in the indexes
	indexed int // sagas up to it
	ended   int // sagas in the suffix index: those, and some that are on their way
	kinds   int // sagas with a kind
	makers  int // sagas with a creator
	keys    int // links from a saga to its key
	owned   int // links from a saga to a resource
	traced  int // links from a saga to its traces
}

func (a *audit) run(ctx context.Context) error {
	a.counts.ByStatus = map[engine.Status]int{}
	if kept, err := readCounts(a.tx); err == nil { // else counters says so
		a.mark = kept.mark()
	}
	if err := a.sagas(ctx); err != nil {
		return err
	}
	a.links()
	for _, look := range []func() error{a.indexes, a.named, a.traces, a.freezes, a.documents, a.counters} {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := look(); err != nil {
			return err
		}
	}
	return nil
}

// note puts an error into the report.
func (a *audit) note(err error) {
	if err != nil {
		a.report.problem("%v", err)
	}
}

func (a *audit) sagas(ctx context.Context) error {
	c := a.tx.Bucket(ledgerBucket).Cursor()
	at, value := c.First()
	for at != nil {
		if err := ctx.Err(); err != nil {
			return err
		}
		if len(at) != len(ledgerKey{}) || ledgerKey(at).seq() != 0 {
			a.report.problem("ledger: what stands at %x belongs to no saga", at)
			at, value = c.Next()
			continue
		}
		k := key(at)
		a.report.Sagas++
		h, last, err := readHeader(k, value)
		a.note(err)
		var end sum
		n := uint64(0)
		// What an entry says is not looked at: its sum covers it, and engine.Check folds it.
		for at, value = c.Next(); bytes.HasPrefix(at, k[:]); at, value = c.Next() {
			if err != nil {
				continue // its ledger is lost already
			}
			if len(at) != len(ledgerKey{}) {
				err = damaged("ledger of saga "+k.id().Short(), fmt.Errorf("%x is no place in it", at))
			} else {
				n = ledgerKey(at).seq()
				if end, err = unseal(ledgerBucket, at, value, end); err != nil {
					err = damaged(fmt.Sprintf("entry %d of saga %s", n, k.id().Short()), err)
				}
			}
			a.note(err)
		}
		if err == nil {
			a.report.Entries += int(n)
			a.note(a.saga(k, &h, end == last && n == h.Seq, n))
		}
	}
	return nil
}

func (a *audit) saga(k key, h *header, ends bool, n uint64) error {
	short := k.id().Short()
	if !ends {
		return damaged("entries of saga "+short, fmt.Errorf("%w: at %d, not at %d", errEnd, h.Seq, n))
	}
	if !a.exists(k) {
		return damaged("header of saga "+short, errMissing)
	}
	a.counts.Total++
	a.counts.ByStatus[h.Status]++
	switch ends, filed := has(a.tx.Bucket(suffixBucket), reversedKey(k)), compareIDs(k, a.mark) <= 0; {
	case filed && !ends:
		a.report.problem("saga %s is not in index suffix", short)
	case ends:
		a.ended++
	}
	if compareIDs(k, a.mark) > 0 {
		return nil
	}
	a.indexed++
	a.in(statusBucket, string(h.Status), k)
	if h.Kind != "" {
		a.kinds++
		a.in(kindBucket, h.Kind, k)
	}
	if h.CreatedBy != "" {
		a.makers++
		a.in(byBucket, h.CreatedBy, k)
	}
	return nil
}

func (a *audit) exists(k key) bool {
	at := k.at(0)
	return a.tx.Bucket(ledgerBucket).Get(at[:]) != nil
}

func (a *audit) in(bucket []byte, value string, k key) {
	if b := a.tx.Bucket(bucket).Bucket([]byte(value)); b == nil || !has(b, k[:]) {
		a.report.problem("saga %s is not in index %s of %q", k.id().Short(), bucket, value)
	}
}

// has reports whether a key is there; in the indexes values are empty.
func has(b *bbolt.Bucket, at []byte) bool {
	found, _ := b.Cursor().Seek(at)
	return bytes.Equal(found, at)
}

// size counts keys, and notes values where there should be none.
func (a *audit) size(b *bbolt.Bucket, name []byte) int {
	n := 0
	c := b.Cursor()
	for at, value := c.First(); at != nil; at, value = c.Next() {
		n++
		if len(value) > 0 {
			a.report.problem("index %s: %x has a value", name, at)
		}
	}
	return n
}

// indexes holds more than the sagas in them when something is in them that no header says.
func (a *audit) indexes() error {
	compare := func(name []byte, have, want int) {
		if have != want {
			a.report.problem("index %s has %d sagas, the ledgers say %d", name, have, want)
		}
	}
	compare(suffixBucket, a.size(a.tx.Bucket(suffixBucket), suffixBucket), a.ended)
	for _, i := range []struct {
		bucket []byte
		want   int
	}{{statusBucket, a.indexed}, {kindBucket, a.kinds}, {byBucket, a.makers}} {
		n := 0
		b := a.tx.Bucket(i.bucket)
		err := b.ForEach(func(name, value []byte) error {
			of := b.Bucket(name)
			if of == nil || value != nil {
				a.report.problem("index %s: %q is no bucket", i.bucket, name)
				return nil
			}
			n += a.size(of, i.bucket)
			return nil
		})
		if err != nil {
			return err
		}
		compare(i.bucket, n, i.want)
	}
	return nil
}

// links checks each against the record that it stands for.
func (a *audit) links() {
	b := a.tx.Bucket(linksBucket)
	c := b.Cursor()
	for at, value := c.First(); at != nil; at, value = c.Next() {
		if len(at) <= 1+len(key{}) || len(value) > 0 {
			a.report.problem("link %x: cut short", at)
			continue
		}
		k, rest := key(at[1:]), at[1+len(key{}):]
		ok := false
		switch at[0] {
		case linkKey:
			a.keys++
			ok = a.tx.Bucket(keysBucket).Get(rest) != nil
		case linkResource:
			a.owned++
			ok = a.tx.Bucket(resourcesBucket).Get(rest) != nil
		case linkTrace:
			a.traced++
			ok = len(rest) > 8 && a.exists(k) && has(a.tx.Bucket(tracesBucket), traceAt(rest, k))
		case linkUsedBy:
			ok = len(rest) == len(k) && has(b, linkAt(linkPrior, key(rest), k[:]))
		case linkPrior:
			ok = len(rest) == len(k) && has(b, linkAt(linkUsedBy, key(rest), k[:])) && a.exists(k)
		}
		if !ok {
			a.report.problem("link %c of saga %s to %q: the other end is missing", at[0], k.id().Short(), rest)
		}
	}
}

// named checks the records that have names of their own: keys, locks and resources.
func (a *audit) named() error {
	links := a.tx.Bucket(linksBucket)
	keys := 0
	err := a.tx.Bucket(keysBucket).ForEach(func(at, value []byte) error {
		keys++
		r, err := read[keyRecord](keysBucket, at, value, fmt.Sprintf("record of key %q", at))
		// The saga may have been removed: its key is good for as long as if it had not.
		if k, ok := keyOf(r.Saga); err == nil && (!ok || !has(links, linkAt(linkKey, k, at))) {
			err = fmt.Errorf("key %q is of saga %s, which does not know it", at, r.Saga.Short())
		}
		a.note(err)
		return nil
	})
	if err != nil {
		return err
	}
	err = a.tx.Bucket(locksBucket).ForEach(func(at, value []byte) error {
		a.report.Locks++
		r, err := read[lockRecord](locksBucket, at, value, fmt.Sprintf("lock %q", at))
		k, ok := keyOf(r.Saga)
		if err == nil && (!ok || !a.exists(k) || !bytes.Equal(at, lockKey(r.Name, r.Ticket, k))) {
			err = fmt.Errorf("lock %q is of saga %s, which is not there", r.Name, r.Saga.Short())
		}
		a.note(err)
		return nil
	})
	if err != nil {
		return err
	}
	err = a.tx.Bucket(resourcesBucket).ForEach(func(at, value []byte) error {
		a.report.Resources++
		r, err := read[resourceRecord](resourcesBucket, at, value, fmt.Sprintf("resource %q", at))
		k, _ := keyOf(r.SagaID)
		if err == nil && (string(at) != r.Key() || !has(links, linkAt(linkResource, k, at))) {
			err = fmt.Errorf("resource %q is not linked to saga %s", at, r.SagaID.Short())
		}
		a.note(err)
		return nil
	})
	if err != nil {
		return err
	}
	if keys != a.keys || a.report.Resources != a.owned {
		a.report.problem("%d keys and %d resources, and links to %d and %d", keys, a.report.Resources, a.keys, a.owned)
	}
	return nil
}

func (a *audit) counters() error {
	kept, err := readCounts(a.tx)
	if err != nil {
		return err
	}
	if kept.Total != a.counts.Total {
		a.report.problem("kept counter of all sagas is %d, there are %d", kept.Total, a.counts.Total)
	}
	for _, s := range engine.Statuses() {
		if kept.ByStatus[s] != a.counts.ByStatus[s] {
			a.report.problem("kept counter of %s sagas is %d, there are %d", s, kept.ByStatus[s], a.counts.ByStatus[s])
		}
	}
	if _, err := readLife(a.tx); err != nil {
		a.note(err)
	}
	return recognize(a.tx, a.report.Path)
}
