package bolt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"go.etcd.io/bbolt"
	"golang.org/x/sys/unix"
)

// Backup writes the store as it is now to a new file, while commits go on, and gives it its name when it is synced and
// VerifyFile has found nothing wrong with it. A file of that name is never overwritten. A backup is a store: open it, or
// put it in the place of one that is closed. It knows that it is a backup: its first opening for writing begins a freeze.
func (s *Store) Backup(ctx context.Context, path string) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("back up to %s: %w: name a new file", path, ErrExists)
	}
	aside := path + ".new"
	if err := os.Remove(aside); err != nil && !errors.Is(err, fs.ErrNotExist) { // of a backup that was cut off
		return fmt.Errorf("back up to %s: %w", path, explain(err, aside))
	}
	err := s.copyTo(ctx, aside)
	if err == nil {
		err = mark(aside)
	}
	if err == nil {
		err = verified(aside)
	}
	if err == nil {
		err = moveNew(aside, path)
	}
	if err == nil {
		return nil
	}
	if gone := os.Remove(aside); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return fmt.Errorf("back up to %s: %w", path, err)
}

func (s *Store) copyTo(ctx context.Context, path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return explain(err, path)
	}
	err = s.view("copy "+s.path, func(tx *bbolt.Tx) error {
		_, err := tx.WriteTo(until{ctx, f})
		if ended := ctx.Err(); ended != nil {
			return ended // bbolt's error has its text only
		}
		return err
	})
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(explain(err, path), f.Close())
}

func verified(path string) error {
	r, err := VerifyFile(path)
	if err != nil {
		return err
	}
	return r.Err()
}

// until is a writer that refuses once its context has ended.
type until struct {
	ctx context.Context //nolint:containedctx // the writer lives for one call
	w   io.Writer
}

func (u until) Write(b []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.w.Write(b)
}
