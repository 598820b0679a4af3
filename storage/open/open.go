// Package open gives a process the store that it wants: in a file, or in etcd where several processes share one. What can be done with a
// store as a whole, whichever it is, is here too: it is examined, and copied into another one.
//
// A build with the tag noetcd knows files alone.
package open

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"arcadia/engine"
	"arcadia/storage/bolt"
)

// Store is a store that is open, and what else can be done with it.
type Store struct {
	engine.Store
	Where  string // its file or its address
	Backup func(ctx context.Context, file string) error
	Prune  func(ctx context.Context, before time.Time) (int, error)
	// Commits counts what was made durable: transactions, entries in them, and how long they took. Nil: nobody counts here.
	Commits func() (commits, entries int64, took time.Duration)
	Shared  *Shared // nil: the store is this process's alone

	close func() error
}

// Close gives the store back, and removes what was temporary.
func (s *Store) Close() error { return s.close() }

// Shared is what can be asked of a store that several hosts have open.
type Shared struct {
	Board   Board
	Hosts   func(ctx context.Context) ([]engine.Host, error)
	Cluster func(ctx context.Context) (engine.Cluster, error)
}

// Board is where hosts leave word for each other.
type Board interface {
	Post(ctx context.Context, name string, word []byte, passing bool) error
	Posts(ctx context.Context, prefix string) (map[string][]byte, error)
}

// Address says where a store in etcd is, and how to get there.
type Address struct {
	Address       string // etcd://HOST:PORT,.../NAME
	CA, Cert, Key string // files in PEM
}

// Means is what opening a store takes besides its address.
type Means struct {
	Purpose  string // for the process that comes second: "arcadia launch"
	ReadOnly bool
	Password string                 // of the user that an address in etcd names
	Archive  func() (string, error) // the folder for what is removed from a store in etcd; asked when it is needed
}

// File opens a store in a file. An empty name is one of its own in a temporary folder, which goes with it. Another process that has
// the file is a bolt.HeldError after patience; 0: as long as usual. For reading, a file that is not there is a bolt.ErrMissing, or with
// create an empty store.
func File(file string, m Means, patience time.Duration, create bool) (*Store, error) {
	away := func() error { return nil }
	opts := []bolt.Option{bolt.WithPurpose(m.Purpose)}
	if file == "" {
		opts = append(opts, bolt.WithLateSync()) // nobody opens it again
		dir, err := os.MkdirTemp("", "arcadia-demo-")
		if err != nil {
			return nil, fmt.Errorf("make a folder for the demo's store: %w", err)
		}
		file, away = filepath.Join(dir, "arcadia.db"), func() error { return os.RemoveAll(dir) }
	}
	if patience > 0 {
		opts = append(opts, bolt.WithLockTimeout(patience))
	}
	how := bolt.Open
	if m.ReadOnly {
		how = bolt.OpenReadOnly
	}
	s, err := how(file, opts...)
	if create && errors.Is(err, bolt.ErrMissing) {
		s, err = bolt.Open(file, opts...)
	}
	if err != nil {
		return nil, errors.Join(err, away())
	}
	return &Store{
		Store: s, Where: s.Path(), Backup: s.Backup, Prune: s.Prune,
		Commits: func() (int64, int64, time.Duration) {
			st := s.Stats()
			return st.Commits, st.Entries, st.CommitTime
		},
		close: func() error { return errors.Join(s.Close(), away()) },
	}, nil
}

// Report is what an examination of a store found.
type Report struct {
	Sagas    int
	Problems []string // none: all is well
}

func (r *Report) more(n int) {
	if n > 0 {
		r.Problems = append(r.Problems, fmt.Sprintf("and %d more", n))
	}
}

// CheckFile examines a store in a file, in a child process, without changing it.
func CheckFile(ctx context.Context, file string) (Report, error) {
	found, err := bolt.Examine(ctx, file)
	r := Report{Sagas: found.Sagas, Problems: found.Problems}
	r.more(found.More)
	return r, err
}
