//go:build !noetcd

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"arcadia/storage/bolt"
	"arcadia/storage/etcd"
	"arcadia/storage/transfer"
	"arcadia/tui/cli"
)

// remote opens a store in etcd. What is left out of a build with the tag noetcd is this file and all that it knows.
func (w wire) remote(ctx context.Context, want cli.Want) (opened, error) {
	c, err := w.etcd(want.Store)
	if err != nil {
		return opened{}, err
	}
	c.ReadOnly = want.Access != cli.Act
	s, err := etcd.Open(ctx, c)
	if err != nil {
		return opened{}, err
	}
	backup := func(ctx context.Context, file string) error {
		now, err := s.Now(ctx)
		if err != nil {
			return err
		}
		_, err = intoFile(ctx, now, s.Address(), file)
		return err
	}
	return opened{store: s, where: s.Address(), backup: backup, prune: s.Prune, close: s.Close, away: func() error { return nil }}, nil
}

func (w wire) etcd(at cli.Store) (etcd.Config, error) {
	c, err := etcd.Parse(at.Address)
	c.Password, c.CA, c.Cert, c.Key = w.env("ARCADIA_STORE_PASSWORD"), at.CA, at.Cert, at.Key
	return c, err
}

// copied is the reason of the freeze in which a copy begins.
func copied(from string) string {
	return fmt.Sprintf("this is a copy of %s, made %s: see that nobody drives that one any more, review and thaw", from, time.Now().UTC().Format(time.DateTime))
}

// intoFile writes a store into a new file, which gets its name when it is whole and examined.
func intoFile(ctx context.Context, from transfer.Source, name, file string) (n int, err error) {
	if _, err := os.Lstat(file); err == nil {
		return 0, fmt.Errorf("copy to %s: %w: name a new file", file, bolt.ErrExists)
	}
	aside := file + ".new"
	_ = os.Remove(aside) // of a copy that was cut off
	to, err := bolt.Open(aside, bolt.WithPurpose("arcadia copy"))
	if err != nil {
		return 0, err
	}
	n, err = transfer.Copy(ctx, from, to, copied(name))
	err = errors.Join(err, to.Close())
	var report bolt.Report
	if err == nil {
		report, err = bolt.VerifyFile(aside)
	}
	if err == nil {
		err = report.Err()
	}
	if err == nil {
		err = os.Link(aside, file) // never over another
	}
	if gone := os.Remove(aside); err == nil {
		err = gone
	}
	for _, beside := range []string{aside + ".lock", aside + ".seen"} {
		_ = os.Remove(beside) // what only the name aside had
	}
	if err != nil {
		return n, fmt.Errorf("copy to %s: %w", file, err)
	}
	return n, nil
}

// copyStore copies a store into one that is empty, a file or one in etcd either way.
func (w wire) copyStore(ctx context.Context, from, to cli.Store) (n int, err error) {
	var source transfer.Source
	if strings.HasPrefix(from.Address, etcd.Scheme) {
		c, err := w.etcd(from)
		if err != nil {
			return 0, err
		}
		c.ReadOnly = true
		s, err := etcd.Open(ctx, c)
		if err != nil {
			return 0, err
		}
		defer func() { err = errors.Join(err, s.Close()) }()
		source, err = s.Now(ctx)
		if err != nil {
			return 0, err
		}
	} else {
		s, err := bolt.OpenReadOnly(from.Address, bolt.WithPurpose("arcadia copy"))
		if err != nil {
			return 0, err
		}
		defer func() { err = errors.Join(err, s.Close()) }()
		source = s
	}
	if !strings.HasPrefix(to.Address, etcd.Scheme) {
		return intoFile(ctx, source, from.Address, to.Address)
	}
	c, err := w.etcd(to)
	if err != nil {
		return 0, err
	}
	target, err := etcd.Open(ctx, c)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	n, err = transfer.Copy(ctx, source, target, copied(from.Address))
	if err != nil {
		return n, fmt.Errorf("copy to %s: %w", target.Address(), err)
	}
	return n, nil
}
