package bolt_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/storage/bolt"
	"arcadia/storage/storagetest"
)

// copyFile writes the content of a file to a path, as cp does: into the file that is there, if there is one.
func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

// freezesOf opens a store for writing and gives its freezes, the newest first.
func freezesOf(t *testing.T, path string) []engine.Freeze {
	t.Helper()
	s, err := bolt.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.Freezes(t.Context(), 0)
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	sound(t, path)
	return found
}

// work makes a store with three unfinished sagas and one at rest, and closes it.
func work(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "arcadia.db")
	s, err := bolt.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		create(t, s, storagetest.Creation(n))
	}
	create(t, s, storagetest.After(create(t, s, storagetest.Creation(3)), engine.Completed, 1))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func goOn(t *testing.T, path string, n int) {
	t.Helper()
	s, err := bolt.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	create(t, s, storagetest.Creation(n))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func wantCopy(t *testing.T, found []engine.Freeze, n int, why string) {
	t.Helper()
	if len(found) != n {
		t.Fatalf("%d freezes, want %d: %+v", len(found), n, found)
	}
	if f := found[0]; !f.Copy || f.Auto || f.By != nil || !f.EndedAt.IsZero() || !regexp.MustCompile(why).MatchString(f.Why) {
		t.Errorf("the freeze is %+v, want %s", f, why)
	}
}

func TestABackupIsFrozenAtItsFirstOpening(t *testing.T) {
	t.Parallel()
	s := openAt(t, work(t))
	backup := filepath.Join(t.TempDir(), "copy.db")
	if err := s.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	r, err := bolt.OpenReadOnly(backup)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	const why = `^this is the backup of \d{4}-\d\d-\d\d \d\d:\d\d UTC, 3 sagas unfinished: review and thaw$`
	wantCopy(t, freezesOf(t, backup), 1, why)
	wantCopy(t, freezesOf(t, backup), 1, why) // once
	if found := freezesOf(t, work(t)); len(found) != 0 {
		t.Errorf("the original is frozen: %+v", found)
	}
}

func TestABackupThatWasFrozenSaysBoth(t *testing.T) {
	t.Parallel()
	s := openAt(t, work(t))
	if err := s.PutFreeze(t.Context(), engine.Freeze{N: 1, At: engine.At(time.Now()), By: &engine.Actor{Name: "ops1"}, Why: "maintenance"}); err != nil {
		t.Fatal(err)
	}
	backup := filepath.Join(t.TempDir(), "copy.db")
	if err := s.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	found := freezesOf(t, backup)
	wantCopy(t, found, 2, `review and thaw \(it was frozen by ops1: maintenance\)$`)
	if found[1].EndedAt.IsZero() {
		t.Error("two freezes last")
	}
}

func TestACopyMadeByHandIsFrozenToo(t *testing.T) {
	t.Parallel()
	const why = `^this is a copy of the store as it was some time after .* 3 sagas unfinished: review and thaw$`
	path := work(t)
	elsewhere := filepath.Join(t.TempDir(), "elsewhere.db")
	copyFile(t, path, elsewhere)
	wantCopy(t, freezesOf(t, elsewhere), 1, why)

	// Put back over the file it was made of, which has gone on: the inode is the same.
	path = work(t)
	kept := filepath.Join(t.TempDir(), "kept.db")
	copyFile(t, path, kept)
	goOn(t, path, 9)
	copyFile(t, kept, path)
	wantCopy(t, freezesOf(t, path), 1, why)

	// Put back by its name, where the file has gone on.
	path = work(t)
	copyFile(t, path, kept)
	goOn(t, path, 9)
	if err := os.Rename(kept, path); err != nil {
		t.Fatal(err)
	}
	wantCopy(t, freezesOf(t, path), 1, why)
}

func TestAStoreThatWasMovedIsNoCopy(t *testing.T) {
	t.Parallel()
	path := work(t)
	to := filepath.Join(filepath.Dir(path), "moved.db")
	if err := os.Rename(path, to); err != nil {
		t.Fatal(err)
	}
	goOn(t, to, 9)
	if err := os.Rename(to, path); err != nil {
		t.Fatal(err)
	}
	if found := freezesOf(t, path); len(found) != 0 {
		t.Errorf("frozen: %+v", found)
	}
	if err := os.Remove(path + ".seen"); err != nil {
		t.Fatal(err)
	}
	if found := freezesOf(t, path); len(found) != 0 {
		t.Errorf("frozen without the note beside it: %+v", found)
	}
}

func TestAFileThatIsReplacedOrRemovedStopsTheStore(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(t *testing.T, path string){
		"removed":  func(t *testing.T, path string) { must(t, os.Remove(path)) },
		"replaced": func(t *testing.T, path string) { must(t, os.Rename(work(t), path)) },
		"renamed":  func(t *testing.T, path string) { must(t, os.Rename(path, path+".old")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, sweep := range []bool{true, false} {
				path := work(t)
				s, err := bolt.Open(path)
				must(t, err)
				create(t, s, storagetest.Creation(7))
				must(t, s.Same())
				spoil(t, path)
				if r, err := s.Verify(t.Context()); err == nil && r.OK() {
					t.Error("a check finds nothing")
				}
				if sweep {
					err = s.Same()
				} else {
					time.Sleep(1100 * time.Millisecond) // a second of quiet, by the store's own measure
					err = s.Append(t.Context(), storagetest.Creation(8))
				}
				if !errors.Is(err, bolt.ErrReplaced) || !errors.Is(err, engine.ErrStopped) {
					t.Errorf("it goes on: %v", err)
				}
				if err := s.Append(t.Context(), storagetest.Creation(9)); !errors.Is(err, engine.ErrStopped) {
					t.Errorf("the next append: %v", err)
				}
				must(t, s.Close())
			}
		})
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestTwoProcessesOnOneFileAreToldApart drives one file twice, past the lock, as a shared folder without locks lets it happen.
func TestTwoProcessesOnOneFileAreToldApart(t *testing.T) {
	t.Parallel()
	path := work(t)
	first, err := bolt.Open(path)
	must(t, err)
	must(t, os.Remove(path+".lock"))
	bolt.Unlock(first)
	second, err := bolt.Open(path)
	must(t, err)
	if err := first.Same(); !errors.Is(err, bolt.ErrReplaced) || !strings.Contains(err.Error(), "another process") {
		t.Errorf("the first: %v", err)
	}
	must(t, second.Same())
	_ = first.Close()  // its lock is gone
	_ = second.Close() // its lock file went with the first
}
