package etcd

import (
	"context"
	"fmt"

	clientv3 "go.etcd.io/etcd/client/v3"

	"arcadia/engine"
)

// The board is where hosts leave for each other what they show: who is there, where an operator was. Nothing depends on it, so a
// word there is written once and may be lost.

// Post puts a word on the board, in the place of the last of that name. A passing one goes away with the process, or with its lease.
func (s *Store) Post(ctx context.Context, name string, word []byte, passing bool) error {
	what := fmt.Sprintf("put %.40q on the board", name)
	switch {
	case s.config.ReadOnly:
		return fmt.Errorf("%s: %w", what, engine.ErrReadOnly)
	case !storable(name) || len(word) > engine.MaxDoc:
		return fmt.Errorf("%s: %w: a name of at most %d bytes, and %d bytes", what, engine.ErrTooLarge, engine.MaxName, engine.MaxDoc)
	}
	var opts []clientv3.OpOption
	if passing {
		lease := s.roster.lease()
		if lease == 0 {
			return fmt.Errorf("%s: this process has not announced itself yet", what)
		}
		opts = append(opts, clientv3.WithLease(lease))
	}
	once, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if _, err := s.client.Put(once, s.keys.board()+name, string(word), opts...); err != nil {
		return fmt.Errorf("%s: %w", what, s.explain(err))
	}
	return nil
}

// Posts are the words on the board whose names begin like that, by the rest of the name.
func (s *reader) Posts(ctx context.Context, prefix string) (map[string][]byte, error) {
	at := s.keys.board() + prefix
	r, err := s.get(ctx, "read the board", at, clientv3.WithPrefix())
	if err != nil {
		return nil, err
	}
	found := map[string][]byte{}
	for _, kv := range r.Kvs {
		found[string(kv.Key[len(at):])] = kv.Value
	}
	return found, nil
}
