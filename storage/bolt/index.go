package bolt

import (
	"fmt"

	"arcadia/engine"
)

// file moves a saga to where its new header belongs: among the recent ones, or in the indexes.
func (c *change) file(k key, from, to head) error {
	if from.status != to.status {
		c.count(from.status, -1)
		c.count(to.status, +1)
	}
	now := filed{to.status, to.kind, to.by}
	if compareIDs(k, c.mark) > 0 {
		if from.seq == 0 {
			c.ends[[4]byte(k[12:])] = true
		}
		if from.seq == 0 || (filed{from.status, from.kind, from.by}) != now {
			c.filed[k] = now
		}
		return nil
	}
	if from.seq == 0 {
		if err := c.tx.Bucket(suffixBucket).Put(reversedKey(k), nil); err != nil {
			return fmt.Errorf("put suffix: %w", err)
		}
	}
	was := (&filed{from.status, from.kind, from.by}).places()
	for i, is := range now.places() {
		if was[i].value == is.value {
			continue
		}
		if err := c.unindex(was[i], k); err != nil {
			return err
		}
		if err := c.index(is, k); err != nil {
			return err
		}
	}
	return nil
}

func reversedKey(k key) []byte {
	r := k.reversed()
	return r[:]
}

// index puts a saga where it stands in an index.
func (c *change) index(at place, k key) error {
	if at.value == "" {
		return nil
	}
	parent := c.tx.Bucket(at.bucket)
	of := parent.Bucket([]byte(at.value))
	if of == nil {
		var err error
		if of, err = parent.CreateBucket([]byte(at.value)); err != nil {
			return fmt.Errorf("index %s of %q: %w", at.bucket, at.value, err)
		}
	}
	of.FillPercent = indexFill
	if err := of.Put(k[:], nil); err != nil {
		return fmt.Errorf("index %s of %q: %w", at.bucket, at.value, err)
	}
	return nil
}

func (c *change) unindex(at place, k key) error {
	if at.value == "" {
		return nil
	}
	of := c.tx.Bucket(at.bucket).Bucket([]byte(at.value))
	if of == nil {
		return damaged(fmt.Sprintf("index %s of %q", at.bucket, at.value), errMissing)
	}
	if err := of.Delete(k[:]); err != nil {
		return fmt.Errorf("index %s of %q: %w", at.bucket, at.value, err)
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
