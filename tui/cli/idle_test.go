package cli_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// TestIdleConsoles measures what consoles of 120×40 cost over SSH when nothing happens: memory, processor time and
// wake-ups of the process that serves them. It asserts nothing about times, for they depend on the machine. ARCADIA_IDLE is for
// how many seconds each count of consoles is looked at.
func TestIdleConsoles(t *testing.T) {
	seconds, err := strconv.Atoi(os.Getenv("ARCADIA_IDLE"))
	if err != nil || seconds < 1 {
		t.Skip("ARCADIA_IDLE=30 measures for some minutes")
	}
	b := newBuilding(t)
	c := &crowd{addr: net.JoinHostPort("127.0.0.1", b.port)}
	const operators, each = 8, 5 // what the limits of one server leave to them
	var signers []gossh.Signer
	for i := range operators {
		signers = append(signers, b.admits(t, fmt.Sprintf("idle%d", i), "operator"))
	}
	time.Sleep(2 * time.Second) // the file is read once a second
	open, first := 0, 0
	for _, want := range []int{0, 1, operators * each} {
		for ; open < want; open++ {
			c.opens(t, signers[open%operators])
		}
		time.Sleep(15 * time.Second) // it comes to rest
		before := use(t, b.pid)
		time.Sleep(time.Duration(seconds) * time.Second)
		after := use(t, b.pid)
		if open == 1 {
			first = after.resident
		}
		t.Logf("figure: %d idle consoles: %.1f MiB resident, %.2f %% of a core, %.1f wake-ups a second", open, float64(after.resident)/(1<<20),
			float64(after.jiffies-before.jiffies)/float64(seconds), float64(after.wakes-before.wakes)/float64(seconds))
		if open > 1 {
			t.Logf("figure: a further console: %.2f MiB", float64(after.resident-first)/(1<<20)/float64(open-1))
		}
	}
}

// opens shows a console of 120×40 that nobody touches until the test ends.
func (c *crowd) opens(t *testing.T, who gossh.Signer) {
	t.Helper()
	client, err := c.dial(who)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	s, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	var drawn sync.Once
	shown := make(chan struct{})
	s.Stdout = writer(func(p []byte) (int, error) {
		drawn.Do(func() { close(shown) })
		return len(p), nil
	})
	if _, err := s.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := s.RequestPty("xterm-256color", 40, 120, gossh.TerminalModes{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Shell(); err != nil {
		t.Fatal(err)
	}
	<-shown
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

var _ io.Writer = writer(nil)

// used is what a process has used so far, and holds.
type used struct{ resident, jiffies, wakes int }

func use(t *testing.T, pid int) (u used) {
	t.Helper()
	field := func(path, name string) int {
		text, err := os.ReadFile(path)
		_, rest, found := strings.Cut(string(text), name+":")
		if err != nil || !found {
			return 0 // a thread that has ended
		}
		n, err := strconv.Atoi(strings.Fields(rest)[0])
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	u.resident = field(fmt.Sprintf("/proc/%d/status", pid), "VmRSS") << 10
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range tasks {
		u.wakes += field(path, "voluntary_ctxt_switches")
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	for _, f := range strings.Fields(rest)[11:13] {
		n, err := strconv.Atoi(f)
		if err != nil {
			t.Fatal(err)
		}
		u.jiffies += n
	}
	return u
}
