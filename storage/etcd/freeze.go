package etcd

import (
	"context"
	"fmt"

	clientv3 "go.etcd.io/etcd/client/v3"

	"arcadia/engine"
)

// passable is what the key of the newest freeze says when freeze n lets starts pass: it has ended, or the engine began it and puts
// it to the test. Nothing when there has never been one. A start compares it, so that nothing starts after a freeze from another
// host.
func passable(n uint64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%016x passes", n)
}

// gateText is what the key of the newest freeze says while it is that.
func gateText(f *engine.Freeze) string {
	if f.EndedAt.IsZero() && !f.Auto {
		return fmt.Sprintf("%016x lasts", f.N)
	}
	return passable(f.N)
}

// Freezes implements engine.Store.
func (s *reader) Freezes(ctx context.Context, limit int) ([]engine.Freeze, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r, err := s.get(ctx, "read freezes", s.keys.freezes(), clientv3.WithPrefix(), clientv3.WithLimit(int64(max(0, limit))))
	if err != nil {
		return nil, err
	}
	var found []engine.Freeze
	for _, kv := range r.Kvs {
		f, err := decode[freezeRecord]("a freeze", kv.Value)
		if err != nil {
			return nil, err
		}
		found = append(found, f.Freeze)
	}
	return found, nil
}

// PutFreeze implements engine.Store.
func (s *Store) PutFreeze(ctx context.Context, f engine.Freeze) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := f.Fits(); err != nil {
		return err
	}
	what := fmt.Sprintf("record freeze %d", f.N)
	return s.put(ctx, what, func() ([]clientv3.Cmp, *change, error) {
		r, err := s.look(s.open, what, clientv3.OpGet(s.keys.frozen()), clientv3.OpGet(s.keys.freezes(), clientv3.WithPrefix(), clientv3.WithLimit(1)))
		if err != nil {
			return nil, nil, err
		}
		newest, mod := uint64(0), int64(0)
		if kvs := r.Responses[1].GetResponseRange().Kvs; len(kvs) > 0 {
			last, err := decode[freezeRecord]("a freeze", kvs[0].Value)
			if err != nil {
				return nil, nil, err
			}
			newest = last.N
		}
		if kvs := r.Responses[0].GetResponseRange().Kvs; len(kvs) > 0 {
			mod = kvs[0].ModRevision
		}
		if f.N != newest+1 && (f.N != newest || newest == 0) {
			return nil, nil, fmt.Errorf("%s: %w: the newest is %d", what, engine.ErrConflict, newest)
		}
		value, err := encoded(freezeRecord{recordVersion, f})
		if err != nil {
			return nil, nil, err
		}
		c := newChange()
		c.put(s.keys.freeze(f.N), value)
		c.put(s.keys.frozen(), gateText(&f))
		return []clientv3.Cmp{clientv3.Compare(clientv3.ModRevision(s.keys.frozen()), "=", mod)}, c, nil
	})
}
