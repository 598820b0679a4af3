package sshd

import (
	"strings"
	"unicode/utf8"
)

// restore puts a terminal back whose program could not: attributes, cursor, mouse, focus, paste, keyboard, screen.
const restore = "\x1b[m\x1b[?25h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[?2026l\x1b[<1u\x1b[?1049l\r\n"

// maxSGR bounds a color sequence. The longest honest one sets two true colors and a few attributes; the renderer's
// parser panics beyond 32 parameters, on a goroutine where nobody can catch it.
const maxSGR = 64

// harden lets nothing of what a model draws reach the renderer but printable text, line ends and colors. The console
// cleans outside text where it enters; this is the second fence, and costs a look at each byte.
func harden(s string) string {
	at := unsafeAt(s)
	if at < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for at >= 0 {
		b.WriteString(s[:at])
		r, n := utf8.DecodeRuneInString(s[at:])
		b.WriteString(shown(r))
		s = s[at+n:]
		at = unsafeAt(s)
	}
	b.WriteString(s)
	return b.String()
}

// plain is harden for one line without colors.
func plain(s string) string {
	if strings.IndexFunc(s, control) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if control(r) {
			return -1
		}
		return r
	}, s)
}

// shown is a control character as something to look at.
func shown(r rune) string {
	switch {
	case r < 0x20:
		return string('\u2400' + r)
	case r == 0x7f:
		return "\u2421"
	}
	return "\ufffd"
}

func control(r rune) bool { return r < 0x20 || r >= 0x7f && r < 0xa0 || r == utf8.RuneError }

// unsafeAt is where the first character stands that may not pass, or -1.
func unsafeAt(s string) int {
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == 0x1b:
			n := color(s[i:])
			if n == 0 {
				return i
			}
			i += n
		case c == '\n' || c >= 0x20 && c < 0x7f:
			i++
		case c < 0x80:
			return i
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			if n == 1 || control(r) {
				return i
			}
			i += n
		}
	}
	return -1
}

// color is the length of the SGR sequence that s begins with, or 0.
func color(s string) int {
	if len(s) < 3 || s[1] != '[' {
		return 0
	}
	params := 1
	for i := 2; i < len(s) && i < maxSGR; i++ {
		switch c := s[i]; {
		case c == 'm':
			return i + 1
		case c == ';' || c == ':':
			params++
			if params > 24 {
				return 0
			}
		case c < '0' || c > '9':
			return 0
		}
	}
	return 0
}
