package bolt

import (
	"bytes"
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"

	"arcadia/engine"
)

// change is one write transaction: the buckets it has touched, and what it makes of heads and counters. None of it counts
// before the commit.
type change struct {
	tx      *bbolt.Tx
	cached  func(key) (head, bool) // heads as of the last commit
	heads   map[key]head           // heads as this transaction leaves them
	counts  counts
	counted bool // counts differ from the file's
	wrote   bool
	entries int
	bytes   int
}

func (c *change) bucket(name []byte, fill float64) *bbolt.Bucket {
	b := c.tx.Bucket(name)
	b.FillPercent = fill
	return b
}

// admit answers with the refusal the batch deserves, or with the head it goes on from. Nothing is written before it says
// yes, so that a refused batch leaves nothing in a transaction that others share.
func (c *change) admit(p *prepared) (head, error) {
	h, err := c.head(p.id)
	if err != nil {
		return h, err
	}
	if h.seq != p.after {
		return h, fmt.Errorf("append to ledger of saga %s: %w: want %d, have %d", p.id.id().Short(), engine.ErrConflict, p.after, h.seq)
	}
	if p.after > 0 {
		return h, nil
	}
	if p.key != "" {
		if value := c.tx.Bucket(keysBucket).Get([]byte(p.key)); value != nil {
			r, err := read[keyRecord](keysBucket, []byte(p.key), value, fmt.Sprintf("record of key %q", p.key))
			if err != nil {
				return h, err
			}
			return h, &engine.KeyTakenError{ID: r.Saga}
		}
	}
	reversed := p.id.reversed()
	if found, _ := c.tx.Bucket(suffixBucket).Cursor().Seek(reversed[:4]); bytes.HasPrefix(found, reversed[:4]) {
		return h, fmt.Errorf("create saga %s: %w", p.id.id().Short(), engine.ErrShortTaken)
	}
	return h, nil
}

// head is the saga's head as earlier batches of this transaction left it; zero for a saga that does not exist.
func (c *change) head(k key) (head, error) {
	if h, ok := c.heads[k]; ok {
		return h, nil
	}
	if h, ok := c.cached(k); ok {
		return h, nil
	}
	value := c.tx.Bucket(headersBucket).Get(k[:])
	if value == nil {
		return head{}, nil
	}
	h, last, err := readHeader(k, value)
	if err != nil {
		return head{}, err
	}
	return head{seq: h.Seq, last: last, status: h.Status, kind: h.Kind, by: h.CreatedBy}, nil
}

// apply writes an admitted batch. An error here spoils the whole transaction.
func (c *change) apply(p *prepared, from head) error {
	c.wrote = true
	to := p.next
	to.last = from.last
	entries := c.bucket(entriesBucket, entriesFill)
	for i := range p.entries {
		at := p.id.entryKey(p.after + uint64(i) + 1)
		value, s := p.entries[i].seal(to.last)
		if err := entries.Put(at[:], value); err != nil {
			return fmt.Errorf("put entry: %w", err)
		}
		to.last = s
	}
	if err := c.bucket(headersBucket, headersFill).Put(p.id[:], p.header.seal(to.last)); err != nil {
		return fmt.Errorf("put header: %w", err)
	}
	if err := c.index(p, from, to); err != nil {
		return err
	}
	if err := c.locks(p); err != nil {
		return err
	}
	if err := c.resources(p); err != nil {
		return err
	}
	c.heads[p.id] = to
	c.entries += len(p.entries)
	c.bytes += p.bytes
	return nil
}

// index moves the saga to where its new header belongs.
func (c *change) index(p *prepared, from, to head) error {
	if from.seq == 0 {
		reversed := p.id.reversed()
		if err := c.tx.Bucket(suffixBucket).Put(reversed[:], nil); err != nil {
			return fmt.Errorf("put suffix: %w", err)
		}
		if p.key != "" {
			if err := c.tx.Bucket(keysBucket).Put([]byte(p.key), p.keyed); err != nil {
				return fmt.Errorf("put key: %w", err)
			}
			if err := putLink(c.tx.Bucket(linksBucket), linkKey, p.id, []byte(p.key)); err != nil {
				return err
			}
		}
		c.counts.Total++
	}
	if from.status != to.status {
		c.count(from.status, -1)
		c.count(to.status, +1)
	}
	for _, i := range []struct {
		bucket   []byte
		from, to string
	}{
		{statusBucket, string(from.status), string(to.status)},
		{kindBucket, from.kind, to.kind},
		{byBucket, from.by, to.by},
	} {
		if i.from == i.to {
			continue
		}
		if err := c.unindex(i.bucket, i.from, p.id); err != nil {
			return err
		}
		if i.to == "" {
			continue
		}
		of, err := c.tx.Bucket(i.bucket).CreateBucketIfNotExists([]byte(i.to))
		if err != nil {
			return fmt.Errorf("index %s of %q: %w", i.bucket, i.to, err)
		}
		of.FillPercent = indexFill
		if err := of.Put(p.id[:], nil); err != nil {
			return fmt.Errorf("index %s of %q: %w", i.bucket, i.to, err)
		}
	}
	return nil
}

func (c *change) unindex(bucket []byte, value string, k key) error {
	if value == "" {
		return nil
	}
	of := c.tx.Bucket(bucket).Bucket([]byte(value))
	if of == nil {
		return damaged(fmt.Sprintf("index %s of %q", bucket, value), errMissing)
	}
	if err := of.Delete(k[:]); err != nil {
		return fmt.Errorf("index %s of %q: %w", bucket, value, err)
	}
	return nil
}

func (c *change) count(s engine.Status, by int) {
	if s == "" {
		return
	}
	c.counted = true
	if c.counts.ByStatus[s] += by; c.counts.ByStatus[s] == 0 {
		delete(c.counts.ByStatus, s)
	}
}

// locks takes the saga out of the queues it leaves, at whatever ticket, and then puts it into those it enters: a saga has
// one place in a queue.
func (c *change) locks(p *prepared) error {
	if len(p.drop) == 0 {
		return nil
	}
	b := c.tx.Bucket(locksBucket)
	for _, name := range p.drop {
		prefix := append([]byte(name), 0)
		cursor := b.Cursor()
		for at, _ := cursor.Seek(prefix); bytes.HasPrefix(at, prefix); at, _ = cursor.Next() {
			if bytes.Equal(at[len(prefix)+8:], p.id[:]) {
				if err := b.Delete(bytes.Clone(at)); err != nil {
					return fmt.Errorf("leave lock %q: %w", name, err)
				}
				break
			}
		}
	}
	for _, r := range p.take {
		if err := b.Put(r.key, r.value); err != nil {
			return fmt.Errorf("take lock: %w", err)
		}
	}
	return nil
}

func (c *change) resources(p *prepared) error {
	if len(p.changes) == 0 {
		return nil
	}
	b, links := c.tx.Bucket(resourcesBucket), c.tx.Bucket(linksBucket)
	for _, r := range p.changes {
		for _, at := range [][]byte{r.remove, r.put.key} {
			if err := removeResource(b, links, at); err != nil {
				return err
			}
		}
		if r.put.key != nil {
			if err := b.Put(r.put.key, r.put.value); err != nil {
				return fmt.Errorf("put resource %q: %w", r.put.key, err)
			}
			if err := putLink(links, linkResource, r.owner, r.put.key); err != nil {
				return err
			}
		}
		if r.shares {
			if err := putLink(links, linkUsedBy, r.prior, p.id[:]); err != nil {
				return err
			}
			if err := putLink(links, linkPrior, p.id, r.prior[:]); err != nil {
				return err
			}
		}
	}
	return nil
}

// removeResource takes a resource and its owner's link away, if it is there.
func removeResource(b, links *bbolt.Bucket, at []byte) error {
	value := b.Get(at)
	if value == nil {
		return nil
	}
	var old struct {
		Saga engine.ID `json:"saga_id"`
	}
	if err := json.Unmarshal(value, &old); err != nil {
		return damaged(fmt.Sprintf("resource %q", at), err)
	}
	owner, _ := keyOf(old.Saga)
	if err := dropLink(links, linkResource, owner, at); err != nil {
		return err
	}
	if err := b.Delete(at); err != nil {
		return fmt.Errorf("remove resource %q: %w", at, err)
	}
	return nil
}
