package main

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"

	"github.com/go-fonts/dejavu/dejavusans"
	"github.com/go-fonts/dejavu/dejavusansmono"
	"github.com/go-fonts/dejavu/dejavusansmonobold"
	"github.com/go-fonts/dejavu/dejavusansmonoboldoblique"
	"github.com/go-fonts/dejavu/dejavusansmonooblique"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// type sizes in pixels. At 20 a character of DejaVu Sans Mono is 12 pixels wide, which is the cell. Characters that
// only DejaVu Sans has are up to 16 wide there, so they are set smaller.
const (
	textSize     = 20
	fallbackSize = 16
)

// typeface is one font at one size.
type typeface struct {
	font *sfnt.Font
	face font.Face
}

// letters draws text. It is not safe for concurrent use.
type letters struct {
	styles   [4]typeface // plain, bold, italic, bold italic
	fallback typeface
	buf      sfnt.Buffer
}

func newLetters() (*letters, error) {
	l := &letters{}
	for i, ttf := range [][]byte{
		dejavusansmono.TTF, dejavusansmonobold.TTF, dejavusansmonooblique.TTF, dejavusansmonoboldoblique.TTF,
	} {
		t, err := newTypeface(ttf, textSize)
		if err != nil {
			return nil, fmt.Errorf("load DejaVu Sans Mono, style %d: %w", i, err)
		}
		l.styles[i] = t
	}
	t, err := newTypeface(dejavusans.TTF, fallbackSize)
	if err != nil {
		return nil, fmt.Errorf("load DejaVu Sans: %w", err)
	}
	l.fallback = t
	return l, nil
}

func newTypeface(ttf []byte, pixels float64) (typeface, error) {
	f, err := opentype.Parse(ttf)
	if err != nil {
		return typeface{}, err
	}
	// At 72 dots per inch a point is a pixel. Hinting is off: the outlines alone decide, on every machine alike.
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: pixels, DPI: 72, Hinting: font.HintingNone})
	return typeface{font: f, face: face}, err
}

// find picks the first typeface that has r: the style asked for, the plain one, then DejaVu Sans.
func (l *letters) find(r rune, bold, italic bool) (typeface, bool) {
	style := 0
	if bold {
		style |= 1
	}
	if italic {
		style |= 2
	}
	for _, t := range []typeface{l.styles[style], l.styles[0], l.fallback} {
		if i, err := t.font.GlyphIndex(&l.buf, r); err == nil && i != 0 {
			return t, true
		}
	}
	return typeface{}, false
}

// draw sets one grapheme cluster into the cell at box. Marks that combine are drawn over their letter.
func (l *letters) draw(img *image.RGBA, box image.Rectangle, c cell) {
	for _, r := range c.text {
		if joins(r) {
			continue
		}
		t, ok := l.find(r, c.bold, c.italic)
		if !ok {
			drawMissing(img, box, c.fg)
			return
		}
		dot := fixed.P(box.Min.X, box.Min.Y+baseline)
		if advance, ok := t.face.GlyphAdvance(r); ok && t == l.fallback {
			dot.X += (fixed.I(box.Dx()) - advance) / 2
		}
		if at, mask, from, _, ok := t.face.Glyph(dot, r); ok {
			draw.DrawMask(img, at, image.NewUniform(c.fg), image.Point{}, mask, from, draw.Over)
		}
	}
}

// joins says whether r only tells a renderer how to join or choose glyphs and has no shape of its own.
func joins(r rune) bool {
	return r == 0x200C || r == 0x200D || r >= 0xFE00 && r <= 0xFE0F
}

// drawMissing draws an empty frame where no font has the character, as terminals do: visible, so that somebody looks.
func drawMissing(img *image.RGBA, box image.Rectangle, fg color.RGBA) {
	in := box.Inset(2)
	fill(img, image.Rect(in.Min.X, in.Min.Y, in.Max.X, in.Min.Y+1), fg)
	fill(img, image.Rect(in.Min.X, in.Max.Y-1, in.Max.X, in.Max.Y), fg)
	fill(img, image.Rect(in.Min.X, in.Min.Y, in.Min.X+1, in.Max.Y), fg)
	fill(img, image.Rect(in.Max.X-1, in.Min.Y, in.Max.X, in.Max.Y), fg)
}
