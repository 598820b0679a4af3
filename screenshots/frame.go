package main

import (
	"image/color"
	"slices"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/vt"
)

// size is a terminal's size in cells.
type size struct{ cols, rows int }

// cell is one place of the screen with everything decided that a picture needs: colors are final (theme, reverse
// video, faint and concealed text are worked in). width is 2 for the left half of a wide character and 0 for the
// right half, which paints nothing itself.
type cell struct {
	text      string
	width     int
	fg, bg    color.RGBA
	line      color.RGBA
	underline uv.Underline
	bold      bool
	italic    bool
	strike    bool
}

type cursor struct {
	at      uv.Position
	style   vt.CursorStyle
	color   color.RGBA
	visible bool
}

// frame is the screen at one moment. It is never changed once made, so it may be shared between goroutines.
type frame struct {
	size
	cells  []cell // rows of cols, from the top left
	cursor cursor
	bg     color.RGBA
}

func (f *frame) at(x, y int) cell { return f.cells[y*f.cols+x] }

func (f *frame) equal(g *frame) bool {
	return f.size == g.size && f.cursor == g.cursor && f.bg == g.bg && slices.Equal(f.cells, g.cells)
}

// shows says whether text can be read on one row of the screen.
func (f *frame) shows(text string) bool {
	for y := range f.rows {
		if strings.Contains(f.row(y), text) {
			return true
		}
	}
	return false
}

func (f *frame) row(y int) string {
	var b strings.Builder
	for x := range f.cols {
		if c := f.at(x, y); c.width > 0 {
			b.WriteString(c.text)
		}
	}
	return b.String()
}

// String is the screen as plain text in a frame of its own size, for error messages.
func (f *frame) String() string {
	var b strings.Builder
	rule := "+" + strings.Repeat("-", f.cols) + "+\n"
	b.WriteString(rule)
	for y := range f.rows {
		b.WriteString("|" + f.row(y) + "|\n")
	}
	b.WriteString(rule)
	return b.String()
}
