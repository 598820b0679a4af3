package etcd

import (
	"cmp"
	"context"
	"slices"
	"strings"

	clientv3 "go.etcd.io/etcd/client/v3"

	"arcadia/engine"
)

// left is one trace, and at which revision it was left.
type left struct {
	engine.Trace
	at int64
}

// tracesUnder reads the traces of names, all for none, at one revision, and since when the given saga has had its own.
func (s *reader) tracesUnder(ctx context.Context, id engine.ID, names []string) (found []left, own int64, err error) {
	ops := []clientv3.Op{s.op(s.keys.left(id), clientv3.WithKeysOnly())}
	if !id.Valid() {
		ops[0] = s.op(s.keys.left(""), clientv3.WithKeysOnly())
	}
	if len(names) == 0 {
		ops = append(ops, s.op(s.keys.root+"t/", clientv3.WithPrefix()))
	}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		if storable(name) {
			ops = append(ops, s.op(s.keys.traces(name), clientv3.WithPrefix()))
		}
	}
	for part := range slices.Chunk(ops, maxOps) {
		r, err := s.look(ctx, "read traces", part...)
		if err != nil {
			return nil, 0, err
		}
		for _, one := range r.Responses {
			for _, kv := range one.GetResponseRange().Kvs {
				rest, is := strings.CutPrefix(string(kv.Key), s.keys.root+"t/")
				if !is {
					own = kv.ModRevision
					continue
				}
				name, saga, _ := strings.Cut(rest, "\x00")
				found = append(found, left{engine.Trace{Name: name, Saga: engine.ID(saga)}, kv.ModRevision})
			}
		}
	}
	return found, own, nil
}

// Later implements engine.Store. Its cost grows with how many traces lie under the names.
func (s *reader) Later(ctx context.Context, id engine.ID, limit int, names ...string) ([]engine.ID, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, nil
	}
	all, own, err := s.tracesUnder(ctx, id, names)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b left) int {
		return cmp.Or(cmp.Compare(b.at, a.at), strings.Compare(string(a.Saga), string(b.Saga)))
	})
	var found []engine.ID
	for _, t := range all {
		if t.at > own && len(found) < limit && (len(found) == 0 || found[len(found)-1] != t.Saga) {
			found = append(found, t.Saga)
		}
	}
	return found, nil
}

// Traces implements engine.Store.
func (s *reader) Traces(ctx context.Context, names ...string) ([]engine.Trace, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	all, _, err := s.tracesUnder(ctx, "", names)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b left) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.at, b.at), strings.Compare(string(a.Saga), string(b.Saga)))
	})
	var found []engine.Trace
	for _, t := range all {
		found = append(found, t.Trace)
	}
	return found, nil
}

// Moves implements engine.Store.
func (s *reader) Moves(ctx context.Context, keys ...string) (map[string]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	found := map[string]string{}
	if len(keys) == 0 {
		r, err := s.get(ctx, "read moves", s.keys.moves(), clientv3.WithPrefix())
		if err != nil {
			return nil, err
		}
		for _, kv := range r.Kvs {
			found[string(kv.Key[len(s.keys.moves()):])] = string(kv.Value)
		}
		return found, nil
	}
	// Ids are given once, so that no move leads back; the bound is for a store that says so all the same.
	const most = 1 << 10
	at := map[string]string{} // where each key has got to so far
	for _, k := range keys {
		if storable(k) {
			at[k] = k
		}
	}
	for range most {
		var asked, places []string
		for k, to := range at {
			asked, places = append(asked, k), append(places, s.keys.moves()+to)
		}
		kvs, err := s.several(ctx, "read moves", 0, places)
		if err != nil {
			return nil, err
		}
		for i, kv := range kvs {
			if kv == nil {
				delete(at, asked[i])
				continue
			}
			at[asked[i]] = string(kv.Value)
			found[asked[i]] = string(kv.Value)
		}
		if len(at) == 0 {
			break
		}
	}
	return found, nil
}
