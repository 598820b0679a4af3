package widget

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Bar is how the row under the cursor looks: a ground from edge to edge of its pane, and an edge in place of its first cell. The
// zero Bar is none.
type Bar struct {
	Ground Ink    // what is switched on below the row
	Edge   string // one cell, painted
	Keep   bool   // the inks of the row show on the ground; else only those of cells that say so
}

// On reports whether there is a bar.
func (b Bar) On() bool { return b.Ground != "" }

// Over lays the bar below a painted line, whose first cell is blank, and makes it exactly width cells.
func (b Bar) Over(line string, width int) string {
	line = Fit(line, width)
	switch {
	case !b.On():
		return line
	case !b.Keep:
		return b.Edge + b.Ground.Paint(tail(ansi.Strip(line)))
	}
	return b.Edge + string(b.Ground) + b.through(tail(line)) + "\x1b[m"
}

// through is painted text whose looks end in that of the ground.
func (b Bar) through(s string) string {
	return strings.ReplaceAll(s, "\x1b[m", "\x1b[m"+string(b.Ground))
}

// tail is a line without its first cell.
func tail(line string) string {
	if strings.HasPrefix(line, " ") {
		return line[1:]
	}
	return ansi.TruncateLeft(line, 1, "")
}
