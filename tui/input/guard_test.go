package input

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
)

func sift1(in string) string {
	var s sieve
	return string(s.expire(s.feed(nil, []byte(in))))
}

func TestAGuardPassesKeysAndDropsEverythingElse(t *testing.T) {
	t.Parallel()
	long := "\x1b[" + strings.Repeat("1;", 32) + "1m"
	cases := map[string]struct{ in, want string }{
		"text":                         {"hello wörld 世界", "hello wörld 世界"},
		"controls are keys":            {"\r\t\x7f\x03", "\r\t\x7f\x03"},
		"arrows":                       {"\x1b[A\x1b[1;5D\x1bOC", "\x1b[A\x1b[1;5D\x1bOC"},
		"function keys":                {"\x1b[15~\x1bOP\x1b[[A", "\x1b[15~\x1bOP\x1b[[A"},
		"escape and a key":             {"\x1bx", "\x1b[27ux"},
		"the escape key":               {"\x1b", "\x1b"},
		"twice":                        {"\x1b\x1b", "\x1b"},
		"mouse":                        {"\x1b[<0;10;20M", "\x1b[<0;10;20M"},
		"mouse of the old kind":        {"\x1b[M !!x", "x"},
		"background":                   {"\x1b]11;rgb:1616/1616/1e1e\x1b\\", "\x1b]11;rgb:1616/1616/1e1e\x1b\\"},
		"a report that never ends":     {"\x1b]11;" + strings.Repeat("A", 20000) + "\x07q", ""},
		"application programs command": {"\x1b_Gi=1\x1b\\q", "q"},
		"33 separators":                {long + "q", "q"},
		"a million separators":         {"\x1b[" + strings.Repeat(";", 1<<16) + "mq", "q"},
		"33 separators in a report":    {"\x1bP" + strings.Repeat("1;", 32) + "1q\x1b\\q", "q"},
		"a stray C1":                   {"\x9b31mq", "31mq"},
		"a C1 in UTF-8":                {"\u009b31mq", "31mq"},
		"not UTF-8":                    {"a\xff\xfeb", "ab"},
		"a broken sequence":            {"\x1b[12\x01q", "\x01q"},
		"an end of a paste":            {"\x1b[201~q", "q"},
		"a paste":                      {"\x1b[200~rm -rf\n\x1b[31m\u009b\x00\x1b[201~q", "\x1b[200~rm -rf\n␛[31m\uFFFD␀\x1b[201~q"},
		"an unterminated paste":        {"\x1b[200~x", "\x1b[200~x\x1b[201~"},
		"a torn sequence":              {"\x1b[1;", ""},
	}
	for name, c := range cases {
		got := sift1(c.in)
		if name == "a report that never ends" {
			if strings.Contains(got, "\x1b") {
				t.Errorf("%s: %q passes", name, got)
			}
			continue
		}
		if got != c.want {
			t.Errorf("%s: %q becomes %q, want %q", name, c.in, got, c.want)
		}
	}
}

func TestAPasteIsCapped(t *testing.T) {
	t.Parallel()
	got := sift1("\x1b[200~" + strings.Repeat("x", 4<<20) + "\x1b[201~q")
	if n := strings.Count(got, "x"); n != maxPaste {
		t.Errorf("%d bytes of a paste pass, want %d", n, maxPaste)
	}
	if !strings.HasSuffix(got, "\x1b[201~q") {
		t.Error("what follows the paste is lost")
	}
}

// TestATornSequenceIsHeldUntilItsRestComes sends the left arrow in two packets, 150 ms apart.
func TestATornSequenceIsHeldUntilItsRestComes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		g := NewGuard(r, HoldRemote)
		time.Sleep(answerTime) // nothing was asked of the terminal lately
		go func() {
			for _, p := range []string{"\x1b", "[", "D"} {
				_, _ = w.Write([]byte(p)) // a pipe fails only when it is closed
				time.Sleep(150 * time.Millisecond)
			}
			_, _ = w.Write([]byte("\x1b"))
			time.Sleep(time.Second)
			_ = w.Close()
		}()
		buf := make([]byte, 100)
		n, err := g.Read(buf)
		if err != nil || string(buf[:n]) != "\x1b[D" {
			t.Errorf("%q, %v: want the arrow in one piece", buf[:n], err)
		}
		before := time.Now()
		n, err = g.Read(buf)
		if err != nil || string(buf[:n]) != "\x1b" {
			t.Errorf("%q, %v: want the escape key", buf[:n], err)
		}
		if d := time.Since(before); d > 150*time.Millisecond+HoldRemote {
			t.Errorf("the escape key came after %v", d)
		}
		if _, err = g.Read(buf); !errors.Is(err, io.EOF) {
			t.Errorf("%v, want the end of the input", err)
		}
	})
}

// TestAPasteWithoutAnEndEndsByItself also sees that its late rest is not taken for keys, and that typing works again.
func TestAPasteWithoutAnEndEndsByItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		g := NewGuard(r, HoldRemote)
		go func() {
			_, _ = w.Write([]byte("\x1b[200~abc"))
			time.Sleep(5 * time.Second)
			_, _ = w.Write([]byte("the late rest of it"))
			time.Sleep(time.Second)
			_, _ = w.Write([]byte("q"))
			_ = w.Close()
		}()
		got, err := io.ReadAll(g)
		if err != nil || string(got) != "\x1b[200~abc\x1b[201~q" {
			t.Errorf("%q, %v", got, err)
		}
	})
}

// FuzzGuard gives the library's own parser what a guard lets through: it must not panic, and its reader must go on.
func FuzzGuard(f *testing.F) {
	for _, s := range []string{"\x1b]0;title\x07", "\x1bPq#0\x1b\\", "\x9b31m", "\x1b[<0;1;1M", "e\u0301\u202e\x00"} {
		f.Add([]byte(s), 3)
	}
	f.Add([]byte("\x1b[200~\x1b[20"), 2)
	f.Fuzz(func(t *testing.T, data []byte, size int) {
		var s sieve
		var out []byte
		for rest := data; len(rest) > 0; {
			n := min(len(rest), max(1, size%64))
			out = s.feed(out, rest[:n])
			rest = rest[n:]
		}
		out = s.expire(out)
		if s.waiting() {
			t.Error("something is held after all has expired")
		}
		events := make(chan uv.Event, len(out)+16)
		if err := uv.NewTerminalReader(bytes.NewReader(out), "xterm").StreamEvents(context.Background(), events); err != nil {
			t.Errorf("%q: %v", out, err)
		}
	})
}

// What a terminal answers to our own questions is one answer, wherever it was torn and however slow the line is; what comes before the
// pieces are together is nothing.
func TestATornAnswerPressesNoKey(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"\x1b]11;rgb:1616/1616/1e1e\x1b\\", "\x1b[?2026;2$y", "\x1b[?1u", "\x1b[?62;4c", "\x1bP>|tmux 3.4\x1b\\"} {
		for _, hold := range []time.Duration{HoldLocal, HoldRemote} {
			for _, gap := range []time.Duration{50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, 400 * time.Millisecond} {
				for at := 1; at < len(answer); at++ {
					synctest.Test(t, func(t *testing.T) {
						r, w := io.Pipe()
						g := NewGuard(r, hold)
						go func() {
							_, _ = w.Write([]byte(answer[:at]))
							time.Sleep(gap)
							_, _ = w.Write([]byte(answer[at:]))
							_ = w.Close()
						}()
						got, err := io.ReadAll(g)
						if err != nil || string(got) != answer {
							t.Errorf("%q torn at %d for %s: %q (%v)", answer, at, gap, got, err)
						}
					})
				}
			}
		}
	}
}

// Wake ends a read that waits, and nothing of the input is lost by it.
func TestAWokenReadLosesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		g := NewGuard(r, HoldLocal)
		go func() {
			time.Sleep(time.Second)
			g.Wake()
			time.Sleep(time.Second)
			_, _ = w.Write([]byte("q"))
			_ = w.Close()
		}()
		buf := make([]byte, 10)
		if n, err := g.Read(buf); n != 0 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if n, err := g.Read(buf); string(buf[:n]) != "q" || err != nil {
			t.Errorf("%q, %v", buf[:n], err)
		}
		_, _ = g.Read(buf)
	})
}
