package bolt_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"path/filepath"
	"testing"

	"arcadia/engine"
	"arcadia/storage/bolt"
	"arcadia/storage/storagetest"
)

// schema1 is a file of schema 1 with what fill puts into a store.
func schema1(t *testing.T) string {
	t.Helper()
	packed, err := gzip.NewReader(bytes.NewReader(readFile(t, filepath.Join("testdata", "schema1.db.gz"))))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(packed)
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
