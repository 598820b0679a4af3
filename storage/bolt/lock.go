package bolt

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// lockPause is how often a lock that another process holds is tried again.
const lockPause = 20 * time.Millisecond

// lockFile is held, by flock, for as long as the store is open for writing. It lies beside the store under a name of its
// own, so that the store stays locked when its file is renamed away while it is open, and says who holds it.
type lockFile struct {
	path string
	file *os.File
}

// holder is what the lock file says.
type holder struct {
	PID     int    `json:"pid"`
	Purpose string `json:"purpose"`
}

func lockPath(path string) string { return path + ".lock" }

// acquire takes the lock of the store at path, or says who has it.
func acquire(path string, o options) (*lockFile, error) {
	l := &lockFile{path: lockPath(path)}
	for start := time.Now(); ; time.Sleep(lockPause) {
		held, err := l.try()
		if err != nil {
			return nil, fmt.Errorf("lock %s: %w", path, explain(err, path))
		}
		if !held {
			break
		}
		if time.Since(start) >= o.wait {
			return nil, heldBy(path)
		}
	}
	if err := l.sign(holder{PID: os.Getpid(), Purpose: o.purpose}); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, explain(err, path)), l.release())
	}
	return l, nil
}

// Free waits until nobody has the store at path open for writing, for that long at most: then it is a *HeldError that says who has.
func Free(path string, wait time.Duration) error {
	l, err := acquire(path, options{wait: wait, purpose: "arcadia stop"})
	if err != nil {
		return err
	}
	return l.release()
}

// try opens and locks the file once. Held means that another process has it.
func (l *lockFile) try() (held bool, err error) {
	f, err := os.OpenFile(l.path, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0o600)
	if err != nil {
		return false, err
	}
	if err := ownLock(f); err != nil {
		return false, errors.Join(err, f.Close())
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return errors.Is(err, unix.EWOULDBLOCK), errors.Join(ignore(err, unix.EWOULDBLOCK), f.Close())
	}
	// The holder before removes the file as it goes: what is locked must still be what others will open.
	mine, err := f.Stat()
	if err != nil {
		return false, errors.Join(err, f.Close())
	}
	if there, err := os.Lstat(l.path); err != nil || !os.SameFile(mine, there) {
		return true, f.Close()
	}
	l.file = f
	return false, nil
}

// ownLock refuses a lock file that another user has put there: who has made it could hold it for ever, or take it away.
func ownLock(f *os.File) error {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return err
	}
	switch {
	case st.Mode&unix.S_IFMT != unix.S_IFREG:
		return fmt.Errorf("%w: %s is not a regular file: move it away", ErrUnsafe, f.Name())
	case int(st.Uid) != os.Geteuid():
		return fmt.Errorf("%w: %s belongs to user %d: remove it", ErrUnsafe, f.Name(), st.Uid)
	}
	return nil
}

func ignore(err, target error) error {
	if errors.Is(err, target) {
		return nil
	}
	return err
}

func (l *lockFile) sign(h holder) error {
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err = l.file.WriteAt(append(text, '\n'), 0)
	return err
}

// release removes the file while it is still held, and lets go.
func (l *lockFile) release() error {
	return errors.Join(os.Remove(l.path), l.file.Close())
}

// heldBy says who holds the store, as far as the lock file tells.
func heldBy(path string) *HeldError {
	e := &HeldError{Path: path}
	f, err := os.OpenFile(lockPath(path), os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return e
	}
	defer f.Close()
	if ownLock(f) != nil {
		return e
	}
	text, err := io.ReadAll(io.LimitReader(f, 4096))
	var h holder
	if err == nil && json.Unmarshal(text, &h) == nil {
		e.PID, e.What = h.PID, h.Purpose
	}
	return e
}
