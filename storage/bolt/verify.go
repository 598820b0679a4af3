package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"

	"go.etcd.io/bbolt"
	"golang.org/x/sys/unix"
)

// Report is what Verify found.
type Report struct {
	Path      string   `json:"path"`
	Sagas     int      `json:"sagas"`
	Entries   int      `json:"entries"`
	Locks     int      `json:"locks"`
	Resources int      `json:"resources"`
	Docs      int      `json:"docs"`
	Bytes     int64    `json:"bytes"`    // of pages in the file, free ones included
	Problems  []string `json:"problems"` // the first hundred
	More      int      `json:"more"`     // problems that are not named
}

// OK reports whether nothing is wrong.
func (r *Report) OK() bool { return len(r.Problems) == 0 }

// Err is nil when nothing is wrong, and else an ErrDamaged with the first problem.
func (r *Report) Err() error {
	if r.OK() {
		return nil
	}
	more := ""
	if n := len(r.Problems) - 1 + r.More; n > 0 {
		more = fmt.Sprintf(" (and %d more)", n)
	}
	return fmt.Errorf("%s: %w: %s%s: restore a backup", r.Path, ErrDamaged, r.Problems[0], more)
}

func (r *Report) problem(format string, args ...any) {
	if len(r.Problems) >= mostProblems {
		r.More++
		return
	}
	r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
}

// Verify looks at the whole file as it is now, commits going on meanwhile: the structure of its pages, every record's
// checksum, every saga's chain of entries and that it ends where the header says, the indexes, and the kept counters. The
// error is for a check that could not be made; damage is in the report. It keeps one read transaction for as long as it
// takes, so that the file grows meanwhile more than it would.
func (s *Store) Verify(ctx context.Context) (Report, error) {
	if s.writer != nil {
		if err := s.writer.same(); err != nil {
			r := Report{Path: s.path}
			r.problem("%v", err)
			return r, nil
		}
	}
	f, err := os.OpenFile(s.path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return Report{}, fmt.Errorf("check %s: %w", s.path, explain(err, s.path))
	}
	defer f.Close()
	return s.verify(ctx, f)
}

// VerifyFile is Verify for a file that nobody has open for writing. It writes nothing. A file that cannot be a store at
// all is an error, as it is for Open.
func VerifyFile(path string) (Report, error) {
	if _, err := private(path); err != nil {
		return Report{}, err
	}
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return Report{}, fmt.Errorf("check %s: %w", path, explain(err, path))
	}
	defer f.Close()
	r := Report{Path: path}
	if err := r.beforehand(f); err != nil {
		return r, err
	}
	if !r.OK() {
		return r, nil // not to be given to bbolt
	}
	s, err := OpenReadOnly(path)
	if err != nil {
		return r, err
	}
	r, err = s.verify(context.Background(), f)
	return r, errors.Join(err, s.Close())
}

// beforehand looks at the pages of a closed file, without bbolt.
func (r *Report) beforehand(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("check %s: %w", r.Path, err)
	}
	metas, errs, err := readMetas(f, info.Size())
	if err != nil {
		return preflight(f, r.Path)
	}
	meta := newest(metas, errs)
	if meta.pages*meta.pageSize > info.Size() {
		r.problem("cut short: %d bytes of %d", info.Size(), meta.pages*meta.pageSize)
		return nil
	}
	t := newTree(f, meta)
	t.walk()
	r.take(t)
	return nil
}

func (r *Report) take(t *tree) {
	for _, p := range t.problems {
		r.problem("%v", p)
	}
}

// verify looks at the file as one read transaction sees it.
func (s *Store) verify(ctx context.Context, f *os.File) (r Report, err error) {
	for {
		r = Report{Path: s.path}
		err = s.view("check "+s.path, func(tx *bbolt.Tx) error {
			r.Bytes = tx.Size()
			meta, err := metaOf(tx, f)
			if err != nil {
				return err
			}
			t := newTree(f, meta)
			t.walk()
			r.take(t)
			if !r.OK() {
				return nil
			}
			return (&audit{tx: tx, report: &r}).run(ctx)
		})
		if !errors.Is(err, errMoved) {
			break
		}
	}
	if errors.Is(err, ErrDamaged) {
		r.problem("%v", err)
		err = nil
	}
	return r, err
}

// errMoved says that two commits came between the beginning of a transaction and the look at its meta page. The tree of
// the transaction is there all the same, but where it begins is no longer in the file.
var errMoved = errors.New("the writer went on")

// metaOf finds the meta page of the transaction in the file. Beside a writer the other one may be read half written: it
// is bad only when it stays bad.
func metaOf(tx *bbolt.Tx, f *os.File) (metaPage, error) {
	const tries = 50
	var bad error
	for range tries {
		metas, errs, err := readMetas(f, tx.Size())
		bad = errors.Join(err, errs[0], errs[1])
		if bad != nil {
			continue
		}
		for _, m := range metas {
			if m.txid == uint64(tx.ID()) {
				return m, nil
			}
		}
		return metaPage{}, errMoved
	}
	return metaPage{}, damaged("meta page: the last commit may be missing", bad)
}
