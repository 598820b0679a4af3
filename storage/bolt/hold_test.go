package bolt_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"arcadia/storage/bolt"
)

const brief = 30 * time.Millisecond

func TestSecondStoreIsToldWhoHoldsTheFile(t *testing.T) {
	t.Parallel()
	s := open(t, bolt.WithPurpose("arcadia console"))
	check := func(err error) {
		t.Helper()
		var held *bolt.HeldError
		if !errors.As(err, &held) || held.PID != os.Getpid() || held.What != "arcadia console" || held.Path != s.Path() {
			t.Errorf("open: %v", err)
		}
		if !errors.Is(err, bolt.ErrHeld) || !strings.Contains(err.Error(), fmt.Sprintf("arcadia console (process %d)", os.Getpid())) {
			t.Errorf("open: %v", err)
		}
	}
	_, err := bolt.Open(s.Path(), bolt.WithLockTimeout(brief))
	check(err)
	_, err = bolt.OpenReadOnly(s.Path(), bolt.WithLockTimeout(brief))
	check(err)
}

func TestFileStaysHeldWhenItIsRenamedAway(t *testing.T) {
	t.Parallel()
	s := open(t)
	if err := os.Rename(s.Path(), s.Path()+".away"); err != nil {
		t.Fatal(err)
	}
	if _, err := bolt.Open(s.Path(), bolt.WithLockTimeout(brief)); !errors.Is(err, bolt.ErrHeld) {
		t.Errorf("open: %v", err)
	}
}

func TestLockFileOfADeadProcessHoldsNothing(t *testing.T) {
	t.Parallel()
	path, content := filled(t, 5)
	writeFile(t, path+".lock", []byte(`{"pid":1,"purpose":"arcadia console"}`))
	s := openAt(t, path)
	if dumped(t, s) != content {
		t.Error("another content")
	}
}

func TestReadersShareAFileAndKeepWritersOut(t *testing.T) {
	t.Parallel()
	path, content := filled(t, 5)
	for range 2 {
		s, err := bolt.OpenReadOnly(path)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if dumped(t, s) != content {
			t.Error("another content")
		}
		if _, err := s.Prune(t.Context(), time.Now()); !errors.Is(err, bolt.ErrReadOnly) {
			t.Errorf("prune: %v", err)
		}
		if err := s.Append(t.Context(), storageBatch()); !errors.Is(err, bolt.ErrReadOnly) {
			t.Errorf("append: %v", err)
		}
		if r, err := s.Verify(t.Context()); err != nil || !r.OK() {
			t.Errorf("check: %v %v", err, r.Problems)
		}
	}
	if _, err := bolt.Open(path, bolt.WithLockTimeout(brief)); !errors.Is(err, bolt.ErrHeld) {
		t.Errorf("open: %v", err)
	}
}

// TestOneOfManyOpensHolds lets many callers open, hold and close one file in turns, with the lock file coming and going.
func TestOneOfManyOpensHolds(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "arcadia.db")
	var holders, opened, refused atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 12 {
				s, err := bolt.Open(path, bolt.WithLockTimeout(0))
				if errors.Is(err, bolt.ErrHeld) {
					refused.Add(1)
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if n := holders.Add(1); n != 1 {
					t.Errorf("%d hold the file", n)
				}
				opened.Add(1)
				holders.Add(-1)
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	t.Logf("%d opened, %d refused", opened.Load(), refused.Load())
	if opened.Load() == 0 {
		t.Error("nobody could open it")
	}
}

// A lock file that somebody else has put there is no lock of ours, and a pipe in its place stops nobody.
func TestALockFileThatIsNotOursIsRefused(t *testing.T) {
	t.Parallel()
	for name, put := range map[string]func(lock string) error{
		"a pipe": func(lock string) error { return unix.Mkfifo(lock, 0o600) },
		"another user's": func(lock string) error {
			return errors.Join(os.WriteFile(lock, []byte(`{"pid":1,"purpose":"arcadia serve"}`), 0o666), os.Chown(lock, 12345, -1))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, _ := filled(t, 1)
			if err := put(path + ".lock"); errors.Is(err, os.ErrPermission) {
				t.Skip("only root can make it so")
			} else if err != nil {
				t.Fatal(err)
			}
			begun := time.Now()
			s, err := bolt.Open(path)
			if err == nil {
				t.Fatal("opened", s.Close())
			}
			if took := time.Since(begun); took > time.Second || !errors.Is(err, bolt.ErrUnsafe) {
				t.Errorf("after %s: %v", took, err)
			}
		})
	}
}
