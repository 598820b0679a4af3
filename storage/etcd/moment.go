package etcd

import (
	"context"
	"slices"
	"strings"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// Moment is the store as it was at one revision. etcd keeps it for ten minutes or more; after that its answers are errors.
type Moment struct{ reader }

// Now is the store as it is when it is asked.
func (s *Store) Now(ctx context.Context) (*Moment, error) {
	rev, err := s.revision(ctx)
	if err != nil {
		return nil, err
	}
	m := &Moment{s.reader}
	m.at = rev
	return m, nil
}

// Collections are the names of the collections of documents, in order.
func (s *reader) Collections(ctx context.Context) ([]string, error) {
	root := s.keys.root + "d/"
	r, err := s.get(ctx, "read the collections", root, clientv3.WithPrefix(), clientv3.WithKeysOnly())
	if err != nil {
		return nil, err
	}
	var names []string
	for _, kv := range r.Kvs {
		name, _, _ := strings.Cut(string(kv.Key[len(root):]), "\x00")
		names = append(names, name)
	}
	return slices.Compact(names), nil
}
