package bolt_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"arcadia/engine"
	"arcadia/storage/bolt"
	"arcadia/storage/storagetest"
)

// fill puts n sagas into a store, of every status, some with keys, locks and resources.
func fill(t testing.TB, s engine.Store, n int) {
	t.Helper()
	for i := range n {
		b := storagetest.Creation(i)
		if i%4 == 0 {
			b.Key = fmt.Sprintf("form-%d", i)
		}
		if i%5 == 0 {
			b.Locks = engine.LockChange{Ticket: uint64(i), Take: []string{"droplet:1", fmt.Sprintf("droplet:%d", i)}}
		}
		if i%7 == 0 {
			b.Resources = []engine.ResourceChange{{After: storagetest.Resource(fmt.Sprintf("r%d", i), i, 1)}}
		}
		h := create(t, s, b)
		if to := engine.Statuses()[i%6]; to != engine.Pending {
			h = create(t, s, storagetest.After(h, engine.Running, 2))
			b := storagetest.After(h, to, 1)
			b.Locks.Drop = []string{fmt.Sprintf("droplet:%d", i)}
			create(t, s, b)
		}
	}
}

// fillDocs adds documents, which schema 1 did not have.
func fillDocs(t testing.TB, s *bolt.Store) {
	t.Helper()
	for i := range 6 {
		if err := s.PutDocs(t.Context(), storagetest.Document(fmt.Sprintf("d%d", i), `{"a":[1,2]}`, 0)); err != nil {
			t.Fatal(err)
		}
	}
}

// dump is everything that a store answers, as text.
func dump(s engine.Store) (string, error) {
	ctx := context.Background()
	var all strings.Builder
	enc := json.NewEncoder(&all)
	say := func(v any, err error) error {
		if err != nil {
			return err
		}
		return enc.Encode(v)
	}
	p, err := s.List(ctx, engine.Query{Limit: 1000})
	if err := say(p, err); err != nil {
		return "", err
	}
	for _, h := range p.Items {
		entries, err := s.Entries(ctx, h.ID, 0)
		if err := say(entries, err); err != nil {
			return "", err
		}
		ids, err := s.Find(ctx, h.Short, 2)
		if err := say(ids, err); err != nil {
			return "", err
		}
	}
	for _, q := range []engine.Query{{Statuses: []engine.Status{engine.Failed}}, {Kind: "echo"}, {By: "ada"}} {
		q.Limit = 1000
		p, err := s.List(ctx, q)
		if err := say(p, err); err != nil {
			return "", err
		}
	}
	docs, err := s.Docs(ctx, "schedules")
	if err := say(docs, err); err != nil {
		return "", err
	}
	c, err := s.Counts(ctx)
	if err := say(c, err); err != nil {
		return "", err
	}
	l, err := s.Locks(ctx)
	if err := say(l, err); err != nil {
		return "", err
	}
	r, err := s.Resources(ctx)
	if err := say(r, err); err != nil {
		return "", err
	}
	return all.String(), nil
}

func dumped(t testing.TB, s engine.Store) string {
	t.Helper()
	text, err := dump(s)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// filled makes a file with n sagas in it, closed, and gives its path and content.
func filled(t testing.TB, n int) (path, content string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "arcadia.db")
	s, err := bolt.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s, n)
	fillDocs(t, s)
	content = dumped(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	sound(t, path)
	return path, content
}

// sound fails the test when a closed file has anything wrong with it.
func sound(t testing.TB, path string) bolt.Report {
	t.Helper()
	r, err := bolt.VerifyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !r.OK() {
		t.Fatal(r.Err())
	}
	return r
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func writeFile(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
