package bolt_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"arcadia/engine"
	"arcadia/storage/bolt"
	"arcadia/storage/storagetest"
)

func TestBackupIsTheStore(t *testing.T) {
	t.Parallel()
	s := open(t)
	fill(t, s, 50)
	fillDocs(t, s)
	path := filepath.Join(t.TempDir(), "backup.db")
	if err := s.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if dumped(t, openAt(t, path)) != dumped(t, s) {
		t.Error("another content")
	}
}

// TestBackupAndCheckLetWritersGoOn makes backups and checks while sagas advance, until some have, and looks at each.
func TestBackupAndCheckLetWritersGoOn(t *testing.T) {
	t.Parallel()
	s := open(t)
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			h := create(t, s, storagetest.Creation(i))
			for ctx.Err() == nil {
				h = create(t, s, storagetest.After(h, engine.Running, 1))
			}
		})
	}
	const rounds = 5
	meanwhile := int64(0)
	for n := 0; n < rounds || meanwhile == 0; n++ {
		before := s.Stats().Commits
		path := filepath.Join(dir, fmt.Sprintf("backup-%d.db", n))
		if err := s.Backup(ctx, path); err != nil {
			t.Fatal(err)
		}
		sound(t, path)
		if r, err := s.Verify(ctx); err != nil || !r.OK() {
			t.Fatalf("check: %v %v", err, r.Problems)
		}
		meanwhile += s.Stats().Commits - before
	}
	cancel()
	all.Wait()
}

func TestBackupNeverOverwrites(t *testing.T) {
	t.Parallel()
	s := open(t)
	path := filepath.Join(t.TempDir(), "backup.db")
	writeFile(t, path, []byte("mine"))
	if err := s.Backup(t.Context(), path); !errors.Is(err, bolt.ErrExists) {
		t.Errorf("backup: %v", err)
	}
	if string(readFile(t, path)) != "mine" {
		t.Error("overwritten")
	}
}

func TestBackupThatEndsEarlyLeavesNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	fill(t, s, 10)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	if err := s.Backup(ctx, filepath.Join(dir, "backup.db")); !errors.Is(err, context.Canceled) {
		t.Errorf("backup: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
