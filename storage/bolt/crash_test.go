package bolt_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"arcadia/engine"
	"arcadia/storage/bolt"
	"arcadia/storage/storagetest"
)

// The test binary runs itself again as the process that is to die: childEnv says what it does, with which file.
const childEnv = "ARCADIA_BOLT_CHILD"

func TestMain(m *testing.M) {
	if status, is := bolt.Examiner(os.Stdout); is {
		os.Exit(status)
	}
	if role, path, ok := strings.Cut(os.Getenv(childEnv), " "); ok {
		if err := child(role, path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(role, path string) error {
	s, err := bolt.Open(path, bolt.WithPurpose(role))
	if err != nil {
		return err
	}
	if role == "full-disk" {
		return fullDisk(s)
	}
	return appendForEver(s)
}

const childSagas = 16

// appendForEver appends from many goroutines and prints each acknowledged append in one write, after the acknowledgment.
func appendForEver(s *bolt.Store) error {
	failed := make(chan error)
	for i := range childSagas {
		go func() {
			h, err := headOf(s, i)
			for err == nil {
				b := storagetest.After(h, engine.Running, 1)
				if h.Seq == 0 {
					b = storagetest.Creation(i)
				}
				if err = s.Append(context.Background(), b); err == nil {
					h = b.Summary
					_, err = fmt.Printf("%d %d\n", i, h.Seq)
				}
			}
			failed <- err
		}()
	}
	return <-failed
}

// headOf is the saga's header, or an empty one.
func headOf(s *bolt.Store, i int) (engine.Summary, error) {
	found, err := s.Summaries(context.Background(), storagetest.ID(i))
	if err != nil || len(found) == 0 {
		return engine.Summary{}, err
	}
	return found[0], nil
}

// start runs this binary again in a role.
func start(t *testing.T, role, path string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childEnv+"="+role+" "+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// TestAcknowledgedEntriesSurviveKill kills an appending process, over and over on one file. Whatever it had acknowledged
// is there, whole, and at most one more append of each saga.
func TestAcknowledgedEntriesSurviveKill(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "arcadia.db")
	acknowledged := make([]uint64, childSagas)
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	for round := range rounds {
		cmd, lines := start(t, "crash", path)
		for n := 0; lines.Scan(); n++ {
			i, seq, ok := strings.Cut(lines.Text(), " ")
			saga, err1 := strconv.Atoi(i)
			number, err2 := strconv.ParseUint(seq, 10, 64)
			if !ok || err1 != nil || err2 != nil {
				break // the line that it died in
			}
			acknowledged[saga] = number
			if n == 50+40*round { // what it prints from here on is read until the pipe ends
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := cmd.Wait(); err == nil || cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatalf("the child was to be killed: %v", err)
		}
		sound(t, path)
		s := openAt(t, path)
		for i, want := range acknowledged {
			entries, err := s.Entries(t.Context(), storagetest.ID(i), 0)
			if have := uint64(len(entries)); want > 0 && (err != nil || have < want || have > want+1) {
				t.Fatalf("round %d: saga %d has %d entries, %d were acknowledged: %v", round, i, have, want, err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// fullDisk limits the size that files may have, appends until an error, and checks that the store has stopped.
func fullDisk(s *bolt.Store) error {
	signal.Ignore(unix.SIGXFSZ) // then the write fails with EFBIG instead
	info, err := os.Stat(s.Path())
	if err != nil {
		return err
	}
	limit := uint64(info.Size()) + 1300<<10
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: limit, Max: limit}); err != nil {
		return err
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	acknowledged := 0
	for i := range 8 {
		all.Go(func() {
			for n := i; ; n += 8 {
				if s.Append(context.Background(), storagetest.Creation(n)) != nil {
					return
				}
				mu.Lock()
				acknowledged++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	err = s.Append(context.Background(), storageBatch())
	<-s.Stopped()
	switch {
	case !errors.Is(err, engine.ErrStopped):
		return fmt.Errorf("after the error: %w", err)
	case s.Err() == nil:
		return errors.New("no cause")
	}
	fmt.Println(acknowledged)
	return s.Close()
}

func TestWriteErrorStopsTheStoreAndLosesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "arcadia.db")
	cmd, lines := start(t, "full-disk", path)
	lines.Scan()
	acknowledged, convErr := strconv.Atoi(lines.Text())
	if err := errors.Join(cmd.Wait(), convErr); err != nil {
		t.Fatal(err)
	}
	if r := sound(t, path); r.Sagas < acknowledged || r.Sagas > acknowledged+8 || acknowledged == 0 {
		t.Errorf("%d sagas in the file, %d were acknowledged", r.Sagas, acknowledged)
	}
}
