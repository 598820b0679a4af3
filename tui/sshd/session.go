package sshd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"

	"arcadia/engine"
)

// Session is one operator at a terminal, or one command. It is handed to Config.Console or Config.Command and must not be
// used after that has returned.
type Session struct {
	server *Server
	peer   *peer
	ch     gossh.Channel
	hello  ssh.Context

	actor engine.Actor
	key   gossh.PublicKey // of the finished handshake; nil on a Local door
	seat  *Seat

	in      *inlet
	out     *outlet
	errOut  *outlet
	notices chan string // one slot
	begun   *time.Timer
	group   sync.WaitGroup

	ctx  context.Context //nolint:containedctx // ends with the session
	stop context.CancelCauseFunc

	asked asked
	drawn atomic.Bool // a console is, or was, on the terminal
	fault sync.Once   // of met
}

// Actor is whose session it is, as the engine wants to know it.
func (s *Session) Actor() engine.Actor { return s.actor }

// Local reports whether the session came through the attach socket.
func (s *Session) Local() bool { return s.peer.door.operators == nil }

// Terminal reports whether there is a terminal at the other end.
func (s *Session) Terminal() bool { return s.asked.terminal }

// Environ gives what the client said about itself, as far as it is let in: TERM, COLORTERM, LANG, NO_COLOR, ARCADIA_NOTIFY, TZ.
func (s *Session) Environ() []string { return s.asked.environ() }

// Seat is the session's place among all who are here.
func (s *Session) Seat() *Seat { return s.seat }

// Notices receives what a console should tell its operator, such as that it will be logged out. What is not taken before
// the next comes is lost.
func (s *Session) Notices() <-chan string { return s.notices }

// notify never waits.
func (s *Session) notify(text string) {
	select {
	case <-s.notices:
	default:
	}
	s.notices <- text // only one goroutine puts anything in
}

// Read reads what the client sends, until it ends its input or the session ends.
func (s *Session) Read(p []byte) (int, error) { return s.in.Read(p) }

// Write writes to the client. It fails once the client has stopped reading or is gone.
func (s *Session) Write(p []byte) (int, error) { return s.written(s.out).Write(p) }

// Stderr writes to the client's second stream, which on a terminal is the first.
func (s *Session) Stderr() io.Writer {
	if s.asked.terminal {
		return s
	}
	return s.errOut
}

// written turns line ends into what a raw terminal needs.
func (s *Session) written(o *outlet) io.Writer {
	if s.asked.terminal {
		return ssh.NewPtyWriter(o)
	}
	return o
}

// end tells the session to end and why; the first reason stays.
func (s *Session) end(cause error) { s.stop(cause) }

func newSession(p *peer, ch gossh.Channel, hello ssh.Context) *Session {
	s := &Session{server: p.server, peer: p, ch: ch, hello: hello, in: newInlet(), notices: make(chan string, 1)}
	s.ctx, s.stop = context.WithCancelCause(p.life)
	l := p.server.limits
	s.out = newOutlet(ch, l.Stall, s.stalled)
	s.errOut = newOutlet(ch.Stderr(), l.Stall, s.stalled)
	s.asked.limits = l
	s.asked.resized = make(chan struct{}, 1)
	return s
}

// serve answers the channel's requests until it is closed at both ends, and returns when all that belongs to it has ended.
func (s *Session) serve(requests <-chan *gossh.Request) {
	defer s.stop(nil)
	s.begun = time.AfterFunc(s.server.limits.Handshake, func() { s.give(errNoWish) })
	for _, o := range []*outlet{s.out, s.errOut} {
		s.group.Go(o.pump)
	}
	s.group.Go(func() { s.in.pump(s.ch, s.typed) })
	playing := false
	for r := range requests {
		_ = r.Reply(s.request(r), nil)
		if s.asked.settled && !playing {
			playing = true // only now: a command that is quick must not close the channel before its client has the answer
			s.group.Go(s.play)
		}
	}
	s.begun.Stop()
	s.end(ErrHangup)
	s.in.shut()
	s.out.fail(ErrHangup)
	s.errOut.fail(ErrHangup)
	s.group.Wait()
}

// give up on a channel that nothing runs on.
func (s *Session) give(cause error) {
	s.end(cause)
	_ = s.ch.Close()
}

// typed sees all input. On a terminal, a command has no other way to learn of ctrl+c.
func (s *Session) typed(p []byte) {
	if s.asked.byKey.Load() && interrupted(p) {
		s.end(ErrInterrupted)
	}
}

// stalled ends a session whose client has stopped reading. Closing the channel asks the client to agree; one that does not
// even do that, and has nobody else on its connection, loses the connection.
func (s *Session) stalled() {
	s.server.cut.Add(1)
	s.server.journal.by(slog.LevelWarn, s.actor.Name, "session cut: the client stopped reading", s.attrs()...)
	s.end(ErrStalled)
	s.out.fail(ErrStalled)
	s.errOut.fail(ErrStalled)
	_ = s.ch.Close()
	if s.peer.alone(s) {
		s.peer.hangUp("its only session was cut")
	}
}

func (s *Session) attrs() []any {
	return []any{"operator", s.actor.Name, "role", string(s.actor.Role), "from", s.actor.From, "key", s.actor.Key, "door", s.peer.door.name}
}

// play runs what the client wished for and says how it ended.
func (s *Session) play() {
	s.begun.Stop()
	var refused error
	s.actor, s.key, refused = s.peer.door.identify(s.hello)
	s.peer.seat(s) // from here on others look at whose it is
	defer s.peer.stand(s)

	code, err := s.admitted(refused)
	if line := farewell(s.ctx, err); line != "" {
		_, _ = io.WriteString(s.written(s.last()), "arcadia: "+line+"\n")
	}
	s.in.shut()
	s.out.finish()
	s.errOut.finish()
	status := struct{ Status uint32 }{uint32(code)}
	_, _ = s.ch.SendRequest("exit-status", false, gossh.Marshal(&status))
	_ = s.ch.Close()
}

// last is where the last words go: beside a command's output, not into it.
func (s *Session) last() *outlet {
	if s.asked.terminal {
		return s.out
	}
	return s.errOut
}

// weight is what the session counts as.
func (s *Session) weight() Weight {
	if s.asked.command && s.server.config.Weigh != nil {
		return s.server.config.Weigh(s.asked.args)
	}
	return Long
}

// admitted takes a seat and runs the session, unless it was refused already.
func (s *Session) admitted(refused error) (code int, err error) {
	if s.server.stopping() {
		return exitTrouble, ErrStopping
	}
	if refused != nil {
		s.server.journal.by(slog.LevelWarn, s.actor.Name, "session refused", append(s.attrs(), "reason", refused)...)
		return exitTrouble, refused
	}
	what := s.asked.title()
	s.seat, err = s.server.who.admit(Presence{
		Operator: s.actor.Name, Role: s.actor.Role, From: s.actor.From, What: what, Local: s.Local(),
	}, s.weight(), s.server.limits)
	if err != nil {
		s.server.journal.by(slog.LevelWarn, s.actor.Name, "session refused", append(s.attrs(), "reason", err)...)
		return exitTrouble, err
	}
	defer s.seat.Leave()
	s.server.sessions.Add(1)
	s.server.journal.by(slog.LevelInfo, s.actor.Name, "session begins", append(s.attrs(), "what", what)...)
	since := time.Now()
	code, err = s.bounded()
	s.server.journal.by(slog.LevelInfo, s.actor.Name, "session ends", append(s.attrs(), "what", what, "exit", code, "took", time.Since(since).Round(time.Millisecond), "reason", context.Cause(s.ctx))...)
	return code, err
}

// bounded runs the session and lets go of it when it does not end within Grace of being told to. What is let go is still
// waited for by serve, so that it can be seen that it hangs.
func (s *Session) bounded() (int, error) {
	type result struct {
		code int
		err  error
	}
	done := make(chan result, 1)
	s.group.Go(func() {
		code, err := s.caught()
		done <- result{code, err}
	})
	select {
	case r := <-done:
		return r.code, r.err
	case <-s.ctx.Done():
	}
	t := time.NewTimer(s.server.limits.Grace)
	defer t.Stop()
	select {
	case r := <-done:
		return r.code, r.err
	case <-t.C:
		s.server.log.Error("session does not end", s.attrs()...)
		if s.drawn.Load() {
			_, _ = io.WriteString(s.out, restore)
		}
		return exitTrouble, nil
	}
}

// The exit statuses that are ours; a command's own are its own.
const (
	exitTrouble = 1
	exitMisuse  = 2
)

// met counts and logs a panic, once: the error of a console comes by more than one way when a command draws it.
func (s *Session) met(err error) {
	if fault, ok := errors.AsType[*faultError](err); ok {
		s.fault.Do(func() {
			s.server.faults.Add(1)
			s.server.log.Error("panic in a session", append(s.attrs(), "panic", fmt.Sprint(fault.value), "stack", string(fault.stack))...)
		})
	}
}

// caught runs the session. A panic in it ends it and nothing else.
func (s *Session) caught() (code int, err error) {
	defer func() {
		if v := recover(); v != nil {
			code, err = exitTrouble, &faultError{value: v, stack: debug.Stack()}
		}
		s.met(err)
	}()
	switch {
	case s.asked.command:
		return s.server.config.Command(s.ctx, s, s.asked.args), nil
	case !s.asked.terminal:
		return exitMisuse, errors.New("the console needs a terminal: use ssh -t, or give a command, such as list")
	}
	if err = s.server.config.Console(s.ctx, s); err != nil || s.ctx.Err() != nil {
		code = exitTrouble
	}
	return code, err
}
