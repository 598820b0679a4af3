package etcd

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"golang.org/x/sync/errgroup"

	"arcadia/engine"
)

// How many sagas are looked at at once, how many go into one archive (etcd keeps a moment for ten minutes), and how many are removed at
// once.
const (
	pruneLook = 200
	pruneMost = 10_000
	removing  = 16
)

// Prune removes the sagas that finished before olderThan, with all that is stored of them, and returns how many. Left alone are
// sagas that are not at rest, that failed with residue, that stand in a lock's queue, that a resource names as its last writer,
// and those to which rolling back another saga would give a resource back. Safe to repeat and to break off: it goes from saga to
// saga, each wholly or not at all. Their keys stay for as long as they are good, so that nothing is launched twice.
//
// With Config.Archive no saga is removed of which there is no copy: those that may go are archived as they are at one moment, and
// one that has changed since stays.
func (s *Store) Prune(ctx context.Context, olderThan time.Time) (int, error) {
	if s.config.ReadOnly {
		return 0, fmt.Errorf("prune %s: %w: open it for writing", s.config, engine.ErrReadOnly)
	}
	removed, err := s.prune(ctx, olderThan, math.MaxInt)
	if err == nil {
		err = s.expire(ctx, time.Now())
	}
	return removed, err
}

// prune is Prune of so many sagas at most.
func (s *Store) prune(ctx context.Context, olderThan time.Time, most int) (int, error) {
	removed := 0
	for _, status := range engine.Statuses() {
		if !status.Terminal() {
			continue
		}
		p := pruning{status: status, olderThan: olderThan}
		for !p.over && removed < most {
			p.most = min(pruneMost, most-removed)
			n, err := s.pruneSome(ctx, &p)
			removed += n
			if err != nil {
				return removed, err
			}
		}
	}
	return removed, nil
}

// pruning goes through the sagas of one status from old to new.
type pruning struct {
	status    engine.Status
	olderThan time.Time
	most      int // at once
	from      engine.ID
	over      bool
}

// pruneSome archives and removes the next sagas.
func (s *Store) pruneSome(ctx context.Context, p *pruning) (removed int, err error) {
	now, err := s.Now(ctx)
	if err != nil {
		return 0, err
	}
	ids, err := p.some(ctx, now)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	if s.config.Archive != nil {
		file, err := s.config.Archive(ctx, now, ids)
		if err != nil {
			return 0, fmt.Errorf("prune %s: nothing was removed: %w", s.config, err)
		}
		upTo := engine.At(p.olderThan)
		if !p.over {
			upTo = engine.At(ids[len(ids)-1].Created())
		}
		note := func(c *careRecord) {
			if c.ArchivedIn = file; upTo.After(c.Archived.Time) {
				c.Archived = upTo
			}
		}
		if err := s.noteCare(ctx, note); err != nil {
			return 0, err
		}
	}
	var done atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(removing)
	for _, id := range ids {
		group.Go(func() error {
			gone, err := s.remove(ctx, id, now.at)
			if gone {
				done.Add(1)
			}
			return err
		})
	}
	err = group.Wait()
	return int(done.Load()), err
}

// some are the next sagas that may go.
func (p *pruning) some(ctx context.Context, at *Moment) ([]engine.ID, error) {
	kept, err := at.bound(ctx)
	if err != nil {
		return nil, err
	}
	var ids []engine.ID
	q := engine.Query{Statuses: []engine.Status{p.status}, From: p.from, Oldest: true, Limit: pruneLook}
	for len(ids) < p.most {
		page, err := at.List(ctx, q)
		if err != nil {
			return nil, err
		}
		for i := range page.Items {
			h := &page.Items[i]
			if !h.CreatedAt.Before(p.olderThan) {
				p.over = true // ids are in the order of creation: none of the rest finished earlier
				return ids, nil
			}
			if len(ids) == p.most {
				return ids, nil
			}
			q.From, p.from = h.ID, h.ID
			if h.Residue == 0 && !h.FinishedAt.IsZero() && h.FinishedAt.Before(p.olderThan) && !kept[h.ID] {
				ids = append(ids, h.ID)
			}
		}
		if !page.More {
			p.over = true
			return ids, nil
		}
	}
	return ids, nil
}

// bound are the sagas that a queue or a resource names.
func (s *reader) bound(ctx context.Context) (map[engine.ID]bool, error) {
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

// remove takes one saga away, if it has not changed since a revision, nobody appends to it meanwhile and no other saga would give
// it a resource back.
func (s *Store) remove(ctx context.Context, id engine.ID, since int64) (bool, error) {
	what := "prune saga " + id.Short()
	r, err := s.look(ctx, what, s.op(s.keys.header(id)), s.op(s.keys.left(id)), s.op(s.keys.prior(id), clientv3.WithPrefix(), clientv3.WithKeysOnly(), clientv3.WithLimit(1)), s.op(s.keys.ledger(id), clientv3.WithPrefix()))
	if err != nil {
		return false, err
	}
	header := r.Responses[0].GetResponseRange().Kvs
	if len(header) == 0 || header[0].ModRevision > since || len(r.Responses[2].GetResponseRange().Kvs) > 0 {
		return false, nil
	}
	h, err := decodeHeader(id, header[0].Value)
	if err != nil {
		return false, err
	}
	c := newChange()
	if left := r.Responses[1].GetResponseRange().Kvs; len(left) > 0 {
		t, err := decode[tracesRecord]("traces of saga "+h.Short, left[0].Value)
		if err != nil {
			return false, err
		}
		for _, name := range t.Names {
			c.remove(s.keys.trace(name, id))
		}
		c.remove(s.keys.left(id))
	}
	entries, err := entriesOf(what, r.Responses[3].GetResponseRange().Kvs)
	if err != nil {
		return false, err
	}
	for i := range entries {
		if created := entries[i].Created; created != nil && created.Key != "" {
			c.put(s.keys.orphan(id), created.Key)
		}
		for _, change := range entries[i].Resources {
			if b := change.Before; b != nil && b.SagaID != "" && b.SagaID != id {
				c.remove(s.keys.prior(b.SagaID) + string(id))
			}
		}
	}
	for _, key := range s.keys.of(&h) {
		c.remove(key)
	}
	c.count(s.keys.counter('-', h.Status))
	ops := append(c.ops(0), clientv3.OpDelete(s.keys.ledger(id), clientv3.WithPrefix()))
	done, err := s.commit([]clientv3.Cmp{
		clientv3.Compare(clientv3.ModRevision(s.keys.header(id)), "=", header[0].ModRevision),
		clientv3.Compare(clientv3.CreateRevision(s.keys.prior(id)).WithPrefix(), "=", 0),
	}, ops)
	if err != nil {
		return false, fmt.Errorf("%s: %w", what, s.explain(err))
	}
	return done.Succeeded, nil
}

// of are the keys by which a saga is found: its header and its places in the indexes.
func (l layout) of(h *engine.Summary) []string {
	id := string(h.ID)
	keys := []string{l.header(h.ID), l.suffix(h.ID), l.index("a", "", false) + inverted(id)}
	for _, i := range [][2]string{{"s", string(h.Status)}, {"k", h.Kind}, {"b", h.CreatedBy}} {
		keys = append(keys, l.index(i[0], i[1], true)+id, l.index(i[0], i[1], false)+inverted(id))
	}
	return slices.Clip(keys)
}
