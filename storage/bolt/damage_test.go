package bolt_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"arcadia/engine"
	"arcadia/storage/bolt"
	"arcadia/storage/storagetest"
)

// TestDamageUnderAnOpenStoreIsSaidAndNotCopied spoils one entry in the file of an open store: reading it is an error,
// other sagas are read and go on as before, and a backup is refused.
func TestDamageUnderAnOpenStoreIsSaidAndNotCopied(t *testing.T) {
	t.Parallel()
	s := open(t)
	var heads []engine.Summary
	for i := range 30 {
		b := storagetest.Creation(i)
		b.Entries[0].Text = "the saga of " + string(rune('A'+i))
		heads = append(heads, create(t, s, b))
	}
	spoilFile(t, s.Path(), []byte("the saga of C"))

	if _, err := s.Entries(t.Context(), heads[2].ID, 0); !errors.Is(err, bolt.ErrDamaged) {
		t.Errorf("entries of the damaged saga: %v", err)
	}
	if e, err := s.Entries(t.Context(), heads[3].ID, 0); err != nil || len(e) != 1 {
		t.Errorf("entries of another: %v", err)
	}
	create(t, s, storagetest.After(heads[3], engine.Running, 1))
	if r, err := s.Verify(t.Context()); err != nil || r.OK() || !errors.Is(r.Err(), bolt.ErrDamaged) {
		t.Errorf("check: %v %v", err, r.Problems)
	}
	dir := t.TempDir()
	if err := s.Backup(t.Context(), filepath.Join(dir, "backup.db")); !errors.Is(err, bolt.ErrDamaged) {
		t.Errorf("backup: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// spoilFile changes a letter of every place in the file where text stands.
func spoilFile(t *testing.T, path string, text []byte) {
	t.Helper()
	b := readFile(t, path)
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for at := bytes.Index(b, text); at >= 0; at = bytes.Index(b, text) {
		b[at] ^= 0x20
		if _, err := f.WriteAt(b[at:at+1], int64(at)); err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n == 0 {
		t.Fatalf("no %q in the file", text)
	}
}

// TestWrongListOfFreePagesIsFound changes the list, which carries no checksum. A page listed as free while it is in use
// would be written over by the next commit.
func TestWrongListOfFreePagesIsFound(t *testing.T) {
	t.Parallel()
	const pageSize, header = 4096, 16
	for name, spoil := range map[string]func(list []byte){
		"a page in use": func(list []byte) {
			var ids []uint64
			for i := range int(binary.NativeEndian.Uint16(list[10:])) {
				ids = append(ids, binary.NativeEndian.Uint64(list[header+8*i:]))
			}
			used := uint64(2)
			for slices.Contains(ids, used) || used == binary.NativeEndian.Uint64(list) {
				used++
			}
			ids = append(ids, used)
			slices.Sort(ids)
			for i, id := range ids {
				binary.NativeEndian.PutUint64(list[header+8*i:], id)
			}
			list[10]++
		},
		"a page lost":          func(list []byte) { list[10]-- },
		"a page twice":         func(list []byte) { copy(list[header+8:header+16], list[header:header+8]) },
		"a page out of range":  func(list []byte) { list[header+3] = 1 },
		"another kind of page": func(list []byte) { list[8] = 2 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, _ := filled(t, 40)
			b := readFile(t, path)
			newest := b[header:]
			if other := b[pageSize+header:]; binary.NativeEndian.Uint64(other[48:]) > binary.NativeEndian.Uint64(newest[48:]) {
				newest = other
			}
			list := b[binary.NativeEndian.Uint64(newest[32:])*pageSize:]
			if n := binary.NativeEndian.Uint16(list[10:]); n < 2 {
				t.Fatalf("a list of %d free pages", n)
			}
			spoil(list)
			writeFile(t, path, b)
			if r, err := bolt.VerifyFile(path); err != nil || r.OK() {
				t.Errorf("nothing found: %v", err)
			}
			if s, err := bolt.Open(path); !errors.Is(err, bolt.ErrDamaged) {
				t.Errorf("open: %v", err)
				if err == nil {
					t.Error(s.Close())
				}
			}
		})
	}
}
