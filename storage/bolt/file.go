package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"arcadia/engine/trust"
)

// private refuses a file that somebody else could have put there, or could read or change: the ledger holds what was
// written to the cloud, and is believed when things are undone.
func private(path string) (fs.FileInfo, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, explain(err, path))
	}
	if err := trusted(path); err != nil {
		return nil, err
	}
	unsafe := func(why, do string) (fs.FileInfo, error) {
		return nil, fmt.Errorf("open %s: %w: %s: %s", path, ErrUnsafe, why, do)
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		return unsafe("a symbolic link", "name the file it points to")
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("open %s: %w: not a regular file: name another", path, ErrForeign)
	}
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, explain(err, path))
	}
	switch {
	case int(st.Uid) != os.Geteuid():
		return unsafe(fmt.Sprintf("it belongs to user %d", st.Uid), "run as that user, or chown it")
	case info.Mode().Perm()&0o077 != 0:
		return unsafe(fmt.Sprintf("mode %04o lets others at it", info.Mode().Perm()), "chmod 600 it")
	case st.Nlink > 1:
		return unsafe(fmt.Sprintf("%d names lead to it", st.Nlink), "remove the others, or copy it")
	}
	return info, nil
}

// privateDir makes the folder when it is missing, and refuses one in which, or above which, others may swap files.
func privateDir(dir string) error {
	_, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("make folder %s: %w", dir, explain(err, dir))
		}
		err = syncDir(filepath.Dir(dir))
	}
	if err != nil {
		return fmt.Errorf("open folder %s: %w", dir, explain(err, dir))
	}
	return trusted(filepath.Join(dir, "store"))
}

// trusted refuses a way to a file that others may change.
func trusted(path string) error {
	err := trust.Path(path)
	if errors.Is(err, trust.ErrUntrusted) {
		return fmt.Errorf("open %s: %w: %w", path, ErrUnsafe, err)
	}
	if err != nil {
		return fmt.Errorf("open %s: %w", path, explain(err, path))
	}
	return nil
}

// syncDir makes the names in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder %s: %w", dir, err)
	}
	return errors.Join(d.Sync(), d.Close())
}

// moveNew gives a file its name, unless that name is taken.
func moveNew(from, to string) error {
	err := renameNew(from, to)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) { // a file system without it
		if err = os.Link(from, to); err == nil {
			err = os.Remove(from)
		}
	}
	if err != nil {
		return fmt.Errorf("name it %s: %w", to, explain(err, to))
	}
	return syncDir(filepath.Dir(to))
}

// explain adds what to do to what the operating system says.
func explain(err error, path string) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: %w: name a file that exists", ErrMissing, bare(err))
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%w: %w: name a new file", ErrExists, bare(err))
	case errors.Is(err, fs.ErrPermission), errors.Is(err, unix.EROFS):
		return fmt.Errorf("%w: %w: own %s and its folder, or name another file", ErrPermission, bare(err), path)
	case errors.Is(err, unix.ELOOP):
		return fmt.Errorf("%w: a symbolic link: name the file it points to", ErrUnsafe)
	case errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EDQUOT):
		return fmt.Errorf("%w: make room and start again", bare(err))
	}
	return err
}

// bare drops the path that the errors of package os repeat.
func bare(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
