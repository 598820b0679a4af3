package theme

import (
	"math"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"arcadia/engine"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// contrast is the ratio of WCAG 2 between two colors.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(hex string) float64 {
	r, g, b, _ := lipgloss.Color(hex).RGBA()
	part := func(c uint32) float64 {
		v := float64(c) / 0xffff
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*part(r) + 0.7152*part(g) + 0.0722*part(b)
}

func TestEveryColorOfTextCanBeRead(t *testing.T) {
	t.Parallel()
	readable(t, "normal", &normal, 4.5)
	readable(t, "high contrast", &strong, 7)
}

func readable(t *testing.T, of string, tokens *colors, least float64) {
	t.Helper()
	for name, k := range map[string]token{
		"faint": tokens.faint, "accent": tokens.accent, "key": tokens.key, "running": tokens.running, "completed": tokens.completed,
		"waiting": tokens.waiting, "compensating": tokens.compensating, "rolled back": tokens.rolledBack, "failed": tokens.failed, "danger": tokens.danger,
	} {
		for on, pair := range map[string][2]string{
			"light": {k.light, lightGround}, "dark": {k.dark, darkGround},
			"the light selection": {k.light, tokens.selection.light}, "the dark selection": {k.dark, tokens.selection.dark},
		} {
			if c := contrast(pair[0], pair[1]); c < least {
				t.Errorf("%s %s on %s: %.2f, want at least %.1f", of, name, on, c, least)
			}
		}
	}
	all := map[string]badge{"demo": tokens.demo, "live": tokens.live, "quiet": tokens.quiet, "button": tokens.button, "banner": tokens.banner, "final": tokens.final}
	for _, b := range badges {
		all[b.name] = b.of(tokens)
	}
	for name, b := range all {
		if c := contrast(b.text.light, b.ground.light); c < least {
			t.Errorf("%s badge %s on light: %.2f", of, name, c)
		}
		if c := contrast(b.text.dark, b.ground.dark); c < least {
			t.Errorf("%s badge %s on dark: %.2f", of, name, c)
		}
	}
}

func TestWithoutColorThereAreAttributesOnly(t *testing.T) {
	t.Parallel()
	for name, th := range map[string]*Theme{
		"asked for": New(Choice{Dark: true, Profile: colorprofile.TrueColor, NoColor: true, ASCII: false}),
		"no colors": New(Choice{Dark: false, Profile: colorprofile.ASCII, NoColor: false, ASCII: false}),
	} {
		for _, ink := range []string{
			string(th.Faint), string(th.Accent), string(th.Key), string(th.Running), string(th.Failed), string(th.Demo), string(th.Live), string(th.Border),
		} {
			for _, p := range strings.FieldsFunc(ink, func(r rune) bool { return r == '\x1b' || r == '[' || r == ';' || r == 'm' }) {
				if len(p) > 1 {
					t.Errorf("%s: %q sets a color", name, ink)
				}
			}
		}
	}
}

func TestTheRowUnderTheCursorKeepsTheColorOfItsStatus(t *testing.T) {
	t.Parallel()
	columns := []widget.Column{{Width: 9}, {Width: 6, Gap: 1}}
	for name, c := range map[string]Choice{
		"dark": {Dark: true, Profile: colorprofile.TrueColor}, "light": {Profile: colorprofile.TrueColor},
		"sixteen": {Dark: true, Profile: colorprofile.ANSI}, "sixteen light": {Profile: colorprofile.ANSI},
	} {
		th := New(c)
		cells := []widget.Cell{{Text: "needs you", Ink: th.Failed, Keep: true}, {Text: "web-01", Ink: th.Faint}}
		row := widget.Row(columns, widget.Layout(columns, 18), cells, "  ", 20, th.Bar)
		at := strings.Index(row, "needs you")
		if ink := row[:at]; !strings.HasSuffix(ink, string(th.Failed)) {
			t.Errorf("%s: the status is drawn in %q", name, ink)
		}
		if !strings.HasPrefix(row, th.Bar.Edge) || ansi.StringWidth(row) != 20 {
			t.Errorf("%s: %q is no row of 20 cells with an edge", name, row)
		}
		if reversed := strings.Contains(row[at:], "\x1b[7m"); reversed != (c.Profile == colorprofile.ANSI) {
			t.Errorf("%s: reversed is %v: %q", name, reversed, row)
		}
	}
}

func TestSixteenColorsAreTheTerminalsOwn(t *testing.T) {
	t.Parallel()
	th := New(Choice{Dark: true, Profile: colorprofile.ANSI, NoColor: false, ASCII: false})
	for want, ink := range map[string]string{"36": string(th.Running), "32": string(th.Completed), "33": string(th.Compensating), "31": string(th.Failed), "90": string(th.Faint), "35": string(th.RolledBack)} {
		if ink != "\x1b["+want+"m" {
			t.Errorf("%q, want color %s", ink, want)
		}
	}
}

func TestEveryStatusHasASymbolOfOneCellAndAWord(t *testing.T) {
	t.Parallel()
	for _, ascii := range []bool{false, true} {
		th := New(Choice{Dark: true, Profile: colorprofile.TrueColor, NoColor: false, ASCII: ascii})
		seen := map[string]bool{}
		check := func(l Look) {
			if ansi.StringWidth(l.Symbol) != 1 || l.Word == "" {
				t.Errorf("%q %q: want one cell and a word", l.Symbol, l.Word)
			}
			if ascii && l.Symbol[0] >= 0x80 {
				t.Errorf("%q is not ASCII", l.Symbol)
			}
		}
		for _, s := range engine.Statuses() {
			l := th.Status(s)
			check(l)
			if seen[l.Symbol] {
				t.Errorf("%q stands for two statuses", l.Symbol)
			}
			seen[l.Symbol] = true
		}
		stands := map[string]bool{}
		for s := range say.Stands {
			l := th.Stand(s)
			check(l)
			if stands[l.Symbol] {
				t.Errorf("%q stands for two stands", l.Symbol)
			}
			stands[l.Symbol] = true
		}
		for _, s := range []engine.RowStatus{"", engine.RowRunning, engine.RowCompleted, engine.RowFailed, engine.RowCompensating, engine.RowCompensated, engine.RowCompensationFailed, engine.RowResolved} {
			check(th.Row(s))
		}
	}
}

func TestHighContrastOfSixteenColorsIsBrightOnDark(t *testing.T) {
	t.Parallel()
	dark := mix(&strong, true, colorprofile.ANSI, false, false)
	if dark.Running != "\x1b[96m" || dark.Faint != "" {
		t.Errorf("on dark running is %q and faint %q", dark.Running, dark.Faint)
	}
	if light := mix(&strong, false, colorprofile.ANSI, false, false); light.Running != "\x1b[36m" {
		t.Errorf("on light running is %q", light.Running)
	}
}
