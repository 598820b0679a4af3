package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"arcadia/tui/list"
	"arcadia/tui/widget"
)

// withPreview draws a list, and beside it or below it what is known of the row under the cursor, in sections. most bounds the lines of
// one section; 0: there is room for all.
func withPreview(env *Env, width, height int, at *list.Row, rows func(width, height int) Drawing, sections func(r *list.Row, width, most int) [][]string) Drawing {
	t := env.Theme
	switch {
	case at == nil:
	case width >= sideWidth:
		right := min(72, 48+(width-sideWidth)/2)
		left := width - right - 1
		d := rows(left, height)
		d.Lines = widget.Lines(d.Lines, left, height)
		side := widget.Lines(stacked(sections(at, right-3, 7), height), right-3, height)
		for i := range d.Lines {
			d.Lines[i] += " " + t.Border.Paint(t.Symbols.Bar) + " " + side[i]
		}
		return d
	case width >= lowWidth && height >= lowHeight:
		low := max(8, min(13, height/3))
		d := rows(width, height-low-1)
		d.Lines = append(widget.Lines(d.Lines, width, height-low-1), t.Border.Paint(repeat(t.Symbols.Rule, width)))
		half := (width - 5) / 2
		a, b := halves(sections(at, half, 4), low)
		l, r := widget.Lines(a, half, low), widget.Lines(b, half, low)
		for i := range l {
			d.Lines = append(d.Lines, "  "+l[i]+t.Border.Paint(t.Symbols.Bar)+" "+r[i])
		}
		return d
	}
	return rows(width, height)
}

// stacked puts sections one below the other with a blank line between them; without one where that is too high.
func stacked(sections [][]string, height int) []string {
	n := len(sections) - 1
	for _, s := range sections {
		n += len(s)
	}
	var out []string
	for i, s := range sections {
		if i > 0 && n <= height {
			out = append(out, "")
		}
		out = append(out, s...)
	}
	return out
}

// halves splits sections into two panes: the left one takes as many as it has lines for.
func halves(sections [][]string, height int) (left, right []string) {
	full := false
	for _, s := range sections {
		full = full || len(left) > 0 && len(left)+1+len(s) > height
		if full {
			right = append(right, s...)
			continue
		}
		if len(left) > 0 {
			left = append(left, "")
		}
		left = append(left, s...)
	}
	return left, right
}

// plainSections are sections as a pager shows them.
func plainSections(sections [][]string) []string {
	var out []string
	for _, l := range stacked(sections, 1<<20) {
		out = append(out, strings.TrimRight(ansi.Strip(l), " "))
	}
	return out
}
