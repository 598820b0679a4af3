package bolt_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/bolt"
	"arcadia/storage/storagetest"
)

// schema1 is a file of schema 1 with what fill puts into a store.
func schema1(t *testing.T) string {
	t.Helper()
	return unpacked(t, filepath.Join("testdata", "schema1.db.gz"))
}

// unpacked is a store that an older build has made, in a folder of its own.
func unpacked(t *testing.T, packed string) string {
	t.Helper()
	from, err := gzip.NewReader(bytes.NewReader(readFile(t, packed)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "arcadia.db")
	writeFile(t, path, b)
	return path
}

// TestFileOfSchema1IsMigrated opens a file that an older build has made: every answer is as if it had been made by this one.
func TestFileOfSchema1IsMigrated(t *testing.T) {
	t.Parallel()
	_, want := filled(t, 60)
	path := schema1(t)
	if _, err := bolt.OpenReadOnly(path); err == nil {
		t.Error("opened for reading as it is")
	}
	s, err := bolt.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	fillDocs(t, s) // there were none in schema 1
	if dumped(t, s) != want {
		t.Error("the answers differ")
	}
	h := create(t, s, storagetest.Creation(60))
	create(t, s, storagetest.After(h, engine.Completed, 1))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	sound(t, path)
}

// TestHeadersOfSchema2CountWhatIsAccepted: older builds did not count in a header what operators had accepted. After the
// migration it says so, and equals the fold of its entries.
func TestHeadersOfSchema2CountWhatIsAccepted(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "arcadia.db")
	s, err := bolt.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	stuck := enginetest.Step("stuck", func(context.Context, *engine.State) error { return nil }, func(context.Context, *engine.State) error {
		return &engine.Conflict{Subject: "A app", Prior: "1", Written: "2", Live: "3"}
	})
	eng, stop := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{stuck, enginetest.Fail()}})
	id := enginetest.Launch(t, eng, "stuck", "fail")
	enginetest.Rest(t, eng, id)
	if err := eng.Resolve(t.Context(), id, 0, engine.Request{Reason: "theirs is right"}); err != nil {
		t.Fatal(err)
	}
	saga := enginetest.Rest(t, eng, id)
	entries, err := eng.Entries(t.Context(), id, 0)
	if err := errors.Join(err, stop()); err != nil {
		t.Fatal(err)
	}
	if saga.Status != engine.RolledBack || saga.Accepted != 1 {
		t.Fatalf("the saga is %s with %d accepted", saga.Status, saga.Accepted)
	}
	old := saga.Summary
	old.Accepted = 0
	if err := errors.Join(s.Append(t.Context(), engine.Batch{ID: id, Entries: entries, Summary: old}), s.Close()); err != nil {
		t.Fatal(err)
	}
	change(t, path, func(tx *bbolt.Tx) error {
		return errors.Join(tx.DeleteBucket([]byte("traces")), tx.DeleteBucket([]byte("moves")), stateSchema(tx, 2))
	})
	if s, err = bolt.Open(path); err != nil {
		t.Fatal(err)
	}
	if found, err := s.Summaries(t.Context(), id); err != nil || len(found) != 1 || found[0].Accepted != 1 || found[0].Seq != saga.Seq {
		t.Errorf("the header says %+v, %v", found, err)
	}
	enginetest.Sound(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	sound(t, path)
}

// TestDamagedFileOfSchema1IsLeftAsItIs spoils an entry: nothing of the file is changed.
func TestDamagedFileOfSchema1IsLeftAsItIs(t *testing.T) {
	t.Parallel()
	path := schema1(t)
	spoilFile(t, path, []byte(`"step_completed"`))
	before := readFile(t, path)
	if _, err := bolt.Open(path); err == nil {
		t.Fatal("opened")
	}
	if !bytes.Equal(before, readFile(t, path)) {
		t.Error("changed")
	}
}
