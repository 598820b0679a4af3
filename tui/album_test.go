package tui

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"arcadia/tui/theme"
)

// sizes are the terminals that every screen must look designed on.
var sizes = []size{{40, 10}, {80, 24}, {120, 40}, {200, 60}}

type size struct{ w, h int }

// shades are the themes that every screen is compared in.
var shades = []struct {
	name    string
	theme   string
	profile colorprofile.Profile
}{
	{"dark", theme.Dark, colorprofile.TrueColor},
	{"light", theme.Light, colorprofile.TrueColor},
	{"contrast", theme.Contrast, colorprofile.TrueColor},
	{"sixteen", theme.Dark, colorprofile.ANSI},
	{"mono", theme.Mono, colorprofile.TrueColor},
}

// album is the golden file of one scene: per size the text of the screen, which is the same in every theme, and what its
// cells look like, as runs of a letter that stands for one look per theme.
//
//	-- 80x24 --
//	 arcadia › sagas
//	-- 80x24 looks --
//	1 2a7                      line 1: from column 2 on 7 cells look like a
//	-- looks --
//	a dark 1;38;2;167;139;250  light ...  mono 1
type album struct {
	t       *testing.T
	name    string
	pages   strings.Builder
	letters map[string]string
	legend  []string
}

func newAlbum(t *testing.T, name string) *album {
	return &album{t: t, name: name, letters: map[string]string{}}
}

// add takes the screen of a stage in every theme.
func (b *album) add(s *stage) {
	b.t.Helper()
	a := s.app
	theme, profile := a.cfg.Theme, a.profile
	defer func() { a.cfg.Theme, a.profile = theme, profile; a.restyle() }()
	w, h := a.env.Width, a.env.Height
	s.drawsOnly(b.name)
	var text []string
	cells := make([][][]string, len(shades)) // by theme, line, column: the look
	for i, shade := range shades {
		a.cfg.Theme, a.profile = shade.theme, shade.profile
		a.restyle()
		lines := strings.Split(a.View().Content, "\n")
		if len(lines) > h {
			b.t.Errorf("%s: %d lines on a screen of %d", b.name, len(lines), h)
		}
		plain := make([]string, len(lines))
		for n, l := range lines {
			var looks []string
			plain[n], looks = looksOf(l)
			if wide := ansi.StringWidth(plain[n]); wide > w {
				b.t.Errorf("%s: line %d has %d cells on a screen of %d: %q", b.name, n+1, wide, w, plain[n])
			}
			cells[i] = append(cells[i], looks)
			plain[n] = strings.TrimRight(plain[n], " ")
		}
		if i == 0 {
			text = plain
		} else if got := strings.Join(plain, "\n"); got != strings.Join(text, "\n") {
			b.t.Errorf("%s reads differently in the theme %s:\n%s", b.name, shade.name, got)
		}
	}
	fmt.Fprintf(&b.pages, "-- %dx%d --\n%s\n-- %dx%d looks --\n", w, h, strings.Join(text, "\n"), w, h)
	for n := range text {
		if runs := b.runs(cells, n); runs != "" {
			fmt.Fprintf(&b.pages, "%d%s\n", n+1, runs)
		}
	}
}

// runs writes the looks of a line.
func (b *album) runs(cells [][][]string, line int) string {
	var out strings.Builder
	at := func(x int) string {
		all := make([]string, len(shades))
		for i := range shades {
			if line < len(cells[i]) && x < len(cells[i][line]) {
				all[i] = cells[i][line][x]
			}
		}
		return strings.Join(all, "\x00")
	}
	wide := len(cells[0][line])
	for x := 0; x < wide; {
		look, end := at(x), x+1
		for end < wide && at(end) == look {
			end++
		}
		if strings.Trim(look, "\x00") != "" {
			fmt.Fprintf(&out, " %d%s%d", x+1, b.letter(look), end-x)
		}
		x = end
	}
	return out.String()
}

// letter stands for a look in every theme.
func (b *album) letter(look string) string {
	if l, ok := b.letters[look]; ok {
		return l
	}
	n := len(b.letters)
	l := string(rune('a' + n%26))
	if n >= 26 {
		l = string(rune('a'+n/26-1)) + l
	}
	b.letters[look] = l
	line := l
	for i, sgr := range strings.Split(look, "\x00") {
		line += "  " + shades[i].name + " " + sgr
	}
	b.legend = append(b.legend, line)
	return l
}

// looksOf takes the looks off a line: its text, and the look of each cell as the parameters that switch it on.
func looksOf(line string) (string, []string) {
	var text strings.Builder
	var looks []string
	now := ""
	var state byte
	p := ansi.NewParser()
	for len(line) > 0 {
		seq, wide, n, next := ansi.DecodeSequence(line, state, p)
		state, line = next, line[n:]
		if sgr, ok := strings.CutPrefix(seq, "\x1b["); ok && strings.HasSuffix(sgr, "m") {
			switch sgr = strings.TrimSuffix(sgr, "m"); {
			case sgr == "" || sgr == "0":
				now = ""
			case now == "":
				now = sgr
			default:
				now += ";" + sgr
			}
			continue
		}
		text.WriteString(seq)
		for range wide {
			looks = append(looks, now)
		}
	}
	return text.String(), looks
}

// compare compares the album with its file.
func (b *album) compare() {
	b.t.Helper()
	got := b.pages.String() + "-- looks --\n" + strings.Join(b.legend, "\n") + "\n"
	path := filepath.Join("testdata", b.name+".txtar")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			b.t.Fatal(err)
		}
		return
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		b.t.Fatal(err)
	}
	if want := string(raw); got != want {
		b.t.Errorf("%s differs from its golden file (make golden writes it again)\n%s", b.name, difference(want, got))
	}
}

// difference is the lines that differ, as far as the same page goes on, and where.
func difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	var out strings.Builder
	page, said := "", 0
	for i := range max(len(w), len(g)) {
		var a, b string
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if strings.HasPrefix(b, "-- ") {
			page = b
		}
		if a == b {
			continue
		}
		if said++; said > 40 {
			out.WriteString("and more\n")
			break
		}
		out.WriteString(page + " " + strconv.Itoa(i+1) + "\n- " + a + "\n+ " + b + "\n")
	}
	return out.String()
}
