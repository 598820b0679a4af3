package etcd

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"arcadia/engine"
)

type kv = mvccpb.KeyValue

// several reads keys at one revision, 0 for now, each by itself: a range of a key costs what is in it. What does not exist is nil.
func (s *reader) several(ctx context.Context, what string, rev int64, keys []string) ([]*kv, error) {
	found := make([]*kv, 0, len(keys))
	for part := range slices.Chunk(keys, maxOps) {
		ops := make([]clientv3.Op, len(part))
		for i, k := range part {
			ops[i] = clientv3.OpGet(k, clientv3.WithRev(cmp.Or(rev, s.at)))
		}
		r, err := s.look(ctx, what, ops...)
		if err != nil {
			return nil, err
		}
		if rev == 0 {
			rev = r.Header.Revision
		}
		for _, one := range r.Responses {
			var got *kv
			if kvs := one.GetResponseRange().Kvs; len(kvs) > 0 {
				got = kvs[0]
			}
			found = append(found, got)
		}
	}
	return found, nil
}

// revision is the store's now.
func (s *reader) revision(ctx context.Context) (int64, error) {
	r, err := s.get(ctx, "ask for the revision", s.keys.meta(), clientv3.WithKeysOnly())
	if err != nil {
		return 0, err
	}
	return r.Header.Revision, nil
}

// Entries implements engine.Store.
func (s *reader) Entries(ctx context.Context, id engine.ID, after uint64) ([]engine.Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	what := "entries of saga " + id.Short()
	if !id.Valid() {
		return nil, fmt.Errorf("entries of saga %.40q: %w", id, engine.ErrNotFound)
	}
	ops := []clientv3.Op{s.op(s.keys.header(id), clientv3.WithKeysOnly())}
	if after+1 != 0 {
		end := clientv3.GetPrefixRangeEnd(s.keys.ledger(id))
		ops = append(ops, s.op(s.keys.entries(id, after+1), clientv3.WithRange(end)))
	}
	r, err := s.look(ctx, what, ops...)
	if err != nil {
		return nil, err
	}
	if len(r.Responses[0].GetResponseRange().Kvs) == 0 {
		return nil, fmt.Errorf("%s: %w", what, engine.ErrNotFound)
	}
	if len(r.Responses) == 1 {
		return nil, nil
	}
	all, err := entriesOf(what, r.Responses[1].GetResponseRange().Kvs)
	return slices.DeleteFunc(all, func(e engine.Entry) bool { return e.Seq <= after }), err
}

// entriesOf are the entries in records of them.
func entriesOf(what string, kvs []*kv) (all []engine.Entry, err error) {
	for _, kv := range kvs {
		rec, err := decodeEntries(what, kv.Value)
		if err != nil {
			return nil, err
		}
		all = append(all, rec.Entries...)
	}
	return all, nil
}

// Summaries implements engine.Store.
func (s *reader) Summaries(ctx context.Context, ids ...engine.ID) ([]engine.Summary, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.summaries(ctx, 0, ids)
}

func (s *reader) summaries(ctx context.Context, rev int64, ids []engine.ID) ([]engine.Summary, error) {
	var keys []string
	for _, id := range ids {
		if id.Valid() {
			keys = append(keys, s.keys.header(id))
		}
	}
	kvs, err := s.several(ctx, "read headers", rev, keys)
	if err != nil {
		return nil, err
	}
	var found []engine.Summary
	for _, kv := range kvs {
		if kv == nil {
			continue
		}
		h, err := decodeHeader(engine.ID(kv.Key[len(s.keys.headers()):]), kv.Value)
		if err != nil {
			return nil, err
		}
		found = append(found, h)
	}
	return found, nil
}

// Find implements engine.Store. Its cost grows with how many sagas end like this, whatever the limit.
func (s *reader) Find(ctx context.Context, suffix string, limit int) ([]engine.ID, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	digits := strings.ToLower(strings.ReplaceAll(suffix, "-", ""))
	if len(digits) > 32 || limit <= 0 || strings.Trim(digits, "0123456789abcdef") != "" {
		return nil, nil
	}
	if digits == "" {
		ids, _, err := s.walk(ctx, walk{oldest: true, need: limit})
		return ids, err
	}
	r, err := s.get(ctx, "find "+suffix, s.keys.suffixes()+reversed(digits[max(0, len(digits)-8):]), clientv3.WithPrefix())
	if err != nil {
		return nil, err
	}
	var found []engine.ID
	for _, kv := range r.Kvs {
		if id := engine.ID(kv.Value); strings.HasSuffix(strings.ReplaceAll(string(id), "-", ""), digits) {
			found = append(found, id)
		}
	}
	slices.Sort(found)
	return found[:min(limit, len(found))], nil
}

// Keyed implements engine.Store.
func (s *reader) Keyed(ctx context.Context, key string) (engine.ID, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if storable(key) && key != "" {
		r, err := s.get(ctx, "read a key", s.keys.named(key))
		if err != nil {
			return "", err
		}
		if len(r.Kvs) > 0 {
			return engine.ID(r.Kvs[0].Value), nil
		}
	}
	return "", fmt.Errorf("key %.40q: %w", key, engine.ErrNotFound)
}

// Counts implements engine.Store. A counter's count is the version of its key: to add to it nobody has to know it.
func (s *reader) Counts(ctx context.Context) (engine.Counts, error) {
	if err := ctx.Err(); err != nil {
		return engine.Counts{}, err
	}
	c := engine.Counts{ByStatus: map[engine.Status]int{}}
	r, err := s.get(ctx, "read counters", s.keys.counters(), clientv3.WithPrefix())
	if err != nil {
		return c, err
	}
	for _, kv := range r.Kvs {
		name, n := string(kv.Key[len(s.keys.counters()):]), int(kv.Version)
		if name[0] == '-' {
			n = -n
		}
		status, _, _ := strings.Cut(name[1:], "/")
		c.ByStatus[engine.Status(status)] += n
		c.Total += n
	}
	for status, n := range c.ByStatus {
		if n == 0 {
			delete(c.ByStatus, status)
		}
	}
	return c, nil
}

// Locks implements engine.Store.
func (s *reader) Locks(ctx context.Context) ([]engine.Lock, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r, err := s.get(ctx, "read locks", s.keys.locks(), clientv3.WithPrefix())
	if err != nil {
		return nil, err
	}
	return s.decodeLocks(r.Kvs)
}

func (s *reader) decodeLocks(kvs []*kv) ([]engine.Lock, error) {
	var locks []engine.Lock
	for _, kv := range kvs {
		name, id, _ := strings.Cut(string(kv.Key[len(s.keys.locks()):]), "\x00")
		r, err := decode[lockRecord](fmt.Sprintf("lock %q", name), kv.Value)
		if err != nil {
			return nil, err
		}
		locks = append(locks, engine.Lock{Name: name, Ticket: r.Ticket, Saga: engine.ID(id)})
	}
	slices.SortFunc(locks, func(a, b engine.Lock) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.Ticket, b.Ticket), strings.Compare(string(a.Saga), string(b.Saga)))
	})
	return locks, nil
}

// Resources implements engine.Store.
func (s *reader) Resources(ctx context.Context, keys ...string) ([]engine.Resource, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var kvs []*kv
	if len(keys) == 0 {
		r, err := s.get(ctx, "read resources", s.keys.resources(), clientv3.WithPrefix())
		if err != nil {
			return nil, err
		}
		kvs = r.Kvs
	} else {
		var at []string
		for _, k := range keys {
			if storable(k) {
				at = append(at, s.keys.resources()+k)
			}
		}
		var err error
		if kvs, err = s.several(ctx, "read resources", 0, at); err != nil {
			return nil, err
		}
	}
	var found []engine.Resource
	for _, kv := range kvs {
		if kv == nil {
			continue
		}
		r, err := decode[resourceRecord](fmt.Sprintf("resource %q", kv.Key[len(s.keys.resources()):]), kv.Value)
		if err != nil {
			return nil, err
		}
		found = append(found, r.Resource)
	}
	return found, nil
}
