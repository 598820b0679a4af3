// Package visible makes text of outside origin safe to show.
//
// A droplet's name, a TXT record's data or the body of an error answer may hold anything. Text passes through here once,
// at the point where it enters what a person will read (a target, a label, a log line, an error). Data that is compared
// or written back never does: it must stay exact.
package visible

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text returns s with everything that could steer a terminal or hide text made visible: control bytes as their pictures
// (␛), C1 controls, bidirectional and zero-width controls and other format characters as \u escapes, and bytes that are
// not UTF-8 as \x escapes. Text that holds none of these is returned unchanged; a result is never changed again.
func Text(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			escape(&b, 'x', uint32(s[i]), 2)
		case r < 0x20:
			b.WriteRune('␀' + r)
		case r == 0x7f:
			b.WriteRune('␡')
		case hidden(r) && r > 0xffff:
			escape(&b, 'U', uint32(r), 8)
		case hidden(r):
			escape(&b, 'u', uint32(r), 4)
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// Short is Text cut to at most limit runes, the last of which is then an ellipsis.
func Short(s string, limit int) string {
	s = Text(s)
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	n := 0
	for i := range s {
		if n++; n == limit {
			return s[:i] + "…"
		}
	}
	return s
}

func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return s[i] >= 0x80 && utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f || hidden(r) }) < 0
		}
	}
	return true
}

// hidden reports whether r does something other than being seen: C1 controls, format characters (bidirectional and
// zero-width controls among them), line and paragraph separators.
func hidden(r rune) bool {
	return r >= 0x80 && (r <= 0x9f || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp))
}

func escape(b *strings.Builder, kind byte, v uint32, digits int) {
	const hex = "0123456789abcdef"
	b.WriteByte('\\')
	b.WriteByte(kind)
	for i := digits - 1; i >= 0; i-- {
		b.WriteByte(hex[v>>(4*i)&0xf])
	}
}
