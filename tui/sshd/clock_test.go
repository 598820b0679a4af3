package sshd_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/vt"
	gossh "golang.org/x/crypto/ssh"

	"arcadia/tui/sshd"
)

// pipes is a listener without a network, so that a server and its clients fit into a bubble with a clock of its own.
type pipes struct {
	calls chan net.Conn
	once  sync.Once
	gone  chan struct{}
}

func newPipes() *pipes { return &pipes{calls: make(chan net.Conn), gone: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.calls:
		return c, nil
	case <-p.gone:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.gone) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func (p *pipes) dial(t *testing.T) net.Conn {
	t.Helper()
	near, far := net.Pipe()
	select {
	case p.calls <- roomy(far):
	case <-p.gone:
		t.Fatal("the door is closed")
	}
	return roomy(near)
}

// roomyPipe is one end of a pipe that holds what was written and not read yet, as a socket does: both ends of SSH begin with
// writing.
type roomyPipe struct {
	net.Conn
	out  chan []byte
	once sync.Once
	gone chan struct{}
}

func roomy(c net.Conn) net.Conn {
	r := &roomyPipe{Conn: c, out: make(chan []byte, 1024), gone: make(chan struct{})}
	go func() {
		for {
			select {
			case b := <-r.out:
				if _, err := r.Conn.Write(b); err != nil {
					return
				}
			case <-r.gone:
				return
			}
		}
	}()
	return r
}

func (r *roomyPipe) Write(b []byte) (int, error) {
	select {
	case r.out <- bytes.Clone(b):
		return len(b), nil
	case <-r.gone:
		return 0, net.ErrClosed
	}
}

func (r *roomyPipe) SetWriteDeadline(time.Time) error { return nil } // a write does not wait

func (r *roomyPipe) Close() error {
	r.once.Do(func() { close(r.gone) })
	return r.Conn.Close()
}

// onFakeClock serves on pipes with the limits that nobody has changed.
func onFakeClock(t *testing.T, test func(t *testing.T, r *rig, p *pipes)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := newKeys(t)
		key, _, err := sshd.HostKey(filepath.Join(t.TempDir(), "host"))
		if err != nil {
			t.Fatal(err)
		}
		operators, err := sshd.OpenOperators(r.operators)
		if err != nil {
			t.Fatal(err)
		}
		r.server, err = sshd.New(sshd.Config{Console: show, Command: command, Log: slog.New(slog.NewTextHandler(r.log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		p := newPipes()
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- r.server.Serve(ctx, sshd.Network(p, key, operators)) }()
		test(t, r, p)
		stop()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
		if t.Failed() {
			t.Log(r.log.String())
		}
	})
}

func (r *rig) loginBy(t *testing.T, conn net.Conn) *gossh.Client {
	t.Helper()
	c, channels, requests, err := gossh.NewClientConn(conn, "pipe", clientConfig(gossh.PublicKeys(r.keys["ops1"])))
	if err != nil {
		t.Fatal(err)
	}
	return gossh.NewClient(c, channels, requests)
}

// attend opens a console and gives its screen, without a wait for a condition: a bubble says when nothing moves any more.
func attend(t *testing.T, c *gossh.Client) (session *gossh.Session, in io.Writer, s *screen) {
	t.Helper()
	session, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if err := session.RequestPty("xterm-256color", 24, 80, gossh.TerminalModes{}); err != nil {
		t.Fatal(err)
	}
	s = &screen{t: t, session: session, term: vt.NewSafeEmulator(80, 24), done: make(chan error, 1)}
	if s.in, err = session.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, s.term) }()
	session.Stdout, session.Stderr = s, s
	if err := session.Shell(); err != nil {
		t.Fatal(err)
	}
	go func() {
		s.done <- session.Wait()
		if pipe, ok := s.term.InputPipe().(io.Closer); ok {
			_ = pipe.Close()
		}
	}()
	return session, s.in, s
}

func TestHalfAnHourWithoutAKeyEndsAConsoleAfterAWarning(t *testing.T) {
	t.Parallel()
	onFakeClock(t, func(t *testing.T, r *rig, p *pipes) {
		begun := time.Now()
		c := r.loginBy(t, p.dial(t))
		_, in, s := attend(t, c)
		time.Sleep(28 * time.Minute)
		if _, err := io.WriteString(in, "x"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(29*time.Minute - time.Second)
		if text := s.text(); !strings.Contains(text, "[x]") || strings.Contains(text, "logging out") {
			t.Errorf("before the warning:\n%s", text)
		}
		time.Sleep(2 * time.Second)
		if text := s.text(); !strings.Contains(text, "logging out in 1m0s") || !strings.Contains(s.bytes(), "\a") {
			t.Errorf("after the warning:\n%s", text)
		}
		err := <-s.done
		if took := time.Since(begun).Round(time.Second); took != 58*time.Minute || status(err) != 1 {
			t.Errorf("ended after %s with %v", took, err)
		}
		restored(t, s)
		if !strings.Contains(s.bytes(), "no key was pressed for long") {
			t.Errorf("not told why: %q", s.bytes())
		}
		_ = c.Close()
	})
}

func TestAConnectionWithoutASessionEndsAfterHalfAMinute(t *testing.T) {
	t.Parallel()
	onFakeClock(t, func(t *testing.T, r *rig, p *pipes) {
		for _, before := range []bool{false, true} {
			c := r.loginBy(t, p.dial(t))
			if before {
				_, in, s := attend(t, c)
				time.Sleep(time.Hour / 4)
				if _, err := io.WriteString(in, "q"); err != nil {
					t.Fatal(err)
				}
				_ = <-s.done
			}
			begun := time.Now()
			_ = c.Wait()
			if took := time.Since(begun).Round(time.Second); took != 30*time.Second {
				t.Errorf("ended after %s, with a session before: %v", took, before)
			}
		}
	})
}

func TestAHandshakeEndsAfterTwentySeconds(t *testing.T) {
	t.Parallel()
	onFakeClock(t, func(t *testing.T, _ *rig, p *pipes) {
		begun := time.Now()
		conn := p.dial(t)
		_, _ = io.Copy(io.Discard, conn)
		if took := time.Since(begun).Round(time.Second); took != 20*time.Second {
			t.Errorf("ended after %s", took)
		}
		_ = conn.Close()
	})
}

func TestAChannelThatAsksForNothingEndsAfterTwentySeconds(t *testing.T) {
	t.Parallel()
	onFakeClock(t, func(t *testing.T, r *rig, p *pipes) {
		c := r.loginBy(t, p.dial(t))
		ch, requests, err := c.OpenChannel("session", nil)
		if err != nil {
			t.Fatal(err)
		}
		go gossh.DiscardRequests(requests)
		begun := time.Now()
		if _, err := io.Copy(io.Discard, ch); err != nil {
			t.Errorf("read: %v", err)
		}
		if took := time.Since(begun).Round(time.Second); took != 20*time.Second {
			t.Errorf("ended after %s", took)
		}
		_ = c.Close()
	})
}

// silent lets a test stop a client: it reads on, so that nothing stands still, and answers nothing.
type silent struct {
	net.Conn
	mu  sync.Mutex
	off bool
}

func (s *silent) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.off {
		return len(b), nil
	}
	return s.Conn.Write(b)
}

func TestAClientThatDoesNotAnswerForThreeQuartersOfAMinuteIsGivenUp(t *testing.T) {
	t.Parallel()
	onFakeClock(t, func(t *testing.T, r *rig, p *pipes) {
		conn := &silent{Conn: p.dial(t)}
		c := r.loginBy(t, conn)
		_, _, s := attend(t, c)
		time.Sleep(10 * time.Minute)
		if len(r.server.Sessions()) != 1 {
			t.Fatal("a client that answers was given up")
		}
		begun := time.Now()
		conn.mu.Lock()
		conn.off = true
		conn.mu.Unlock()
		_ = <-s.done
		if took := time.Since(begun); took < 30*time.Second || took > 46*time.Second {
			t.Errorf("given up after %s", took)
		}
		if n := r.server.Totals().Cut; n != 1 {
			t.Errorf("%d cut", n)
		}
		_ = c.Close()
	})
}
