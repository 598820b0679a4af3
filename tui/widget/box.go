package widget

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Edges are the cells of a border.
type Edges struct{ TopLeft, Top, TopRight, Side, BottomLeft, BottomRight string }

// Thin and Plain are the borders of terminals with and without line drawing.
var (
	Thin  = Edges{"┌", "─", "┐", "│", "└", "┘"}
	Plain = Edges{"+", "-", "+", "|", "+", "+"}
)

// Box draws a border of width cells around lines, two cells of air beside them, and the title in the upper edge.
func Box(title string, lines []string, width int, e Edges, border, heading Ink) []string {
	inner := width - 2
	if inner < 4 {
		return nil
	}
	head := e.TopLeft + e.Top
	label := ""
	if title != "" {
		label = " " + Cut(title, inner-4) + " "
	}
	rest := strings.Repeat(e.Top, max(0, inner-1-Width(label)))
	out := make([]string, 0, len(lines)+2)
	out = append(out, border.Paint(head)+heading.Paint(label)+border.Paint(rest+e.TopRight))
	side := border.Paint(e.Side)
	for _, l := range lines {
		out = append(out, side+"  "+Fit(l, inner-4)+"  "+side)
	}
	return append(out, border.Paint(e.BottomLeft+strings.Repeat(e.Top, inner)+e.BottomRight))
}

// Dim takes every look off the lines and gives them one.
func Dim(lines []string, ink Ink) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = ink.Paint(ansi.Strip(l))
	}
	return out
}

// Over lays top over lines with its upper left corner at x, y, in place. Both keep their looks; a wide cell cut in half
// becomes blank.
func Over(lines, top []string, x, y int) {
	for i, t := range top {
		if y+i < 0 || y+i >= len(lines) {
			continue
		}
		under := lines[y+i]
		w, tw := Width(under), Width(t)
		left := ansi.Truncate(under, x, "")
		left += Spaces(x - Width(left))
		right := ""
		if w > x+tw {
			right = after(under, w, x+tw)
		}
		lines[y+i] = left + t + right
	}
}
