package bolt_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/storage/bolt"
	"arcadia/storage/storagetest"
)

// open makes a store in a folder of its own, which is closed with the test.
func open(t testing.TB, opts ...bolt.Option) *bolt.Store {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "arcadia.db"), opts...)
}

func openAt(t testing.TB, path string, opts ...bolt.Option) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(path, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestStoreConforms(t *testing.T) {
	t.Parallel()
	conforms(t)
}

// TestStoreConformsWithFewRecent puts sagas into the indexes at every fourth creation instead of once in thousands.
func TestStoreConformsWithFewRecent(t *testing.T) {
	t.Parallel()
	conforms(t, bolt.WithRecent(4))
}

func conforms(t *testing.T, opts ...bolt.Option) {
	storagetest.Run(t,
		func(t *testing.T) engine.Store { return open(t, opts...) },
		func(t *testing.T, s engine.Store) engine.Store {
			old := s.(*bolt.Store)
			if err := old.Close(); err != nil {
				t.Fatal(err)
			}
			return openAt(t, old.Path(), opts...)
		})
}

func TestStoreConformsForSeveralProcesses(t *testing.T) {
	t.Parallel()
	storagetest.RunShared(t, func(t *testing.T) (first, second engine.Store, refused error) {
		s := open(t)
		_, refused = bolt.Open(s.Path(), bolt.WithLockTimeout(time.Millisecond))
		if !errors.Is(refused, bolt.ErrHeld) {
			t.Fatalf("a second opening: %v", refused)
		}
		return s, nil, refused
	})
}
