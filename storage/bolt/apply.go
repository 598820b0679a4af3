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
	ledger  *bbolt.Bucket
	cached  map[key]head     // heads as of the last commit, not to be changed
	heads   map[key]head     // heads as this transaction leaves them
	recent  *recent          // as of the last commit, not to be changed but for how far its filing is
	filed   map[key]filed    // what this transaction makes of recent sagas, or adds to them
	ends    map[[4]byte]bool // the last digits of those it adds
	mark    key              // up to which sagas are in the indexes
	counts  counts
	counted bool // counts differ from the file's
	wrote   bool
	entries int
	bytes   int
}

// admit answers with the refusal the batch deserves, or with the head it goes on from. Nothing is written before it says
// yes, so that a refused batch leaves nothing in a transaction that others share.
func (c *change) admit(p *prepared) (head, error) {
	h, err := c.head(p.id)
	if err != nil {
		return h, err
	}
	if err := c.mayStart(p); err != nil {
		return h, err
	}
	if h.seq != p.after {
		return h, fmt.Errorf("append to ledger of saga %s: %w: want %d, have %d", p.id.id().Short(), engine.ErrConflict, p.after, h.seq)
	}
	if p.after > 0 {
		return h, c.admitDocs(p.docs)
	}
	if p.key != "" {
		if value := c.tx.Bucket(keysBucket).Get([]byte(p.key)); value != nil {
			r, err := read[keyRecord](keysBucket, []byte(p.key), value, fmt.Sprintf("record of key %q", p.key))
			if err != nil {
				return h, err
			}
			if p.at.Sub(r.Saga.Created()) < engine.KeyLife {
				return h, &engine.KeyTakenError{ID: r.Saga}
			}
		}
	}
	if c.taken(p.id) {
		return h, fmt.Errorf("create saga %s: %w", p.id.id().Short(), engine.ErrShortTaken)
	}
	return h, c.admitDocs(p.docs)
}

// taken reports whether another saga has the same short.
func (c *change) taken(k key) bool {
	end := [4]byte(k[12:])
	if c.recent.ends[end] || c.ends[end] {
		return true
	}
	reversed := k.reversed()
	found, _ := c.tx.Bucket(suffixBucket).Cursor().Seek(reversed[:4])
	return bytes.HasPrefix(found, reversed[:4])
}

// head is the saga's head as earlier batches of this transaction left it; zero for a saga that does not exist.
func (c *change) head(k key) (head, error) {
	if h, ok := c.heads[k]; ok {
		return h, nil
	}
	if h, ok := c.cached[k]; ok {
		return h, nil
	}
	if _, known := c.recent.find(k); !known && c.recent.damage == nil && compareIDs(k, c.recent.mark) > 0 {
		return head{}, nil // all above the mark are known
	}
	at := k.at(0)
	value := c.ledger.Get(at[:])
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
	value, last := p.entries.seal(from.last)
	to.last = last
	at := p.id.at(0)
	if err := c.ledger.Put(at[:], p.header.seal(last)); err != nil {
		return fmt.Errorf("put header: %w", err)
	}
	at = p.id.at(to.seq)
	if err := c.ledger.Put(at[:], value); err != nil {
		return fmt.Errorf("put entries: %w", err)
	}
	if from.seq == 0 {
		c.counts.Total++
		if err := c.name(p); err != nil {
			return err
		}
	}
	if err := c.file(p.id, from, to); err != nil {
		return err
	}
	if err := c.locks(p); err != nil {
		return err
	}
	if err := c.resources(p); err != nil {
		return err
	}
	if err := c.traces(p); err != nil {
		return err
	}
	if err := c.putDocs(p.docs); err != nil {
		return err
	}
	c.heads[p.id] = to
	c.entries += int(to.seq - from.seq)
	c.bytes += p.bytes
	return nil
}

// name puts the caller's key of a creation.
func (c *change) name(p *prepared) error {
	if p.key == "" {
		return nil
	}
	if err := c.unname([]byte(p.key)); err != nil {
		return err
	}
	if err := c.tx.Bucket(keysBucket).Put([]byte(p.key), p.keyed); err != nil {
		return fmt.Errorf("put key: %w", err)
	}
	return putLink(c.tx.Bucket(linksBucket), linkKey, p.id, []byte(p.key))
}

// unname takes a key away, with the link of the saga that has it, if anybody has it.
func (c *change) unname(key []byte) error {
	b := c.tx.Bucket(keysBucket)
	value := b.Get(key)
	if value == nil {
		return nil
	}
	r, err := read[keyRecord](keysBucket, key, value, fmt.Sprintf("record of key %q", key))
	if err != nil {
		return err
	}
	if k, ok := keyOf(r.Saga); ok {
		if err := dropLink(c.tx.Bucket(linksBucket), linkKey, k, key); err != nil {
			return err
		}
	}
	if err := b.Delete(key); err != nil {
		return fmt.Errorf("remove key: %w", err)
	}
	return nil
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
