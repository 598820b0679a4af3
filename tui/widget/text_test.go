package widget_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"arcadia/tui/widget"
)

// TestTheShortWayOfMeasuringAgreesWithTheLongOne looks at every rune there is.
func TestTheShortWayOfMeasuringAgreesWithTheLongOne(t *testing.T) {
	t.Parallel()
	for r := rune(0x20); r <= 0x2ffff; r++ {
		s := "a" + string(r) + "b"
		if got, want := widget.Width(s), ansi.StringWidth(s); got != want {
			t.Errorf("%U: %d cells, want %d", r, got, want)
		}
	}
	for _, s := range []string{"\x1b[1;38;2;1;2;3mx\x1b[m", "e\u0301", "\u2714\ufe0f", "\x1b[2Jx", "a\tb", "\x1b", "\x1b[", "世界", "\U0001f469\u200d\U0001f680"} {
		if got, want := widget.Width(s), ansi.StringWidth(s); got != want {
			t.Errorf("%q: %d cells, want %d", s, got, want)
		}
	}
}

func FuzzFit(f *testing.F) {
	f.Add("hello 世界 e\u0301", 7)
	f.Fuzz(func(t *testing.T, s string, width int) {
		if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
			t.Skip("the package is given clean text only")
		}
		width %= 200
		for name, got := range map[string]string{"Fit": widget.Fit(s, width), "FitRight": widget.FitRight(s, width)} {
			if n := ansi.StringWidth(got); n != max(0, width) {
				t.Errorf("%s(%q, %d) = %q, %d cells", name, s, width, got, n)
			}
		}
		if n := ansi.StringWidth(widget.Cut(s, width)); n > max(0, width) {
			t.Errorf("Cut(%q, %d) has %d cells", s, width, n)
		}
		if n := ansi.StringWidth(widget.Middle(ansi.Strip(s), width)); n > max(0, width) {
			t.Errorf("Middle(%q, %d) has %d cells", s, width, n)
		}
	})
}

func TestWhatIsCutKeepsItsWords(t *testing.T) {
	t.Parallel()
	const text = "snapshot_name arcadia-snap-500000092-80404be5, snapshot_id 7"
	for most, want := range map[int]string{
		1: "snapshot_name arca…",
		2: "snapshot_name|arcadia-snap-50000…",
		9: "snapshot_name|arcadia-snap-|500000092-80404be5,|snapshot_id 7",
	} {
		if got := strings.Join(widget.WrapTo(text, 19, most), "|"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
