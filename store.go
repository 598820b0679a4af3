package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"arcadia/engine"
	"arcadia/storage/bolt"
	"arcadia/tui/cli"
	"arcadia/tui/host"
	"arcadia/tui/sshd"
)

// opened is a store, and what this process can do with it besides.
type opened struct {
	store   engine.Store
	where   string // its file or its address
	socket  string // where other processes of this operator come in that cannot open the store beside this one; empty: they can
	backup  func(ctx context.Context, file string) error
	prune   func(ctx context.Context, before time.Time) (int, error)
	commits func() sshd.Commits // nil: nobody counts them here
	close   func() error
	away    func() error // what to do when it is closed
	shared  *shared      // nil: the store is one process's alone
}

// store opens the store as wanted: in etcd, or a file.
func (w wire) store(ctx context.Context, want cli.Want) (opened, error) {
	if want.Store.Address != "" {
		return w.remote(ctx, want)
	}
	s, away, err := w.local(want)
	if err != nil {
		return opened{}, err
	}
	return opened{
		store: s, where: s.Path(), socket: sshd.SocketPath(s.Path()), backup: s.Backup, prune: s.Prune, close: s.Close, away: away,
		commits: func() sshd.Commits {
			st := s.Stats()
			return sshd.Commits{Commits: st.Commits, Entries: st.Entries, Took: st.CommitTime}
		},
	}, nil
}

// local opens a store in a file; away is what to do when it is closed. A store that nobody named on the
// command line and that is not there yet is an empty one.
func (w wire) local(want cli.Want) (s *bolt.Store, away func() error, err error) {
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
	if want.Access == cli.Act || want.Access == cli.Read && (want.Database == "" || want.Context != nil) && errors.Is(err, bolt.ErrMissing) {
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
