package main

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

var update = flag.Bool("update", false, "write the golden pictures again")

// symbols are all the characters beyond letters that the program draws with.
const symbols = "●○✔↺↶▲✖▰▱█◀→▸›◂…·─│┌┐└┘"

// sample has every attribute, color depth and kind of character on few rows.
var sample = strings.Join([]string{
	"\x1b[1mbold\x1b[0m \x1b[2mfaint\x1b[0m \x1b[3mslant\x1b[0m \x1b[1;3mboth\x1b[0m \x1b[7mreverse\x1b[0m \x1b[9mstruck\x1b[0m \x1b[8mhidden\x1b[0m",
	"\x1b[4mone\x1b[0m \x1b[4:2mtwo\x1b[0m \x1b[4:3mcurl\x1b[0m \x1b[4:4mdots\x1b[0m \x1b[4:5mdash\x1b[0m \x1b[4;58;2;255;0;0mred line\x1b[0m",
	"\x1b[31m16\x1b[0m \x1b[92m16\x1b[0m \x1b[44m16\x1b[0m \x1b[38;5;208m256\x1b[0m \x1b[48;5;236m256\x1b[0m \x1b[38;2;167;139;250mtrue\x1b[0m \x1b[7;35mback\x1b[0m",
	symbols + " 中 é ⠋",
	"┌──┬─┐ ╭──╮ ┏━┳┓ ░▒▓█ ▁▃▅▇ ▏▍▋▉",
	"├──┼─┤ ╰──╯ ┣━╋┫ ▖▗▘▝▙▟ ████",
	"└──┴─┘ ╞══╡ ┗━┻┛ ▀▄▐▌▔▕ ████",
	"cursor ",
}, "\r\n")

func show(th theme, s size, text string) *frame {
	var last *frame
	sc := newScreen(s, th, func(f *frame) { last = f })
	sc.write([]byte(text))
	return last
}

func paint(t *testing.T, f *frame) *image.RGBA {
	t.Helper()
	p, err := newPainter()
	if err != nil {
		t.Fatal(err)
	}
	return p.picture(f)
}

func TestPictureOfTheSampleIsTheGoldenOne(t *testing.T) {
	t.Parallel()
	for _, th := range []theme{dark(), light()} {
		t.Run(th.name, func(t *testing.T) {
			t.Parallel()
			got := paint(t, show(th, size{48, 8}, sample))
			golden := filepath.Join("testdata", "sample-"+th.name+".png")
			if *update {
				var b bytes.Buffer
				if err := writePNG(&b, got); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			f, err := os.Open(golden)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			want, err := png.Decode(f)
			if err != nil {
				t.Fatal(err)
			}
			// Pixels are compared, not files: how the standard library packs them is its own affair.
			differ := 0
			for y := range got.Rect.Dy() {
				for x := range got.Rect.Dx() {
					if opaque(want.At(x, y)) != got.RGBAAt(x, y) {
						differ++
					}
				}
			}
			if want.Bounds() != got.Bounds() || differ > 0 {
				t.Errorf("%d pixels differ from %s; look at it and, if it is right, run with -update", differ, golden)
			}
		})
	}
}

func TestSameScreenSameBytes(t *testing.T) {
	t.Parallel()
	var files [2]bytes.Buffer
	for i := range files {
		if err := writePNG(&files[i], paint(t, show(dark(), size{48, 8}, sample))); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(files[0].Bytes(), files[1].Bytes()) {
		t.Error("two pictures of one screen differ")
	}
}

func TestColors(t *testing.T) {
	t.Parallel()
	th, unset := dark(), rgb(0x123456)
	for _, tc := range []struct {
		name string
		ask  color.Color
		want color.RGBA
	}{
		{"nothing asked for", nil, unset},
		{"named", ansi.BasicColor(1), th.named[1]},
		{"named and bright", ansi.BasicColor(12), th.named[12]},
		{"named by index", ansi.IndexedColor(9), th.named[9]},
		{"first of the cube", ansi.IndexedColor(16), rgb(0x000000)},
		{"in the cube", ansi.IndexedColor(33), rgb(0x0087FF)},
		{"last of the cube", ansi.IndexedColor(231), rgb(0xFFFFFF)},
		{"darkest gray", ansi.IndexedColor(232), rgb(0x080808)},
		{"lightest gray", ansi.IndexedColor(255), rgb(0xEEEEEE)},
		{"true", color.RGBA{1, 2, 3, 255}, rgb(0x010203)},
	} {
		if got := th.color(tc.ask, unset); got != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestCellsCarryFinalColors(t *testing.T) {
	t.Parallel()
	th := light()
	red := th.named[1]
	for _, tc := range []struct {
		name, sgr string
		fg, bg    color.RGBA
	}{
		{"plain", "0", th.fg, th.bg},
		{"text", "31", red, th.bg},
		{"ground", "41", th.fg, red},
		{"reverse", "7", th.bg, th.fg},
		{"reverse of red text", "7;31", th.bg, red},
		{"concealed", "8", th.bg, th.bg},
		{"faint", "2", mix(th.fg, th.bg, 100), th.bg},
	} {
		c := show(th, size{3, 1}, "\x1b["+tc.sgr+"mx").at(0, 0)
		if c.fg != tc.fg || c.bg != tc.bg {
			t.Errorf("%s: %v on %v, want %v on %v", tc.name, c.fg, c.bg, tc.fg, tc.bg)
		}
	}
}

func TestProgramMaySetTheGround(t *testing.T) {
	t.Parallel()
	f := show(dark(), size{2, 1}, "\x1b]11;#102030\x07x")
	if f.bg != rgb(0x102030) || f.at(0, 0).bg != rgb(0x102030) {
		t.Errorf("ground %v, cell %v", f.bg, f.at(0, 0).bg)
	}
}

// Lines and bars that continue in the next cell must not show where one cell ends.
func TestRulesAndBarsHaveNoGaps(t *testing.T) {
	t.Parallel()
	fg := dark().fg
	hide := "\x1b[?25l"
	across := paint(t, show(dark(), size{3, 3}, hide+"───\r\n━━━\r\n███"))
	for row := range 3 {
		y := padding + row*cellHeight + cellHeight/2
		for x := padding; x < padding+3*cellWidth; x++ {
			if across.RGBAAt(x, y) != fg {
				t.Fatalf("row %d has a gap at pixel %d,%d", row, x, y)
			}
		}
	}
	down := paint(t, show(dark(), size{4, 3}, hide+"│┃█┌\r\n│┃█├\r\n│┃█└"))
	for col := range 4 {
		x := padding + col*cellWidth + cellWidth/2
		for y := padding + cellHeight/2; y < padding+2*cellHeight+cellHeight/2; y++ {
			if down.RGBAAt(x, y) != fg {
				t.Fatalf("column %d has a gap at pixel %d,%d", col, x, y)
			}
		}
	}
}

func TestEverySymbolHasAGlyphInTheTextFont(t *testing.T) {
	t.Parallel()
	l, err := newLetters()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range symbols {
		for _, bold := range []bool{false, true} {
			face, ok := l.find(r, bold, false)
			if !ok || face == l.fallback {
				t.Errorf("%c (bold %v) is not in DejaVu Sans Mono", r, bold)
			}
		}
	}
	if face, ok := l.find('⠋', false, false); !ok || face != l.fallback {
		t.Error("⠋ is not taken from DejaVu Sans")
	}
}

func TestWideCharactersTakeTwoCells(t *testing.T) {
	t.Parallel()
	f := show(dark(), size{6, 1}, "中文x")
	if f.at(0, 0).width != 2 || f.at(1, 0).width != 0 || f.at(4, 0).text != "x" {
		t.Errorf("cells: %+v", f.cells)
	}
	if !f.shows("中文x") {
		t.Errorf("row reads %q", f.row(0))
	}
}
