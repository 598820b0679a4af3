package widget

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
)

// What stands between these two does not move what stands beside it (Unicode Standard Annex #9, explicit directional isolates).
// Neither takes a cell.
const (
	firstStrongIsolate = "\u2068"
	popIsolate         = "\u2069"
)

// Isolate keeps text that runs from right to left to itself: a terminal that orders it for reading would otherwise take the
// numbers, blanks and columns beside it along. From the first such letter of a line to the last one with nothing but neutral
// characters in between is one run. Text without one is returned unchanged. The width of s stays what it is.
func Isolate(s string) string {
	if !mayTurn(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	from, end := -1, 0 // of the run under way; end is behind its last letter
	written := 0
	flush := func() {
		if from < 0 {
			return
		}
		b.WriteString(s[written:from])
		b.WriteString(firstStrongIsolate)
		b.WriteString(s[from:end])
		b.WriteString(popIsolate)
		from, written = -1, end
	}
	for i := 0; i < len(s); {
		if n := escapeLength(s[i:]); n > 0 {
			i += n
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		p, _ := bidi.LookupRune(r)
		switch p.Class() {
		case bidi.R, bidi.AL:
			if from < 0 {
				from = i
			}
			end = i + n
		case bidi.NSM:
			if from >= 0 && end == i {
				end = i + n
			}
		case bidi.L, bidi.B:
			flush()
		default:
		}
		if strings.HasPrefix(s[i:], "  ") { // columns stand two blanks apart
			flush()
		}
		i += n
	}
	flush()
	b.WriteString(s[written:])
	return b.String()
}

// mayTurn reports whether s may hold a letter that runs from right to left: the first bytes of their UTF-8. Rules, bars and signs
// of ours begin otherwise, so that a screen without any costs one look at its bytes.
func mayTurn(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 0xd6 && c <= 0xe0, c == 0xef, c == 0xf0:
			return true
		}
	}
	return false
}

// escapeLength is the length of the color sequence that s begins with, or 0.
func escapeLength(s string) int {
	if !strings.HasPrefix(s, "\x1b[") {
		return 0
	}
	for i := 2; i < len(s); i++ {
		if s[i] >= 0x40 && s[i] <= 0x7e {
			return i + 1
		}
	}
	return len(s)
}
