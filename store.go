package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"arcadia/storage/bolt"
	"arcadia/tui/cli"
	"arcadia/tui/host"
	"arcadia/tui/sshd"
)

// store opens the store as wanted; away is what to do when it is closed. A store that nobody named and that is not there
// yet is an empty one.
func (w wire) store(want cli.Want) (s *bolt.Store, away func() error, err error) {
	file, away := want.Database, func() error { return nil }
	if file == "" && want.Demo {
		dir, err := os.MkdirTemp("", "arcadia-demo-")
		if err != nil {
			return nil, nil, fmt.Errorf("make a folder for the demo's store: %w", err)
		}
		file, away = filepath.Join(dir, "arcadia.db"), func() error { return os.RemoveAll(dir) }
	} else if file, err = w.file(file); err != nil {
		return nil, nil, err
	}
	opts := []bolt.Option{bolt.WithPurpose(want.Purpose)}
	if _, absent := os.Stat(sshd.SocketPath(file)); want.Access == cli.Glance || absent == nil {
		opts = append(opts, bolt.WithLockTimeout(brief))
	}
	if want.Access != cli.Act {
		s, err = bolt.OpenReadOnly(file, opts...)
	}
	if want.Access == cli.Act || want.Access == cli.Read && want.Database == "" && errors.Is(err, bolt.ErrMissing) {
		s, err = bolt.Open(file, opts...)
	}
	if err != nil {
		err = errors.Join(err, away())
	}
	if errors.Is(err, bolt.ErrHeld) {
		err = host.Elsewhere(err, sshd.SocketPath(file))
	}
	return s, away, err
}

// file is the store that was named, or else the operator's own.
func (w wire) file(named string) (string, error) {
	if named != "" {
		return named, nil
	}
	return cli.DataFile(w.env)
}

// check examines a store file in a child process.
func (w wire) check(ctx context.Context, file string) (cli.Verdict, error) {
	file, err := w.file(file)
	if err != nil {
		return cli.Verdict{}, err
	}
	r, err := bolt.Examine(ctx, file)
	if r.More > 0 {
		r.Problems = append(r.Problems, fmt.Sprintf("and %d more", r.More))
	}
	return cli.Verdict{Sagas: r.Sagas, Problems: r.Problems}, err
}

// stop ends the process that hosts a store.
func (w wire) stop(ctx context.Context, file string) error {
	file, err := w.file(file)
	if err != nil {
		return err
	}
	asking, cancel := context.WithTimeout(ctx, stopTime)
	defer cancel()
	err = sshd.Stop(asking, sshd.SocketPath(file))
	if errors.Is(err, sshd.ErrNoHost) {
		return err
	}
	// Whatever it has answered: what counts is whether the store is free.
	free := bolt.Free(file, stopTime)
	if held, is := errors.AsType[*bolt.HeldError](free); is {
		return fmt.Errorf("stop: process %d (%s) does not end and holds %s: end it with kill -9 %d; its sagas go on at the next host", held.PID, held.What, file, held.PID)
	}
	return errors.Join(err, free)
}

// stopTime is what a host has to answer in that is asked to stop, and again to end.
const stopTime = 12 * time.Second
