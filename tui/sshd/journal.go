package sshd

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	gossh "golang.org/x/crypto/ssh"

	"arcadia/engine/visible"
)

// How much of what goes on outside is written down, a second. What is more is counted, and the count is written.
const (
	linesEach = 5  // of one address, or of one operator who has logged in
	linesAll  = 50 // of all addresses together; operators have their own lines
)

// journal writes what clients do into the log. How much that is is for the clients to say, and the log is on the disk that holds the
// ledger: so they are counted beyond a number of lines a second. Safe for concurrent use.
type journal struct {
	log  *slog.Logger
	more chan struct{} // one slot; tells sum that a line was not written

	mu     sync.Mutex // guards what follows; a leaf
	second time.Time  // in which the lines of each are counted
	lines  map[string]int
	all    int
	unsaid int // lines that were not written
}

// from tells of a connection at an address.
func (j *journal) from(level slog.Level, c net.Conn, what string, attrs ...any) {
	addr := c.RemoteAddr().String()
	if j.may("from "+netOf(c.RemoteAddr()), true) {
		j.log.Log(context.Background(), level, what, append([]any{"from", addr}, attrs...)...)
	}
}

// by tells of somebody who has logged in.
func (j *journal) by(level slog.Level, operator, what string, attrs ...any) {
	if j.may("by "+operator, false) {
		j.log.Log(context.Background(), level, what, attrs...)
	}
}

// may counts a line and reports whether it is written.
func (j *journal) may(who string, shared bool) bool {
	now := time.Now()
	j.mu.Lock()
	defer j.mu.Unlock()
	if now.Sub(j.second) >= time.Second {
		j.second, j.lines, j.all = now, map[string]int{}, 0
	}
	if j.lines[who] >= linesEach || shared && j.all >= linesAll {
		if j.unsaid++; j.unsaid == 1 {
			select {
			case j.more <- struct{}{}:
			default:
			}
		}
		return false
	}
	j.lines[who]++ // of no more addresses than there are lines
	if shared {
		j.all++
	}
	return true
}

// sum writes how many lines were not written, each second that has some, until ctx ends.
func (j *journal) sum(ctx context.Context) {
	for waiting := true; waiting; {
		select {
		case <-j.more:
			waiting = rest(ctx, time.Second)
		case <-ctx.Done():
			waiting = false
		}
		j.tell()
	}
}

func (j *journal) tell() {
	j.mu.Lock()
	n := j.unsaid
	j.unsaid = 0
	j.mu.Unlock()
	if n > 0 {
		j.log.Warn("more of the same was not written", "lines", n)
	}
}

// netOf is what addresses are counted by: in IPv6 the network of 64 bits, of which one client can have all.
func netOf(a net.Addr) string {
	host := hostOf(a)
	ip := net.ParseIP(host)
	if ip == nil || ip.To4() != nil {
		return host
	}
	return ip.Mask(net.CIDRMask(64, 128)).String() + "/64"
}

// maxField bounds what a client made up before it goes into a log.
const maxField = 64

// clip makes what a client made up safe to write, in at most maxField bytes and an ellipsis.
func clip(s string) string {
	if len(s) > maxField {
		s = s[:maxField+utf8.UTFMax] // what is made visible grows
	}
	s = visible.Text(s)
	if len(s) <= maxField {
		return s
	}
	cut := 0
	for i := range s {
		if i <= maxField {
			cut = i
		}
	}
	return s[:cut] + "…"
}

// why says in our own words why a login failed, where it can be told; else what a client made up is in it, and it is clipped.
func why(err error) string {
	var auth *gossh.ServerAuthError
	switch {
	case errors.As(err, &auth):
		return "no key that may come in"
	case errors.Is(err, io.EOF), strings.HasSuffix(err.Error(), "EOF"):
		return "the client hung up"
	case errors.Is(err, os.ErrDeadlineExceeded), strings.HasSuffix(err.Error(), "i/o timeout"):
		return "not logged in in time"
	case errors.Is(err, net.ErrClosed), strings.HasSuffix(err.Error(), net.ErrClosed.Error()):
		return "the connection was closed"
	}
	return clip(strings.TrimPrefix(strings.TrimPrefix(err.Error(), "ssh: handshake failed: "), "ssh: "))
}
