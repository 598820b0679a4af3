package main

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"unicode/utf8"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/vt"
)

// The measures of a picture, in pixels.
const (
	cellWidth  = 12
	cellHeight = 24
	padding    = 12 // around the screen
	baseline   = 19 // of text, below the top of its cell
	underline  = 21 // below the top of the cell
	struck     = 13 // below the top of the cell
)

// painter turns frames into pictures; the same frame gives the same bytes. It is not safe for concurrent use.
type painter struct{ letters *letters }

func newPainter() (*painter, error) {
	l, err := newLetters()
	return &painter{letters: l}, err
}

func (p *painter) picture(f *frame) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, f.cols*cellWidth+2*padding, f.rows*cellHeight+2*padding))
	fill(img, img.Bounds(), f.bg)
	// All grounds go first: a slanted or wide glyph may reach into the cell next to it.
	p.each(f, func(box image.Rectangle, c cell) { fill(img, box, c.bg) })
	p.each(f, func(box image.Rectangle, c cell) { p.glyph(img, box, c) })
	p.cursor(img, f)
	return img
}

// each calls fn with the place and content of every cell that paints something.
func (p *painter) each(f *frame, fn func(image.Rectangle, cell)) {
	for y := range f.rows {
		for x := range f.cols {
			if c := f.at(x, y); c.width > 0 {
				fn(place(x, y, c.width), c)
			}
		}
	}
}

func place(x, y, width int) image.Rectangle {
	at := image.Pt(padding+x*cellWidth, padding+y*cellHeight)
	return image.Rectangle{Min: at, Max: at.Add(image.Pt(width*cellWidth, cellHeight))}
}

func (p *painter) glyph(img *image.RGBA, box image.Rectangle, c cell) {
	r, n := utf8.DecodeRuneInString(c.text)
	if c.text != " " && c.fg != c.bg {
		if n != len(c.text) || !drawBox(img, box, r, c.fg, c.bg) {
			p.letters.draw(img, box, c)
		}
	}
	drawUnderline(img, box, c)
	if c.strike {
		fill(img, line(box, struck), c.fg)
	}
}

func drawUnderline(img *image.RGBA, box image.Rectangle, c cell) {
	switch c.underline {
	case uv.UnderlineNone:
	case uv.UnderlineDouble:
		fill(img, line(box, underline-1), c.line)
		fill(img, line(box, underline+1), c.line)
	case uv.UnderlineDotted, uv.UnderlineDashed, uv.UnderlineCurly:
		// Patterns count from the left edge of the picture, so that they go on across cells.
		for x := box.Min.X; x < box.Max.X; x++ {
			y, on := underline, true
			switch c.underline {
			case uv.UnderlineDotted:
				on = x%2 == 0
			case uv.UnderlineDashed:
				on = x%6 < 4
			case uv.UnderlineCurly:
				y += [...]int{0, 1, 1, 0, -1, -1}[x%6]
			}
			if on {
				img.SetRGBA(x, box.Min.Y+y, c.line)
			}
		}
	default:
		fill(img, line(box, underline), c.line)
	}
}

func (p *painter) cursor(img *image.RGBA, f *frame) {
	at := f.cursor.at
	if !f.cursor.visible || at.X < 0 || at.X >= f.cols || at.Y < 0 || at.Y >= f.rows {
		return
	}
	c := f.at(at.X, at.Y)
	box := place(at.X, at.Y, max(1, c.width))
	switch f.cursor.style {
	case vt.CursorUnderline:
		fill(img, image.Rect(box.Min.X, box.Max.Y-3, box.Max.X, box.Max.Y-1), f.cursor.color)
	case vt.CursorBar:
		fill(img, image.Rect(box.Min.X, box.Min.Y+1, box.Min.X+2, box.Max.Y-1), f.cursor.color)
	default:
		c.fg, c.bg = c.bg, f.cursor.color
		c.line = c.fg
		fill(img, box, c.bg)
		p.glyph(img, box, c)
	}
}

// line is one row of pixels of box, dy below its top.
func line(box image.Rectangle, dy int) image.Rectangle {
	return image.Rect(box.Min.X, box.Min.Y+dy, box.Max.X, box.Min.Y+dy+1)
}

func fill(img *image.RGBA, r image.Rectangle, c color.RGBA) {
	draw.Draw(img, r, image.NewUniform(c), image.Point{}, draw.Src)
}

func writePNG(w io.Writer, img image.Image) error {
	return (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(w, img)
}
