package bolt

import (
	"fmt"
	"maps"
	"slices"

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
		if err := c.unindex(i.bucket, i.from, k); err != nil {
			return err
		}
		if err := c.index(i.bucket, i.to, k); err != nil {
			return err
		}
	}
	return nil
}

func reversedKey(k key) []byte {
	r := k.reversed()
	return r[:]
}

// settle puts all recent sagas into the indexes, in the order of each, so that none of their pages is looked for twice.
func (c *change) settle() error {
	sagas := maps.Collect(c.recent.all())
	maps.Copy(sagas, c.filed)
	if len(sagas) == 0 {
		return nil
	}
	c.wrote, c.counted = true, true
	ids := slices.SortedFunc(maps.Keys(sagas), compareIDs)
	for _, k := range ids {
		f := sagas[k]
		for _, i := range []struct {
			bucket []byte
			value  string
		}{{statusBucket, string(f.status)}, {kindBucket, f.kind}, {byBucket, f.by}} {
			if err := c.index(i.bucket, i.value, k); err != nil {
				return err
			}
		}
	}
	c.mark = ids[len(ids)-1]
	c.counts.Indexed = c.mark.id()
	for i, k := range ids {
		ids[i] = k.reversed()
	}
	slices.SortFunc(ids, compareIDs)
	suffixes := c.tx.Bucket(suffixBucket)
	for _, k := range ids {
		if err := suffixes.Put(k[:], nil); err != nil {
			return fmt.Errorf("put suffix: %w", err)
		}
	}
	clear(c.filed)
	return nil
}

// index puts a saga into the index of one value; the empty one has none.
func (c *change) index(bucket []byte, value string, k key) error {
	if value == "" {
		return nil
	}
	parent := c.tx.Bucket(bucket)
	of := parent.Bucket([]byte(value))
	if of == nil {
		var err error
		if of, err = parent.CreateBucket([]byte(value)); err != nil {
			return fmt.Errorf("index %s of %q: %w", bucket, value, err)
		}
	}
	of.FillPercent = indexFill
	if err := of.Put(k[:], nil); err != nil {
		return fmt.Errorf("index %s of %q: %w", bucket, value, err)
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
