package visible_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"arcadia/engine/visible"
)

func TestControlsBecomeVisible(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                "",
		"web-01":                          "web-01",
		"größe 東京":                        "größe 東京",
		"a\x1b[31mb":                      "a␛[31mb",
		"a\nb\tc\r":                       "a␊b␉c␍",
		"a\x00\x7f":                       "a␀␡",
		"\u009b31m":                       `\u009b31m`,
		"\x9b31m":                         `\x9b31m`,
		"abc\u202edef":                    `abc\u202edef`,
		"zero\u200bwidth\ufeff":           `zero\u200bwidth\ufeff`,
		"line\u2028sep":                   `line\u2028sep`,
		"tag\U000e0041":                   `tag\U000e0041`,
		"é\x1b":                           "é␛",
		"half\xe2\x82":                    `half\xe2\x82`,
		strings.Repeat("x", 100):          strings.Repeat("x", 100),
		"isolate\u2066x\u2069 end":        `isolate\u2066x\u2069 end`,
		"\u3164hangul filler":             `\u3164hangul filler`,
		"e\u0301":                         "e\u0301",
		"\u0301e":                         `\u0301e`,
		"e" + strings.Repeat("\u0301", 6): "e" + strings.Repeat("\u0301", 4) + `\u0301\u0301`,
		"braille\u2800blank":              `braille\u2800blank`,
		"khmer\u17b4\u17b5":               `khmer\u17b4\u17b5`,
		"no\u00a0break":                   `no\u00a0break`,
		"wide\u3000blank":                 `wide\u3000blank`,
		"thin\u2009blank":                 `thin\u2009blank`,
		"unassigned\u0378":                `unassigned\u0378`,
		"far\U0003ffff":                   `far\U0003ffff`,
		"    ":                            "␠␠␠␠",
		"a    b":                          "a    b",
		"ก" + strings.Repeat("\u0903", 6): "ก" + strings.Repeat("\u0903", 4) + `\u0903\u0903`,
		"variation\ufe0f":                 `variation\ufe0f`,
		"\U000f0000 private use":          `\U000f0000 private use`,
	} {
		if got := visible.Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestNothingThatSteersATerminalSurvives(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) + rapid.String().Draw(t, "text")
		out := visible.Text(in)
		if !utf8.ValidString(out) {
			t.Fatalf("Text(%q) = %q is not UTF-8", in, out)
		}
		for _, r := range out {
			if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
				t.Fatalf("Text(%q) = %q lets %U through", in, out, r)
			}
		}
		if again := visible.Text(out); again != out {
			t.Fatalf("Text changed its own result %q to %q", out, again)
		}
	})
}

func TestShortCutsByRunes(t *testing.T) {
	t.Parallel()
	if got := visible.Short("größer", 4); got != "grö…" {
		t.Errorf("Short = %q", got)
	}
	if got := visible.Short("größer", 6); got != "größer" {
		t.Errorf("Short = %q", got)
	}
}
