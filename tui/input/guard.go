// Package input guards what a terminal sends before anything reads it as keys.
package input

import (
	"io"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

// How long a Guard waits for the rest of a torn sequence: over a network, where the left arrow may come in two packets, and
// on the machine's own terminal, where it does not and the escape key should feel immediate.
const (
	HoldRemote = 200 * time.Millisecond
	HoldLocal  = 20 * time.Millisecond
)

// What the terminal is asked at the beginning, and after a suspension, it may answer late and in pieces: for so long after the
// question pieces are held for so long, wherever the terminal is.
const (
	answerTime = 2 * time.Second
	holdAnswer = 600 * time.Millisecond
)

// Bounds of what passes a Guard.
const (
	maxPaste      = 64 << 10    // bytes of one paste; the rest of it is dropped
	maxSequence   = 128         // bytes of a key or a short report
	maxReport     = 1024        // bytes of an OSC or DCS report
	maxSeparators = 16          // the library's parser panics at 33
	pasteSilence  = time.Second // an open paste that says nothing for so long has ended
	typedAtOnce   = 8           // bytes that a person's key presses bring at once, at most
)

// Guard is a reader in front of a terminal's input. It passes text, keys and well-formed, bounded sequences, and drops
// everything else: the input of a session comes from whoever is at the other end, and the parser behind it was not made for
// that. An incomplete sequence is held for a while, so that it does not turn into letters; a paste is bounded, loses its
// control bytes, and ends even when its end never comes.
//
// A Guard has no goroutine of its own but for the duration of one Read of the input, when it must not wait for it for ever.
// It is for one reader at a time.
type Guard struct {
	in    io.Reader
	hold  time.Duration
	asked atomic.Int64  // when the terminal was last asked something, in nanoseconds
	woken chan struct{} // a Read shall return with nothing

	sieve sieve
	out   []byte
	err   error
	next  chan chunk // the read under way, nil when there is none
}

type chunk struct {
	data []byte
	err  error
}

// NewGuard stands before in and holds torn sequences for the given time.
func NewGuard(in io.Reader, hold time.Duration) *Guard {
	g := &Guard{in: in, hold: hold, woken: make(chan struct{}, 1)}
	g.Asked()
	return g
}

// Asked says that the terminal was asked something just now. Safe for concurrent use.
func (g *Guard) Asked() { g.asked.Store(time.Now().UnixNano()) }

// Wake lets the Read under way, or the next, return with nothing. What is read meanwhile is for the Read after it. Safe for
// concurrent use.
func (g *Guard) Wake() {
	select {
	case g.woken <- struct{}{}:
	default:
	}
}

// Read passes on what may pass. Errors of the input come after everything that was read before them.
func (g *Guard) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(g.out) == 0 {
		if g.err != nil {
			return 0, g.err
		}
		c, late, woken := g.chunk()
		switch {
		case woken:
			return 0, nil
		case late:
			g.out = g.sieve.expire(g.out)
		case c.err != nil:
			g.out = g.sieve.expire(g.sieve.feed(g.out, c.data))
			g.err = c.err
		default:
			g.out = g.sieve.feed(g.out, c.data)
		}
	}
	n := copy(p, g.out)
	g.out = g.out[n:]
	if len(g.out) == 0 {
		g.out = nil
	}
	return n, nil
}

// chunk reads once. It reports late when something is held and the input has been silent for too long, and woken by Wake.
func (g *Guard) chunk() (c chunk, late, woken bool) {
	if g.next == nil {
		g.next = make(chan chunk, 1)
		go func(to chan<- chunk) {
			buf := make([]byte, 4096)
			n, err := g.in.Read(buf)
			to <- chunk{buf[:n], err}
		}(g.next)
	}
	if !g.sieve.waiting() {
		select {
		case c := <-g.next:
			g.next = nil
			return c, false, false
		case <-g.woken:
			return chunk{}, false, true
		}
	}
	wait := g.hold
	if time.Since(time.Unix(0, g.asked.Load())) < answerTime {
		wait = max(wait, holdAnswer)
	}
	if g.sieve.pasting {
		wait = max(wait, pasteSilence)
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case c := <-g.next:
		g.next = nil
		return c, false, false
	case <-g.woken:
		return chunk{}, false, true
	case <-t.C:
		return chunk{}, true, false
	}
}

// sieve is what a Guard decides with. It does no input or output.
type sieve struct {
	tail    []byte // an incomplete sequence
	pasting bool
	pasted  int
	swallow bool // a control sequence was too long: its rest goes the same way
	cut     bool // a paste was ended from here: what comes in bulk still belongs to it
}

var (
	pasteBegin = []byte("\x1b[200~")
	pasteEnd   = []byte("\x1b[201~")
)

// waiting reports whether something is held that time decides about.
func (s *sieve) waiting() bool { return len(s.tail) > 0 || s.pasting }

// feed takes what was read and appends what may pass.
func (s *sieve) feed(out, data []byte) []byte {
	if s.cut && len(data) > 0 {
		s.cut = len(data) > typedAtOnce
		if s.cut {
			at := indexOf(data, pasteEnd)
			if at < 0 {
				return out
			}
			s.cut, data = false, data[at+len(pasteEnd):]
		}
	}
	buf := append(s.tail, data...)
	s.tail = nil
	for len(buf) > 0 {
		var n int
		switch {
		case s.swallow:
			n, s.swallow = 1, buf[0] >= 0x20 && buf[0] <= 0x3f
		case s.pasting:
			out, n = s.paste(out, buf)
		default:
			out, n = s.token(out, buf)
		}
		if n == 0 {
			s.tail = append([]byte(nil), buf...)
			return out
		}
		buf = buf[n:]
	}
	return out
}

// expire ends what has waited too long: a lone escape is the key, any other incomplete sequence is dropped, a paste ends.
func (s *sieve) expire(out []byte) []byte {
	if s.pasting {
		s.pasting, s.cut, s.tail = false, true, nil
		return append(out, pasteEnd...)
	}
	if len(s.tail) > 0 && s.tail[len(s.tail)-1] == esc && len(s.tail) <= 2 && s.tail[0] == esc {
		out = append(out, esc) // pressed twice it would read as another key
	}
	s.tail = nil
	return out
}

const (
	esc = 0x1b
	bel = 0x07
)

// token passes or drops what buf begins with, and returns how long that is; 0 when it is not complete.
func (s *sieve) token(out, buf []byte) ([]byte, int) {
	c := buf[0]
	switch {
	case c == esc:
		return s.sequence(out, buf)
	case c < utf8.RuneSelf:
		return append(out, c), 1
	case !utf8.FullRune(buf):
		return out, 0
	}
	r, n := utf8.DecodeRune(buf)
	if r == utf8.RuneError && n == 1 || r >= 0x80 && r <= 0x9f {
		return out, n // a stray byte, or a control that begins sequences of its own
	}
	return append(out, buf[:n]...), n
}

// sequence is token for what begins with an escape.
func (s *sieve) sequence(out, buf []byte) ([]byte, int) {
	if len(buf) < 2 {
		return out, 0
	}
	switch buf[1] {
	case '[':
		return s.csi(out, buf)
	case 'O':
		n := 2
		for n < len(buf) && n < 4 && buf[n] >= '0' && buf[n] <= '9' {
			n++
		}
		if n >= len(buf) {
			return out, 0
		}
		if buf[n] < 0x40 || buf[n] > 0x7e {
			return out, n
		}
		return append(out, buf[:n+1]...), n + 1
	case ']', 'P':
		return s.report(out, buf, true)
	case '_', '^', 'X':
		return s.report(out, buf, false)
	case esc:
		if len(buf) == 2 {
			return out, 0
		}
		return append(out, esc), 1 // the key, or alt with the sequence that follows
	}
	return append(out, escKey...), 1 // two keys that came in one packet, and no alt: over a network nobody can tell
}

// escKey is the escape key in the form that cannot be the beginning of anything.
const escKey = "\x1b[27u"

// csi is token for a control sequence: parameters, intermediates, one final byte.
func (s *sieve) csi(out, buf []byte) ([]byte, int) {
	n, separators := 2, 0
	for ; n < len(buf) && n < maxSequence; n++ {
		c := buf[n]
		if c == ';' || c == ':' {
			separators++
		}
		if c < 0x20 || c > 0x3f {
			break
		}
	}
	switch {
	case n >= maxSequence:
		s.swallow = true
		return out, n
	case n == len(buf):
		return out, 0
	}
	final := buf[n]
	n++
	switch {
	case final == '[' && n == 3: // the function keys of the Linux console
		if len(buf) < 4 {
			return out, 0
		}
		if buf[3] < 'A' || buf[3] > 'E' {
			return out, 3
		}
		return append(out, buf[:4]...), 4
	case final == 'M' && n == 3: // a mouse report of the old kind, with three raw bytes: we ask for the new kind only
		if len(buf) < 6 {
			return out, 0
		}
		return out, 6
	case final < 0x40 || final > 0x7e:
		return out, n - 1
	case separators >= maxSeparators:
		return out, n
	case string(buf[:n]) == string(pasteBegin):
		s.pasting, s.pasted = true, 0
	case string(buf[:n]) == string(pasteEnd):
		return out, n // an end without a beginning
	}
	return append(out, buf[:n]...), n
}

// report is token for a string sequence: it ends with BEL or ESC \.
func (s *sieve) report(out, buf []byte, pass bool) ([]byte, int) {
	separators := 0
	for n := 2; n < len(buf); n++ {
		switch c := buf[n]; {
		case c == bel:
			n++
			if pass && n <= maxReport && separators < maxSeparators {
				out = append(out, buf[:n]...)
			}
			return out, n
		case c == esc && n+1 == len(buf):
			return out, 0
		case c == esc && buf[n+1] == '\\':
			n += 2
			if pass && n <= maxReport && separators < maxSeparators {
				out = append(out, buf[:n]...)
			}
			return out, n
		case c < 0x20 || c == esc || c >= 0x7f:
			return out, n // broken off
		case c == ';' || c == ':':
			separators++
		}
		if n > 4*maxReport {
			return out, n
		}
	}
	return out, 0
}

// paste passes the content of a paste, its control bytes made visible, up to its end.
func (s *sieve) paste(out, buf []byte) ([]byte, int) {
	c := buf[0]
	n, text := 1, buf[:1]
	switch {
	case c == esc:
		if len(buf) >= len(pasteEnd) && string(buf[:len(pasteEnd)]) == string(pasteEnd) {
			s.pasting = false
			return append(out, pasteEnd...), len(pasteEnd)
		}
		if len(buf) < len(pasteEnd) && string(buf) == string(pasteEnd[:len(buf)]) {
			return out, 0
		}
		text = []byte("␛")
	case c == '\n' || c == '\r' || c == '\t':
	case c < 0x20:
		text = []byte(string('␀' + rune(c)))
	case c == 0x7f:
		text = []byte("␡")
	case c >= utf8.RuneSelf:
		if !utf8.FullRune(buf) {
			return out, 0
		}
		var r rune
		r, n = utf8.DecodeRune(buf)
		text = buf[:n]
		if r == utf8.RuneError && n == 1 || r >= 0x80 && r <= 0x9f {
			text = []byte("\uFFFD")
		}
	}
	if s.pasted += len(text); s.pasted > maxPaste {
		return out, n
	}
	return append(out, text...), n
}

func indexOf(data, what []byte) int {
	for i := 0; i+len(what) <= len(data); i++ {
		if string(data[i:i+len(what)]) == string(what) {
			return i
		}
	}
	return -1
}
