package sshd_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"arcadia/tui/input"
	"arcadia/tui/sshd"
)

func TestWithTheConsolesGuardHostileInputIsNoFaultAtAll(t *testing.T) {
	quiet(t)
	r := newRig(t, calm, func(c *sshd.Config) {
		c.Guard = func(_ *sshd.Session, in io.Reader) io.Reader { return input.NewGuard(in, input.HoldRemote) }
	})
	s := r.console(r.dial("ops1"))
	s.shows("ops1")
	for name, text := range hostileInput() {
		s.keys(text)
		s.keys("\x1b[201~\x1b\\")
		t.Log(name)
	}
	// A session that lives shows a key. One that comes in bulk may belong to a paste that the guard has ended.
	next := time.Now()
	until(t, func() bool {
		if now := time.Now(); now.After(next) {
			s.keys("k")
			next = now.Add(100 * time.Millisecond)
		}
		return strings.Contains(s.text(), "kkk")
	}, s.text)
	if n := r.server.Totals().Faults; n != 0 {
		t.Errorf("%d faults", n)
	}
}
