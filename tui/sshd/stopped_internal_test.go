package sshd

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The kernel takes connections for a process that is stopped: it is known by its silence, within about a second.
func TestAHostThatIsStoppedCostsACommandASecond(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "sock")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := os.Chmod(socket, 0o600); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	_, err = call(context.Background(), socket)
	if took := time.Since(began); err == nil || !strings.Contains(err.Error(), "stopped") || took > answerTime/2 {
		t.Errorf("after %s: %v", took, err)
	}
}
