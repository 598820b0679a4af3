package bolt

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/google/uuid"
	"go.etcd.io/bbolt"
	"golang.org/x/sys/unix"

	"arcadia/engine"
)

// A copy of a store does not know by itself that it is one, and whoever drives it does again what the original has done since.
// Three things tell:
//
//   - A backup is marked as one when it is made.
//   - The record of the latest opening has the inode of the file. A file that was copied has another.
//   - What was last seen under this path is kept in a small file beside it. A store that is put back there by writing over
//     the file, so that the inode stays, has made fewer transactions than were seen.
//
// The first opening for writing of a copy begins a freeze that says so. Each opening draws an id of its own: a process that
// finds another in the file than it has put there is not the only one that drives it.

// lifeKey is where the record of the latest opening stands in the meta bucket.
var lifeKey = []byte("life")

// life is who a store is, and who has opened it last. A file made before there was this record has none.
type life struct {
	V       int         `json:"v"`
	Store   string      `json:"store"`             // drawn when there was no record yet; the same in every copy
	Opening string      `json:"opening,omitempty"` // drawn by each opening for writing
	Inode   uint64      `json:"inode,omitempty"`   // of the file that was opened
	At      engine.Time `json:"at"`                // of the opening
	Backup  engine.Time `json:"backup"`            // when it was made; not set: it is none, or was opened since
}

// seen is what a path has held last, in the file beside it. It is a hint: one that cannot be read is as none.
type seen struct {
	Store string `json:"store"`
	Tx    int    `json:"tx"`
}

func seenPath(path string) string { return path + ".seen" }

func readLife(tx *bbolt.Tx) (life, error) {
	value := tx.Bucket(metaBucket).Get(lifeKey)
	if value == nil {
		return life{}, nil
	}
	return read[life](metaBucket, lifeKey, value, "record of the latest opening")
}

func putLife(tx *bbolt.Tx, l life) error {
	l.V = recordVersion
	value, err := sealed(metaBucket, lifeKey, l)
	if err != nil {
		return err
	}
	if err := tx.Bucket(metaBucket).Put(lifeKey, value); err != nil {
		return fmt.Errorf("put the record of the opening: %w", err)
	}
	return nil
}

// begin records the opening, and freezes a copy. The writer does not run yet.
func (s *Store) begin(file *os.File) error {
	inode, err := inodeOf(file)
	if err != nil {
		return err
	}
	id, err := uuid.NewRandom()
	if err != nil {
		return fmt.Errorf("draw an id for the opening: %w", err)
	}
	s.opening, s.writer.file, s.writer.path = id.String(), file, s.path
	was := readSeen(s.path)
	err = s.writer.transact(func(c *change) error {
		l, err := readLife(c.tx)
		if err != nil {
			return err
		}
		why := l.copied(was, inode, c.tx.ID(), c.unfinished())
		if l.Store == "" {
			store, err := uuid.NewRandom()
			if err != nil {
				return fmt.Errorf("draw an id for the store: %w", err)
			}
			l.Store = store.String()
		}
		s.store = l.Store
		l.Opening, l.Inode, l.At, l.Backup = s.opening, inode, engine.At(time.Now()), engine.Time{}
		c.wrote = true
		if err := putLife(c.tx, l); err != nil || why == "" {
			return err
		}
		return c.freezeCopy(why)
	})
	if err != nil {
		return fmt.Errorf("open %s: %w", s.path, err)
	}
	s.writer.stats.commits.Store(0) // what is counted begins after the opening
	s.writer.stats.nanos.Store(0)
	s.remember()
	return nil
}

// copied says what a file is a copy of, empty when it is none.
func (l *life) copied(was seen, inode uint64, tx, unfinished int) string {
	what := ""
	switch {
	case !l.Backup.IsZero():
		what = "the backup of " + l.Backup.Format("2006-01-02 15:04 UTC")
	case l.Inode == 0:
		return ""
	case l.Inode != inode, was.Store == l.Store && tx <= was.Tx:
		what = "a copy of the store as it was some time after " + l.At.Format("2006-01-02 15:04 UTC")
	default:
		return ""
	}
	sagas := "sagas"
	if unfinished == 1 {
		sagas = "saga"
	}
	return fmt.Sprintf("this is %s, %d %s unfinished: review and thaw", what, unfinished, sagas)
}

// unfinished is how many sagas are not at rest.
func (c *change) unfinished() int {
	return engine.Counts{ByStatus: c.counts.ByStatus}.Active()
}

// freezeCopy begins the freeze of a copy, in place of one that lasts.
func (c *change) freezeCopy(why string) error {
	now := engine.At(time.Now())
	last := engine.Freeze{}
	if b := c.tx.Bucket(freezesBucket); b != nil {
		if at, value := b.Cursor().Last(); at != nil {
			r, err := read[freezeRecord](freezesBucket, at, value, fmt.Sprintf("freeze %x", at))
			if err != nil {
				return err
			}
			last = r.Freeze
		}
	}
	if last.N > 0 && last.EndedAt.IsZero() {
		why += fmt.Sprintf(" (it was frozen by %s: %s)", last.Who(), last.Why)
		last.EndedAt, last.EndedWhy = now, "it went on in a copy"
		if err := c.recordFreeze(last); err != nil {
			return err
		}
	}
	return c.recordFreeze(engine.Freeze{N: last.N + 1, At: now, Why: why, Copy: true})
}

func (c *change) recordFreeze(f engine.Freeze) error {
	value, err := sealed(freezesBucket, freezeKey(f.N), freezeRecord{V: recordVersion, Freeze: f})
	if err != nil {
		return err
	}
	return c.putFreeze(f.N, value)
}

// remember notes beside the file what is in it now. What cannot be noted is not: it is a hint.
func (s *Store) remember() {
	var tx int
	if s.view("look at the latest transaction", func(t *bbolt.Tx) error { tx = t.ID(); return nil }) != nil {
		return
	}
	text, err := json.Marshal(seen{Store: s.store, Tx: tx})
	if err != nil {
		return
	}
	aside := seenPath(s.path) + ".new"
	if os.WriteFile(aside, append(text, '\n'), 0o600) == nil {
		_ = os.Rename(aside, seenPath(s.path))
	}
}

func readSeen(path string) (was seen) {
	text, err := os.ReadFile(seenPath(path))
	if err != nil || json.Unmarshal(text, &was) != nil {
		return seen{}
	}
	return was
}

// mark makes a closed copy one that knows it.
func mark(path string) error {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockTimeout, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return explain(err, path)
	}
	return errors.Join(db.Update(func(tx *bbolt.Tx) error {
		l, err := readLife(tx)
		if err != nil {
			return err
		}
		l.Backup = engine.At(time.Now())
		return putLife(tx, l)
	}), db.Close())
}

// Same reports whether the path still leads to the file that is open, and whether this process is the only one that drives
// it. When it is not the store stops for good: what it would acknowledge nobody would find again.
func (s *Store) Same() error {
	if s.writer == nil {
		return nil
	}
	err := s.alone(func() error {
		if err := s.writer.same(); err != nil {
			return err
		}
		return s.view("look at the latest opening", func(tx *bbolt.Tx) error {
			l, err := readLife(tx)
			if err == nil && l.Opening != s.opening {
				err = fmt.Errorf("%s: %w: another process has opened it too: end one of them", s.path, ErrReplaced)
			}
			return err
		})
	})
	if errors.Is(err, ErrReplaced) {
		s.writer.stop(err)
		return stopped(err)
	}
	if err == nil {
		s.remember()
	}
	return err
}

// same compares the file that is open with the one that the path leads to now.
func (w *writer) same() error {
	there, err := os.Lstat(w.path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w: it was removed while it was open: what was acknowledged is in no file any more", w.path, ErrReplaced)
	}
	if err != nil {
		return fmt.Errorf("look at %s: %w", w.path, err)
	}
	mine, err := w.file.Stat()
	if err != nil {
		return fmt.Errorf("look at %s: %w", w.path, err)
	}
	if !os.SameFile(mine, there) {
		return fmt.Errorf("%s: %w: another file stands in its place: end this process and look at both", w.path, ErrReplaced)
	}
	return nil
}

func inodeOf(f *os.File) (uint64, error) {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return 0, fmt.Errorf("look at %s: %w", f.Name(), err)
	}
	return st.Ino, nil
}
