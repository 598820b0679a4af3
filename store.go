package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"arcadia/storage/bolt"
	"arcadia/storage/open"
	"arcadia/tui/cli"
	"arcadia/tui/host"
	"arcadia/tui/sshd"
)

// brief is how long to wait for a store that another process has, when that one can be asked instead or the shell waits.
const brief = 50 * time.Millisecond

// store opens the store as wanted: in etcd, or a file. A file that nobody named and that is not there yet is an empty store.
func (w wire) store(ctx context.Context, want cli.Want) (*open.Store, error) {
	m := w.means(want.Purpose)
	m.ReadOnly = want.Access != cli.Act
	if want.Store.Address != "" {
		if want.Purpose == "arcadia console" && w.env("GOGC") == "" {
			debug.SetGCPercent(100) // half of the memory of a console that follows 50 sagas a second (measured)
		}
		m.Archive = func() (string, error) { return cli.ArchiveFolder(w.env) }
		return open.Remote(ctx, open.Address(want.Store), m)
	}
	file := want.Database
	if !want.Demo || file != "" {
		var err error
		if file, err = w.file(file); err != nil {
			return nil, err
		}
	}
	socket, patience := sshd.SocketPath(file), time.Duration(0)
	if _, absent := os.Stat(socket); want.Access == cli.Glance || absent == nil {
		patience = brief
	}
	s, err := open.File(file, m, patience, want.Access == cli.Read && (want.Database == "" || want.Context != nil))
	if errors.Is(err, bolt.ErrHeld) {
		err = host.Elsewhere(err, socket)
	}
	return s, err
}

// file is the store that was named, or else the operator's own.
func (w wire) file(named string) (string, error) {
	if named != "" {
		return named, nil
	}
	return cli.DataFile(w.env)
}

func (w wire) means(purpose string) open.Means {
	return open.Means{Purpose: purpose, Password: w.env("ARCADIA_STORE_PASSWORD")}
}

// copy copies a store into one that is empty.
func (w wire) copy(ctx context.Context, from, to cli.Store) (int, error) {
	return open.Copy(ctx, open.Address(from), open.Address(to), w.means("arcadia copy"))
}

// check examines a store.
func (w wire) check(ctx context.Context, at cli.Store) (cli.Verdict, error) {
	if strings.Contains(at.Address, "://") {
		r, err := open.CheckRemote(ctx, open.Address(at), w.means("arcadia check"))
		return cli.Verdict(r), err
	}
	file, err := w.file(at.Address)
	if err != nil {
		return cli.Verdict{}, err
	}
	r, err := open.CheckFile(ctx, file)
	return cli.Verdict(r), err
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
