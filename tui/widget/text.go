package widget

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Width is the number of cells that s takes on the screen; sequences take none.
func Width(s string) int {
	n := 0
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c >= 0x20 && c < 0x7f:
			n++
			i++
		case c == 0x1b:
			end := looks(s[i:])
			if end == 0 {
				return ansi.StringWidth(s)
			}
			i += end
		case c < 0x80:
			return ansi.StringWidth(s)
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			if !single(r) {
				return ansi.StringWidth(s)
			}
			n++
			i += size
		}
	}
	return n
}

// looks is the length of the look (SGR) that s begins with, 0 when it begins with something else.
func looks(s string) int {
	if len(s) < 3 || s[1] != '[' {
		return 0
	}
	for i := 2; i < len(s); i++ {
		if c := s[i]; c == 'm' {
			return i + 1
		} else if (c < '0' || c > '9') && c != ';' && c != ':' {
			return 0
		}
	}
	return 0
}

// single reports whether r is surely one cell and never part of a larger one: it is what most lines are made of, and
// measuring it the long way is most of the cost of a screen.
func single(r rune) bool {
	switch {
	case r >= 0xa1 && r <= 0x17f && r != 0xad, // Latin
		r >= 0x2010 && r <= 0x2027, // dashes, dots
		r >= 0x2190 && r <= 0x21ff && r != 0x2194 && (r < 0x2196 || r > 0x2199) && r != 0x21a9 && r != 0x21aa,
		r >= 0x2400 && r <= 0x2426,                             // pictures of controls
		r >= 0x2500 && r <= 0x25a9, r >= 0x25ac && r <= 0x25b5, // lines, blocks, shapes
		r >= 0x25b7 && r <= 0x25bf, r >= 0x25c1 && r <= 0x25fa:
		return true
	}
	return r == '◀' || r == '✔' || r == '✖' || r == '‹' || r == '›' || r == '−' || r == '⊘' || r == '⚑'
}

// Cut returns s in at most width cells, its last one an ellipsis when something is missing. Looks inside s survive.
func Cut(s string, width int) string {
	if width <= 0 {
		return ""
	}
	if len(s) <= width || Width(s) <= width { // a cell takes at least a byte
		return s
	}
	return ansi.Truncate(s, width, "…")
}

// Fit returns s in exactly width cells, cut or padded on the right.
func Fit(s string, width int) string {
	if width <= 0 {
		return ""
	}
	s = Cut(s, width)
	if n := width - Width(s); n > 0 {
		return s + Spaces(n)
	}
	return s
}

// FitRight returns s in exactly width cells, cut or padded on the left.
func FitRight(s string, width int) string {
	if width <= 0 {
		return ""
	}
	s = Cut(s, width)
	if n := width - Width(s); n > 0 {
		return Spaces(n) + s
	}
	return s
}

// Middle returns s in at most width cells, with the ellipsis in the middle: for names whose end tells them apart.
func Middle(s string, width int) string {
	n := Width(s)
	if n <= width {
		return s
	}
	if width < 5 {
		return Cut(s, width)
	}
	head := (width - 1) / 2
	tail := width - 1 - head
	return ansi.Truncate(s, head, "") + "…" + strings.TrimLeft(after(s, n, n-tail), " ")
}

// after is what of s, which has width cells, stands behind the first n: exactly width-n cells, with a blank where half of a
// wide one would be.
func after(s string, width, n int) string {
	rest := ansi.TruncateLeft(s, n, "")
	if Width(rest) > width-n {
		rest = ansi.TruncateLeft(s, n+1, "")
	}
	return Spaces(width-n-Width(rest)) + rest
}

// Sides puts left and right on one line of exactly width cells. The right side is cut first away, then the left cut.
func Sides(left, right string, width int) string {
	l, r := Width(left), Width(right)
	if r == 0 || l+1+r > width {
		return Fit(left, width)
	}
	return left + Spaces(width-l-r) + right
}

// Wrap breaks plain text into lines of at most width cells: at spaces where it can, inside words where it must.
func Wrap(s string, width int) []string {
	if width <= 0 {
		return nil
	}
	return strings.Split(ansi.Wrap(s, width, ""), "\n")
}

// WrapTo is Wrap in at most so many lines; the last one ends in an ellipsis when there would be more.
func WrapTo(s string, width, most int) []string {
	lines := Wrap(s, width)
	if len(lines) <= most || most <= 0 {
		return lines
	}
	rest := s
	for _, l := range lines[:most-1] {
		rest = rest[min(len(rest), max(0, strings.Index(rest, l))+len(l)):]
	}
	return append(lines[:most-1:most-1], Cut(strings.TrimLeft(rest, " "), width))
}

// Lines returns exactly height lines of exactly width cells: cut, or padded with empty ones.
func Lines(lines []string, width, height int) []string {
	out := make([]string, height)
	for i := range out {
		if i < len(lines) {
			out[i] = Fit(lines[i], width)
		} else {
			out[i] = Spaces(width)
		}
	}
	return out
}

const blank = "                                                                                                                                                                                                        "

// Spaces is n blank cells.
func Spaces(n int) string {
	if n <= 0 {
		return ""
	}
	if n <= len(blank) {
		return blank[:n]
	}
	return strings.Repeat(" ", n)
}
