package sshd_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"arcadia/tui/sshd"
)

func TestAnOperatorSeesTheConsoleAndLeaves(t *testing.T) {
	quiet(t)
	r := newRig(t)
	for _, key := range []string{"host_key=SHA256:", gossh.FingerprintSHA256(r.keys["ops1"].PublicKey())} {
		until(t, func() bool { return strings.Contains(r.log.String(), key) }, func() string { return "not logged at start: " + key })
	}
	s := r.console(r.dial("ops1"))
	s.shows("ops1 operator 120x24")
	s.keys("hello")
	s.shows("[hello]")
	if list := r.server.Sessions(); len(list) != 1 || list[0].Operator != "ops1" || list[0].What != sshd.Console || list[0].Saga != "key o" || list[0].From == "" {
		t.Errorf("sessions = %+v", list)
	}
	s.keys("q")
	if exit := s.ended(); exit != 0 {
		t.Errorf("exit status %d", exit)
	}
	restored(t, s)
	until(t, func() bool { return len(r.server.Sessions()) == 0 }, func() string { return "the session stays in the registry" })
}

// restored checks that the terminal is back on its main screen, with a cursor.
func restored(t *testing.T, s *screen) {
	t.Helper()
	raw := s.bytes()
	if on, off := strings.LastIndex(raw, "\x1b[?1049h"), strings.LastIndex(raw, "\x1b[?1049l"); on < 0 || off < on {
		t.Errorf("the terminal is left in the alternate screen (on at %d, off at %d)", on, off)
	}
	if hide, show := strings.LastIndex(raw, "\x1b[?25l"), strings.LastIndex(raw, "\x1b[?25h"); show < hide {
		t.Errorf("the cursor is left hidden (hidden at %d, shown at %d)", hide, show)
	}
}

func TestTheRoleComesFromTheFile(t *testing.T) {
	r := newRig(t)
	for name, role := range map[string]string{"ops1": "operator", "guest": "viewer"} {
		out, _, exit := r.run(name, "whoami")
		want := fmt.Sprintf("%s %s %s true\n", name, role, gossh.FingerprintSHA256(r.keys[name].PublicKey()))
		if out != want || exit != 0 {
			t.Errorf("whoami of %s = %q, %d; want %q", name, out, exit, want)
		}
	}
}

func TestAnUnknownKeyIsRefusedAndRecorded(t *testing.T) {
	quiet(t)
	r := newRig(t)
	if c, err := r.login("stranger"); err == nil {
		_ = c.Close()
		t.Fatal("a stranger came in")
	}
	want := gossh.FingerprintSHA256(r.keys["stranger"].PublicKey())
	until(t, func() bool { return strings.Contains(r.log.String(), want) }, func() string { return "the key is not in the log" })
	if n := r.server.Totals().Refused; n != 1 {
		t.Errorf("%d refusals counted", n)
	}
}

func TestNobodyComesInWithoutAKey(t *testing.T) {
	r := newRig(t)
	for name, auth := range map[string][]gossh.AuthMethod{
		"none":     nil,
		"password": {gossh.Password("secret")},
		"keyboard": {gossh.KeyboardInteractive(func(string, string, []string, []bool) ([]string, error) { return []string{"x"}, nil })},
	} {
		if c, err := gossh.Dial("tcp", r.addr, clientConfig(auth...)); err == nil {
			_ = c.Close()
			t.Errorf("%s: came in", name)
		}
	}
}

// shifting is a public key that changes its face: what it shows while it is offered is not what it is proved with.
type shifting struct {
	gossh.PublicKey
	offered gossh.PublicKey
	asked   int
}

func (s *shifting) Marshal() []byte {
	if s.asked++; s.asked <= 2 { // the offer, and the comparison with the server's answer to it
		return s.offered.Marshal()
	}
	return s.PublicKey.Marshal()
}

// shifter signs with a key of its own.
type shifter struct {
	gossh.AlgorithmSigner
	public gossh.PublicKey
}

func (s shifter) PublicKey() gossh.PublicKey { return s.public }

func shift(t *testing.T, proves gossh.Signer, offered, proved gossh.PublicKey) gossh.Signer {
	t.Helper()
	as, ok := proves.(gossh.AlgorithmSigner)
	if !ok {
		t.Fatal("the key cannot choose its algorithm")
	}
	return shifter{as, &shifting{PublicKey: proved, offered: offered}}
}

// CVE-2024-45337: a server that remembers the key of the last callback takes a client for somebody whose public key it has
// merely shown.
func TestOfferingSomebodysKeyMakesNobodyThatPerson(t *testing.T) {
	quiet(t)
	r := newRig(t)
	victim, own := r.keys["ops1"].PublicKey(), r.keys["guest"]
	c, err := gossh.Dial("tcp", r.addr, clientConfig(gossh.PublicKeys(shift(t, own, victim, own.PublicKey()))))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.Output("whoami")
	if want := "guest viewer " + gossh.FingerprintSHA256(own.PublicKey()); err != nil || !strings.HasPrefix(string(out), want) {
		t.Errorf("whoami = %q, %v; want %q", out, err, want)
	}
}

func TestSigningSomebodysKeyWithOnesOwnIsRefused(t *testing.T) {
	r := newRig(t)
	victim, own := r.keys["ops1"].PublicKey(), r.keys["guest"]
	for name, key := range map[string]gossh.Signer{
		"offered and claimed":      shift(t, own, victim, victim),
		"own offered, then theirs": shift(t, own, own.PublicKey(), victim),
	} {
		if c, err := gossh.Dial("tcp", r.addr, clientConfig(gossh.PublicKeys(key))); err == nil {
			_ = c.Close()
			t.Errorf("%s: came in", name)
		}
	}
}

func TestTheSecondKeyOfAClientCounts(t *testing.T) {
	r := newRig(t)
	c, err := gossh.Dial("tcp", r.addr, clientConfig(gossh.PublicKeys(r.keys["stranger"], r.keys["guest"])))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := s.Output("whoami"); err != nil || !strings.HasPrefix(string(out), "guest viewer ") {
		t.Errorf("whoami = %q, %v", out, err)
	}
}

func TestTwentyWrongKeysAreCutShort(t *testing.T) {
	quiet(t)
	r := newRig(t)
	var keys []gossh.Signer
	for range 20 {
		keys = append(keys, newKey(t))
	}
	keys = append(keys, r.keys["ops1"]) // too late
	if c, err := gossh.Dial("tcp", r.addr, clientConfig(gossh.PublicKeys(keys...))); err == nil {
		_ = c.Close()
		t.Fatal("the twenty-first key was still taken")
	}
	until(t, func() bool { return strings.Contains(r.log.String(), "unknown keys were offered") }, func() string { return "nothing recorded" })
	_, line, _ := strings.Cut(r.log.String(), "unknown keys were offered")
	line, _, _ = strings.Cut(line, "\n")
	if n := strings.Count(line, "SHA256:"); n < 5 || n > 6 {
		t.Errorf("%d keys recorded, want about 6", n)
	}
}

func TestARemovedKeyEndsItsLiveSessionAndNoOther(t *testing.T) {
	quiet(t)
	r := newRig(t, limits(sshd.Limits{Recheck: 5 * time.Millisecond}))
	gone, stays := r.console(r.dial("ops1")), r.console(r.dial("ops2"))
	gone.shows("ops1")
	stays.shows("ops2")
	r.writeOperators("ops2", "guest")
	if exit := gone.ended(); exit != 1 {
		t.Errorf("exit status %d", exit)
	}
	restored(t, gone)
	if !strings.Contains(gone.bytes(), "no longer names this key") {
		t.Errorf("nothing was said: %q", gone.bytes())
	}
	stays.keys("still")
	stays.shows("[still]")
	if _, err := r.login("ops1"); err == nil {
		t.Error("came in again")
	}
}

func TestAChangedRoleEndsTheSession(t *testing.T) {
	r := newRig(t, limits(sshd.Limits{Recheck: 5 * time.Millisecond}))
	s := r.console(r.dial("ops1"))
	s.shows("ops1 operator")
	line := gossh.MarshalAuthorizedKey(r.keys["ops1"].PublicKey())
	if err := os.WriteFile(r.operators, []byte(strings.TrimSpace(string(line))+" ops1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.ended()
	if out, _, _ := r.run("ops1", "whoami"); !strings.HasPrefix(out, "ops1 viewer ") {
		t.Errorf("whoami = %q", out)
	}
}

func TestAKeyRemovedAfterLoginStartsNoSession(t *testing.T) {
	r := newRig(t)
	c := r.dial("ops1")
	r.writeOperators("ops2")
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := s.Output("whoami"); status(err) != 1 || len(out) != 0 {
		t.Errorf("whoami = %q, %v", out, err)
	}
}

func TestABadLineGrantsNothingAndKeepsNobodyOut(t *testing.T) {
	r := newRig(t)
	text, err := os.ReadFile(r.operators)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(r.operators, append([]byte("nonsense\n"), text...), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, _, exit := r.run("ops1", "whoami"); exit != 0 {
		t.Errorf("whoami = %q, %d", out, exit)
	}
	if !strings.Contains(r.log.String(), "line 1") {
		t.Error("the bad line is not in the log")
	}
	if err := os.Chmod(r.operators, 0o666); err != nil {
		t.Fatal(err)
	}
	if c, err := r.login("ops1"); err == nil {
		_ = c.Close()
		t.Error("came in by a file that anybody may write")
	}
}

// wish lets everybody in when it has nothing to ask them for.
func TestANetworkDoorNeedsAHostKeyAndOperators(t *testing.T) {
	t.Parallel()
	for name, host := range map[string]gossh.Signer{"no host key": nil, "no operators": newKey(t)} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		srv, err := sshd.New(sshd.Config{
			Console: func(context.Context, *sshd.Session) error { return nil },
			Command: command,
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := srv.Serve(t.Context(), sshd.Network(ln, host, nil)); err == nil || !strings.Contains(err.Error(), "needs a host key and operators") {
			t.Errorf("%s: %v", name, err)
		}
		if c, err := net.Dial("tcp", ln.Addr().String()); err == nil {
			_ = c.Close()
			t.Errorf("%s: the door is open", name)
		}
	}
}

// Whatever takes the place of the operators file, nobody waits for it: sessions that came by it end, logins are answered, and the server stops.
func TestAnOperatorsFileThatCannotBeReadStopsNothing(t *testing.T) {
	for name, put := range map[string]func(path string) error{
		"a pipe":     func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"a device":   func(path string) error { return os.Symlink("/dev/zero", path) },
		"a folder":   func(path string) error { return os.Mkdir(path, 0o700) },
		"a gigabyte": func(path string) error { return errors.Join(os.WriteFile(path, nil, 0o600), os.Truncate(path, 1<<30)) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, limits(sshd.Limits{Recheck: 50 * time.Millisecond}))
			live := r.console(r.dial("ops1"))
			live.shows("ops1")
			if err := errors.Join(os.Remove(r.operators), put(r.operators)); err != nil {
				t.Fatal(err)
			}
			live.ended()
			begun := time.Now()
			if c, err := r.login("ops1"); err == nil {
				t.Error("somebody came in", c.Close())
			}
			if err := r.end(); err != nil {
				t.Error(err)
			}
			if took := time.Since(begun); took > 4*time.Second {
				t.Errorf("a login and a stop took %s", took)
			}
		})
	}
}
