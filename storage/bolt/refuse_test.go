package bolt_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"arcadia/storage/bolt"
)

// TestBadFileIsRefusedAndLeftAlone gives Open every kind of file that it must not touch.
func TestBadFileIsRefusedAndLeftAlone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(t *testing.T, path string)
		want  error
		says  string // the end of the message: what to do
	}{
		"empty":           {func(t *testing.T, p string) { writeFile(t, p, nil) }, bolt.ErrForeign, "a new one is made"},
		"text":            {func(t *testing.T, p string) { writeFile(t, p, bytes.Repeat([]byte("hello\n"), 9000)) }, bolt.ErrForeign, "name another"},
		"one byte":        {func(t *testing.T, p string) { writeFile(t, p, []byte{7}) }, bolt.ErrForeign, "name another"},
		"another's bbolt": {anotherProgram, bolt.ErrForeign, "name another file"},
		"cut to half":     {func(t *testing.T, p string) { cut(t, p, 0.5) }, bolt.ErrDamaged, "restore a backup"},
		"cut to a page":   {func(t *testing.T, p string) { cutAt(t, p, 4096) }, bolt.ErrDamaged, "restore a backup"},
		"cut to the metas": {
			func(t *testing.T, p string) { cutAt(t, p, 8192) }, bolt.ErrDamaged, "restore a backup",
		},
		"both metas wiped":  {func(t *testing.T, p string) { overwrite(t, p, 20, 60); overwrite(t, p, 4096+20, 60) }, bolt.ErrDamaged, "restore a backup"},
		"pages wiped":       {func(t *testing.T, p string) { overwrite(t, p, 2*4096, 60000) }, bolt.ErrDamaged, "restore a backup"},
		"newer schema":      {newer, bolt.ErrNewerSchema, "use a newer arcadia"},
		"symbolic link":     {link(os.Symlink), bolt.ErrUnsafe, "name the file it points to"},
		"second name":       {link(os.Link), bolt.ErrUnsafe, "remove the others, or copy it"},
		"readable by group": {func(t *testing.T, p string) { chmod(t, p, 0o640) }, bolt.ErrUnsafe, "chmod 600 it"},
		"writable by all":   {func(t *testing.T, p string) { chmod(t, p, 0o602) }, bolt.ErrUnsafe, "chmod 600 it"},
		"another's file":    {stranger, bolt.ErrUnsafe, "run as that user, or chown it"},
		"a folder": {func(t *testing.T, p string) {
			if err := errors.Join(os.Remove(p), os.Mkdir(p, 0o700)); err != nil {
				t.Fatal(err)
			}
		}, bolt.ErrForeign, "name another"},
		"open folder": {func(t *testing.T, p string) { chmod(t, filepath.Dir(p), 0o777) }, bolt.ErrUnsafe, "chmod go-w it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, _ := filled(t, 40)
			c.spoil(t, path)
			before, _ := os.ReadFile(path)
			if s, err := bolt.Open(path); err == nil {
				t.Error("opened", s.Close())
			} else if !errors.Is(err, c.want) || !strings.HasSuffix(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("want %v and %q, have: %v", c.want, c.says, err)
			}
			if name != "open folder" {
				if s, err := bolt.OpenReadOnly(path); err == nil {
					t.Error("opened for reading", s.Close())
				} else if !errors.Is(err, c.want) {
					t.Errorf("want %v, have: %v", c.want, err)
				}
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
			if _, err := os.Lstat(path + ".lock"); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the lock file was left: %v", err)
			}
		})
	}
}

func cut(t *testing.T, path string, share float64) {
	t.Helper()
	r := sound(t, path)
	cutAt(t, path, int64(float64(r.Bytes)*share))
}

func cutAt(t *testing.T, path string, size int64) {
	t.Helper()
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
}

func overwrite(t *testing.T, path string, at, n int) {
	t.Helper()
	b := readFile(t, path)
	copy(b[at:at+n], bytes.Repeat([]byte{0xa5}, n))
	writeFile(t, path, b)
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func link(make func(from, to string) error) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		t.Helper()
		elsewhere := filepath.Join(t.TempDir(), "elsewhere.db")
		if err := errors.Join(os.Rename(path, elsewhere), make(elsewhere, path)); err != nil {
			t.Fatal(err)
		}
	}
}

func stranger(t *testing.T, path string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file to somebody else")
	}
	if err := os.Chown(path, 12345, -1); err != nil {
		t.Fatal(err)
	}
}

func anotherProgram(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	change(t, path, func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte("meta"))
		if err != nil {
			return err
		}
		return b.Put([]byte("format"), []byte("of its own"))
	})
}

// change writes to a file with bare bbolt.
func change(t *testing.T, path string, fn func(tx *bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(fn), db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestFolderThatCannotBeWrittenIsRefused(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		if _, err := bolt.Open("/proc/self/arcadia.db"); !errors.Is(err, bolt.ErrMissing) && !errors.Is(err, bolt.ErrPermission) {
			t.Errorf("a folder in which nothing can be made: %v", err)
		}
		return
	}
	dir := t.TempDir()
	chmod(t, dir, 0o500)
	if _, err := bolt.Open(filepath.Join(dir, "arcadia.db")); !errors.Is(err, bolt.ErrPermission) {
		t.Errorf("a folder that may not be written: %v", err)
	}
}

func TestMissingFileIsNotReadAndNotMade(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "arcadia.db")
	if _, err := bolt.OpenReadOnly(path); !errors.Is(err, bolt.ErrMissing) {
		t.Errorf("open for reading: %v", err)
	}
	if _, err := bolt.VerifyFile(path); !errors.Is(err, bolt.ErrMissing) {
		t.Errorf("check: %v", err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file was made: %v", err)
	}
}

func TestNewStoreIsPrivate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data", "arcadia")
	s := openAt(t, filepath.Join(dir, "arcadia.db"))
	for path, want := range map[string]os.FileMode{dir: 0o700, s.Path(): 0o600, s.Path() + ".lock": 0o600} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v, want %v", path, info.Mode().Perm(), err, want)
		}
	}
}

func TestCreationThatWasCutOffIsBegunAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "arcadia.db")
	writeFile(t, path+".new", []byte("half a"))
	fill(t, openAt(t, path), 3)
	if _, err := os.Lstat(path + ".new"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what was left of it is still there: %v", err)
	}
}
