package sshd_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/creack/pty"
	"pgregory.net/rapid"

	"arcadia/tui/sshd"
)

// localHost serves a Local door and returns its socket.
func localHost(t *testing.T, opts ...option) (socket string, log *journal) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), strings.Repeat("a-long-folder-name-", 8)) // longer than a socket's address may be
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	socket = sshd.SocketPath(filepath.Join(dir, "arcadia.db"))
	ln, err := sshd.Listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	log = &journal{}
	ctx, stop := context.WithCancel(context.Background())
	cfg := sshd.Config{
		Console: show,
		Command: command,
		Stop:    stop,
		Log:     slog.New(slog.NewTextHandler(log, nil)),
	}
	for _, o := range opts {
		o(&cfg)
	}
	srv, err := sshd.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(ctx, sshd.Local(ln, "me")) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
		if _, err := os.Lstat(socket); err == nil {
			t.Error("the socket is left behind")
		}
		if t.Failed() {
			t.Logf("the host's log:\n%s", log.String())
		}
	})
	return socket, log
}

func TestAttachedCommandsHaveTheSameOutputAndStatus(t *testing.T) {
	quiet(t)
	socket, _ := localHost(t)
	for _, c := range []struct {
		args      []string
		in        string
		out, errs string
		exit      int
	}{
		{[]string{"list", "-o", "json"}, "", `[{"by":"me","args":["list" "-o" "json"]}]` + "\n", "", 0},
		{[]string{"list", "", "a b", "it's", `"`, `\`, "$HOME", "*", "ü", "\n"}, "", `[{"by":"me","args":["list" "" "a b" "it's" "\"" "\\" "$HOME" "*" "ü" "\n"]}]` + "\n", "", 0},
		{[]string{"whoami"}, "", "me operator  false\n", "", 0},
		{[]string{"fail"}, "", "", "arcadia: it failed\n", 4},
		{[]string{"echo"}, "hello\n", "hello\n", "", 0},
	} {
		var out, errs bytes.Buffer
		exit, err := sshd.Attach(t.Context(), socket, c.args, sshd.Here{In: strings.NewReader(c.in), Out: &out, Err: &errs})
		if err != nil || exit != c.exit || out.String() != c.out || errs.String() != c.errs {
			t.Errorf("%q: %d, %v, %q, %q; want %d, %q, %q", c.args, exit, err, out.String(), errs.String(), c.exit, c.out, c.errs)
		}
	}
}

func TestAnyArgumentsArriveAsTheyAre(t *testing.T) {
	socket, _ := localHost(t)
	rapid.Check(t, func(rt *rapid.T) {
		args := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("ab '\"\\$#`;&|()<>*?~=-\t\nü")), 0, 12, -1), 1, 5).Draw(rt, "args")
		var out bytes.Buffer
		exit, err := sshd.Attach(context.Background(), socket, append([]string{"list"}, args...), sshd.Here{In: strings.NewReader(""), Out: &out, Err: io.Discard})
		if want := quotedList(append([]string{"list"}, args...)); err != nil || exit != 0 || out.String() != want {
			rt.Fatalf("%q: %d, %v, %q; want %q", args, exit, err, out.String(), want)
		}
	})
}

func TestTheAttachedConsoleUsesTheTerminalAndPutsItBack(t *testing.T) {
	first := make(chan os.Signal, 1)
	signal.Notify(first, syscall.SIGWINCH) // from the first call on, a goroutine of the runtime's stays
	signal.Stop(first)
	quiet(t)
	socket, _ := localHost(t)
	master, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo terminals here: %v", err)
	}
	defer master.Close()
	defer tty.Close()
	if err := pty.Setsize(tty, &pty.Winsize{Rows: 30, Cols: 100}); err != nil {
		t.Fatal(err)
	}
	before, err := term.GetState(tty.Fd())
	if err != nil {
		t.Fatal(err)
	}
	var screen lockedBuffer
	go func() { _, _ = io.Copy(&screen, master) }()
	type result struct {
		exit int
		err  error
	}
	done := make(chan result, 1)
	go func() {
		exit, err := sshd.Attach(t.Context(), socket, nil, sshd.Here{In: tty, Out: tty, Err: tty, Environ: []string{"TERM=xterm-256color", "HOME=/secret"}})
		done <- result{exit, err}
	}()
	sees := func(text string) {
		t.Helper()
		until(t, func() bool { return strings.Contains(screen.String(), text) }, func() string { return "not seen: " + text + "\n" + screen.String() })
	}
	sees("me operator 100x30")
	if _, err := io.WriteString(master, "w"); err != nil {
		t.Fatal(err)
	}
	sees("[w]")
	if _, err := io.WriteString(master, "q"); err != nil {
		t.Fatal(err)
	}
	select {
	case r := <-done:
		if r.exit != 0 || r.err != nil {
			t.Errorf("%d, %v", r.exit, r.err)
		}
	case <-time.After(patience):
		t.Fatal("it does not end")
	}
	after, err := term.GetState(tty.Fd())
	if err != nil || *after != *before {
		t.Errorf("the terminal was not put back: %v", err)
	}
	sees("\x1b[?1049l")
}

func TestAnAttachedCommandIsInterruptedWithItsContext(t *testing.T) {
	quiet(t)
	socket, _ := localHost(t)
	ctx, cancel := context.WithCancel(t.Context())
	var out lockedBuffer
	go func() {
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for !strings.Contains(out.String(), "waiting") {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
		cancel()
	}()
	exit, err := sshd.Attach(ctx, socket, []string{"wait"}, sshd.Here{In: strings.NewReader(""), Out: &out, Err: io.Discard})
	cancel()
	if exit != 3 || err != nil || !strings.Contains(out.String(), "interrupted") {
		t.Errorf("%d, %v, %q", exit, err, out.String())
	}
}

func TestTheConsoleCannotBeAttachedWithoutATerminal(t *testing.T) {
	socket, _ := localHost(t)
	if _, err := sshd.Attach(t.Context(), socket, nil, sshd.Here{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}); err == nil || !strings.Contains(err.Error(), "needs a terminal") {
		t.Errorf("%v", err)
	}
}

func TestStopEndsTheHost(t *testing.T) {
	quiet(t)
	socket, _ := localHost(t)
	if err := sshd.Stop(t.Context(), socket); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return errors.Is(sshd.Stop(t.Context(), socket), sshd.ErrNoHost) }, func() string { return "the host still answers" })
}

func TestAHostMayRefuseToStop(t *testing.T) {
	socket, _ := localHost(t, func(c *sshd.Config) { c.Stop = nil })
	if err := sshd.Stop(t.Context(), socket); err == nil || !strings.Contains(err.Error(), "does not take orders") {
		t.Errorf("%v", err)
	}
}

func TestNobodyThereIsSaidAsSuch(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "none.sock")
	if _, err := sshd.Attach(t.Context(), path, []string{"list"}, sshd.Here{}); !errors.Is(err, sshd.ErrNoHost) {
		t.Errorf("no file: %v", err)
	}
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	ln.SetUnlinkOnClose(false)
	_ = ln.Close()
	if err := sshd.Stop(t.Context(), path); !errors.Is(err, sshd.ErrNoHost) {
		t.Errorf("a dead host's socket: %v", err)
	}
}

func TestTheSocketIsPrivateAndReplacesADeadOneOnly(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "arcadia.db.sock")
	first, err := sshd.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := sshd.Listen(path); err == nil || !strings.Contains(err.Error(), "answered by another") {
		t.Errorf("while one listens: %v", err)
	}
	_ = first.Close()
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	_ = dead.Close()
	second, err := sshd.Listen(path)
	if err != nil {
		t.Fatalf("a dead host's socket is in the way: %v", err)
	}
	_ = first.Close() // once more, late
	if _, err := os.Lstat(path); err != nil {
		t.Error("a late close took the next host's socket")
	}
	_ = second.Close()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sshd.Listen(path); err == nil || !strings.Contains(err.Error(), "not a socket") {
		t.Errorf("over a file: %v", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := sshd.Listen(filepath.Join(dir, "other.sock")); err == nil {
		t.Error("a folder that others may enter was taken")
	}
}

func TestManyCommandsAtOnceAreNoCrowd(t *testing.T) {
	socket, _ := localHost(t)
	done := make(chan error, 20)
	for range 20 {
		go func() {
			exit, err := sshd.Attach(context.Background(), socket, []string{"list"}, sshd.Here{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard})
			if err == nil && exit != 0 {
				err = errors.New("exit status not 0")
			}
			done <- err
		}()
	}
	for range 20 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
