package sshd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Config says what sessions get to see.
type Config struct {
	// Console shows the console to a session on a terminal until its operator leaves or ctx ends, with Session.Run. An
	// error is told to the operator. A panic ends this session only.
	Console func(ctx context.Context, s *Session) error
	// Command runs one command, args without the program's name, and returns its exit status. When ctx ends, its cause
	// says why (ErrInterrupted, ErrHangup, ErrStopping, ...): end in order.
	Command func(ctx context.Context, s *Session, args []string) int
	// Weigh says what a command counts as. Nil: all are Long.
	Weigh func(args []string) Weight
	// Guard stands in front of a console's input and passes well-formed, bounded sequences only. Nil: no guard; a
	// sequence on which the decoder panics still ends that session only. A Local session comes over no network, where
	// sequences are torn.
	Guard func(s *Session, in io.Reader) io.Reader
	// Stop is called when the operator's own process on this machine asks the host to end (Stop). Nil: that is refused.
	Stop func()

	Registry *Registry // who is here; nil: the server's own
	Limits   Limits
	Log      *slog.Logger // nil: nothing is logged
}

// Totals are sums since the server was made.
type Totals struct {
	Logins   int64 // handshakes that were finished
	Refused  int64 // connections and logins that were refused
	Sessions int64 // sessions that were started
	Cut      int64 // sessions and connections that were ended because the client did not read or answer
	Faults   int64 // panics caught
}

// Server serves sessions. Make one with New. Safe for concurrent use.
type Server struct {
	config Config
	limits Limits
	log    *slog.Logger
	who    *Registry
	intake intake

	journal journal

	thrift thrift

	logins, refused, sessions, cut, faults atomic.Int64

	mu      sync.Mutex // guards what follows; a leaf
	peers   map[*peer]struct{}
	closing bool
	reread  chan struct{} // one slot: look at the operators file now
	said    string        // what was wrong with the operators file
}

// New makes a server. Nothing runs before Serve.
func New(c Config) (*Server, error) {
	if c.Console == nil || c.Command == nil {
		return nil, errors.New("a server needs a console and commands")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Registry == nil {
		c.Registry = &Registry{}
	}
	return &Server{
		config: c, limits: c.Limits.withDefaults(), log: c.Log, who: c.Registry,
		peers: map[*peer]struct{}{}, reread: make(chan struct{}, 1), journal: journal{log: c.Log, more: make(chan struct{}, 1)},
	}, nil
}

// Sessions gives everybody who is here, the first come first.
func (s *Server) Sessions() []Presence { return s.who.List() }

// Reread lets the operators file be read at once, which happens every Recheck anyhow.
func (s *Server) Reread() {
	select {
	case s.reread <- struct{}{}:
	default:
	}
}

// Totals gives what has happened so far.
func (s *Server) Totals() Totals {
	return Totals{
		Logins: s.logins.Load(), Refused: s.refused.Load(), Sessions: s.sessions.Load(),
		Cut: s.cut.Load(), Faults: s.faults.Load(),
	}
}

// Serve opens the doors and serves until ctx ends or a door fails. Then it closes the doors, tells every session, lets
// their programs put the terminals back, and returns when all have ended or Grace and twice Goodbye have passed (5 s by
// default: the engine has as long after that, within the 10 s that a stop may take), whichever is first. It closes the
// doors' listeners in any case. An orderly stop is nil. One Server serves once.
func (s *Server) Serve(ctx context.Context, doors ...Door) error {
	serving, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	life, end := context.WithCancelCause(context.WithoutCancel(ctx))
	defer end(nil)
	defer s.thrift.stop()

	var listening, connected sync.WaitGroup
	for _, d := range doors {
		door, err := d.open(s)
		if err != nil {
			fail(err)
			_ = d.listener().Close()
			continue
		}
		shut := context.AfterFunc(serving, func() { _ = d.listener().Close() })
		defer shut()
		listening.Go(func() {
			if err := s.accept(serving, life, door, &connected); err != nil {
				fail(err)
			}
		})
		if door.operators != nil {
			listening.Go(func() { s.recheck(serving, door) })
		}
	}
	listening.Go(func() { s.journal.sum(serving) })
	<-serving.Done()
	listening.Wait()

	s.close()
	end(ErrStopping)
	left := s.empty(&connected)
	if err := context.Cause(serving); ctx.Err() == nil && err != nil {
		return err
	}
	if left > 0 {
		return fmt.Errorf("stop sessions: %d connections did not end in time", left)
	}
	return nil
}

// accept takes connections until the listener is closed.
func (s *Server) accept(ctx, life context.Context, d *door, connected *sync.WaitGroup) error {
	wait := time.Duration(0)
	for {
		conn, err := d.ln.Accept()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				_ = conn.Close()
			}
			return nil
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("listen on %s: %w", d.ln.Addr(), err)
		case err != nil:
			// Out of file descriptors, or a client that hung up in the queue: the door stays open.
			wait = min(max(2*wait, 5*time.Millisecond), time.Second)
			s.log.Warn("connection not accepted", "door", d.name, "error", err)
			if !rest(ctx, wait) {
				return nil
			}
			continue
		}
		wait = 0
		p, err := s.admit(life, d, conn)
		if err != nil {
			s.refused.Add(1)
			s.journal.from(slog.LevelWarn, conn, "connection refused", "door", d.name, "reason", err)
			_ = conn.Close()
			continue
		}
		connected.Go(p.serve)
	}
}

// rest waits, and reports false when ctx ended first.
func rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// admit decides about a new connection.
func (s *Server) admit(life context.Context, d *door, conn net.Conn) (*peer, error) {
	from, err := d.vouch(conn)
	if err != nil {
		return nil, err
	}
	p := newPeer(life, s, d, conn, from)
	out, err := s.intake.enter(p.half, s.limits)
	if err != nil {
		return nil, err
	}
	if out != nil {
		s.refused.Add(1)
		out.drop()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.peers[p] = struct{}{}
	return p, nil
}

func (s *Server) forget(p *peer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.peers, p)
}

func (s *Server) connections() []*peer {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*peer, 0, len(s.peers))
	for p := range s.peers {
		list = append(list, p)
	}
	return list
}

func (s *Server) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = true
}

func (s *Server) stopping() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

// empty sees everybody out: sessions get their grace to end in, clients a moment to hang up (a connection that we close
// while they still send would take our last words with it), and then connections are closed. It returns how many
// connections have not ended even so.
func (s *Server) empty(connected *sync.WaitGroup) int {
	gone := make(chan struct{})
	go func() {
		connected.Wait()
		close(gone)
	}()
	await := func(d time.Duration) bool {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-gone:
			return true
		case <-t.C:
			return false
		}
	}
	for _, p := range s.connections() {
		p.farewell()
	}
	if await(s.limits.Grace + s.limits.Goodbye) {
		return 0
	}
	for _, p := range s.connections() {
		p.hangUp("the server stops")
	}
	if await(s.limits.Goodbye) {
		return 0
	}
	return len(s.connections())
}

// trouble says what is wrong with the operators file, once until it changes; nil is that nothing is. It is told at every login.
func (s *Server) trouble(err error) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	s.mu.Lock()
	news := text != s.said
	s.said = text
	s.mu.Unlock()
	if news && err != nil {
		s.log.Error("operators file is in trouble; what it does not name is kept out", "error", err)
	}
}

// soon is after how long the operators file is read again that does not name somebody any more.
const soon = time.Second

// recheck ends the sessions of operators whom the file no longer names as it did. A key must be missing twice in a row:
// an editor that writes in place leaves the file empty for a moment.
func (s *Server) recheck(ctx context.Context, d *door) {
	missing := map[*Session]bool{}
	next := time.NewTimer(s.limits.Recheck)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
		case <-s.reread:
			s.log.Info("operators file is read again, as asked")
		}
		list, err := d.operators.read()
		s.trouble(err)
		still := map[*Session]bool{}
		for _, p := range s.connections() {
			if p.door != d {
				continue
			}
			for _, session := range p.live() {
				now, known := list.find(session.key)
				switch {
				case known && now.Name == session.actor.Name && now.Role == session.actor.Role:
				case missing[session]:
					session.end(ErrRevoked)
				default:
					still[session] = true
				}
			}
		}
		missing = still
		if len(missing) > 0 {
			next.Reset(min(soon, s.limits.Recheck))
		} else {
			next.Reset(s.limits.Recheck)
		}
	}
}
