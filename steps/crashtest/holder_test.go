package crashtest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"arcadia/storage/bolt"
)

// childHolder is the variable that makes this binary a process that wants a store; its value is the path.
const childHolder = "ARCADIA_CRASHTEST_HOLDER"

// runHolder waits for a line, tries to open the store, says what came of it, and holds it until its input ends.
func runHolder(path string) error {
	in := bufio.NewReader(os.Stdin)
	fmt.Println("ready")
	if _, err := in.ReadString('\n'); err != nil {
		return err
	}
	s, err := bolt.Open(path, bolt.WithPurpose("race"), bolt.WithLockTimeout(0))
	switch {
	case errors.Is(err, bolt.ErrHeld):
		fmt.Println("held")
	case err != nil:
		fmt.Println("error", err)
	default:
		fmt.Println("mine")
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		return err
	}
	if s != nil {
		return s.Close()
	}
	return nil
}

func TestTwoOnOneFileHaveExactlyOneHolder(t *testing.T) {
	t.Parallel()
	races, each := 1000, 4
	dir := t.TempDir()
	wrong := 0
	for n := range races {
		path := filepath.Join(dir, fmt.Sprintf("%d.db", n/20)) // now and then one that is only being created
		stores, errs := make([]*bolt.Store, each), make([]error, each)
		var start, done sync.WaitGroup
		start.Add(1)
		for i := range each {
			done.Go(func() {
				start.Wait()
				stores[i], errs[i] = bolt.Open(path, bolt.WithLockTimeout(0))
			})
		}
		start.Done()
		done.Wait()
		holders := 0
		for i, s := range stores {
			switch {
			case s != nil:
				holders++
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			case !errors.Is(errs[i], bolt.ErrHeld):
				t.Errorf("race %d: the loser is told %v", n, errs[i])
			}
		}
		if holders != 1 {
			wrong++
			t.Errorf("race %d has %d holders", n, holders)
		}
	}
	t.Logf("figure | races for one file | %d with %d openers each | %d wrong", races, each, wrong)
}

func TestTwoProcessesOnOneFileHaveExactlyOneHolder(t *testing.T) {
	t.Parallel()
	races, each, wrong := 4, 3, 0
	if torture() {
		races = 1000
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "arcadia.db")
	for n := range races {
		said := map[string]int{}
		var procs []*contender
		for range each {
			c, err := contend(t, self, path)
			if err != nil {
				t.Fatal(err)
			}
			procs = append(procs, c)
		}
		for _, c := range procs {
			if _, err := io.WriteString(c.in, "go\n"); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range procs {
			line, err := c.out.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			said[strings.TrimSpace(line)]++
		}
		for _, c := range procs {
			if err := errors.Join(c.in.Close(), c.cmd.Wait()); err != nil {
				t.Error(err)
			}
		}
		if said["mine"] != 1 || said["held"] != each-1 {
			wrong++
			t.Errorf("race %d: %v", n, said)
		}
	}
	t.Logf("figure | races of processes for one file | %d with %d processes each | %d wrong", races, each, wrong)
}

type contender struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// contend starts a process that waits for the word to open the store.
func contend(t *testing.T, self, path string) (*contender, error) {
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childHolder+"="+path)
	cmd.WaitDelay = 10 * time.Second
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &contender{cmd: cmd, in: in, out: bufio.NewReader(out)}
	if line, err := c.out.ReadString('\n'); err != nil || line != "ready\n" {
		return nil, fmt.Errorf("the process said %q: %w", line, err)
	}
	return c, nil
}
