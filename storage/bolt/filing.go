package bolt

import (
	"fmt"
	"slices"
)

// filing is how far recent sagas are on their way into the indexes. They go a part at a time, each in a commit with the
// batches of others: thousands at once would let all callers wait. A commit that fails ends the writer, so that what is noted
// here is true.
//
// The suffix index, whose order is random, comes first, with as many sagas as there are, so that each of its pages is written
// once for all of them. What it says of a saga never changes, so that it may say it of sagas above the mark. Then the mark
// rises; what it passes is put into the other indexes, whose order is that of ids.
type filing struct {
	upto  key // the last saga under way; zero when none is
	part  int // how many parts of the suffixes are done
	parts int
	step  int // how many sagas the mark passes at once
}

// filingParts is how many commits the suffixes take, and how many the rest.
const filingParts = 16

// fileSome puts a part of the recent sagas into the indexes, when enough have come together. Call it before batches are applied,
// so that what they change is put where it belongs then.
func (c *change) fileSome() error {
	f := &c.recent.filing
	if f.upto == (key{}) {
		n := len(c.recent.sagas)
		if n < c.recent.limit || n == 0 {
			return nil
		}
		parts := min(filingParts, c.recent.limit)
		*f = filing{upto: c.recent.sagas[n-1].id, parts: parts, step: (n + parts - 1) / parts}
	}
	if f.part < f.parts {
		f.part++
		return c.putSuffixes(func(first byte) bool { return int(first)*f.parts>>8 == f.part-1 })
	}
	if err := c.raise(f.step); err != nil {
		return err
	}
	if compareIDs(c.mark, f.upto) >= 0 {
		*f = filing{}
	}
	return nil
}

// settle puts all recent sagas into the indexes.
func (c *change) settle() error {
	n := len(c.recent.sagas)
	if n == 0 {
		return nil
	}
	c.recent.filing = filing{upto: c.recent.sagas[n-1].id}
	if err := c.putSuffixes(func(byte) bool { return true }); err != nil {
		return err
	}
	if err := c.raise(n); err != nil {
		return err
	}
	c.recent.filing = filing{}
	return nil
}

// putSuffixes puts those of the sagas under way into the suffix index whose first byte there is wanted, in its order.
func (c *change) putSuffixes(wanted func(first byte) bool) error {
	var found []key
	for i := range c.recent.sagas {
		s := &c.recent.sagas[i]
		if compareIDs(s.id, c.recent.filing.upto) > 0 {
			break
		}
		if last := s.id[len(s.id)-1]; !s.ended && wanted(last<<4|last>>4) {
			found = append(found, s.id.reversed())
			s.ended = true
		}
	}
	slices.SortFunc(found, compareIDs)
	suffixes := c.tx.Bucket(suffixBucket)
	for _, k := range found {
		c.wrote = true
		if err := suffixes.Put(k[:], nil); err != nil {
			return fmt.Errorf("put suffix: %w", err)
		}
	}
	return nil
}

// raise lets the mark pass the next n sagas, as far as they are under way, and puts them into the indexes.
func (c *change) raise(n int) error {
	for i := range c.recent.sagas[:min(n, len(c.recent.sagas))] {
		s := &c.recent.sagas[i]
		if compareIDs(s.id, c.recent.filing.upto) > 0 {
			break
		}
		c.wrote, c.counted = true, true
		for _, at := range s.places() {
			if err := c.index(at, s.id); err != nil {
				return err
			}
		}
		if !s.ended { // it came when its part of the suffixes was done
			if err := c.tx.Bucket(suffixBucket).Put(reversedKey(s.id), nil); err != nil {
				return fmt.Errorf("put suffix: %w", err)
			}
		}
		c.mark = s.id
	}
	c.counts.Indexed = c.mark.id()
	return nil
}
