package sshd_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	gossh "golang.org/x/crypto/ssh"

	"arcadia/tui/sshd"
)

// As many as there may be: ten operators with five consoles each.
func TestStopRestoresEveryTerminalAndSaysWhy(t *testing.T) {
	quiet(t)
	r := newRig(t)
	names := []string{"ops1", "ops2", "guest"}
	for len(names) < 10 {
		name := fmt.Sprint("more", len(names))
		r.keys[name], names = newKey(t), append(names, name)
	}
	r.writeOperators(append(names, "stranger")...)
	var all []*screen
	for i := range 50 {
		name := names[i%len(names)]
		s := r.console(r.dial(name))
		s.shows(name)
		all = append(all, s)
	}
	if _, errs, exit := r.run("stranger", "whoami"); exit != 1 || !strings.Contains(errs, "all sessions are taken") {
		t.Errorf("the fifty-first: %q, %d", errs, exit)
	}
	begun := time.Now()
	if err := r.end(); err != nil {
		t.Errorf("serve: %v", err)
	}
	took := time.Since(begun)
	t.Logf("fifty consoles were seen out in %s", took.Round(time.Millisecond))
	if took > 10*time.Second {
		t.Error("that is too long")
	}
	for _, s := range all {
		if exit := s.ended(); exit != 1 {
			t.Errorf("exit status %d", exit)
		}
		restored(t, s)
		if _, after, _ := strings.Cut(s.bytes(), "\x1b[?1049l"); !strings.Contains(after, "arcadia is stopping here") {
			t.Errorf("not said on the main screen: %q", after)
		}
	}
	if _, err := net.Dial("tcp", r.addr); err == nil {
		t.Error("the door is still open")
	}
}

func TestStopDoesNotWaitForAModelThatHangs(t *testing.T) {
	hang, hangs := make(chan struct{}), make(chan struct{}, 1)
	r := newRig(t, limits(sshd.Limits{Grace: 50 * time.Millisecond, Goodbye: 20 * time.Millisecond}), func(c *sshd.Config) {
		c.Console = func(ctx context.Context, s *sshd.Session) error { return s.Run(ctx, hanging{hang, hangs}) }
	})
	s := r.console(r.dial("ops1"))
	s.shows("it hangs")
	s.keys("x")
	<-hangs
	begun := time.Now()
	if err := r.end(); err == nil || !strings.Contains(err.Error(), "did not end in time") {
		t.Errorf("serve: %v", err)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("the stop took %s", took)
	}
	s.ended()
	restored(t, s)
	close(hang)
}

// hanging never returns from the first key.
type hanging struct{ until, at chan struct{} }

func (h hanging) Init() tea.Cmd { return nil }
func (h hanging) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, ok := msg.(tea.KeyPressMsg); ok {
		h.at <- struct{}{}
		<-h.until
	}
	return h, nil
}

func (h hanging) View() tea.View {
	v := tea.NewView("it hangs")
	v.AltScreen = true
	return v
}

func TestAChannelThatIsClosedEndsItsProgramAndKeepsTheConnection(t *testing.T) {
	quiet(t)
	r := newRig(t)
	c := r.dial("ops1")
	for range 3 {
		s := r.console(c)
		s.shows("ops1")
		_ = s.session.Close()
		until(t, func() bool { return len(r.server.Sessions()) == 0 }, func() string { return "the program goes on" })
	}
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run("whoami"); err != nil {
		t.Errorf("the connection is of no use any more: %v", err)
	}
}

func TestALostConnectionTakesItsProgramWithIt(t *testing.T) {
	quiet(t)
	r := newRig(t)
	conn, err := net.Dial("tcp", r.addr)
	if err != nil {
		t.Fatal(err)
	}
	cc, channels, requests, err := gossh.NewClientConn(conn, r.addr, clientConfig(gossh.PublicKeys(r.keys["ops1"])))
	if err != nil {
		t.Fatal(err)
	}
	s := r.console(gossh.NewClient(cc, channels, requests))
	s.shows("ops1")
	s.keys("half a form")
	s.shows("half")
	_ = conn.Close() // mid-form: no goodbye
	until(t, func() bool { return len(r.server.Sessions()) == 0 }, func() string { return "the program goes on" })
}

func TestInputThatEndsEndsTheConsole(t *testing.T) {
	quiet(t)
	r := newRig(t)
	s := r.console(r.dial("ops1"))
	s.shows("ops1")
	_ = s.in.Close()
	if exit := s.ended(); exit != 0 {
		t.Errorf("exit status %d", exit)
	}
	restored(t, s)
}

func TestAnIdleOperatorIsWarnedAndLoggedOut(t *testing.T) {
	quiet(t)
	r := newRig(t, limits(sshd.Limits{Idle: 400 * time.Millisecond, Warning: 200 * time.Millisecond}))
	s := r.console(r.dial("ops1"))
	s.shows("logging out in 200ms")
	if !strings.Contains(s.bytes(), "\a") {
		t.Error("the bell was not rung")
	}
	if exit := s.ended(); exit != 1 {
		t.Errorf("exit status %d", exit)
	}
	restored(t, s)
	if !strings.Contains(s.bytes(), "no key was pressed for long") {
		t.Errorf("not told why: %q", s.bytes())
	}
}

func TestAKeyKeepsAnOperatorIn(t *testing.T) {
	r := newRig(t, limits(sshd.Limits{Idle: 600 * time.Millisecond, Warning: 300 * time.Millisecond}))
	s := r.console(r.dial("ops1"))
	s.shows("ops1")
	stop := time.After(1500 * time.Millisecond)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for keys := true; keys; {
		select {
		case <-tick.C:
			s.keys("x")
		case <-stop:
			keys = false
		}
	}
	if len(r.server.Sessions()) != 1 {
		t.Error("logged out while typing")
	}
}

// deaf lets a test stop reading from a connection, as a client does that was stopped: neither its protocol nor its user
// answers.
type deaf struct {
	net.Conn
	stop chan struct{}
}

func (d *deaf) Read(p []byte) (int, error) {
	select {
	case <-d.stop:
		<-make(chan struct{})
	default:
	}
	return d.Conn.Read(p)
}

func (r *rig) dialDeaf(name string) (*deaf, *gossh.Client) {
	r.t.Helper()
	conn, err := net.Dial("tcp", r.addr)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = conn.Close() })
	d := &deaf{Conn: conn, stop: make(chan struct{})}
	cc, channels, requests, err := gossh.NewClientConn(d, r.addr, clientConfig(gossh.PublicKeys(r.keys[name])))
	if err != nil {
		r.t.Fatal(err)
	}
	return d, gossh.NewClient(cc, channels, requests)
}

func TestAClientThatDoesNotAnswerIsGivenUp(t *testing.T) {
	r := newRig(t, limits(sshd.Limits{Keepalive: 200 * time.Millisecond, Silence: 2 * time.Second}))
	d, c := r.dialDeaf("ops1")
	s := r.console(c)
	s.shows("ops1")
	answering := r.console(r.dial("ops2"))
	answering.shows("ops2")
	close(d.stop)
	until(t, func() bool { return len(r.server.Sessions()) == 1 }, func() string { return "the silent client is still here" })
	answering.keys("here")
	answering.shows("[here]")
	if n := r.server.Totals().Cut; n != 1 {
		t.Errorf("%d cut", n)
	}
}
