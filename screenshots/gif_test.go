package main

import (
	"bytes"
	"image"
	"image/draw"
	"image/gif"
	"slices"
	"testing"
	"time"
)

func TestMovingPictureShowsEachFrameExactly(t *testing.T) {
	t.Parallel()
	hide := "\x1b[?25l"
	frames := []*frame{
		show(dark(), size{12, 3}, hide+"\x1b[38;2;92;207;230m●\x1b[0m running\r\n───────"),
		show(dark(), size{12, 3}, hide+"\x1b[38;2;92;207;230m●\x1b[0m running\r\n───────\r\n\x1b[7m███ bar"),
		show(dark(), size{12, 3}, hide+"\x1b[38;2;127;216;143m✔\x1b[0m done\r\n───────"),
	}
	paint, err := newPainter()
	if err != nil {
		t.Fatal(err)
	}
	var files [2]bytes.Buffer
	for i := range files {
		if err := writeGIF(&files[i], paint, []shot{
			{frames[0], 400 * time.Millisecond},
			{frames[1], 100 * time.Millisecond},
			{frames[1], 200 * time.Millisecond},
			{frames[2], time.Second},
		}); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(files[0].Bytes(), files[1].Bytes()) {
		t.Error("the same frames gave different files")
	}
	movie, err := gif.DecodeAll(&files[0])
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(movie.Delay, []int{40, 30, 100}) {
		t.Fatalf("delays %v: an unchanged frame is to prolong the one before", movie.Delay)
	}
	if movie.Image[1].Rect.Min.Y < padding+2*cellHeight {
		t.Errorf("second frame stores %v, but only the third row changed", movie.Image[1].Rect)
	}
	canvas := image.NewRGBA(image.Rect(0, 0, movie.Config.Width, movie.Config.Height))
	for i, img := range movie.Image {
		draw.Draw(canvas, img.Rect, img, img.Rect.Min, draw.Over)
		want := paint.picture(frames[i])
		if canvas.Rect != want.Rect {
			t.Fatalf("size %v, want %v", canvas.Rect, want.Rect)
		}
		for p := range want.Pix {
			// Shades at the edges of letters may be a little off, flat colors may not.
			if off := int(canvas.Pix[p]) - int(want.Pix[p]); off < -6 || off > 6 {
				t.Fatalf("frame %d differs by %d at byte %d", i, off, p)
			}
		}
		if ground := dark().bg; canvas.RGBAAt(1, 1) != ground {
			t.Errorf("frame %d: ground %v, want exactly %v", i, canvas.RGBAAt(1, 1), ground)
		}
	}
}

func TestPaletteHoldsEveryCellColorHoweverManyPairs(t *testing.T) {
	t.Parallel()
	f := &frame{size: size{200, 1}, bg: dark().bg}
	for i := range uint32(200) {
		c := rgb(0x010203 * (i + 1) & 0xFFFFFF)
		f.cells = append(f.cells, cell{text: "x", width: 1, fg: c, bg: dark().bg, line: c})
	}
	p := newPalette([]shot{{frame: f}})
	if len(p.colors) > 256 {
		t.Fatalf("%d colors", len(p.colors))
	}
	for _, c := range f.cells {
		if p.colors[p.nearest[c.fg]] != c.fg {
			t.Fatalf("%v is not in the palette", c.fg)
		}
	}
}

func TestEditDecidesHowLongFramesAreShown(t *testing.T) {
	t.Parallel()
	frames := []*frame{{}, {}, {}, {}}
	at := func(ms ...int) []taken {
		var all []taken
		for i, m := range ms {
			all = append(all, taken{frames[i], time.Time{}.Add(time.Duration(m) * time.Millisecond)})
		}
		return all
	}
	ms := time.Millisecond
	for _, tc := range []struct {
		name string
		all  []taken
		pace time.Duration
		want []shot
	}{
		{"nothing recorded", nil, 0, nil},
		{"as it was", at(0, 500), 0, []shot{{frames[0], 500 * ms}, {frames[1], lastHold}}},
		{"to hundredths", at(0, 123), 0, []shot{{frames[0], 120 * ms}, {frames[1], lastHold}}},
		{"a blink is left out, its time is not", at(0, 100, 120, 200), 0, []shot{{frames[0], 100 * ms}, {frames[2], 100 * ms}, {frames[3], lastHold}}},
		{"waits are shortened", at(0, 60000), 0, []shot{{frames[0], longest}, {frames[1], lastHold}}},
		{"paced", at(0, 3, 60000), 200 * ms, []shot{{frames[0], 200 * ms}, {frames[1], 200 * ms}, {frames[2], lastHold}}},
	} {
		if got := edit(tc.all, tc.pace); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}
