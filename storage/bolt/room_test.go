package bolt_test

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"arcadia/engine"
	"arcadia/storage/bolt"
	"arcadia/storage/storagetest"
)

// TestFileIsWrittenAheadOfItsPages looks for holes: a commit into one costs about twice as much.
func TestFileIsWrittenAheadOfItsPages(t *testing.T) {
	t.Parallel()
	s := open(t)
	fill(t, s, 30)
	f, err := os.Open(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if ahead := info.Size() - r.Bytes; ahead < 256<<10 {
		t.Errorf("%d bytes ahead of the pages in use", ahead)
	}
	switch hole, err := unix.Seek(int(f.Fd()), 0, unix.SEEK_HOLE); {
	case err != nil:
		t.Skipf("this file system does not say where holes are: %v", err)
	case hole != info.Size():
		t.Errorf("a hole at %d of %d", hole, info.Size())
	}
}

// TestRoomKeepsToTheQuota fills a store to its limit: the file never exceeds it.
func TestRoomKeepsToTheQuota(t *testing.T) {
	t.Parallel()
	const most = 3 << 20
	path := filepath.Join(t.TempDir(), "arcadia.db")
	s, err := bolt.Open(path, bolt.WithMaxSize(most))
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; err == nil; n++ {
		err = s.Append(t.Context(), storagetest.Creation(n))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > most {
		t.Errorf("%d bytes, at most %d are allowed", info.Size(), most)
	}
	c, err := openAt(t, path).Counts(t.Context())
	if err != nil || c.ByStatus[engine.Pending] == 0 {
		t.Errorf("%+v %v", c, err)
	}
}
