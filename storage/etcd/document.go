package etcd

import (
	"context"
	"fmt"
	"slices"
	"strings"

	clientv3 "go.etcd.io/etcd/client/v3"

	"arcadia/engine"
)

// comparedOneByOne is up to how many documents are compared each by itself; more of them as one range.
const comparedOneByOne = 64

// docsAt reads the documents that are to be changed, at a revision, 0 for now.
func (s *reader) docsAt(ctx context.Context, rev int64, changes []engine.DocChange) (map[string]stored, error) {
	keys := make([]string, len(changes))
	for i, c := range changes {
		keys[i] = s.keys.doc(c.Collection, c.Name)
	}
	found, err := s.several(ctx, "read documents", rev, keys)
	if err != nil {
		return nil, err
	}
	docs := map[string]stored{}
	for _, kv := range found {
		if kv == nil {
			continue
		}
		r, err := decode[docRecord](fmt.Sprintf("document %q", kv.Key[len(s.keys.root):]), kv.Value)
		if err != nil {
			return nil, err
		}
		docs[string(kv.Key)] = stored{kv.ModRevision, r.Doc}
	}
	return docs, nil
}

func (s *Store) docCompares(changes []engine.DocChange, docs map[string]stored, at int64) []clientv3.Cmp {
	if len(changes) > comparedOneByOne {
		return []clientv3.Cmp{clientv3.Compare(clientv3.ModRevision(s.keys.root+"d/").WithPrefix(), "<", at+1)}
	}
	var cmps []clientv3.Cmp
	for _, c := range changes {
		key := s.keys.doc(c.Collection, c.Name)
		cmps = append(cmps, clientv3.Compare(clientv3.ModRevision(key), "=", docs[key].mod))
	}
	return cmps
}

func (s *Store) docsTo(c *change, changes []engine.DocChange) error {
	for _, d := range changes {
		key := s.keys.doc(d.Collection, d.Name)
		if d.Remove {
			c.remove(key)
			continue
		}
		d.Version = d.IfVersion + 1
		value, err := encoded(docRecord{recordVersion, d.Doc})
		if err != nil {
			return err
		}
		c.put(key, value)
	}
	return nil
}

// PutDocs implements engine.Store.
func (s *Store) PutDocs(ctx context.Context, changes ...engine.DocChange) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := engine.DocsFit(changes); err != nil {
		return err
	}
	if len(changes) == 0 {
		return nil
	}
	return s.put(ctx, "change documents", func() ([]clientv3.Cmp, *change, error) {
		rev, err := s.revision(s.open)
		if err != nil {
			return nil, nil, err
		}
		docs, err := s.docsAt(s.open, rev, changes)
		if err != nil {
			return nil, nil, err
		}
		for i := range changes {
			if err := changes[i].Admits(docs[s.keys.doc(changes[i].Collection, changes[i].Name)].doc.Version); err != nil {
				return nil, nil, err
			}
		}
		c := newChange()
		return s.docCompares(changes, docs, rev), c, s.docsTo(c, changes)
	})
}

// Docs implements engine.Store.
func (s *reader) Docs(ctx context.Context, collection string, names ...string) ([]engine.Doc, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !storable(collection) {
		return nil, nil
	}
	var kvs []*kv
	if len(names) == 0 {
		r, err := s.get(ctx, "read documents", s.keys.docs(collection), clientv3.WithPrefix())
		if err != nil {
			return nil, err
		}
		kvs = r.Kvs
	} else {
		keys := make([]string, 0, len(names))
		for _, n := range slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !storable(n) }) {
			keys = append(keys, s.keys.doc(collection, n))
		}
		var err error
		if kvs, err = s.several(ctx, "read documents", 0, keys); err != nil {
			return nil, err
		}
	}
	var found []engine.Doc
	for _, kv := range kvs {
		if kv == nil {
			continue
		}
		r, err := decode[docRecord](fmt.Sprintf("document %q", strings.TrimPrefix(string(kv.Key), s.keys.root)), kv.Value)
		if err != nil {
			return nil, err
		}
		found = append(found, r.Doc)
	}
	return found, nil
}
