package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"arcadia/engine"
	"arcadia/storage/bolt"
	"arcadia/tui/cli"
)

// examineEnv names the file that a child process examines. Damaged pages can end the process that reads them, so that is
// done in a process of its own, on a copy.
const examineEnv = "ARCADIA_EXAMINE"

// check examines a copy of the store in a child process.
func (w wire) check(ctx context.Context, file string) (v cli.Verdict, err error) {
	if file == "" {
		if file, _, err = w.database(cli.Want{}); err != nil {
			return v, err
		}
	}
	dir, err := os.MkdirTemp("", "arcadia-check-")
	if err != nil {
		return v, fmt.Errorf("check %s: %w", file, err)
	}
	defer os.RemoveAll(dir)
	copied := filepath.Join(dir, "arcadia.db")
	if err := copyStore(file, copied); err != nil {
		return v, err
	}
	self, err := os.Executable()
	if err != nil {
		return v, fmt.Errorf("check %s: %w", file, err)
	}
	child := exec.CommandContext(ctx, self) //nolint:gosec // this program itself
	child.Env = []string{examineEnv + "=" + copied}
	child.Stderr = io.Discard
	answer, err := child.Output()
	if ctx.Err() != nil {
		return v, ctx.Err()
	}
	if err != nil {
		return cli.Verdict{Problems: []string{fmt.Sprintf("%s cannot be read to its end: reading it ended the process that did (%v)", file, err)}}, nil
	}
	if err := json.Unmarshal(answer, &v); err != nil {
		return v, fmt.Errorf("check %s: read the answer of the child process: %w", file, err)
	}
	return v, nil
}

// copyStore copies the bytes of a store that nobody is writing. A file that is no store is an error; a damaged one is
// copied as it is.
func copyStore(from, to string) error {
	s, err := bolt.OpenReadOnly(from, bolt.WithPurpose("arcadia check"))
	if err != nil && !errors.Is(err, bolt.ErrDamaged) {
		return err
	}
	if err == nil { // held, so that nobody writes meanwhile
		defer s.Close()
	}
	in, err := os.Open(from)
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

// examine is the child process: it looks at a file and prints what it found as JSON.
func examine(file string) int {
	v := cli.Verdict{Problems: []string{}}
	report, err := bolt.VerifyFile(file)
	v.Sagas, v.Problems = report.Sagas, append(v.Problems, report.Problems...)
	if report.More > 0 {
		v.Problems = append(v.Problems, fmt.Sprintf("and %d more", report.More))
	}
	if err == nil && report.OK() {
		err = invariants(file, &v)
	}
	if err != nil {
		v.Problems = append(v.Problems, err.Error())
	}
	if err := json.NewEncoder(os.Stdout).Encode(v); err != nil {
		return 1
	}
	return 0
}

func invariants(file string, v *cli.Verdict) error {
	s, err := bolt.OpenReadOnly(file)
	if err != nil {
		return err
	}
	broken, err := engine.Check(context.Background(), s)
	for _, b := range broken {
		v.Problems = append(v.Problems, b.String())
	}
	return errors.Join(err, s.Close())
}
