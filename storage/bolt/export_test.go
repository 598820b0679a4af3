package bolt

import "golang.org/x/sys/unix"

// WithRecent sets at how many recent sagas they are put into the indexes.
func WithRecent(n int) Option { return func(o *options) { o.recent = n } }

// Migrate opens a file as Open does, migrates it if it is an older one, and does nothing more.
func Migrate(path string) error {
	db, _, err := openBolt(path, newOptions(nil), false)
	if err != nil {
		return err
	}
	return db.Close()
}

// Unlock lets go of the file's lock, as on a file system that keeps none.
func Unlock(s *Store) { _ = unix.Flock(int(s.writer.file.Fd()), unix.LOCK_UN) }

// Recent is how many sagas are not in the indexes yet.
func (s *Store) Recent() int {
	s.recent.mu.RLock()
	defer s.recent.mu.RUnlock()
	return len(s.recent.sagas)
}
