package widget

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Column is one column of a table. Widths are in cells and do not count the gap to the next column.
type Column struct {
	Title string
	Width int
	Grow  int  // its share of what is left over; 0: stays
	Right bool // numbers
	Drop  int  // columns with a higher one leave first when there is not enough room; 0: stays
	Gap   int  // blank cells after it; 0 means 2
}

// Cell is one cell of a row.
type Cell struct {
	Text string
	Ink  Ink
	Keep bool // its ink shows also below a bar that lets no other show
}

func (c Column) gap() int {
	if c.Gap > 0 {
		return c.Gap
	}
	return 2
}

// Layout says which columns are shown in width cells and how wide: index i of the answer is the width of columns[i], 0
// when it is left out.
func Layout(columns []Column, width int) []int {
	out := make([]int, len(columns))
	used, grow := 0, 0
	for i, c := range columns {
		out[i] = c.Width
		used += c.Width + c.gap()
	}
	for used > width {
		worst, at := 0, -1
		for i, c := range columns {
			if out[i] > 0 && c.Drop > worst {
				worst, at = c.Drop, i
			}
		}
		if at < 0 {
			break
		}
		used -= columns[at].Width + columns[at].gap()
		out[at] = 0
	}
	for i, c := range columns {
		if out[i] > 0 {
			grow += c.Grow
		}
	}
	left := width - used
	for i, c := range columns {
		if out[i] == 0 || c.Grow == 0 || grow == 0 {
			continue
		}
		share := left * c.Grow / grow
		out[i] = max(1, out[i]+share)
		left -= share
		grow -= c.Grow
	}
	return out
}

// Row draws one row: the lead, painted and with a first cell that is blank, then the cells in the widths of Layout, cut to width
// and padded to it. A bar lies below all of it.
func Row(columns []Column, widths []int, cells []Cell, lead string, width int, bar Bar) string {
	var b strings.Builder
	b.Grow(2*width + 64)
	bare := bar.On() && !bar.Keep
	put := func(text string, ink Ink, keep bool) {
		switch {
		case text == "":
		case !bar.On():
			b.WriteString(ink.Paint(text))
		case bare && keep:
			b.WriteString(ink.Paint(text))
		case bare:
			b.WriteString(bar.Ground.Paint(ansi.Strip(text)))
		default:
			b.WriteString(string(bar.Ground) + string(ink) + bar.through(text) + "\x1b[m")
		}
	}
	used := Width(lead)
	if bar.On() {
		b.WriteString(bar.Edge)
		lead = tail(lead)
	}
	put(lead, "", len(cells) > 0 && cells[0].Keep)
	for i, c := range columns {
		w := widths[i]
		if w == 0 || i >= len(cells) {
			continue
		}
		if room := width - used; w > room {
			w = room
		}
		if w <= 0 {
			break
		}
		text := cells[i].Text
		if c.Right {
			text = FitRight(text, w)
		} else {
			text = Fit(text, w)
		}
		put(text, cells[i].Ink, cells[i].Keep)
		used += w
		gap := max(0, min(c.gap(), width-used))
		put(Spaces(gap), "", false)
		used += gap
	}
	put(Spaces(width-used), "", false)
	return b.String()
}

// Head draws the titles of the columns.
func Head(columns []Column, widths []int, margin, width int, ink Ink) string {
	cells := make([]Cell, len(columns))
	for i, c := range columns {
		cells[i] = Cell{Text: c.Title, Ink: ink}
	}
	return Row(columns, widths, cells, Spaces(margin), width, Bar{})
}

// Window says which of n rows to show in height lines so that the one at cursor is among them, as close to the old top
// as possible.
func Window(n, cursor, top, height int) int {
	switch {
	case height <= 0 || n <= height:
		return 0
	case cursor < top:
		top = cursor
	case cursor >= top+height:
		top = cursor - height + 1
	}
	return max(0, min(top, n-height))
}
