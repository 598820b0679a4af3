package bolt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"golang.org/x/sys/unix"

	"arcadia/engine"
)

// examineEnv names the file that a child process examines.
const examineEnv = "ARCADIA_EXAMINE"

// Examine verifies a copy of a store file, and the ledger's invariants in it, in a child process: damaged pages can end the
// process that reads them. The file is held meanwhile, so that nobody writes, and is not changed. The program must call
// Examiner first of all.
func Examine(ctx context.Context, file string) (r Report, err error) {
	dir, err := os.MkdirTemp("", "arcadia-check-")
	if err != nil {
		return r, fmt.Errorf("check %s: %w", file, err)
	}
	defer os.RemoveAll(dir)
	copied := filepath.Join(dir, "arcadia.db")
	if err := copyStore(file, copied); err != nil {
		return r, err
	}
	self, err := os.Executable()
	if err != nil {
		return r, fmt.Errorf("check %s: %w", file, err)
	}
	child := exec.CommandContext(ctx, self) //nolint:gosec // this program itself
	child.Env = []string{examineEnv + "=" + copied}
	child.Stderr = io.Discard
	answer, err := child.Output()
	switch {
	case ctx.Err() != nil:
		return r, ctx.Err()
	case err != nil:
		return Report{Path: file, Problems: []string{fmt.Sprintf("%s cannot be read to its end: reading it ended the process that did (%v)", file, err)}}, nil
	}
	if err := json.Unmarshal(answer, &r); err != nil {
		return r, fmt.Errorf("check %s: read the answer of the child process: %w", file, err)
	}
	r.Path = file
	return r, nil
}

// Examiner reports whether this process is the child of an Examine. If so it has done its work, written the report to out
// and only the exit status is left to do.
func Examiner(out io.Writer) (status int, is bool) {
	file := os.Getenv(examineEnv)
	if file == "" {
		return 0, false
	}
	r, err := VerifyFile(file)
	if err == nil && r.OK() {
		err = invariants(file, &r)
	}
	if err != nil {
		r.problem("%v", err)
	}
	if err := json.NewEncoder(out).Encode(r); err != nil {
		return 1, true
	}
	return 0, true
}

func invariants(file string, r *Report) error {
	s, err := OpenReadOnly(file)
	if err != nil {
		return err
	}
	broken, err := engine.Check(context.Background(), s)
	for _, b := range broken {
		r.problem("%s", b)
	}
	return errors.Join(err, s.Close())
}

// copyStore copies the bytes of a store that nobody is writing. A file that is no store is an error; a damaged one is
// copied as it is.
func copyStore(from, to string) error {
	s, err := OpenReadOnly(from, WithPurpose("arcadia check"))
	if err != nil && !errors.Is(err, ErrDamaged) {
		return err
	}
	if err == nil { // held, so that nobody writes meanwhile
		defer s.Close()
	}
	in, err := os.OpenFile(from, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return fmt.Errorf("check %s: %w", from, err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("check %s: %w", from, err)
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("check %s: copy it: %w", from, err)
	}
	return nil
}
