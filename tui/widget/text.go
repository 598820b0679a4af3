package widget

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Width is the number of cells that s takes on the screen; sequences take none.
func Width(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return ansi.StringWidth(s)
		}
	}
	return len(s)
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
	return ansi.Truncate(s, head, "") + "…" + ansi.TruncateLeft(s, n-tail, "")
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
