package sshd_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

func TestCommandsHaveTheirOutputTheirErrorsAndTheirStatus(t *testing.T) {
	quiet(t)
	r := newRig(t)
	for _, c := range []struct {
		line, out, errs string
		exit            int
	}{
		{"list -o json", `[{"by":"ops1","args":["list" "-o" "json"]}]` + "\n", "", 0},
		{`list 'a b' "c'd" e\ f`, `[{"by":"ops1","args":["list" "a b" "c'd" "e f"]}]` + "\n", "", 0},
		{"fail", "", "arcadia: it failed\n", 4},
		{"nonsense", "", "arcadia: unknown command\n", 2},
		{"panic", "", "arcadia: this session met a fault of arcadia and was ended; sagas are not touched by it: log in again\n", 1},
	} {
		out, errs, exit := r.run("ops1", c.line)
		if out != c.out || errs != c.errs || exit != c.exit {
			t.Errorf("%s: %q, %q, %d; want %q, %q, %d", c.line, out, errs, exit, c.out, c.errs, c.exit)
		}
	}
}

func TestACommandReadsItsInput(t *testing.T) {
	r := newRig(t)
	s, err := r.dial("ops1").NewSession()
	if err != nil {
		t.Fatal(err)
	}
	text := bytes.Repeat([]byte("0123456789abcdef"), 300_000) // more than any window
	s.Stdin = bytes.NewReader(text)
	if out, err := s.Output("echo"); err != nil || !bytes.Equal(out, text) {
		t.Errorf("%d of %d bytes came back, %v", len(out), len(text), err)
	}
}

func TestACommandIsInterrupted(t *testing.T) {
	quiet(t)
	r := newRig(t)
	for name, interrupt := range map[string]func(*gossh.Session, io.Writer){
		"signal": func(s *gossh.Session, _ io.Writer) { _ = s.Signal(gossh.SIGINT) },
		"ctrl+c": func(_ *gossh.Session, in io.Writer) { _, _ = in.Write([]byte{3}) },
	} {
		s, err := r.dial("ops1").NewSession()
		if err != nil {
			t.Fatal(err)
		}
		if name == "ctrl+c" {
			if err := s.RequestPty("xterm", 24, 80, gossh.TerminalModes{}); err != nil {
				t.Fatal(err)
			}
		}
		in, err := s.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		var out lockedBuffer
		s.Stdout = &out
		if err := s.Start("wait"); err != nil {
			t.Fatal(err)
		}
		until(t, func() bool { return strings.Contains(out.String(), "waiting") }, func() string { return "it does not begin" })
		interrupt(s, in)
		if err := s.Wait(); status(err) != 3 || !strings.Contains(out.String(), "interrupted") {
			t.Errorf("%s: %v, %q", name, err, out.String())
		}
	}
}

func TestACommandLearnsThatItsClientIsGone(t *testing.T) {
	quiet(t)
	r := newRig(t)
	c := r.dial("ops1")
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start("wait"); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return len(r.server.Sessions()) == 1 }, func() string { return "it does not begin" })
	if at := r.server.Sessions()[0].What; at != "wait" {
		t.Errorf("looks at %q", at)
	}
	_ = c.Close()
	until(t, func() bool { return len(r.server.Sessions()) == 0 }, func() string { return "it does not end" })
}

func TestOnATerminalLinesOfACommandReturn(t *testing.T) {
	r := newRig(t)
	s, err := r.dial("ops1").NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RequestPty("xterm", 24, 80, gossh.TerminalModes{}); err != nil {
		t.Fatal(err)
	}
	if out, err := s.Output("fail"); status(err) != 4 || string(out) != "arcadia: it failed\r\n" {
		t.Errorf("%q, %v", out, err)
	}
}

func TestStopTellsCommandsAndWaitsForThem(t *testing.T) {
	quiet(t)
	r := newRig(t)
	s, err := r.dial("ops1").NewSession()
	if err != nil {
		t.Fatal(err)
	}
	var out lockedBuffer
	s.Stdout = &out
	if err := s.Start("wait"); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return strings.Contains(out.String(), "waiting") }, func() string { return "it does not begin" })
	begun := time.Now()
	if err := r.end(); err != nil {
		t.Errorf("serve: %v", err)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("the stop took %s", took)
	}
	if err := s.Wait(); status(err) != 3 || !strings.Contains(out.String(), "arcadia is stopping") {
		t.Errorf("%v, %q", err, out.String())
	}
}

// lockedBuffer can be read while it is written.
type lockedBuffer struct{ journal }
