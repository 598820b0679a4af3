package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"arcadia/engine"
)

// docsBucket holds sealed engine.Doc records by collection, a zero byte, and name. It comes into being with the first of them.
var docsBucket = []byte("docs")

type docRecord struct {
	V int `json:"v"`
	engine.Doc
}

// docChange is a change of a document, encoded.
type docChange struct {
	engine.DocChange
	at    []byte
	value []byte // nil: it is removed
}

func docKey(collection, name string) []byte {
	return append(append([]byte(collection), 0), name...)
}

func docName(at []byte) string {
	collection, name, _ := bytes.Cut(at, []byte{0})
	return fmt.Sprintf("%s %q", collection, name)
}

// encodeDocs seals the documents as they will be.
func encodeDocs(changes []engine.DocChange) ([]docChange, error) {
	var all []docChange
	for _, c := range changes {
		d := docChange{DocChange: c, at: docKey(c.Collection, c.Name)}
		if !c.Remove {
			c.Version = c.IfVersion + 1
			var err error
			if d.value, err = sealed(docsBucket, d.at, docRecord{V: recordVersion, Doc: c.Doc}); err != nil {
				return nil, fmt.Errorf("%s: %w: %w", docName(d.at), engine.ErrBadValue, err)
			}
		}
		all = append(all, d)
	}
	return all, nil
}

func readDoc(at, value []byte) (engine.Doc, error) {
	r, err := read[docRecord](docsBucket, at, value, docName(at))
	return r.Doc, err
}

// Docs implements engine.Store.
func (s *Store) Docs(ctx context.Context, collection string, names ...string) ([]engine.Doc, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var found []engine.Doc
	err := s.view("read documents", func(tx *bbolt.Tx) error {
		b := tx.Bucket(docsBucket)
		if b == nil || bytes.IndexByte([]byte(collection), 0) >= 0 {
			return nil
		}
		add := func(at, value []byte) error {
			d, err := readDoc(at, value)
			found = append(found, d)
			return err
		}
		for _, n := range names {
			at := docKey(collection, n)
			if value := b.Get(at); value != nil {
				if err := add(at, value); err != nil {
					return err
				}
			}
		}
		if len(names) > 0 {
			return nil
		}
		prefix := docKey(collection, "")
		c := b.Cursor()
		for at, value := c.Seek(prefix); bytes.HasPrefix(at, prefix); at, value = c.Next() {
			if err := add(at, value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// PutDocs implements engine.Store. The changes are a transaction of their own.
func (s *Store) PutDocs(ctx context.Context, changes ...engine.DocChange) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.writer == nil {
		return fmt.Errorf("change documents in %s: %w: open it for writing", s.path, ErrReadOnly)
	}
	if err := engine.DocsFit(changes); err != nil {
		return err
	}
	docs, err := encodeDocs(changes)
	if err != nil || len(docs) == 0 {
		return err
	}
	return s.alone(func() error {
		return s.writer.transact(func(c *change) error {
			if err := c.admitDocs(docs); err != nil {
				return err
			}
			return c.putDocs(docs)
		})
	})
}

// admitDocs refuses changes that expect other versions than there are.
func (c *change) admitDocs(docs []docChange) error {
	b := c.tx.Bucket(docsBucket)
	for i := range docs {
		have := uint64(0)
		if b != nil {
			if value := b.Get(docs[i].at); value != nil {
				d, err := readDoc(docs[i].at, value)
				if err != nil {
					return err
				}
				have = d.Version
			}
		}
		if err := docs[i].Admits(have); err != nil {
			return err
		}
	}
	return nil
}

// putDocs makes changes that were admitted.
func (c *change) putDocs(docs []docChange) error {
	if len(docs) == 0 {
		return nil
	}
	c.wrote = true
	b, err := c.tx.CreateBucketIfNotExists(docsBucket)
	if err != nil {
		return fmt.Errorf("make bucket %s: %w", docsBucket, err)
	}
	for _, d := range docs {
		if d.value == nil {
			err = b.Delete(d.at)
		} else {
			err = b.Put(d.at, d.value)
		}
		if err != nil {
			return fmt.Errorf("put %s: %w", docName(d.at), err)
		}
	}
	return nil
}

// documents checks that each stands where its name says, with a version.
func (a *audit) documents() error {
	b := a.tx.Bucket(docsBucket)
	if b == nil {
		return nil
	}
	return b.ForEach(func(at, value []byte) error {
		a.report.Docs++
		d, err := readDoc(at, value)
		if err == nil && (!bytes.Equal(at, docKey(d.Collection, d.Name)) || d.Version == 0) {
			err = damaged(docName(at), errors.New("it says that it is another"))
		}
		a.note(err)
		return nil
	})
}

// Collections are the names of the collections of documents, in order.
func (s *Store) Collections(ctx context.Context) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var names []string
	err := s.view("read the collections", func(tx *bbolt.Tx) error {
		b := tx.Bucket(docsBucket)
		if b == nil {
			return nil
		}
		c := b.Cursor()
		for at, _ := c.First(); at != nil; { // one for each collection
			name, _, _ := bytes.Cut(at, []byte{0})
			names = append(names, string(name))
			at, _ = c.Seek(append(bytes.Clone(name), 1))
		}
		return nil
	})
	return names, err
}
