package main

import (
	"cmp"
	"image"
	"image/color"
	"image/gif"
	"io"
	"slices"
	"sync"
	"time"
)

// How long the frames of a moving picture are shown when the recording decides: frames shorter than an eye can
// follow are left out, waits are shortened, and the last frame stays long enough to be read before it all begins again.
const (
	shortest = 100 * time.Millisecond
	longest  = 2 * time.Second
	lastHold = 3 * time.Second
)

// shot is one frame of a moving picture and how long it is shown.
type shot struct {
	frame *frame
	shown time.Duration
}

// reel collects the frames of a moving picture while the program runs.
type reel struct {
	name string
	pace time.Duration
	stop func()

	mu    sync.Mutex // guards taken
	taken []taken
}

type taken struct {
	frame *frame
	at    time.Time
}

// newReel keeps every different frame from now on. With a pace each is shown exactly that long, and the same frames
// make the same file; without one each is shown about as long as it really was.
func newReel(t *terminal, name string, pace time.Duration) *reel {
	r := &reel{name: name, pace: pace}
	r.stop = t.watch(func(f *frame) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.taken = append(r.taken, taken{f, time.Now()})
	})
	return r
}

// cut ends the recording.
func (r *reel) cut() []shot {
	r.stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	return edit(r.taken, r.pace)
}

// edit decides how long each frame is shown.
func edit(all []taken, pace time.Duration) []shot {
	var shots []shot
	var spare time.Duration // time of frames left out, given to the next
	for i, t := range all {
		shown := lastHold
		switch {
		case i == len(all)-1:
		case pace > 0:
			shown = pace
		default:
			shown = all[i+1].at.Sub(t.at) + spare
			if shown < shortest {
				spare = shown
				continue
			}
			spare = 0
			shown = min(shown.Round(10*time.Millisecond), longest)
		}
		shots = append(shots, shot{t.frame, shown})
	}
	return shots
}

// writeGIF encodes a moving picture that repeats for ever. After the first frame only the rectangle that changed is
// stored. A GIF has at most 256 colors: those that cells ask for are exact, the shades between them that smooth the
// edges of letters are approximate.
func writeGIF(w io.Writer, paint *painter, shots []shot) error {
	pal := newPalette(shots)
	out := gif.GIF{}
	var before *image.Paletted
	for _, s := range shots {
		now := pal.convert(paint.picture(s.frame))
		delay := int(s.shown / (10 * time.Millisecond))
		changed := now.Bounds()
		if before != nil {
			changed = difference(before, now)
		}
		if changed.Empty() {
			out.Delay[len(out.Delay)-1] += delay
			continue
		}
		out.Image = append(out.Image, now.SubImage(changed).(*image.Paletted))
		out.Delay = append(out.Delay, delay)
		out.Disposal = append(out.Disposal, gif.DisposalNone)
		before = now
	}
	if before != nil {
		out.Config = image.Config{ColorModel: pal.colors, Width: before.Rect.Dx(), Height: before.Rect.Dy()}
	}
	return gif.EncodeAll(w, &out)
}

// difference is the smallest rectangle outside which a and b are the same.
func difference(a, b *image.Paletted) image.Rectangle {
	var r image.Rectangle
	if a.Rect != b.Rect {
		return b.Rect
	}
	for y := b.Rect.Min.Y; y < b.Rect.Max.Y; y++ {
		rowA := a.Pix[a.PixOffset(a.Rect.Min.X, y):][:a.Rect.Dx()]
		rowB := b.Pix[b.PixOffset(b.Rect.Min.X, y):][:b.Rect.Dx()]
		if slices.Equal(rowA, rowB) {
			continue
		}
		first, last := 0, len(rowB)-1
		for rowA[first] == rowB[first] {
			first++
		}
		for rowA[last] == rowB[last] {
			last--
		}
		r = r.Union(image.Rect(b.Rect.Min.X+first, y, b.Rect.Min.X+last+1, y+1))
	}
	return r
}

type palette struct {
	colors  color.Palette
	nearest map[color.RGBA]uint8
}

// newPalette takes every color that a cell has, and fills up with shades between the text and the ground of cells,
// the commonest pairs first.
func newPalette(shots []shot) *palette {
	type pair struct{ fg, bg color.RGBA }
	flats, pairs := map[color.RGBA]int{}, map[pair]int{}
	for _, s := range shots {
		f := s.frame
		flats[f.bg]++
		if f.cursor.visible {
			flats[f.cursor.color]++
			pairs[pair{f.bg, f.cursor.color}]++
		}
		for _, c := range f.cells {
			flats[c.bg]++
			if c.text == " " && c.underline == 0 && !c.strike {
				continue
			}
			flats[c.fg]++
			flats[c.line]++
			pairs[pair{c.fg, c.bg}]++
		}
	}
	p := &palette{nearest: map[color.RGBA]uint8{}}
	add := func(c color.RGBA) {
		if _, ok := p.nearest[c]; !ok && len(p.colors) < 256 {
			p.nearest[c] = uint8(len(p.colors))
			p.colors = append(p.colors, c)
		}
	}
	for _, c := range commonest(flats, number) {
		add(c)
	}
	order := commonest(pairs, func(p pair) uint64 { return number(p.fg)<<32 | number(p.bg) })
	if len(order) == 0 {
		return p
	}
	steps := min(max((256-len(p.colors))/len(order), 2), 30)
	for _, q := range order {
		for i := 1; i <= steps; i++ {
			add(mix(q.bg, q.fg, uint8(i*255/(steps+1))))
		}
	}
	return p
}

func number(c color.RGBA) uint64 { return uint64(c.R)<<16 | uint64(c.G)<<8 | uint64(c.B) }

// commonest lists the keys of a count, most frequent first; id decides between equals, so that the order never varies.
func commonest[K comparable](count map[K]int, id func(K) uint64) []K {
	keys := make([]K, 0, len(count))
	for k := range count {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b K) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(id(a), id(b)))
	})
	return keys
}

func (p *palette) convert(img *image.RGBA) *image.Paletted {
	out := image.NewPaletted(img.Bounds(), p.colors)
	var last color.RGBA // neighbors are mostly alike; the zero value is transparent and never occurs
	var index uint8
	for i := range out.Pix {
		px := img.Pix[i*4:][:4]
		if c := (color.RGBA{px[0], px[1], px[2], px[3]}); c != last {
			last = c
			var ok bool
			index, ok = p.nearest[c]
			if !ok {
				index = uint8(p.colors.Index(c))
				p.nearest[c] = index
			}
		}
		out.Pix[i] = index
	}
	return out
}
