package sshd_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	gossh "golang.org/x/crypto/ssh"

	"arcadia/tui/sshd"
)

// patience bounds every wait for a condition; nothing is expected to take that long.
const patience = 20 * time.Second

// rig is a server on loopback with three people: ops1 (operator), ops2 (operator), guest (viewer).
type rig struct {
	t         *testing.T
	server    *sshd.Server
	log       *journal
	addr      string
	operators string // the file
	keys      map[string]gossh.Signer
	stop      context.CancelFunc
	done      chan error
	stopped   bool
}

type option func(*sshd.Config)

func limits(l sshd.Limits) option { return func(c *sshd.Config) { c.Limits = l } }

// newKeys is a rig with its operators, and no server yet.
func newKeys(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, log: &journal{}, keys: map[string]gossh.Signer{}, done: make(chan error, 1)}
	r.operators = filepath.Join(t.TempDir(), "operators")
	for _, name := range []string{"ops1", "ops2", "guest", "stranger"} {
		r.keys[name] = newKey(t)
	}
	r.writeOperators("ops1", "ops2", "guest")
	return r
}

func newRig(t *testing.T, opts ...option) *rig {
	t.Helper()
	r := newKeys(t)
	host, made, err := sshd.HostKey(filepath.Join(t.TempDir(), "keys", "host"))
	if err != nil || !made {
		t.Fatalf("host key: made %v, %v", made, err)
	}
	operators, err := sshd.OpenOperators(r.operators)
	if err != nil {
		t.Fatal(err)
	}
	cfg := sshd.Config{
		Console: show,
		Command: command,
		Log:     slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, o := range opts {
		o(&cfg)
	}
	if r.server, err = sshd.New(cfg); err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.addr = ln.Addr().String()
	r.serve(func(ctx context.Context) error { return r.server.Serve(ctx, sshd.Network(ln, host, operators)) })
	return r
}

// serve runs a server until the test ends.
func (r *rig) serve(run func(ctx context.Context) error) {
	var ctx context.Context
	ctx, r.stop = context.WithCancel(context.Background())
	go func() { r.done <- run(ctx) }()
	r.t.Cleanup(func() {
		if err := r.end(); err != nil {
			r.t.Errorf("serve: %v", err)
		}
		if r.t.Failed() {
			r.t.Logf("the server's log:\n%s", r.log.String())
		}
	})
}

// end stops the server and waits for it.
func (r *rig) end() error {
	if r.stopped {
		return nil
	}
	r.stopped = true
	r.stop()
	return <-r.done
}

func (r *rig) writeOperators(names ...string) {
	r.t.Helper()
	var text bytes.Buffer
	for _, name := range names {
		role := "operator"
		if name == "guest" {
			role = "viewer"
		}
		line := bytes.TrimSpace(gossh.MarshalAuthorizedKey(r.keys[name].PublicKey()))
		fmt.Fprintf(&text, "environment=\"ARCADIA_ROLE=%s\" %s %s\n", role, line, name)
	}
	if err := os.WriteFile(r.operators, text.Bytes(), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// dial logs in and hangs up at the end of the test.
func (r *rig) dial(name string) *gossh.Client {
	r.t.Helper()
	c, err := r.login(name)
	if err != nil {
		r.t.Fatalf("login of %s: %v", name, err)
	}
	r.t.Cleanup(func() { _ = c.Close() })
	return c
}

func (r *rig) login(name string) (*gossh.Client, error) {
	return gossh.Dial("tcp", r.addr, clientConfig(gossh.PublicKeys(r.keys[name])))
}

func clientConfig(auth ...gossh.AuthMethod) *gossh.ClientConfig {
	return &gossh.ClientConfig{User: "whoever", Auth: auth, HostKeyCallback: gossh.InsecureIgnoreHostKey(), Timeout: patience}
}

func newKey(t *testing.T) gossh.Signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err := gossh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func writeKey(t *testing.T, path string) gossh.PublicKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := gossh.MarshalPrivateKey(key, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := gossh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return s.PublicKey()
}

// screen is a console session of a client, drawn on an emulated terminal.
type screen struct {
	t       *testing.T
	session *gossh.Session
	in      io.WriteCloser
	term    *vt.SafeEmulator
	mu      sync.Mutex
	raw     bytes.Buffer
	done    chan error
}

func (r *rig) console(c *gossh.Client) *screen { return r.sized(c, 120, 24) }

// wide is a console with room for everything.
func (r *rig) wide(c *gossh.Client) *screen { return r.sized(c, 160, 40) }

func (r *rig) sized(c *gossh.Client, width, height int) *screen {
	r.t.Helper()
	s, err := c.NewSession()
	if err != nil {
		r.t.Fatal(err)
	}
	if err := s.RequestPty("xterm-256color", height, width, gossh.TerminalModes{}); err != nil {
		r.t.Fatal(err)
	}
	sc := &screen{t: r.t, session: s, term: vt.NewSafeEmulator(width, height), done: make(chan error, 1)}
	if sc.in, err = s.StdinPipe(); err != nil {
		r.t.Fatal(err)
	}
	s.Stdout, s.Stderr = sc, sc
	go func() { _, _ = io.Copy(io.Discard, sc.term) }() // its replies to queries
	if err := s.Shell(); err != nil {
		r.t.Fatal(err)
	}
	go func() { sc.done <- s.Wait() }()
	r.t.Cleanup(func() {
		_ = s.Close()
		if pipe, ok := sc.term.InputPipe().(io.Closer); ok { // its Close is not made for two goroutines
			_ = pipe.Close()
		}
	})
	return sc
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.raw.Write(p)
	return s.term.Write(p)
}

func (s *screen) bytes() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.raw.String()
}

// text is what stands on the screen. The emulator's own lock does not cover it.
func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.term.String()
}

func (s *screen) keys(text string) {
	s.t.Helper()
	if _, err := io.WriteString(s.in, text); err != nil {
		s.t.Fatalf("type %q: %v", text, err)
	}
}

func (s *screen) shows(text string) {
	s.t.Helper()
	until(s.t, func() bool { return strings.Contains(s.text(), text) }, func() string {
		return fmt.Sprintf("the screen never showed %q:\n%s", text, s.text())
	})
}

// ended waits for the end of the session and returns its exit status, or -1 when none came.
func (s *screen) ended() int {
	s.t.Helper()
	select {
	case err := <-s.done:
		s.done <- err
		return status(err)
	case <-time.After(patience):
		s.t.Fatal("the session did not end")
		return -1
	}
}

func status(err error) int {
	var exit *gossh.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitStatus()
	}
	return -1
}

// until waits for a condition without guessing how long it takes.
func until(t *testing.T, ok func() bool, say func() string) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatal(say())
		case <-tick.C:
		}
	}
}

// quiet makes sure at the end of a test that no goroutine of it is left. It must be called first, by tests that do not run
// in parallel.
func quiet(t *testing.T) {
	t.Helper()
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		until(t, func() bool { return runtime.NumGoroutine() <= before }, func() string {
			buf := make([]byte, 1<<20)
			return fmt.Sprintf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
		})
	})
}

// journal is a log that can be read while it is written.
type journal struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.String()
}

// run runs one command on a new connection.
func (r *rig) run(name, line string) (out, errs string, exit int) {
	r.t.Helper()
	s, err := r.dial(name).NewSession()
	if err != nil {
		r.t.Fatal(err)
	}
	var o, e bytes.Buffer
	s.Stdout, s.Stderr = &o, &e
	err = s.Run(line)
	return o.String(), e.String(), status(err)
}

func quotedList(args []string) string {
	return fmt.Sprintf(`[{"by":%q,"args":%q}]`+"\n", "me", args)
}
