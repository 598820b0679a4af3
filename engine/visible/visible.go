// Package visible makes text of outside origin safe to show.
//
// A droplet's name, a TXT record's data, the body of an error answer or a paste may hold anything. Text passes through here
// once, at the point where it enters what a person will read (a target, a label, a log line, an error). Data that is compared
// or written back never does: it must stay exact.
package visible

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text returns s in one line with everything that could steer a terminal or hide text made visible: control bytes as their
// pictures (␛), C1 controls, bidirectional and zero-width controls and everything else that cannot be seen as \u escapes,
// bytes that are not UTF-8 as \x escapes, and so combining marks that have nothing to combine with or pile up. Text that
// holds none of these is returned unchanged; a result is never changed again.
func Text(s string) string {
	if Plain(s) {
		return s
	}
	if blank(s) {
		return strings.Repeat("␠", len(s))
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	marks := maxMarks // on the cell before; nothing is before the first
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		marks++
		if !combining(r) {
			marks = 0
		}
		if marks > maxMarks {
			code(&b, r)
			i += n
			continue
		}
		switch {
		case r == utf8.RuneError && n == 1:
			escape(&b, 'x', uint32(s[i]), 2)
		case r < 0x20:
			b.WriteRune('␀' + r)
		case r == 0x7f:
			b.WriteRune('␡')
		case unseen(r):
			code(&b, r)
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// blank reports whether s is a line of blanks, which looks like none.
func blank(s string) bool { return len(s) > 1 && strings.Trim(s, " ") == "" }

// maxMarks is how many combining marks one cell may carry.
const maxMarks = 4

func combining(r rune) bool { return r >= 0x300 && unicode.Is(unicode.M, r) }

// Short is Text cut to at most limit runes, the last of which is then an ellipsis.
func Short(s string, limit int) string {
	s = Text(s)
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	n := 0
	for i := range s {
		n++
		if n == limit {
			return s[:i] + "…"
		}
	}
	return s
}

// Lines is Text for text of several lines, and takes tabs for four blanks.
func Lines(s string) []string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = Text(strings.ReplaceAll(l, "\t", "    "))
	}
	return lines
}

// Plain reports whether Text leaves s as it is.
func Plain(s string) bool {
	if blank(s) {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f || unseen(r) || combining(r) }) < 0
		}
		if s[i] < 0x20 || s[i] == 0x7f {
			return false
		}
	}
	return true
}

// unseen reports whether r does something else than being seen: C1 controls, format characters (bidirectional and
// zero-width controls among them), separators of lines and paragraphs, variation selectors and other marks without a
// shape of their own, blanks that are not the one on the keyboard, private and unassigned code points.
func unseen(r rune) bool {
	switch {
	case r < 0x80:
		return false
	case r <= 0x9f, r == 0x034f, r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5, r == 0x2800, r == 0x3164, r == 0xffa0:
		return true
	case r >= 0x180b && r <= 0x180f, r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0000 && r <= 0xe0fff:
		return true
	}
	return !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S) // blanks but for ' ', all the others, and what is not assigned
}

// code writes the escape of a code point.
func code(b *strings.Builder, r rune) {
	if r > 0xffff {
		escape(b, 'U', uint32(r), 8)
	} else {
		escape(b, 'u', uint32(r), 4)
	}
}

func escape(b *strings.Builder, kind byte, v uint32, digits int) {
	const hex = "0123456789abcdef"
	b.WriteByte('\\')
	b.WriteByte(kind)
	for i := digits - 1; i >= 0; i-- {
		b.WriteByte(hex[v>>(4*i)&0xf])
	}
}
