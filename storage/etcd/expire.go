package etcd

import (
	"context"
	"fmt"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"arcadia/engine"
)

// expiring is how many keys are removed at once.
const expiring = 32

// expire removes the keys of launches that are good no longer and whose sagas have been removed. A key that another saga has taken
// since is that saga's.
func (s *Store) expire(ctx context.Context, now time.Time) error {
	old := clientv3.WithRange(s.keys.orphaned() + clockText(uint64(now.Add(-engine.KeyLife).UnixMilli())))
	for {
		r, err := s.get(ctx, "look for keys that are good no longer", s.keys.orphaned(), old, clientv3.WithLimit(expiring))
		if err != nil || len(r.Kvs) == 0 {
			return err
		}
		var gone []clientv3.Op
		for _, kv := range r.Kvs {
			orphan, key := string(kv.Key), s.keys.named(string(kv.Value))
			gone = append(gone, clientv3.OpTxn(
				[]clientv3.Cmp{clientv3.Compare(clientv3.Value(key), "=", orphan[len(s.keys.orphaned()):])},
				[]clientv3.Op{clientv3.OpDelete(key), clientv3.OpDelete(orphan)}, []clientv3.Op{clientv3.OpDelete(orphan)}))
		}
		if _, err := s.commit(nil, gone); err != nil {
			return fmt.Errorf("remove keys that are good no longer: %w", s.explain(err))
		}
	}
}
