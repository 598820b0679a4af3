//go:build !noetcd

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/storage/bolt"
	"arcadia/storage/etcd"
	"arcadia/storage/transfer"
	"arcadia/tui"
	"arcadia/tui/cli"
)

// remote opens a store in etcd. What is left out of a build with the tag noetcd is this file and all that it knows.
func (w wire) remote(ctx context.Context, want cli.Want) (opened, error) {
	c, err := w.etcd(want.Store)
	if err != nil {
		return opened{}, err
	}
	c.ReadOnly, c.Archive = want.Access != cli.Act, w.archive(c.Name)
	s, err := etcd.Open(ctx, c)
	if err != nil {
		return opened{}, err
	}
	backup := func(ctx context.Context, file string) error {
		at := time.Now()
		now, err := s.Now(ctx)
		if err != nil {
			return err
		}
		if _, err := intoFile(ctx, file, func(to *bolt.Store) (int, error) { return transfer.Copy(ctx, now, to, copied(s.Address())) }); err != nil || c.ReadOnly {
			return err
		}
		return s.BackedUp(ctx, at)
	}
	return opened{store: s, where: s.Address(), backup: backup, prune: s.Prune, close: s.Close, away: func() error { return nil }, shared: sharedBy(s)}, nil
}

// sharedBy is what a store in etcd can be asked of its hosts and members.
func sharedBy(s *etcd.Store) *shared {
	return &shared{board: s, hosts: s.Hosts, members: func(ctx context.Context) (tui.Cluster, error) {
		is, err := s.Condition(ctx)
		c := tui.Cluster{
			Store: is.Address, Revision: is.Revision, Full: is.Full, Compacted: is.Compacted, Archived: is.Archived, ArchivedIn: is.ArchivedIn, Backup: is.Backup, Heard: map[string]int{},
			Members: each(is.Members, func(m etcd.Member) tui.Member {
				return tui.Member{Name: m.Name, Version: m.Version, Leads: m.Leads, Behind: m.Behind, Used: m.Used, Quota: m.Quota, RoundTrip: m.RoundTrip.Microseconds(), Trouble: m.Trouble}
			}),
		}
		if err != nil {
			return c, err
		}
		terms, err := s.Tenures(ctx, 50)
		c.Terms = each(terms, func(t etcd.Tenure) tui.Term {
			return tui.Term{Host: t.Host, Began: t.Began, Ended: t.Ended, How: string(t.How)}
		})
		if err != nil {
			return c, err
		}
		heard, err := s.Heard(ctx)
		for name, since := range heard {
			c.Heard[name] = int(since.Milliseconds())
		}
		return c, err
	}}
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

// archive keeps sagas of a store of that name in a new file each time, beside the place for the operator's own store.
func (w wire) archive(name string) func(context.Context, *etcd.Moment, []engine.ID) (string, error) {
	return func(ctx context.Context, from *etcd.Moment, ids []engine.ID) (string, error) {
		beside, err := cli.DataFile(w.env)
		if err != nil {
			return "", err
		}
		folder := filepath.Join(filepath.Dir(beside), "archive")
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return "", fmt.Errorf("make a folder for archives: %w", err)
		}
		now := time.Now().UTC()
		file := filepath.Join(folder, name+"-"+now.Format("20060102T150405.000Z")+".db")
		why := fmt.Sprintf("this is an archive of sagas that were removed from %s on %s: it is for looking at", name, now.Format(time.DateTime))
		_, err = intoFile(ctx, file, func(to *bolt.Store) (int, error) {
			return len(ids), transfer.Archive(ctx, from, to, ids, why)
		})
		return file, err
	}
}

// intoFile writes a store into a new file, which gets its name when it is whole, on the disk and examined.
func intoFile(ctx context.Context, file string, fill func(to *bolt.Store) (int, error)) (n int, err error) {
	if _, err := os.Lstat(file); err == nil {
		return 0, fmt.Errorf("copy to %s: %w: name a new file", file, bolt.ErrExists)
	}
	aside := file + ".new"
	_ = os.Remove(aside) // of a copy that was cut off
	to, err := bolt.Open(aside, bolt.WithPurpose("arcadia copy"), bolt.WithLateSync())
	if err != nil {
		return 0, err
	}
	n, err = fill(to)
	err = errors.Join(err, to.Close())
	var report bolt.Report
	if err == nil {
		report, err = bolt.Examine(ctx, aside)
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
	if err == nil {
		err = synced(filepath.Dir(file)) // what is copied may be removed next
	}
	if err != nil {
		return n, fmt.Errorf("copy to %s: %w", file, err)
	}
	return n, nil
}

// synced makes the names in a folder durable.
func synced(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// checkStore examines a store as it is at one moment.
func (w wire) checkStore(ctx context.Context, at cli.Store) (verdict cli.Verdict, err error) {
	c, err := w.etcd(at)
	if err != nil {
		return verdict, err
	}
	c.ReadOnly = true
	s, err := etcd.Open(ctx, c)
	if err != nil {
		return verdict, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	now, err := s.Now(ctx)
	if err != nil {
		return verdict, err
	}
	r, err := now.Verify(ctx)
	if err != nil {
		return verdict, err
	}
	verdict = cli.Verdict{Sagas: r.Sagas, Problems: r.Problems}
	if r.More > 0 {
		verdict.Problems = append(verdict.Problems, fmt.Sprintf("and %d more", r.More))
	}
	broken, err := engine.Check(ctx, now)
	for _, b := range broken {
		verdict.Problems = append(verdict.Problems, b.String())
	}
	return verdict, err
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
		return intoFile(ctx, to.Address, func(file *bolt.Store) (int, error) { return transfer.Copy(ctx, source, file, copied(from.Address)) })
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
