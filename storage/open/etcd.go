//go:build !noetcd

package open

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
)

// Remote opens a store in etcd. A backup of it is a file, and so is what is removed from it.
func Remote(ctx context.Context, at Address, m Means) (*Store, error) {
	s, err := openEtcd(ctx, at, m)
	if err != nil {
		return nil, err
	}
	return &Store{
		Store: s, Where: s.Address(), Prune: s.Prune, close: s.Close,
		Backup: func(ctx context.Context, file string) error { return backup(ctx, s, file, m.ReadOnly) },
		Shared: &Shared{Board: s, Hosts: s.Hosts, Cluster: s.Cluster},
	}, nil
}

func (a Address) remote() bool { return strings.HasPrefix(a.Address, etcd.Scheme) }

func openEtcd(ctx context.Context, at Address, m Means) (*etcd.Store, error) {
	c, err := etcd.Parse(at.Address)
	if err != nil {
		return nil, err
	}
	c.Password, c.CA, c.Cert, c.Key, c.ReadOnly = m.Password, at.CA, at.Cert, at.Key, m.ReadOnly
	if m.Archive != nil {
		c.Archive = archive(c.Name, m.Archive)
	}
	return etcd.Open(ctx, c)
}

func backup(ctx context.Context, s *etcd.Store, file string, readOnly bool) error {
	at := time.Now()
	now, err := s.Now(ctx)
	if err != nil {
		return err
	}
	if _, err := intoFile(ctx, file, func(to *bolt.Store) (int, error) { return transfer.Copy(ctx, now, to, copied(s.Address())) }); err != nil || readOnly {
		return err
	}
	return s.BackedUp(ctx, at)
}

// CheckRemote examines a store in etcd as it is at one moment, while others go on.
func CheckRemote(ctx context.Context, at Address, m Means) (report Report, err error) {
	m.ReadOnly = true
	s, err := openEtcd(ctx, at, m)
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	now, err := s.Now(ctx)
	if err != nil {
		return report, err
	}
	r, err := now.Verify(ctx)
	if err != nil {
		return report, err
	}
	report = Report{Sagas: r.Sagas, Problems: r.Problems}
	report.more(r.More)
	broken, err := engine.Check(ctx, now)
	for _, b := range broken {
		report.Problems = append(report.Problems, b.String())
	}
	return report, err
}

// Copy copies a store into one that is empty, a file or one in etcd either way, and returns how many sagas that were. The copy begins
// frozen.
func Copy(ctx context.Context, from, to Address, m Means) (n int, err error) {
	source, done, err := reading(ctx, from, m)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, done()) }()
	if !to.remote() {
		return intoFile(ctx, to.Address, func(file *bolt.Store) (int, error) { return transfer.Copy(ctx, source, file, copied(from.Address)) })
	}
	m.ReadOnly = false
	target, err := openEtcd(ctx, to, m)
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

// reading opens a store to copy from.
func reading(ctx context.Context, from Address, m Means) (transfer.Source, func() error, error) {
	if !from.remote() {
		s, err := bolt.OpenReadOnly(from.Address, bolt.WithPurpose(m.Purpose))
		if err != nil {
			return nil, nil, err
		}
		return s, s.Close, nil
	}
	m.ReadOnly = true
	s, err := openEtcd(ctx, from, m)
	if err != nil {
		return nil, nil, err
	}
	now, err := s.Now(ctx)
	if err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	return now, s.Close, nil
}

// archive keeps sagas of a store of that name in a new file each time.
func archive(name string, in func() (string, error)) func(context.Context, *etcd.Moment, []engine.ID) (string, error) {
	return func(ctx context.Context, from *etcd.Moment, ids []engine.ID) (string, error) {
		folder, err := in()
		if err != nil {
			return "", err
		}
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

// copied is the reason of the freeze in which a copy begins.
func copied(from string) string {
	return fmt.Sprintf("this is a copy of %s, made %s: see that nobody drives that one any more, review and thaw", from, time.Now().UTC().Format(time.DateTime))
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
