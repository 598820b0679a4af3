package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
	"golang.org/x/sys/unix"
)

// Open opens the store at path for reading and writing, and creates it (mode 0600, in a folder of mode 0700) when it is
// missing. Another process that has it open is a *HeldError after the lock timeout. A file that is foreign, damaged, of a
// newer schema or open to others is refused and left as it is. The caller must Close the store.
func Open(path string, opts ...Option) (*Store, error) {
	o := newOptions(opts)
	if err := privateDir(filepath.Dir(path)); err != nil {
		return nil, err
	}
	if _, err := private(path); err != nil && !errors.Is(err, ErrMissing) {
		return nil, err
	}
	lock, err := acquire(path, o)
	if err != nil {
		return nil, err
	}
	s, err := openLocked(path, o)
	if err != nil {
		return nil, errors.Join(err, lock.release())
	}
	s.lock = lock
	if err := s.begin(s.writer.room.file); err != nil {
		return nil, errors.Join(err, s.db.Close(), lock.release())
	}
	go s.writer.run()
	return s, nil
}

func openLocked(path string, o options) (*Store, error) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		if err := create(path); err != nil {
			return nil, fmt.Errorf("create %s: %w", path, err)
		}
	}
	db, file, err := openBolt(path, o, false)
	if err != nil {
		return nil, err
	}
	s, c, err := newStore(path, db)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	s.recent.limit = o.recent
	s.spare = make(chan *prepared, spares)
	s.writer = newWriter(db, s.recent, room{file: file, max: int64(o.maxSize)}, c)
	return s, nil
}

// newStore is a store without a writer, with what is derived from the file.
func newStore(path string, db *bbolt.DB) (*Store, counts, error) {
	s := &Store{path: path, db: db, recent: &recent{}}
	var c counts
	err := s.view("open "+path, func(tx *bbolt.Tx) (err error) {
		if c, err = readCounts(tx); err != nil {
			return err
		}
		s.recent.load(tx, c.mark())
		return nil
	})
	return s, c, err
}

// OpenReadOnly opens the store at path for reading. Several processes may; none of them while another has it open for
// writing, which is a *HeldError after the lock timeout. Append and Prune answer ErrReadOnly.
func OpenReadOnly(path string, opts ...Option) (*Store, error) {
	if _, err := private(path); err != nil {
		return nil, err
	}
	db, _, err := openBolt(path, newOptions(opts), true)
	if err != nil {
		return nil, err
	}
	s, _, err := newStore(path, db)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

// openBolt opens a file that exists, and makes sure that it is ours before anything could change it.
func openBolt(path string, o options, readOnly bool) (db *bbolt.DB, file *os.File, err error) {
	checked, err := private(path)
	if err != nil {
		return nil, nil, err
	}
	defer guard("open "+path, &err)
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	var refused error
	db, err = bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:  max(o.wait, time.Nanosecond), // 0 would be for ever
		ReadOnly: readOnly, MaxSize: o.maxSize,
		// Nothing is written at opening. How the list of free pages is kept is the writer's choice at each commit.
		NoFreelistSync: true, FreelistType: bbolt.FreelistMapType,
		InitialMmapSize: max(o.mmap, 2*int(min(checked.Size(), 1<<40))),
		OpenFile: func(name string, flag int, mode fs.FileMode) (*os.File, error) {
			f, err := os.OpenFile(name, flag&^os.O_CREATE|unix.O_NOFOLLOW|unix.O_NONBLOCK, mode)
			if err != nil {
				return nil, err
			}
			refused = sameAndWhole(f, checked, path)
			if refused != nil {
				return nil, errors.Join(refused, f.Close())
			}
			file = f
			return f, nil
		},
	})
	switch {
	case refused != nil:
		return nil, nil, refused
	case errors.Is(err, berrors.ErrTimeout):
		return nil, nil, heldBy(path)
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum), errors.Is(err, berrors.ErrVersionMismatch):
		return nil, nil, damaged("open "+path, err)
	case err != nil:
		return nil, nil, fmt.Errorf("open %s: %w", path, explain(err, path))
	}
	db.AllocSize, db.NoSync, db.NoGrowSync = growBy, o.late, o.late
	if err := believe(db, path, readOnly); err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, file, nil
}

// believe looks at the format record and migrates an older file, with bbolt's panics turned into errors while the file can
// still be closed.
func believe(db *bbolt.DB, path string, readOnly bool) (err error) {
	defer guard("open "+path, &err)
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	look := func(tx *bbolt.Tx) error { return recognize(tx, path) }
	if err = db.View(look); !errors.Is(err, errOlder) || readOnly {
		return err
	}
	if err := db.Update(migrate); err != nil {
		return fmt.Errorf("migrate %s: %w", path, err)
	}
	return db.View(look)
}

func sameAndWhole(f *os.File, checked fs.FileInfo, path string) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	if !os.SameFile(info, checked) {
		return fmt.Errorf("open %s: %w: it was replaced while it was opened: try again", path, ErrUnsafe)
	}
	return preflight(f, path)
}

// create makes a new file aside, whole and synced, before it gets its name: one torn while it is made could not be
// opened. The caller holds the lock file.
func create(path string) error {
	aside := path + ".new"
	if err := os.Remove(aside); err != nil && !errors.Is(err, fs.ErrNotExist) { // of a creation that was cut off
		return explain(err, aside)
	}
	db, err := bbolt.Open(aside, 0o600, &bbolt.Options{
		Timeout: lockTimeout,
		OpenFile: func(name string, flag int, mode fs.FileMode) (*os.File, error) {
			return os.OpenFile(name, flag|os.O_EXCL|unix.O_NOFOLLOW, mode)
		},
	})
	if err != nil {
		return explain(err, aside)
	}
	if err := errors.Join(db.Update(layOut), db.Close()); err != nil {
		return errors.Join(explain(err, aside), os.Remove(aside))
	}
	return moveNew(aside, path)
}
