package sshd

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
)

const (
	// torn is how long the rest of an escape sequence is waited for. The usual 50 ms turn keys into letters on a slow line.
	torn time.Duration = 200 * time.Millisecond
	// What is typed may keep the program at work for no more than this part of the time, slice by slice. Nobody types so fast that
	// they notice; a client that sends junk without end leaves the processor to others.
	inputShare = 8
	slice      = 100 * time.Millisecond
	// between is the least time between two sizes. Somebody who drags a corner sends a hundred in a second.
	between = 50 * time.Millisecond
)

// Run shows a model on the session's terminal until it quits, the session ends, or ctx does; all of these are nil. The
// terminal has then been put back. opts come before the session's own, which win where they meet: input, output, size,
// colors, environment, frames per second, filter.
//
// The program's input is decoded here and not by Bubble Tea: its reader stays for ever on an event that comes after the
// program has ended, and a sequence that its decoder panics on takes the whole process with it.
func (s *Session) Run(ctx context.Context, model tea.Model, opts ...tea.ProgramOption) error {
	if !s.asked.terminal {
		return errors.New("there is no terminal in this session")
	}
	s.asked.byKey.Store(false) // ctrl+c is a key like others
	s.drawn.Store(true)
	s.server.thrift.stir()
	defer s.server.thrift.stir()
	s.seat.become(Console)
	alive, kill := context.WithCancel(context.WithoutCancel(ctx))
	defer kill()
	sh := &shield{model: model, frame: time.Second / time.Duration(s.server.limits.FPS)}
	width, height := s.size()
	env := s.Environ()
	program := tea.NewProgram(sh, append(slices.Clone(opts),
		tea.WithContext(alive),
		tea.WithInput(nil),
		tea.WithOutput(keyboard{s}),
		tea.WithEnvironment(env),
		tea.WithColorProfile(profile(env)),
		tea.WithWindowSize(width, height),
		tea.WithFPS(s.server.limits.FPS),
		tea.WithFilter(awake),
		tea.WithoutSignalHandler(),
	)...)
	sh.clock.Of(program)
	defer sh.clock.Close()
	r := &running{session: s, program: program, shield: sh, begun: time.Now()}
	sh.quit = func() { r.group.Go(program.Quit) }

	r.group.Go(func() { r.keys(alive) })
	r.group.Go(func() { r.sizes(alive) })
	r.group.Go(func() { r.watchIdle(alive) })
	r.group.Go(func() { r.end(ctx, alive, kill) })
	_, err := program.Run()
	kill()
	s.in.shut()
	r.group.Wait()
	switch fault := sh.broken(); {
	case fault != nil:
		s.met(fault)
		return fault
	case err == nil, ctx.Err() != nil, s.ctx.Err() != nil, errors.Is(err, tea.ErrInterrupted):
		return nil
	}
	return err
}

// size is what is drawn for the client's terminal.
func (s *Session) size() (width, height int) {
	width, height = s.asked.size()
	return s.seat.fit(width, height, s.server.limits.Cells)
}

// running is a program at work.
type running struct {
	session *Session
	program *tea.Program
	shield  *shield
	group   sync.WaitGroup
	begun   time.Time    // its monotonic reading: a clock that is set must log nobody out
	last    atomic.Int64 // when a key was pressed last, in nanoseconds since begun
}

func (r *running) touch()               { r.last.Store(int64(time.Since(r.begun))) }
func (r *running) quiet() time.Duration { return time.Since(r.begun) - time.Duration(r.last.Load()) }

// keys hands what is typed to the program, until the input or the program ends. A terminal without input is of no use, so
// the end of the one is the end of the other.
func (r *running) keys(ctx context.Context) {
	in, hold := io.Reader(newPaced(ctx, r.session.in, r.session.server.limits.Typing)), torn
	if g := r.session.server.config.Guard; g != nil {
		in = g(r.session, in)
		hold = uv.DefaultEscTimeout // the guard has held what was torn
		if c, ok := in.(io.Closer); ok {
			defer c.Close()
		}
	}
	events := make(chan uv.Event)
	var sending sync.WaitGroup
	sending.Go(func() {
		busy, since := time.Duration(0), time.Now()
		for e := range events {
			begun := time.Now()
			r.pass(e) // waits while the program is at work on what came before
			if busy += time.Since(begun); busy < slice/inputShare {
				continue
			}
			if left := slice - time.Since(since); left > 0 && !rest(ctx, left) {
				continue // the program has ended: what is left goes nowhere
			}
			busy, since = 0, time.Now()
		}
	})
	func() {
		defer close(events)
		defer r.shield.catch(func() {})
		decoder := uv.NewTerminalReader(&padded{in, r.shield}, value(r.session.Environ(), "TERM"))
		decoder.EscTimeout = hold
		_ = decoder.StreamEvents(ctx, events) // our own end of the pipe: it ends, and never fails
	}()
	sending.Wait()
	r.program.Quit()
}

// padded catches what a guard throws: the decoder reads on a goroutine of its own, where nobody else would.
type padded struct {
	in     io.Reader
	shield *shield
}

func (p *padded) Read(b []byte) (n int, err error) {
	defer p.shield.catch(func() { n, err = 0, io.EOF })
	return p.in.Read(b)
}

// pass hands one event to the program. The size of the terminal is what the protocol says and not what its input claims.
func (r *running) pass(e uv.Event) {
	switch e.(type) {
	case uv.WindowSizeEvent:
		return
	case uv.KeyPressEvent, uv.PasteEvent, uv.MouseClickEvent, uv.MouseWheelEvent:
		r.touch()
	}
	r.program.Send(e)
}

// sizes tells the program the newest size, not all of them.
func (r *running) sizes(ctx context.Context) {
	width, height := r.session.size()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.session.asked.resized:
		}
		w, h := r.session.size()
		if w == width && h == height {
			continue
		}
		width, height = w, h
		r.program.Send(tea.WindowSizeMsg{Width: w, Height: h})
		if !rest(ctx, between) {
			return
		}
	}
}

// watchIdle logs an operator out who has not touched a key for long, and says so before.
func (r *running) watchIdle(ctx context.Context) {
	l := r.session.server.limits
	warned := false
	for {
		quiet := r.quiet()
		left := l.Idle - quiet
		switch {
		case left <= 0:
			r.session.end(ErrIdle)
			return
		case left > l.Warning:
			warned = false
			left -= l.Warning
		case !warned:
			warned = true
			r.warn(l.Warning)
		}
		if !rest(ctx, left) {
			return
		}
	}
}

func (r *running) warn(left time.Duration) {
	_, _ = io.WriteString(r.session, "\a")
	r.session.notify("nobody has touched a key here for long: logging out in " + left.String() + " unless you press one")
}

// end quits the program when ctx ends, and kills it when it does not quit in half its grace.
func (r *running) end(ctx, alive context.Context, kill func()) {
	select {
	case <-alive.Done():
		return
	case <-ctx.Done():
	case <-r.session.ctx.Done():
	}
	r.group.Go(r.program.Quit)
	if rest(alive, r.session.server.limits.Grace/2) {
		kill()
	}
}

// awake drops what would stop the process that serves: a suspended program suspends its process.
func awake(_ tea.Model, msg tea.Msg) tea.Msg {
	if _, ok := msg.(tea.SuspendMsg); ok {
		return nil
	}
	return msg
}

// profile is which colors the client's terminal has. Any NO_COLOR with something in it means none.
func profile(env []string) colorprofile.Profile {
	if value(env, "NO_COLOR") != "" {
		return colorprofile.ASCII
	}
	return colorprofile.Env(env)
}

func value(env []string, name string) string {
	for _, v := range env {
		if text, ok := strings.CutPrefix(v, name+"="); ok {
			return text
		}
	}
	return ""
}
