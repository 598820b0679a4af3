package sshd

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"arcadia/engine"
)

func TestHalfOpenConnectionsAreDroppedAtRandomFromTwoThirdsOn(t *testing.T) {
	t.Parallel()
	l := Limits{HalfOpenEach: 100}.withDefaults()
	dropped := make([]int, l.HalfOpen+1) // at how many, how often of a thousand times
	for range 1000 {
		var in intake
		for n := range l.HalfOpen + 1 {
			for len(in.half) < n {
				in.half = add(in.half, true)
			}
			out, err := in.enter(&halfOpen{from: "a", spoke: no}, l)
			if err != nil {
				t.Fatal(err)
			}
			if out != nil {
				dropped[n]++
			}
			in.half, in.all = nil, 0
		}
	}
	begin := l.HalfOpen * 2 / 3
	for n, times := range dropped {
		switch {
		case n < begin && times != 0:
			t.Errorf("with %d of %d half open %d of a thousand were dropped", n, l.HalfOpen, times)
		case n == l.HalfOpen && times != 1000:
			t.Errorf("at the limit %d of a thousand were dropped", times)
		case n > begin+2 && n < l.HalfOpen-1 && (times < 50 || times > 980):
			t.Errorf("with %d of %d half open %d of a thousand were dropped", n, l.HalfOpen, times)
		}
	}
}

func no() bool  { return false }
func yes() bool { return true }

func add(m map[*halfOpen]struct{}, speaks bool) map[*halfOpen]struct{} {
	if m == nil {
		m = map[*halfOpen]struct{}{}
	}
	h := &halfOpen{from: "b", spoke: no}
	if speaks {
		h.spoke = yes
	}
	m[h] = struct{}{}
	return m
}

func TestWhoSaysNothingGoesFirst(t *testing.T) {
	t.Parallel()
	l := Limits{HalfOpen: 4, HalfOpenEach: 4}.withDefaults()
	for range 100 {
		var in intake
		speaking := &halfOpen{from: "b", spoke: yes}
		in.half = add(add(add(map[*halfOpen]struct{}{speaking: {}}, false), false), false)
		out, err := in.enter(&halfOpen{from: "b", spoke: no}, l)
		if err != nil || out == nil || out == speaking {
			t.Fatalf("%v goes, %v", out, err)
		}
	}
}

// A client whose first packet is on its way is not taken for one that says nothing.
func TestWhoHasJustComeIsNotTakenForSilent(t *testing.T) {
	t.Parallel()
	l := Limits{HalfOpen: 4, HalfOpenEach: 4}.withDefaults()
	for range 100 {
		var in intake
		now := time.Now()
		arriving := &halfOpen{from: "b", spoke: no, since: now.Add(time.Hour)}
		in.half = add(add(add(map[*halfOpen]struct{}{arriving: {}}, false), false), false)
		out, err := in.enter(&halfOpen{from: "b", spoke: no, since: now}, l)
		if err != nil || out == nil || out == arriving {
			t.Fatalf("%v goes, %v", out, err)
		}
	}
}

// Whoever comes from how many addresses: there are never more than the limit, and the many go before the few.
func TestHalfOpenConnectionsNeverExceedTheirLimit(t *testing.T) {
	t.Parallel()
	l := Limits{Connections: 10_000}.withDefaults()
	for addresses := 1; addresses <= 1000; addresses *= 10 {
		var in intake
		few := &halfOpen{from: "few", spoke: no}
		for n := range 1000 {
			if n == 500 {
				if _, err := in.enter(few, l); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := in.enter(&halfOpen{from: string(rune('A' + n%addresses)), spoke: no}, l); err != nil {
				t.Fatal(err)
			}
			if len(in.half) > l.HalfOpen {
				t.Fatalf("%d addresses: %d are half open", addresses, len(in.half))
			}
		}
		if _, there := in.half[few]; addresses <= 10 && !there {
			t.Errorf("%d addresses: the only connection of another was dropped", addresses)
		}
	}
}

func TestAddressesOfOneNetworkCountAsOne(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "192.0.2.8": "192.0.2.8", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "2001:db8:1:2:ffff::": "2001:db8:1:2::/64",
		"2001:db8:1:3::1": "2001:db8:1:3::/64", "::ffff:192.0.2.7": "192.0.2.7",
	} {
		if got := netOf(&net.TCPAddr{IP: net.ParseIP(addr), Port: 22}); got != want {
			t.Errorf("%s counts as %s, want %s", addr, got, want)
		}
	}
}

func TestConnectionsAreSharedAndSomeAreKeptForOperators(t *testing.T) {
	t.Parallel()
	l := Limits{}.withDefaults()
	var in intake
	taken := map[string]int{}
	for i := range 1000 {
		a := engine.Actor{Name: "guest" + string(rune('a'+i%20)), Role: engine.Viewer}
		if in.claim(a, l) == nil {
			taken[a.Name]++
		}
	}
	sum := 0
	for name, n := range taken {
		if sum += n; n > 16 {
			t.Errorf("%s has %d connections", name, n)
		}
	}
	if want := 128 - 32 - 10; sum != want {
		t.Errorf("viewers have %d connections, want %d", sum, want)
	}
	ops := engine.Actor{Name: "ops1", Role: engine.Operator}
	for n := range 17 {
		if err := in.claim(ops, l); (err == nil) != (n < 16) {
			t.Errorf("connection %d of an operator: %v", n+1, err)
		}
	}
	in.release(ops)
	if err := in.claim(ops, l); err != nil {
		t.Errorf("after one was given back: %v", err)
	}
}

func TestShortCommandsAndEmergenciesTakeNoSeat(t *testing.T) {
	t.Parallel()
	l := Limits{}.withDefaults()
	var r Registry
	ops, guest := Presence{Operator: "ops1", Role: engine.Operator}, Presence{Operator: "guest", Role: engine.Viewer}
	admit := func(p Presence, w Weight, times int) (in int) {
		for range times {
			if _, err := r.admit(p, w, l); err == nil {
				in++
			}
		}
		return in
	}
	for _, c := range []struct {
		who  Presence
		w    Weight
		want int
	}{
		{guest, Long, 5},
		{guest, Short, 16},
		{guest, Urgent, 16}, // a viewer has no emergencies
		{ops, Long, 5},
		{ops, Short, 16},
		{ops, Urgent, 100},
	} {
		if got := admit(c.who, c.w, 100); got != c.want {
			t.Errorf("%s, %d: %d came in, want %d", c.who.Operator, c.w, got, c.want)
		}
	}
	sum := 0
	for i := range 100 {
		sum += admit(Presence{Operator: "g" + string(rune('A'+i)), Role: engine.Viewer}, Long, 1)
	}
	if sum != 40-5 {
		t.Errorf("%d more viewers came in", sum)
	}
	if got := admit(Presence{Operator: "ops2", Role: engine.Operator}, Long, 5); got != 5 {
		t.Errorf("%d of an operator's consoles came in beside them", got)
	}
}

func TestScreensOfOneOperatorShareTheirCells(t *testing.T) {
	t.Parallel()
	l := Limits{}.withDefaults()
	var r Registry
	sum := 0
	var seats []*Seat
	for n := range 5 {
		s := r.Join(Presence{Operator: "guest"})
		seats = append(seats, s)
		w, h := s.fit(640, 240, l.Cells)
		switch sum += w * h; {
		case n < 2 && (w != 640 || h != 240):
			t.Errorf("screen %d is %d × %d", n+1, w, h)
		case w < 80 || h < 24:
			t.Errorf("screen %d is too small for anybody: %d × %d", n+1, w, h)
		}
	}
	if most := l.Cells + 3*80*24; sum > most {
		t.Errorf("%d cells, and %d are the most", sum, most)
	}
	if w, h := r.Join(Presence{Operator: "ops1"}).fit(640, 240, l.Cells); w != 640 || h != 240 {
		t.Errorf("another operator's is %d × %d", w, h)
	}
	seats[0].Leave()
	if w, h := seats[4].fit(640, 240, l.Cells); w*h < 640*200 {
		t.Errorf("with one gone, another is still %d × %d", w, h)
	}
}

// addrConn is a connection from somewhere.
type addrConn struct {
	net.Conn
	addr string
}

func (a addrConn) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.ParseIP(a.addr), Port: 1} }

func TestLinesAreCountedInsteadOfWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		j := journal{log: slog.New(slog.NewTextHandler(&out, nil))}
		for range 10_000 {
			j.from(slog.LevelWarn, addrConn{addr: "192.0.2.1"}, "noise")
		}
		j.from(slog.LevelWarn, addrConn{addr: "192.0.2.2"}, "quiet")
		for i := range 1000 {
			j.from(slog.LevelWarn, addrConn{addr: net.IPv4(10, 0, byte(i/250), byte(i%250)).String()}, "many")
		}
		j.by(slog.LevelInfo, "ops1", "session begins")
		j.tell()
		text := out.String()
		for what, want := range map[string]int{"noise": linesEach, "quiet": 1, "many": linesAll - linesEach - 1, "session begins": 1, "lines=10951": 1} {
			if got := strings.Count(text, what); got != want {
				t.Errorf("%s: %d lines, want %d", what, got, want)
			}
		}
		time.Sleep(time.Second)
		out.Reset()
		if j.from(slog.LevelWarn, addrConn{addr: "192.0.2.1"}, "noise"); out.Len() == 0 {
			t.Error("nothing is written a second later")
		}
	})
}

func TestWhatAClientMadeUpIsClippedAndVisible(t *testing.T) {
	t.Parallel()
	for _, s := range []string{strings.Repeat("A", 240<<10), "\x1b[2J\u202e\u200b\u009b31m", strings.Repeat("\u202e", 100), strings.Repeat("é", 100), strings.Repeat("\xff", 1000)} {
		got := clip(s)
		if len(got) > maxField+len("…") || strings.ContainsAny(got, "\x1b\u202e\u200b\u009b") || !utf8.ValidString(got) {
			t.Errorf("%d bytes: %q", len(got), got)
		}
		if got := why(errors.New(s)); len(got) > maxField+len("…") {
			t.Errorf("a reason of %d bytes", len(got))
		}
	}
	if got := clip("auth-agent-req@openssh.com"); got != "auth-agent-req@openssh.com" {
		t.Errorf("%q", got)
	}
	if got := why(io.EOF); got != "the client hung up" {
		t.Errorf("%q", got)
	}
}
