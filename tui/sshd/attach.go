package sshd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/muesli/cancelreader"
	gossh "golang.org/x/crypto/ssh"

	"arcadia/engine"
)

// ErrNoHost says that nobody answers on a socket.
var ErrNoHost = errors.New("no arcadia answers there")

// stopRequest asks a host to end; only Local doors know it.
const stopRequest = "stop@arcadia"

// answerTime is what a host has to say hello in.
const answerTime = 10 * time.Second

// Here is the near end of an attached session.
type Here struct {
	In       io.Reader
	Out, Err io.Writer
	Environ  []string // of this process; only what a session may know is sent
	Console  bool     // the console is drawn: In and Out must be one terminal
}

// Attach makes a session of the host that listens on a socket: its console when there are no args, else a command, which
// draws the console too when its args are only flags. It returns the exit status. When In and Out are one terminal, the
// host learns what it can and how large it is, and for the console it is raw meanwhile and put back at the end. ctx ending interrupts the session, which has some seconds to end.
// It fails with ErrNoHost when nobody is there, and when whoever is there is a process of another user.
func Attach(ctx context.Context, socket string, args []string, here Here) (exit int, err error) {
	line := quoted(args)
	if len(line) > maxCommand {
		return exitTrouble, fmt.Errorf("%w: the command has %d bytes: %w: a host takes at most %d", engine.ErrInput, len(line), engine.ErrTooLarge, maxCommand)
	}
	client, err := call(ctx, socket)
	if err != nil {
		return exitTrouble, err
	}
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		return exitTrouble, fmt.Errorf("attach to %s: %w", socket, err)
	}
	defer session.Close()
	a := attached{client: client, session: session, here: here, console: here.Console || len(args) == 0, shell: len(args) == 0}
	exit, err = a.run(ctx, line)
	if err != nil {
		err = fmt.Errorf("attach to %s: %w", socket, err)
	}
	return exit, err
}

// Stop asks the host that listens on a socket to end, and returns when it has hung up: its sagas rest then, and its store
// is free in a moment.
func Stop(ctx context.Context, socket string) error {
	client, err := call(ctx, socket)
	if err != nil {
		return err
	}
	defer client.Close()
	ok, _, err := client.SendRequest(stopRequest, true, nil)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return fmt.Errorf("stop the host at %s: %w", socket, err)
	case err == nil && !ok:
		return fmt.Errorf("the host at %s does not take orders to stop: end it where it runs", socket)
	}
	gone := make(chan struct{})
	go func() {
		_ = client.Wait()
		close(gone)
	}()
	defer func() { <-gone }()
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
		_ = client.Close()
		return fmt.Errorf("stop the host at %s: %w", socket, context.Cause(ctx))
	}
}

// call connects to a host and makes sure that it is ours.
func call(ctx context.Context, socket string) (*gossh.Client, error) {
	conn, err := dial(ctx, socket)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return nil, fmt.Errorf("%w: %s", ErrNoHost, socket)
	}
	if err == nil {
		err = ours(conn)
	}
	if err != nil {
		if conn != nil {
			_ = conn.Close()
		}
		return nil, fmt.Errorf("attach to %s: %w", socket, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	conn, err = answering(conn)
	if err != nil {
		return nil, fmt.Errorf("attach to %s: %w", socket, err)
	}
	_ = conn.SetDeadline(time.Now().Add(answerTime))
	c, channels, requests, err := gossh.NewClientConn(conn, socket, &gossh.ClientConfig{
		User:            "local",
		HostKeyCallback: sameUser,
	})
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("attach to %s: %w", socket, err)
	}
	_ = conn.SetDeadline(time.Time{})
	return gossh.NewClient(c, channels, requests), nil
}

// wordTime is what a host has for its first word. One that is stopped takes connections all the same: the kernel does.
const wordTime = time.Second

// answering waits for the first byte that the host sends, which it does at once, before anything is asked of it.
func answering(conn net.Conn) (net.Conn, error) {
	first := make([]byte, 1)
	_ = conn.SetReadDeadline(time.Now().Add(wordTime))
	if _, err := io.ReadFull(conn, first); err != nil {
		_ = conn.Close()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			err = fmt.Errorf("the host has not said a word within %s: is its process stopped? let it go on (kill -CONT), or end it: %w", wordTime, err)
		}
		return nil, err
	}
	return greeted{conn, io.MultiReader(bytes.NewReader(first), conn)}, nil
}

// greeted is a connection of which the first byte was read.
type greeted struct {
	net.Conn
	from io.Reader
}

func (g greeted) Read(b []byte) (int, error) { return g.from.Read(b) }

// sameUser takes any key of the host: it was made when the host started, and the kernel has said that the host is a
// process of this user, who could read any key we might ask for.
func sameUser(string, net.Addr, gossh.PublicKey) error { return nil }

// attached is an attached session at the near end.
type attached struct {
	client  *gossh.Client
	session *gossh.Session
	here    Here
	console bool // drawn on our terminal
	shell   bool // nothing is asked for by name
	group   sync.WaitGroup
}

func (a *attached) run(ctx context.Context, line string) (int, error) {
	for _, v := range a.here.Environ {
		name, text, _ := strings.Cut(v, "=")
		if _, known := allowed[name]; known && name != "TERM" {
			_ = a.session.Setenv(name, text) // a host that does not want it does without
		}
	}
	tty, err := a.terminal()
	if err != nil {
		return exitTrouble, err
	}
	a.session.Stdout, a.session.Stderr = a.here.Out, a.here.Err
	in, err := a.session.StdinPipe()
	if err != nil {
		return exitTrouble, err
	}
	if tty != nil && a.console {
		old, err := term.MakeRaw(tty.Fd())
		if err != nil {
			return exitTrouble, err
		}
		defer func() { _ = term.Restore(tty.Fd(), old) }()
	}
	if a.shell {
		err = a.session.Shell()
	} else {
		err = a.session.Start(line)
	}
	if err != nil {
		return exitTrouble, err
	}
	done := make(chan struct{})
	defer a.group.Wait()
	unread := a.copy(in)
	defer unread()
	if tty != nil {
		a.group.Go(func() { a.follow(tty, done) })
	}
	a.group.Go(func() { a.interrupt(ctx, done) })
	err = a.session.Wait()
	close(done)
	return a.result(err, tty != nil)
}

// terminal asks for a terminal at the host when there is one here, and returns it.
func (a *attached) terminal() (*os.File, error) {
	in, inOK := a.here.In.(*os.File)
	out, outOK := a.here.Out.(*os.File)
	if !inOK || !outOK || !term.IsTerminal(in.Fd()) || !term.IsTerminal(out.Fd()) {
		if a.console {
			return nil, errors.New("the console needs a terminal, and input or output is none: use a command")
		}
		return nil, nil //nolint:nilnil // there is none, which is fine
	}
	if errs, ok := a.here.Err.(*os.File); !a.console && (!ok || !term.IsTerminal(errs.Fd())) {
		return nil, nil //nolint:nilnil // a terminal at the host has one stream, and here are two
	}
	width, height, err := term.GetSize(out.Fd())
	if err != nil {
		return nil, err
	}
	return in, a.session.RequestPty(value(a.here.Environ, "TERM"), height, width, gossh.TerminalModes{})
}

// copy carries the input over. The function that it returns ends that: at once where a read can be interrupted, else with
// the process.
func (a *attached) copy(to io.WriteCloser) (end func()) {
	from, end := a.here.In, func() {}
	if f, ok := from.(*os.File); ok {
		if r, err := cancelreader.NewReader(f); err == nil {
			from, end = r, func() { r.Cancel() }
			a.group.Go(func() {
				defer r.Close()
				carry(to, from)
			})
			return end
		}
	}
	go carry(to, from)
	return end
}

func carry(to io.WriteCloser, from io.Reader) {
	if from != nil {
		_, _ = io.Copy(to, from)
	}
	_ = to.Close()
}

// follow tells the host when the terminal changes its size.
func (a *attached) follow(tty *os.File, done <-chan struct{}) {
	changed := make(chan os.Signal, 1)
	signal.Notify(changed, syscall.SIGWINCH)
	defer signal.Stop(changed)
	for {
		select {
		case <-done:
			return
		case <-changed:
			if width, height, err := term.GetSize(tty.Fd()); err == nil {
				_ = a.session.WindowChange(height, width)
			}
		}
	}
}

// interrupt passes it on when we are told to end.
func (a *attached) interrupt(ctx context.Context, done <-chan struct{}) {
	select {
	case <-done:
		return
	case <-ctx.Done():
	}
	_ = a.session.Signal(gossh.SIGINT)
	t := time.NewTimer(answerTime)
	defer t.Stop()
	select {
	case <-done:
	case <-t.C:
		_ = a.client.Close()
	}
}

// result makes sense of how the session ended.
func (a *attached) result(err error, tty bool) (int, error) {
	var status *gossh.ExitError
	switch {
	case err == nil:
		return 0, nil
	case errors.As(err, &status) && status.Signal() == "":
		return status.ExitStatus(), nil
	}
	if tty && a.console {
		_, _ = io.WriteString(a.here.Out, restore)
	}
	if _, ok := errors.AsType[*gossh.ExitMissingError](err); ok {
		err = errors.New("the host is gone; sagas go on at its next start")
	}
	return exitTrouble, err
}

// quoted makes one line of args, which the host takes apart again.
func quoted(args []string) string {
	q := make([]string, len(args))
	for i, a := range args {
		q[i] = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
	}
	return strings.Join(q, " ")
}
