package sshd_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	gossh "golang.org/x/crypto/ssh"

	"arcadia/tui/sshd"
)

// feeds hands marks to sessions as the engine does: without data, without waiting.
type feeds struct {
	mu  sync.Mutex
	all []chan struct{}
}

func (f *feeds) subscribe() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	ch := make(chan struct{}, 1)
	f.all = append(f.all, ch)
	return ch
}

func (f *feeds) mark() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, ch := range f.all {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

func (f *feeds) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, ch := range f.all {
		close(ch)
	}
}

// loud sends a great deal for each mark, so that the window of a client that does not read is full after some.
type loud struct{ *model }

func (l loud) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	_, cmd := l.model.Update(msg)
	if _, ok := msg.(markMsg); ok {
		return l, tea.Batch(tea.Raw(strings.Repeat(" ", 64<<10)), cmd)
	}
	return l, cmd
}

// marked is a console that follows marks; on a vt220 it is loud.
func marked(f *feeds) option {
	return func(c *sshd.Config) {
		c.Console = func(ctx context.Context, s *sshd.Session) error {
			m := newModel(s)
			defer close(m.over)
			m.news = f.subscribe()
			if slices.Contains(s.Environ(), "TERM=vt220") {
				return s.Run(ctx, loud{m})
			}
			return s.Run(ctx, m)
		}
	}
}

// stall opens a console that nobody reads.
func (r *rig) stall(c *gossh.Client) *gossh.Session {
	r.t.Helper()
	s, err := c.NewSession()
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := s.StdoutPipe(); err != nil {
		r.t.Fatal(err)
	}
	if _, err := s.StdinPipe(); err != nil { // else its input would end at once
		r.t.Fatal(err)
	}
	if err := s.RequestPty("vt220", 24, 80, gossh.TerminalModes{}); err != nil {
		r.t.Fatal(err)
	}
	if err := s.Shell(); err != nil {
		r.t.Fatal(err)
	}
	return s
}

func TestAStalledSessionLeavesTheOthersOnItsConnection(t *testing.T) {
	quiet(t)
	f := &feeds{}
	r := newRig(t, marked(f), limits(sshd.Limits{Stall: 200 * time.Millisecond}))
	defer f.close()
	c := r.dial("guest")
	healthy := r.console(c)
	healthy.shows("marks 0")
	r.stall(c)
	until(t, func() bool { f.mark(); return r.server.Totals().Cut == 1 }, func() string { return "not cut" })
	until(t, func() bool { return len(r.server.Sessions()) == 1 }, func() string { return "the stalled session stays" })
	healthy.keys("ok")
	healthy.shows("[ok]")
}

func TestAConnectionThatStopsReadingIsCut(t *testing.T) {
	f := &feeds{}
	r := newRig(t, marked(f), limits(sshd.Limits{Stall: 200 * time.Millisecond}))
	defer f.close()
	d, c := r.dialDeaf("guest")
	r.stall(c)
	until(t, func() bool { return len(r.server.Sessions()) == 1 }, func() string { return "it does not begin" })
	close(d.stop)
	begun := time.Now()
	until(t, func() bool { f.mark(); return len(r.server.Sessions()) == 0 }, func() string { return "not cut" })
	t.Logf("cut after %s", time.Since(begun).Round(time.Millisecond))
	if n := r.server.Totals().Cut; n == 0 {
		t.Error("not counted")
	}
}
