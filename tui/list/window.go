package list

import (
	tea "charm.land/bubbletea/v2"

	"arcadia/tui/keys"
	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// Margin is the room before a row: its first cell is the edge of the cursor, its second the mark.
const Margin = 2

// wheel is how many rows the wheel goes.
const wheel = 3

// Window is the part of a list that is on the screen, for a cursor that is the number of a row. With Follow it stays at the
// end of a list that grows, until the cursor leaves it.
type Window struct {
	At     int // the row under the cursor
	Top    int // the first that is shown
	Tall   int // how many are
	Follow bool

	seen int // rows there were when the end was last in sight
}

// Step moves the cursor by some of n rows.
func (w *Window) Step(by, n int) { w.GoTo(w.At+by, n) }

// GoTo moves the cursor to one of n rows, or to the nearest that there is.
func (w *Window) GoTo(at, n int) { w.At = max(0, min(at, n-1)) }

// Press moves the cursor. It reports false for a command that is no move.
func (w *Window) Press(c keys.Command, n int) bool {
	at, ok := Move(c, w.At, n, w.Tall)
	if ok {
		w.At = max(0, at)
	}
	return ok
}

// Grow takes the number of rows that there are now.
func (w *Window) Grow(n int) {
	if w.Follow {
		w.At = max(0, n-1)
	}
}

// Fresh is how many of n rows have come since the end was last in sight.
func (w *Window) Fresh(n int) int {
	if w.Follow {
		return 0
	}
	return n - w.seen
}

// Fit is the window of n rows of which tall have room, scrolled so that the cursor is among them. It ends before row to.
func (w Window) Fit(n, tall int) (fitted Window, to int) {
	w.Tall = max(1, tall)
	w.GoTo(w.At, n)
	w.Top = widget.Window(n, w.At, w.Top, w.Tall)
	if w.Follow {
		w.Top, w.seen = max(0, n-w.Tall), n
	}
	return w, min(n, w.Top+w.Tall)
}

// Wheel is how far a turn of the wheel goes.
func Wheel(m tea.MouseWheelMsg) int {
	if m.Button == tea.MouseWheelUp {
		return -wheel
	}
	return wheel
}

// Pill lays over the end of the last of the lines how many rows have come since.
func Pill(t *theme.Theme, lines []string, text string, width int) {
	pill := t.Quiet.Paint(" " + text + " ")
	last := lines[len(lines)-1:]
	last[0] = widget.Fit(last[0], width)
	widget.Over(last, []string{pill}, width-widget.Width(pill)-2, 0)
}
