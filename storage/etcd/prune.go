package etcd

import (
	"context"
	"fmt"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"arcadia/engine"
)

// pruneLook is how many sagas are looked at at once.
const pruneLook = 200

// Prune removes the sagas that finished before olderThan, with all that is stored of them, and returns how many. Left alone are
// sagas that are not at rest, that failed with residue, that stand in a lock's queue, that a resource names as its last writer,
// and those to which rolling back another saga would give a resource back. Safe to repeat and to break off: it goes from saga to
// saga, each wholly or not at all. Their keys stay, so that nothing is launched twice.
func (s *Store) Prune(ctx context.Context, olderThan time.Time) (int, error) {
	if s.config.ReadOnly {
		return 0, fmt.Errorf("prune %s: %w: open it for writing", s.config, engine.ErrReadOnly)
	}
	kept, err := s.bound(ctx)
	if err != nil {
		return 0, err
	}
	removed := 0
	for _, status := range engine.Statuses() {
		if !status.Terminal() {
			continue
		}
		q := engine.Query{Statuses: []engine.Status{status}, Oldest: true, Limit: pruneLook}
		for more := true; more; {
			p, err := s.List(ctx, q)
			if err != nil {
				return removed, err
			}
			more = p.More
			for i := range p.Items {
				h := &p.Items[i]
				q.From = h.ID
				if !h.CreatedAt.Before(olderThan) {
					more = false // ids are in the order of creation: none of the rest finished earlier
					break
				}
				if h.Residue > 0 || h.FinishedAt.IsZero() || !h.FinishedAt.Before(olderThan) || kept[h.ID] {
					continue
				}
				gone, err := s.remove(ctx, h)
				if err != nil {
					return removed, err
				}
				if gone {
					removed++
				}
			}
		}
	}
	return removed, nil
}

// bound are the sagas that a queue or a resource names.
func (s *Store) bound(ctx context.Context) (map[engine.ID]bool, error) {
	locks, err := s.Locks(ctx)
	if err != nil {
		return nil, err
	}
	resources, err := s.Resources(ctx)
	if err != nil {
		return nil, err
	}
	kept := map[engine.ID]bool{}
	for _, l := range locks {
		kept[l.Saga] = true
	}
	for i := range resources {
		kept[resources[i].SagaID] = true
	}
	return kept, nil
}

// remove takes one saga away, if nobody appends to it meanwhile and no other saga would give it a resource back.
func (s *Store) remove(ctx context.Context, h *engine.Summary) (bool, error) {
	what := "prune saga " + h.Short
	entries, err := s.Entries(ctx, h.ID, 0)
	if err != nil {
		return false, err
	}
	r, err := s.look(ctx, what, s.op(s.keys.header(h.ID), clientv3.WithKeysOnly()), s.op(s.keys.left(h.ID)), s.op(s.keys.prior(h.ID), clientv3.WithPrefix(), clientv3.WithKeysOnly(), clientv3.WithLimit(1)))
	if err != nil {
		return false, err
	}
	header := r.Responses[0].GetResponseRange().Kvs
	if len(header) == 0 || len(r.Responses[2].GetResponseRange().Kvs) > 0 {
		return false, nil
	}
	c := newChange()
	if left := r.Responses[1].GetResponseRange().Kvs; len(left) > 0 {
		t, err := decode[tracesRecord]("traces of saga "+h.Short, left[0].Value)
		if err != nil {
			return false, err
		}
		for _, name := range t.Names {
			c.remove(s.keys.trace(name, h.ID))
		}
		c.remove(s.keys.left(h.ID))
	}
	for i := range entries {
		for _, change := range entries[i].Resources {
			if b := change.Before; b != nil && b.SagaID != "" && b.SagaID != h.ID {
				c.remove(s.keys.prior(b.SagaID) + string(h.ID))
			}
		}
	}
	c.remove(s.keys.header(h.ID))
	c.remove(s.keys.suffix(h.ID))
	c.remove(s.keys.index("a", "", false) + inverted(string(h.ID)))
	for _, i := range [][2]string{{"s", string(h.Status)}, {"k", h.Kind}, {"b", h.CreatedBy}} {
		c.remove(s.keys.index(i[0], i[1], true) + string(h.ID))
		c.remove(s.keys.index(i[0], i[1], false) + inverted(string(h.ID)))
	}
	c.put(s.keys.counter('-', h.Status), "")
	ops := append(c.ops(), clientv3.OpDelete(s.keys.ledger(h.ID), clientv3.WithPrefix()))
	done, err := s.commit([]clientv3.Cmp{
		clientv3.Compare(clientv3.ModRevision(s.keys.header(h.ID)), "=", header[0].ModRevision),
		clientv3.Compare(clientv3.CreateRevision(s.keys.prior(h.ID)).WithPrefix(), "=", 0),
	}, ops)
	if err != nil {
		return false, fmt.Errorf("%s: %w", what, s.explain(err))
	}
	return done.Succeeded, nil
}
