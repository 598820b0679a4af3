package main

import (
	"flag"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/storage/etcd"
	"arcadia/storage/storagetest"
	"go.etcd.io/etcd/server/v3/embed"
)

// one is the member that all tests share, each with a store of its own in it.
var one members

// careless leaves out the sync of the disk: what is acknowledged may be lost with the machine's power, as befits a test.
func careless(c *embed.Config) { c.UnsafeNoFsync = true }

func TestMain(m *testing.M) {
	if text := os.Getenv(hostEnv); text != "" {
		if err := asHost(text); err != nil {
			fmt.Fprintln(os.Stderr, "host: "+err.Error())
			os.Exit(1)
		}
		return
	}
	if text := os.Getenv(memberEnv); text != "" {
		if err := asMember(text); err != nil {
			fmt.Fprintln(os.Stderr, "member: "+err.Error())
			os.Exit(1)
		}
		return
	}
	flag.Parse()
	if testing.Short() {
		_ = flag.Set("rapid.checks", "5") // a sample: make race draws the rest
	}
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "arcadia-members-")
		if err != nil {
			panic(err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		if one, err = start(dir, 1, careless); err != nil {
			panic(err)
		}
		defer one.stop()
		return m.Run()
	}())
}

var stores atomic.Int64

// fresh is a store that nobody has used.
func fresh() etcd.Config {
	return etcd.Config{Endpoints: one.endpoints(), Name: fmt.Sprintf("store-%d", stores.Add(1))}
}

func opened(t *testing.T, c etcd.Config) *etcd.Store {
	t.Helper()
	s, err := etcd.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestConformance(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(t *testing.T) engine.Store { return opened(t, fresh()) }, func(t *testing.T, s engine.Store) engine.Store {
		c, err := etcd.Parse(s.(*etcd.Store).Address()) //nolint:forcetypeassert // the one that was opened
		if err != nil {
			t.Fatal(err)
		}
		if err := s.(*etcd.Store).Close(); err != nil { //nolint:forcetypeassert // likewise
			t.Fatal(err)
		}
		return opened(t, c)
	})
}

func TestConformanceForSeveralProcesses(t *testing.T) {
	t.Parallel()
	storagetest.RunShared(t, func(t *testing.T) (first, second engine.Store, refused error) {
		c := fresh()
		c.Lease = 3 * time.Second
		return opened(t, c), opened(t, c), nil
	})
}
