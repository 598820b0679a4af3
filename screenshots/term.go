package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"github.com/creack/pty"
)

// program says what to run in a terminal, and in what kind of terminal.
type program struct {
	argv  []string
	env   []string // complete, as for exec.Cmd
	dir   string
	size  size
	theme theme
}

// terminal is a program with an emulated screen in front of it. Its methods may be called from any goroutine. Whoever
// starts one calls close, which ends the program and waits for everything start began.
type terminal struct {
	line  io.ReadWriteCloser // what the program prints, and what is typed
	kill  context.CancelFunc
	ended chan struct{} // closed when the program has ended and its last output is on the screen

	mu        sync.Mutex // guards what follows; never held while writing to the pty
	last      *frame
	appCursor bool
	watchers  map[int]func(*frame)
	ids       int
	exit      error
}

// start runs p. The program is killed, with all its process group, when ctx ends.
func start(ctx context.Context, p program) (*terminal, error) {
	ptmx, tty, err := pty.Open()
	if err != nil {
		return nil, fmt.Errorf("open a pty for %s: %w", p.argv[0], err)
	}
	defer tty.Close()
	// The size is set through the tty: setting it through the other end would make that end blocking, and then
	// closing it would not wake the goroutine that reads it.
	if err := pty.Setsize(tty, &pty.Winsize{Rows: uint16(p.size.rows), Cols: uint16(p.size.cols)}); err != nil {
		_ = ptmx.Close()
		return nil, fmt.Errorf("set the pty of %s to %dx%d: %w", p.argv[0], p.size.cols, p.size.rows, err)
	}
	ctx, kill := context.WithCancel(ctx)
	cmd := exec.CommandContext(ctx, p.argv[0], p.argv[1:]...) //nolint:gosec // whatever its operator wants a picture of
	cmd.Env, cmd.Dir = p.env, p.dir
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	if err := cmd.Start(); err != nil {
		kill()
		_ = ptmx.Close()
		return nil, fmt.Errorf("start %s: %w", p.argv[0], err)
	}
	return front(p.size, p.theme, ptmx, kill, cmd.Wait), nil
}

// front puts a screen in front of a program that is at the other end of the line. It takes the line over; reap is called
// when the program prints no more.
func front(s size, th theme, line io.ReadWriteCloser, kill context.CancelFunc, reap func() error) *terminal {
	t := &terminal{line: line, kill: kill, ended: make(chan struct{}), watchers: map[int]func(*frame){}}
	sc := newScreen(s, th, nil)
	sc.complete = func(f *frame) { t.publish(f, sc.appCursor) }
	t.last = sc.frame()
	go t.run(reap, sc)
	return t
}

// run owns the screen: it reads the program's output until there is no more, then reaps the program.
func (t *terminal) run(reap func() error, sc *screen) {
	var answering sync.WaitGroup
	answering.Go(func() { t.answer(sc.replies()) })
	buf := make([]byte, 32*1024)
	for {
		n, err := t.line.Read(buf)
		if n > 0 {
			sc.write(buf[:n])
		}
		if err != nil { // EIO: nobody has the other end open any more
			break
		}
	}
	sc.hangUp()
	answering.Wait()
	err := reap()
	t.publish(sc.frame(), sc.appCursor)
	t.mu.Lock()
	t.exit = err
	t.mu.Unlock()
	close(t.ended)
}

// answer passes the emulator's replies to the program. It reads to the end even when the program is gone, because
// the emulator waits until its replies are read.
func (t *terminal) answer(replies io.Reader) {
	buf := make([]byte, 4096)
	for {
		n, err := replies.Read(buf)
		if err != nil {
			return
		}
		_, _ = t.line.Write(buf[:n])
	}
}

func (t *terminal) publish(f *frame, appCursor bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.appCursor = appCursor
	if f.equal(t.last) {
		return
	}
	t.last = f
	for _, w := range t.watchers {
		w(f)
	}
}

// watch calls fn with the frame on the screen now and then with every different frame, in order, until the returned
// function is called. fn must not block and must not call the terminal.
func (t *terminal) watch(fn func(*frame)) (stop func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	id := t.ids
	t.ids++
	t.watchers[id] = fn
	fn(t.last)
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.watchers, id)
	}
}

// now is the last complete frame.
func (t *terminal) now() *frame {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last
}

// send types keys.
func (t *terminal) send(k key) error {
	t.mu.Lock()
	seq := k.sequence(t.appCursor)
	t.mu.Unlock()
	if _, err := io.WriteString(t.line, seq); err != nil {
		return fmt.Errorf("type %q: %w%s", k.name, err, t.story())
	}
	return nil
}

var errTooLong = errors.New("waited too long")

// await returns the first frame, from the present one on, for which cond holds. No frame between two reads is
// missed, however short it was on the screen. The error names what was awaited and shows the screen.
func (t *terminal) await(ctx context.Context, limit time.Duration, what string, cond func(*frame) bool) (*frame, error) {
	found := make(chan *frame, 1)
	stop := t.watch(func(f *frame) {
		if cond(f) {
			select {
			case found <- f:
			default:
			}
		}
	})
	defer stop()
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTooLong)
	defer cancel()
	select {
	case f := <-found:
		return f, nil
	case <-t.ended:
		select {
		case f := <-found:
			return f, nil
		default:
			return nil, fmt.Errorf("wait for %s: the program has ended%s", what, t.story())
		}
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for %s: %w (%s)%s", what, context.Cause(ctx), limit, t.story())
	}
}

// settle waits until the screen has not changed for quiet, at most limit. A program that has ended is settled.
func (t *terminal) settle(ctx context.Context, quiet, limit time.Duration) error {
	moved := make(chan struct{}, 1)
	stop := t.watch(func(*frame) {
		select {
		case moved <- struct{}{}:
		default:
		}
	})
	defer stop()
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTooLong)
	defer cancel()
	still := time.NewTimer(quiet)
	defer still.Stop()
	for {
		select {
		case <-moved:
			still.Reset(quiet)
		case <-still.C:
			return nil
		case <-t.ended:
			return nil
		case <-ctx.Done():
			return fmt.Errorf("wait for a screen that holds still for %s: %w (%s)%s", quiet, context.Cause(ctx), limit, t.story())
		}
	}
}

// story tells what became of the program and what its screen shows, for the end of an error message.
func (t *terminal) story() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	state := "still running"
	select {
	case <-t.ended:
		state = "exit status 0"
		if t.exit != nil {
			state = t.exit.Error()
		}
	default:
	}
	return fmt.Sprintf("\nprogram: %s\nscreen:\n%s", state, t.last)
}

// close hangs up, as a closed terminal window does, and kills what has not ended within the grace.
func (t *terminal) close(grace time.Duration) {
	_ = t.line.Close()
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-t.ended:
	case <-timer.C:
	}
	t.kill()
	<-t.ended
}
