package cli_test

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestHUPLetsTheOperatorsBeReadAndEndsNoServer sends a served store several HUPs: it goes on, and lets in whoever has been added.
func TestHUPLetsTheOperatorsBeReadAndEndsNoServer(t *testing.T) {
	t.Parallel()
	b := newBuilding(t)
	c := &crowd{addr: "127.0.0.1:" + b.port, operator: b.admits(t, "ops9", "operator")}
	for n := range 3 {
		if err := syscall.Kill(b.pid, syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		var err error
		for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
			if err = c.command("status"); err == nil {
				break
			}
		}
		if err != nil {
			t.Fatalf("after HUP %d: %v", n+1, err)
		}
	}
}

// TestStopNamesTheProcessThatDoesNotEnd stops a host that stands still: the answer is the process, what it is and what to do, and status 1.
func TestStopNamesTheProcessThatDoesNotEnd(t *testing.T) {
	t.Parallel()
	b := newBuilding(t)
	if err := syscall.Kill(b.pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	out, status := run(b.program(b.held, "stop"))
	if err := syscall.Kill(b.pid, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("process %d (", b.pid); status != 1 || !strings.Contains(out, want) || !strings.Contains(out, fmt.Sprintf("kill -9 %d", b.pid)) || strings.Count(out, "\n") != 1 {
		t.Errorf("exit status %d\n%s", status, out)
	}
}
