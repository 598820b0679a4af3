package sshd

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/user"
	"slices"
	"strings"

	"charm.land/ssh"
	"charm.land/wish/v2"
	gossh "golang.org/x/crypto/ssh"

	"arcadia/engine"
)

// Door is one way in. Make one with Network or Local.
type Door interface {
	listener() net.Listener
	open(s *Server) (*door, error)
}

type network struct {
	ln        net.Listener
	host      gossh.Signer
	operators *Operators
}

// Network lets operators in with their keys: no passwords, no certificates, no other way.
func Network(ln net.Listener, host gossh.Signer, operators *Operators) Door {
	return network{ln, host, operators}
}

func (n network) listener() net.Listener { return n.ln }

func (n network) open(s *Server) (*door, error) {
	if n.host == nil || n.operators == nil {
		// wish lets everybody in when there is nothing to ask them for.
		return nil, errors.New("a network door needs a host key and operators")
	}
	d := &door{server: s, ln: n.ln, name: "network", operators: n.operators}
	d.vouch = func(c net.Conn) (string, error) { return netOf(c.RemoteAddr()), nil }
	list, err := n.operators.read()
	s.trouble(err) // it was sound when it was opened; what has changed since counts like any later edit
	s.log.Info("door opens", "door", d.name, "on", n.ln.Addr().String(), "host_key", gossh.FingerprintSHA256(n.host.PublicKey()))
	for _, a := range list {
		s.log.Info("may come in", "operator", a.Name, "role", string(a.Role), "key", a.Key)
	}
	return d, d.prepare(n.host, wish.WithPublicKeyAuth(d.welcome))
}

type local struct {
	ln   net.Listener
	name string
}

// Local lets in processes of this very user on this machine, through a socket made by Listen. They are the operator name,
// with the role operator; an empty name is the user's own.
//
// The protocol on it is SSH too, so that sessions, sizes, exit statuses and limits are the same code. Nobody logs in
// there: the kernel says whose process is at the other end (SO_PEERCRED), before a byte is read. The host's key is made
// for the occasion and not checked by Attach, which asks the kernel the same about the host.
func Local(ln net.Listener, name string) Door { return local{ln, name} }

func (l local) listener() net.Listener { return l.ln }

func (l local) open(s *Server) (*door, error) {
	if l.name == "" {
		u, err := user.Current()
		if err != nil {
			return nil, fmt.Errorf("find out who this user is: %w", err)
		}
		l.name = u.Username
	}
	host, err := passingKey()
	if err != nil {
		return nil, err
	}
	d := &door{server: s, ln: l.ln, name: "local", actor: engine.Actor{Name: l.name, Role: engine.Operator}}
	d.vouch = func(c net.Conn) (string, error) { return "", ours(c) }
	return d, d.prepare(host, func(srv *ssh.Server) error {
		srv.RequestHandlers = map[string]ssh.RequestHandler{stopRequest: d.stop}
		return nil
	})
}

// ours refuses a connection whose other end is a process of another user.
func ours(c net.Conn) error {
	uid, err := peerUser(c)
	if err != nil {
		return fmt.Errorf("find out whose process is at the other end of %s: %w", c.LocalAddr(), err)
	}
	if uid != os.Geteuid() {
		return fmt.Errorf("the process at the other end of %s belongs to user %d, not to this user (%d)", c.LocalAddr(), uid, os.Geteuid())
	}
	return nil
}

// door is an open Door.
type door struct {
	server    *Server
	ln        net.Listener
	name      string
	vouch     func(net.Conn) (from string, err error) // decides before a byte is read
	operators *Operators                              // nil: everybody whom vouch lets in is actor
	actor     engine.Actor
	wish      *ssh.Server
}

// peerKey is where a connection's peer lies in its context.
type peerKey struct{}

func (d *door) prepare(host gossh.Signer, more ...ssh.Option) error {
	l := d.server.limits
	base := func(srv *ssh.Server) error {
		srv.AddHostKey(host)
		srv.HandshakeTimeout = l.Handshake
		srv.ConnCallback = func(ctx ssh.Context, c net.Conn) net.Conn {
			ctx.SetValue(peerKey{}, c)
			return c
		}
		srv.ServerConfigCallback = d.protocol
		srv.ConnectionFailedCallback = d.failed
		srv.ChannelHandlers = map[string]ssh.ChannelHandler{"session": d.session, "default": d.other}
		return nil
	}
	srv, err := wish.NewServer(append([]ssh.Option{wish.WithVersion("arcadia"), base}, more...)...)
	d.wish = srv
	return err
}

// protocol is what is spoken with one client.
func (d *door) protocol(ctx ssh.Context) *gossh.ServerConfig {
	p := peerOf(ctx)
	good := gossh.SupportedAlgorithms()
	return &gossh.ServerConfig{
		Config:                  gossh.Config{KeyExchanges: today(good.KeyExchanges), Ciphers: good.Ciphers, MACs: today(good.MACs)},
		PublicKeyAuthAlgorithms: today(good.PublicKeyAuths),
		MaxAuthTries:            d.server.limits.Keys,
		VerifiedPublicKeyCallback: func(_ gossh.ConnMetadata, key gossh.PublicKey, may *gossh.Permissions, _ string) (*gossh.Permissions, error) {
			if err := p.claim(key); err != nil {
				d.server.journal.from(slog.LevelWarn, p, "login refused", "door", d.name, "reason", err)
				return nil, &gossh.BannerError{Err: err, Message: "arcadia: " + err.Error() + "\n"}
			}
			return may, nil
		},
		AuthLogCallback: func(_ gossh.ConnMetadata, _ string, err error) {
			if err == nil {
				p.loggedIn()
			}
		},
	}
}

// today leaves out what is made of SHA-1. The library counts hmac-sha1 among what is good, and it is not broken; but a promise without
// exceptions is one that can be looked up.
func today(algorithms []string) []string {
	return slices.DeleteFunc(slices.Clone(algorithms), func(a string) bool {
		return strings.Contains(a, "sha1") || a == gossh.KeyAlgoRSA || a == gossh.InsecureKeyAlgoDSA //nolint:staticcheck // named to be refused
	})
}

// welcome says whether a key may try to log in. It is asked about keys that are merely offered: it remembers nothing but
// what to write into the log when nobody comes in.
func (d *door) welcome(ctx ssh.Context, key ssh.PublicKey) bool {
	p := peerOf(ctx)
	_, known := p.roster().find(key)
	if !known {
		p.offered(gossh.FingerprintSHA256(key))
	}
	return known
}

// identify says who a session belongs to: by the key of the finished handshake, which the library has put into the
// context from the connection's permissions, and by the file as it is now.
func (d *door) identify(ctx ssh.Context) (a engine.Actor, key gossh.PublicKey, err error) {
	if d.operators == nil {
		return d.actor, nil, nil
	}
	key, _ = ctx.Value(ssh.ContextKeyPublicKey).(ssh.PublicKey)
	list, err := d.operators.read()
	d.server.trouble(err)
	a, known := list.find(key)
	if !known {
		return a, nil, ErrRevoked
	}
	a.From = peerOf(ctx).RemoteAddr().String()
	return a, key, nil
}

func (d *door) failed(c net.Conn, err error) {
	d.server.refused.Add(1)
	d.server.journal.from(slog.LevelWarn, c, "login refused", "door", d.name, "reason", why(err))
}

// other refuses every channel that is not a session: forwarded ports, X11, agents, tunnels.
func (d *door) other(_ *ssh.Server, _ *gossh.ServerConn, c gossh.NewChannel, ctx ssh.Context) {
	d.server.journal.from(slog.LevelWarn, peerOf(ctx), "channel refused", "door", d.name, "type", clip(c.ChannelType()))
	_ = c.Reject(gossh.Prohibited, "only sessions are served here")
}

func (d *door) session(_ *ssh.Server, conn *gossh.ServerConn, c gossh.NewChannel, ctx ssh.Context) {
	peerOf(ctx).channel(conn, c, ctx)
}

// stop answers the operator's own process that asks the host to end.
func (d *door) stop(ctx ssh.Context, _ *ssh.Server, _ *gossh.Request) (bool, []byte) {
	if d.server.config.Stop == nil {
		return false, nil
	}
	d.server.log.Info("asked to stop", "by", d.actor.Name)
	d.server.config.Stop()
	return true, nil
}

func peerOf(ctx ssh.Context) *peer {
	p, _ := ctx.Value(peerKey{}).(*peer)
	return p
}

func hostOf(a net.Addr) string {
	host, _, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	return host
}
