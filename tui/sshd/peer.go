package sshd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"

	"arcadia/engine"
)

// peer is one connection.
type peer struct {
	net.Conn
	server *Server
	door   *door
	half   *halfOpen       // nil for this machine's own socket
	spoke  atomic.Bool     // the client has sent something
	life   context.Context //nolint:containedctx // of the server: its end is every session's

	done  chan struct{} // closed when the connection has ended
	once  sync.Once     // of loggedIn and of the end, whichever is first
	group sync.WaitGroup

	mu       sync.Mutex    // guards what follows; Server.mu may be taken inside it
	list     roster        // as read for this connection
	claimed  *engine.Actor // whose connection it is counted as
	tried    []string      // fingerprints of keys that were offered and are unknown
	ssh      *gossh.ServerConn
	channels int
	sessions map[*Session]struct{} // live ones
	idle     *time.Timer           // runs while there is no session
	ended    bool
}

func newPeer(life context.Context, s *Server, d *door, conn net.Conn, from string) *peer {
	p := &peer{
		Conn: conn, server: s, door: d, life: life,
		done: make(chan struct{}), sessions: map[*Session]struct{}{},
	}
	if from != "" {
		p.half = &halfOpen{from: from, since: time.Now(), spoke: p.spoke.Load, drop: func() { p.hangUp("too many connections have not logged in") }}
	}
	return p
}

// Read notes that the client says something.
func (p *peer) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b)
	if n > 0 && !p.spoke.Load() {
		p.spoke.Store(true)
	}
	return n, err
}

// serve sees the connection through and returns when everything that belongs to it has ended.
func (p *peer) serve() {
	p.door.wish.HandleConn(p)

	_ = p.Close()
	p.mu.Lock()
	p.ended = true
	if p.idle != nil {
		p.idle.Stop()
	}
	tried, claimed := p.tried, p.claimed
	p.mu.Unlock()
	close(p.done)
	p.once.Do(func() { p.server.intake.opened(p.half) })
	p.group.Wait()
	if claimed != nil {
		p.server.intake.release(*claimed)
	}
	p.server.intake.leave()
	p.server.forget(p)
	if len(tried) > 0 {
		p.server.journal.from(slog.LevelWarn, p, "unknown keys were offered", "door", p.door.name, "keys", strings.Join(tried, " "))
	}
}

// Write gives up on a client that has stopped reading, so that nobody waits for it for long: not the answers to its own
// requests, not the other sessions on this connection.
func (p *peer) Write(b []byte) (written int, err error) {
	for still := 0; still < looks; still++ {
		_ = p.SetWriteDeadline(time.Now().Add(p.server.limits.Stall / looks))
		var n int
		n, err = p.Conn.Write(b[written:])
		written += n
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return written, err
		}
		if n > 0 {
			still = 0
		}
	}
	p.server.cut.Add(1)
	p.hangUp("the client stopped reading")
	return written, err
}

func (p *peer) hangUp(reason string) {
	p.server.journal.from(slog.LevelInfo, p, "connection ended", "door", p.door.name, "reason", reason)
	_ = p.Close()
}

// roster is read once for a connection, so that a client cannot make us read the file for each key it offers.
func (p *peer) roster() roster {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.list == nil {
		list, err := p.door.operators.read()
		p.server.trouble(err)
		if list == nil {
			list = roster{}
		}
		p.list = list
	}
	return p.list
}

func (p *peer) offered(fingerprint string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.tried) < p.server.limits.Keys {
		p.tried = append(p.tried, fingerprint)
	}
}

// claim counts the connection for whoever has proved to have a key, or says why it is one too many.
func (p *peer) claim(key gossh.PublicKey) error {
	a, known := p.roster().find(key)
	if !known {
		return ErrRevoked
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.claimed != nil {
		return nil
	}
	if err := p.server.intake.claim(a, p.server.limits); err != nil {
		return err
	}
	p.claimed = &a
	return nil
}

// loggedIn is called when the handshake is finished.
func (p *peer) loggedIn() {
	p.server.logins.Add(1)
	p.once.Do(func() { p.server.intake.opened(p.half) })
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tried = nil // an agent's other keys, offered on the way
	p.linger()
}

// linger starts the time that a connection may stay without a session: long while we serve, a moment when we stop, in
// which the client can read our last words and hang up. mu is held.
func (p *peer) linger() {
	if p.ended {
		return
	}
	d := p.server.limits.Linger
	if p.server.stopping() {
		d = p.server.limits.Goodbye
	}
	if p.idle != nil {
		p.idle.Reset(d)
		return
	}
	p.idle = time.AfterFunc(d, func() {
		if len(p.live()) == 0 {
			p.hangUp("no session on it")
		}
	})
}

// channel serves one session channel, to its end.
func (p *peer) channel(conn *gossh.ServerConn, offer gossh.NewChannel, ctx ssh.Context) {
	if err := p.enter(conn); err != nil {
		p.server.journal.from(slog.LevelWarn, p, "session refused", "door", p.door.name, "reason", err)
		_ = offer.Reject(gossh.ResourceShortage, err.Error())
		return
	}
	defer p.leave()
	defer func() {
		if v := recover(); v != nil { // in what answers requests: nobody serves this channel any more
			p.server.faults.Add(1)
			p.server.journal.from(slog.LevelError, p, "panic on a connection", "door", p.door.name, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
			p.hangUp("a fault of arcadia")
		}
	}()
	ch, requests, err := offer.Accept()
	if err != nil {
		return // the connection is gone, and HandleConn says so
	}
	newSession(p, ch, ctx).serve(requests)
}

var errChannels = errors.New("too many sessions on this connection")

// enter counts a channel, and looks after the connection from the first one on.
func (p *peer) enter(conn *gossh.ServerConn) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.ended:
		return net.ErrClosed
	case p.channels >= p.server.limits.PerConnection:
		return errChannels
	}
	p.channels++
	p.group.Add(1)
	if p.ssh == nil {
		p.ssh = conn
		p.group.Go(func() { p.keepalive(conn) })
	}
	return nil
}

func (p *peer) leave() {
	p.mu.Lock()
	p.channels--
	p.mu.Unlock()
	p.group.Done()
}

// seat notes a live session, stand that it has ended.
func (p *peer) seat(s *Session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sessions[s] = struct{}{}
	if p.idle != nil {
		p.idle.Stop()
	}
}

func (p *peer) stand(s *Session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.sessions, s)
	if len(p.sessions) == 0 {
		p.linger()
	}
}

func (p *peer) live() []*Session {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]*Session, 0, len(p.sessions))
	for s := range p.sessions {
		list = append(list, s)
	}
	return list
}

// alone reports whether no session but s is live on the connection.
func (p *peer) alone(s *Session) bool {
	for _, other := range p.live() {
		if other != s {
			return false
		}
	}
	return true
}

// farewell lets a connection go on which nobody is.
func (p *peer) farewell() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.sessions) == 0 {
		p.linger()
	}
}

// keepalive asks the client now and then whether it is there, and hangs up when it has not answered for Silence.
func (p *peer) keepalive(conn *gossh.ServerConn) {
	l := p.server.limits
	tick := time.NewTicker(l.Keepalive)
	defer tick.Stop()
	answered := make(chan error, 1)
	var asked time.Time
	for {
		select {
		case <-p.done:
			return
		case err := <-answered:
			asked = time.Time{}
			if err != nil {
				return // the connection is gone
			}
		case now := <-tick.C:
			switch {
			case asked.IsZero():
				asked = now
				p.group.Go(func() {
					_, _, err := conn.SendRequest("keepalive@openssh.com", true, nil)
					answered <- err
				})
			case now.Sub(asked) >= l.Silence-l.Keepalive:
				p.server.cut.Add(1)
				p.hangUp("the client does not answer")
				return
			}
		}
	}
}
