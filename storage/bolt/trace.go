package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"arcadia/engine"
)

// moveRecord is the stored form of an engine.Moved under the key that it leads from.
type moveRecord struct {
	V  int    `json:"v"`
	To string `json:"to"`
}

const numberLen = 8 // bytes of a trace's number

// traceKey is a trace: sorted by name, then by age. Names hold no zero byte.
func traceKey(name string, n uint64, k key) []byte {
	b := make([]byte, 0, len(name)+1+numberLen+len(k))
	b = append(append(b, name...), 0)
	b = binary.BigEndian.AppendUint64(b, n)
	return append(b, k[:]...)
}

// traceAt is the trace that a link of the saga stands for: its number and then its name.
func traceAt(rest []byte, k key) []byte {
	return traceKey(string(rest[numberLen:]), binary.BigEndian.Uint64(rest), k)
}

// traces removes the traces that the saga has left, files its new ones, and notes what has moved.
func (c *change) traces(p *prepared) error {
	if p.lift {
		if err := c.lift(p.id); err != nil {
			return err
		}
	}
	if len(p.leave) > 0 {
		c.counts.Traced++
		c.counted = true
		if err := leave(c.tx, p.id, c.counts.Traced, p.leave); err != nil {
			return err
		}
	}
	for _, m := range p.moves {
		if err := c.tx.Bucket(movesBucket).Put(m.key, m.value); err != nil {
			return fmt.Errorf("put move: %w", err)
		}
	}
	return nil
}

// leave files a saga under names, under a number higher than all before.
func leave(tx *bbolt.Tx, k key, n uint64, names []string) error {
	for _, name := range names {
		if err := tx.Bucket(tracesBucket).Put(traceKey(name, n, k), nil); err != nil {
			return fmt.Errorf("leave trace %q: %w", name, err)
		}
		if err := putLink(tx.Bucket(linksBucket), linkTrace, k, append(binary.BigEndian.AppendUint64(nil, n), name...)); err != nil {
			return err
		}
	}
	return nil
}

// lift takes the traces of a saga away.
func (c *change) lift(k key) error {
	links, b := c.tx.Bucket(linksBucket), c.tx.Bucket(tracesBucket)
	for _, rest := range linked(links, linkTrace, k) {
		if err := b.Delete(traceAt(rest, k)); err != nil {
			return fmt.Errorf("lift trace: %w", err)
		}
		if err := dropLink(links, linkTrace, k, rest); err != nil {
			return err
		}
	}
	return nil
}

// Later implements engine.Store.
func (s *Store) Later(ctx context.Context, id engine.ID, limit int, names ...string) ([]engine.ID, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	k, _ := keyOf(id)
	var found []engine.ID
	err := s.view("read traces", func(tx *bbolt.Tx) error {
		after := uint64(0)
		if own := linked(tx.Bucket(linksBucket), linkTrace, k); len(own) > 0 {
			after = binary.BigEndian.Uint64(own[0])
		}
		found = newestTraces(tx.Bucket(tracesBucket), after, limit, names)
		return nil
	})
	return found, err
}

// newestTraces are the sagas with traces under the names above a number, the newest first, each once.
func newestTraces(b *bbolt.Bucket, after uint64, limit int, names []string) []engine.ID {
	type end struct {
		cursor *bbolt.Cursor
		prefix []byte
		n      uint64
		saga   engine.ID
	}
	var ends []*end
	step := func(e *end, at []byte) bool {
		if !bytes.HasPrefix(at, e.prefix) || len(at) != len(e.prefix)+numberLen+len(key{}) {
			return false
		}
		e.n = binary.BigEndian.Uint64(at[len(e.prefix):])
		e.saga = key(at[len(e.prefix)+numberLen:]).id()
		return e.n > after
	}
	for _, name := range names {
		e := &end{cursor: b.Cursor(), prefix: append([]byte(name), 0)}
		last := append(bytes.Clone(e.prefix), 0xff)
		at, _ := e.cursor.Seek(last)
		if at == nil {
			at, _ = e.cursor.Last()
		} else {
			at, _ = e.cursor.Prev()
		}
		if step(e, at) {
			ends = append(ends, e)
		}
	}
	var found []engine.ID
	for len(ends) > 0 && len(found) < limit {
		best := 0
		for i := range ends {
			if ends[i].n > ends[best].n {
				best = i
			}
		}
		e := ends[best]
		if len(found) == 0 || found[len(found)-1] != e.saga {
			found = append(found, e.saga)
		}
		if at, _ := e.cursor.Prev(); !step(e, at) {
			ends = append(ends[:best], ends[best+1:]...)
		}
	}
	return found
}

// Traces implements engine.Store.
func (s *Store) Traces(ctx context.Context, names ...string) ([]engine.Trace, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var found []engine.Trace
	err := s.view("read traces", func(tx *bbolt.Tx) error {
		b := tx.Bucket(tracesBucket)
		prefixes := [][]byte{nil}
		if len(names) > 0 {
			prefixes = nil
			for _, name := range names {
				prefixes = append(prefixes, append([]byte(name), 0))
			}
		}
		for _, prefix := range prefixes {
			c := b.Cursor()
			for at, _ := c.Seek(prefix); at != nil && bytes.HasPrefix(at, prefix); at, _ = c.Next() {
				name, _, k, ok := parseTrace(at)
				if !ok {
					return damaged(fmt.Sprintf("trace %x", at), errMissing)
				}
				found = append(found, engine.Trace{Name: name, Saga: k.id()})
			}
		}
		return nil
	})
	return found, err
}

func parseTrace(at []byte) (name string, n uint64, k key, ok bool) {
	cut := len(at) - numberLen - len(key{})
	if cut < 1 || at[cut-1] != 0 {
		return "", 0, key{}, false
	}
	return string(at[:cut-1]), binary.BigEndian.Uint64(at[cut:]), key(at[cut+numberLen:]), true
}

// Moves implements engine.Store.
func (s *Store) Moves(ctx context.Context, keys ...string) (map[string]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	found := map[string]string{}
	err := s.view("read moves", func(tx *bbolt.Tx) error {
		b := tx.Bucket(movesBucket)
		if len(keys) == 0 {
			return b.ForEach(func(at, value []byte) error {
				r, err := read[moveRecord](movesBucket, at, value, fmt.Sprintf("move of %q", at))
				found[string(at)] = r.To
				return err
			})
		}
		for _, key := range keys {
			if err := follow(b, key, found); err != nil {
				return err
			}
		}
		return nil
	})
	return found, err
}

// follow finds the key that a resource has now. Ids are given once, so that no move leads back; the bound is for a file
// that says so all the same.
func follow(b *bbolt.Bucket, from string, found map[string]string) error {
	const most = 1 << 16
	at := []byte(from)
	for range most {
		value := b.Get(at)
		if value == nil {
			return nil
		}
		r, err := read[moveRecord](movesBucket, at, value, fmt.Sprintf("move of %q", at))
		if err != nil {
			return err
		}
		found[from], at = r.To, []byte(r.To)
	}
	return damaged(fmt.Sprintf("moves of %q", from), errMissing)
}

// traces checks every trace against its link, and every move against its sum.
func (a *audit) traces() error {
	links, n := a.tx.Bucket(linksBucket), 0
	err := a.tx.Bucket(tracesBucket).ForEach(func(at, value []byte) error {
		n++
		name, number, k, ok := parseTrace(at)
		if !ok || len(value) > 0 || !has(links, linkAt(linkTrace, k, append(binary.BigEndian.AppendUint64(nil, number), name...))) {
			a.report.problem("trace %q is not linked to saga %s", name, k.id().Short())
		}
		return nil
	})
	if err != nil {
		return err
	}
	if n != a.traced {
		a.report.problem("%d traces, and links to %d", n, a.traced)
	}
	return a.tx.Bucket(movesBucket).ForEach(func(at, value []byte) error {
		_, err := read[moveRecord](movesBucket, at, value, fmt.Sprintf("move of %q", at))
		a.note(err)
		return nil
	})
}
