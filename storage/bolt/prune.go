package bolt

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"arcadia/engine"
)

// How much one transaction of a pruning looks at and takes away, so that commits go on in between.
const (
	pruneLook = 512
	pruneTake = 64
)

// Prune removes the sagas that finished before olderThan, with all that is stored of them, and returns how many. Left
// alone are sagas that are not at rest, that failed with residue, that stand in a lock's queue, that a resource names as
// its last writer, and those to which rolling back another saga would give a resource back. Safe to repeat and to break
// off: it goes from saga to saga, some at a time, each wholly or not at all.
func (s *Store) Prune(ctx context.Context, olderThan time.Time) (int, error) {
	if s.writer == nil {
		return 0, fmt.Errorf("prune %s: %w: open it for writing", s.path, ErrReadOnly)
	}
	if s.recent.damage != nil {
		return 0, fmt.Errorf("prune %s: %w", s.path, s.recent.damage)
	}
	if err := s.alone(func() error { return s.writer.transact((*change).settle) }); err != nil {
		return 0, fmt.Errorf("prune %s: %w", s.path, err)
	}
	removed := 0
	for _, status := range engine.Statuses() {
		if !status.Terminal() {
			continue
		}
		p := pruning{status: status, olderThan: olderThan}
		for !p.over {
			if err := ctx.Err(); err != nil {
				return removed, err
			}
			err := s.alone(func() error { return s.writer.transact(p.some) })
			if err != nil {
				return removed, fmt.Errorf("prune %s: %w", s.path, err)
			}
			removed += p.removed
		}
	}
	for more := true; more; {
		err := s.alone(func() error {
			return s.writer.transact(func(c *change) (err error) {
				more, err = c.expire()
				return err
			})
		})
		if err := cmp.Or(err, ctx.Err()); err != nil {
			return removed, fmt.Errorf("prune %s: %w", s.path, err)
		}
	}
	return removed, nil
}

// pruning goes through the sagas of one status from old to new.
type pruning struct {
	status    engine.Status
	olderThan time.Time
	next      key
	over      bool
	removed   int // by the last call of some
}

// some looks at the next sagas and removes those that may go.
func (p *pruning) some(c *change) error {
	p.removed, p.over = 0, true
	index := c.tx.Bucket(statusBucket).Bucket([]byte(p.status))
	if index == nil {
		return nil
	}
	queued := queuedSagas(c.tx)
	var gone []key
	looked := 0
	cursor := index.Cursor()
	for at, _ := cursor.Seek(p.next[:]); at != nil; at, _ = cursor.Next() {
		k := key(at)
		looked++
		if looked > pruneLook || len(gone) == pruneTake {
			p.next, p.over = k, false
			break
		}
		h, err := headerIn(c.tx, k)
		if err != nil {
			return err
		}
		if !h.CreatedAt.Before(p.olderThan) {
			break // ids are in the order of creation: none of the rest finished earlier
		}
		if p.mayGo(c.tx, k, h.summary(k)) && !queued[k] {
			gone = append(gone, k)
		}
	}
	for _, k := range gone {
		if err := c.remove(k); err != nil {
			return err
		}
	}
	p.removed = len(gone)
	return nil
}

func (p *pruning) mayGo(tx *bbolt.Tx, k key, s engine.Summary) bool {
	links := tx.Bucket(linksBucket)
	return s.Status.Terminal() && s.Residue == 0 && !s.FinishedAt.IsZero() && s.FinishedAt.Before(p.olderThan) &&
		!hasLink(links, linkResource, k) && !hasLink(links, linkUsedBy, k)
}

// queuedSagas are those that stand in the queue of a lock.
func queuedSagas(tx *bbolt.Tx) map[key]bool {
	queued := map[key]bool{}
	c := tx.Bucket(locksBucket).Cursor()
	for at, _ := c.First(); at != nil; at, _ = c.Next() {
		queued[key(at[len(at)-len(key{}):])] = true
	}
	return queued
}

// remove takes a saga that is in the indexes away, with all that is stored of it.
func (c *change) remove(k key) error {
	h, err := c.head(k)
	if err != nil {
		return err
	}
	c.wrote = true
	var places []ledgerKey
	cursor := c.ledger.Cursor()
	for at, _ := cursor.Seek(k[:]); bytes.HasPrefix(at, k[:]); at, _ = cursor.Next() {
		places = append(places, ledgerKey(at))
	}
	for _, at := range places {
		if err := c.ledger.Delete(at[:]); err != nil {
			return fmt.Errorf("remove from the ledger: %w", err)
		}
	}
	if err := c.tx.Bucket(suffixBucket).Delete(reversedKey(k)); err != nil {
		return fmt.Errorf("remove suffix: %w", err)
	}
	for _, at := range (&filed{h.status, h.kind, h.by}).places() {
		if err := c.unindex(at, k); err != nil {
			return err
		}
	}
	if err := c.unlink(k); err != nil {
		return err
	}
	c.counts.Total--
	c.count(h.status, -1)
	c.heads[k] = head{}
	return nil
}

// expire removes keys that are good no longer and whose sagas are gone, some at a time, and reports whether there may be more.
func (c *change) expire() (more bool, err error) {
	const most = 1024
	var gone [][]byte
	links := c.tx.Bucket(linksBucket).Cursor()
	for at, _ := links.Seek([]byte{linkKey}); len(at) > 1+len(key{}) && at[0] == linkKey && len(gone) < most; at, _ = links.Next() {
		k := key(at[1:])
		if time.Since(k.id().Created()) < engine.KeyLife {
			break // links are in the order of their sagas: all others are younger
		}
		first := k.at(0)
		if c.ledger.Get(first[:]) == nil {
			gone = append(gone, bytes.Clone(at[1+len(k):]))
		}
	}
	for _, at := range gone {
		c.wrote = true
		if err := c.unname(at); err != nil {
			return false, err
		}
	}
	return len(gone) == most, nil
}

// unlink takes the saga's hold on other sagas away. Its key stays: see expire.
func (c *change) unlink(k key) error {
	links := c.tx.Bucket(linksBucket)
	if err := c.lift(k); err != nil {
		return err
	}
	for _, prior := range linked(links, linkPrior, k) {
		if err := dropLink(links, linkUsedBy, key(prior), k[:]); err != nil {
			return err
		}
		if err := dropLink(links, linkPrior, k, prior); err != nil {
			return err
		}
	}
	return nil
}
