package sshd_test

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"arcadia/tui/sshd"
)

func TestNothingButSessionsIsServed(t *testing.T) {
	quiet(t)
	r := newRig(t)
	c := r.dial("ops1")

	target, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	if conn, err := c.Dial("tcp", target.Addr().String()); err == nil {
		_ = conn.Close()
		t.Error("a local port was forwarded")
	}
	if ln, err := c.Listen("tcp", "127.0.0.1:0"); err == nil {
		_ = ln.Close()
		t.Error("a remote port was forwarded")
	}
	if ln, err := c.ListenUnix("/tmp/never"); err == nil {
		_ = ln.Close()
		t.Error("a remote socket was forwarded")
	}
	for _, kind := range []string{"x11", "auth-agent@openssh.com", "tun@openssh.com", "direct-streamlocal@openssh.com", "made-up"} {
		if ch, _, err := c.OpenChannel(kind, []byte("whatever")); err == nil {
			_ = ch.Close()
			t.Errorf("a channel of type %s was opened", kind)
		}
	}
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RequestSubsystem("sftp"); err == nil {
		t.Error("sftp was started")
	}
	for _, request := range []string{"auth-agent-req@openssh.com", "x11-req", "break", "made-up"} {
		if ok, err := s.SendRequest(request, true, nil); ok || err != nil {
			t.Errorf("%s: %v, %v", request, ok, err)
		}
	}
	if out, err := s.Output("whoami"); err != nil || len(out) == 0 {
		t.Errorf("after all that a command must still run: %q, %v", out, err)
	}
	for _, request := range []string{"stop@arcadia", "tcpip-forward"} {
		if ok, _, err := c.SendRequest(request, true, nil); ok || err != nil {
			t.Errorf("%s: %v, %v", request, ok, err)
		}
	}
}

func TestAShellNeedsATerminal(t *testing.T) {
	r := newRig(t)
	s, err := r.dial("ops1").NewSession()
	if err != nil {
		t.Fatal(err)
	}
	var errs strings.Builder
	s.Stderr = &errs
	if err := s.Shell(); err != nil {
		t.Fatal(err)
	}
	if err := s.Wait(); status(err) != 2 || !strings.Contains(errs.String(), "needs a terminal") {
		t.Errorf("%v, %q", err, errs.String())
	}
}

func TestOneShellOrCommandPerChannel(t *testing.T) {
	r := newRig(t)
	s := r.console(r.dial("ops1"))
	s.shows("ops1")
	for _, again := range []string{"shell", "exec", "pty-req", "subsystem"} {
		if ok, err := s.session.SendRequest(again, true, gossh.Marshal(struct{ V string }{"list"})); ok || err != nil {
			t.Errorf("%s on a running session: %v, %v", again, ok, err)
		}
	}
}

func TestOnlyNamedVariablesPass(t *testing.T) {
	r := newRig(t)
	s, err := r.dial("ops1").NewSession()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct {
		name, value string
		ok          bool
	}{
		{"COLORTERM", "truecolor", true},
		{"LANG", "de_DE.UTF-8", true},
		{"NO_COLOR", "yes", true},
		{"ARCADIA_NOTIFY", "osc9", true},
		{"TZ", "Europe/Berlin", true},
		{"TERM", "xterm", true},
		{"TERM", "xterm-256color", true},
		{"TERM", "../../etc/passwd", false},
		{"TZ", "../../../etc/passwd", false},
		{"TZ", "/etc/passwd", false},
		{"LANG", "x\x1b]52;c;aGk=\x07", false},
		{"ARCADIA_NOTIFY", "\x1b]9;x\x07", false},
		{"DIGITALOCEAN_TOKEN", "stolen", false},
		{"ARCADIA_ROLE", "operator", false},
		{"LD_PRELOAD", "/tmp/x.so", false},
		{"TEA_TRACE", "/tmp/x", false},
	} {
		if err := s.Setenv(v.name, v.value); (err == nil) != v.ok {
			t.Errorf("%s=%q: %v", v.name, v.value, err)
		}
	}
	out, err := s.Output("env")
	if want := "COLORTERM=truecolor LANG=de_DE.UTF-8 NO_COLOR=yes ARCADIA_NOTIFY=osc9 TZ=Europe/Berlin TERM=xterm-256color\n"; err != nil || string(out) != want {
		t.Errorf("env = %q, %v; want %q", out, err, want)
	}
}

func TestAFloodOfVariablesEndsTheSession(t *testing.T) {
	quiet(t)
	r := newRig(t)
	s, err := r.dial("ops1").NewSession()
	if err != nil {
		t.Fatal(err)
	}
	sent := 0
	for ; sent < 100_000; sent++ {
		if _, err := s.SendRequest("env", false, gossh.Marshal(struct{ N, V string }{fmt.Sprint("LC_", sent), "x"})); err != nil {
			break
		}
	}
	if sent == 100_000 {
		t.Error("the flood was taken to its end")
	}
	if err := s.Start("whoami"); err == nil {
		t.Error("the session goes on")
	}
}

func TestTheEleventhChannelOfAConnectionIsRefused(t *testing.T) {
	quiet(t)
	r := newRig(t)
	c := r.dial("ops1")
	var last *gossh.Session
	for i := range 10 {
		s, err := c.NewSession()
		if err != nil {
			t.Fatalf("session %d: %v", i+1, err)
		}
		last = s
	}
	if s, err := c.NewSession(); err == nil {
		_ = s.Close()
		t.Fatal("the eleventh session was opened")
	}
	if err := last.Run("whoami"); err != nil {
		t.Errorf("the tenth does not work: %v", err)
	}
	until(t, func() bool {
		s, err := c.NewSession()
		if err != nil {
			return false
		}
		_ = s.Close()
		return true
	}, func() string { return "a channel that was closed is still counted" })
}

func TestTheSixthSessionOfAnOperatorIsRefusedAndOthersComeIn(t *testing.T) {
	quiet(t)
	r := newRig(t)
	for range 5 {
		r.console(r.dial("ops1")).shows("ops1")
	}
	out, errs, exit := r.run("ops1", "whoami")
	if exit != 1 || out != "" || !strings.Contains(errs, "leave one first") {
		t.Errorf("the sixth: %q, %q, %d", out, errs, exit)
	}
	if _, _, exit := r.run("ops2", "whoami"); exit != 0 {
		t.Errorf("another operator: exit %d", exit)
	}
}

func TestSessionsAreLimitedInAll(t *testing.T) {
	r := newRig(t, limits(sshd.Limits{Sessions: 2}))
	r.console(r.dial("ops1")).shows("ops1")
	last := r.console(r.dial("ops2"))
	last.shows("ops2")
	if _, errs, exit := r.run("guest", "whoami"); exit != 1 || !strings.Contains(errs, "all sessions are taken") {
		t.Errorf("the third: %q, %d", errs, exit)
	}
	last.keys("q")
	last.ended()
	until(t, func() bool { _, _, exit := r.run("guest", "whoami"); return exit == 0 }, func() string { return "a free place is not given" })
}

func TestHalfOpenConnectionsAreLimitedAndEnd(t *testing.T) {
	quiet(t)
	r := newRig(t, limits(sshd.Limits{HalfOpenEach: 3, Handshake: 300 * time.Millisecond}))
	var silent []net.Conn
	for range 3 {
		c, err := net.Dial("tcp", r.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.ReadFull(c, make([]byte, 4)); err != nil { // the server's greeting: it has been admitted
			t.Fatal(err)
		}
		silent = append(silent, c)
	}
	// One more goes in and one of them goes, whoever it is: nobody is kept out by who says nothing.
	if c, err := r.login("ops1"); err != nil {
		t.Errorf("an operator beside silent connections: %v", err)
	} else {
		_ = c.Close()
	}
	for _, c := range silent {
		_ = c.SetDeadline(time.Now().Add(patience))
		if _, err := io.Copy(io.Discard, c); err != nil {
			t.Errorf("a silent connection was not ended: %v", err)
		}
	}
	until(t, func() bool {
		c, err := r.login("ops1")
		if err != nil {
			return false
		}
		_ = c.Close()
		return true
	}, func() string { return "nobody comes in any more" })
}

func TestGarbageIsRefused(t *testing.T) {
	quiet(t)
	r := newRig(t, limits(sshd.Limits{Handshake: time.Second}))
	for _, text := range []string{"GET / HTTP/1.1\r\n\r\n", "SSH-1.5-old\r\n", strings.Repeat("\x00", 100_000), "SSH-2.0-x\r\n\xff\xff\xff\xff" + strings.Repeat("A", 4096)} {
		c, err := net.Dial("tcp", r.addr)
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(patience))
		_, _ = io.WriteString(c, text)
		_, _ = io.Copy(io.Discard, c)
		_ = c.Close()
	}
	if _, _, exit := r.run("ops1", "whoami"); exit != 0 {
		t.Errorf("exit %d", exit)
	}
}
