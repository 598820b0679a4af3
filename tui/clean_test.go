package tui

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"arcadia/engine/visible"
	"arcadia/tui/clean"
	"arcadia/tui/say"
)

func FuzzNothingUnseenIsShown(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := visible.Text(s)
		safe(t, c)
		if again := visible.Text(c); again != c {
			t.Errorf("cleaned twice %q became %q", c, again)
		}
		for _, l := range visible.Lines(s) {
			safe(t, l)
		}
		raw, err := json.Marshal(map[string]string{"k": s})
		if err != nil {
			t.Skip()
		}
		var in map[string]json.RawMessage
		if err := json.Unmarshal(raw, &in); err != nil {
			t.Fatal(err)
		}
		for _, v := range clean.JSON(in) {
			safe(t, string(v))
			safe(t, say.Value(v))
		}
		safe(t, clean.Paste(s))
	})
}

// safe fails the test when text could do something else than being seen.
func safe(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Errorf("%q is not UTF-8", s)
	}
	if i := strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co)
	}); i >= 0 {
		t.Errorf("%q holds something that cannot be seen at byte %d", s, i)
	}
}

// hostile are texts that attack a terminal, a parser or a reader.
var hostile = []string{
	"\x1b]0;owned\x07", "\x1b]52;c;b3duZWQ=\x07", "\x1b[2J\x1b[H", "\x1bP+q544e\x1b\\", "\x1b_Gi=1;AAAA\x1b\\", "\x1b]8;;http://evil\x1b\\x\x1b]8;;\x1b\\",
	"\u009b31m", "\u009d0;t\u009c", "\u202egpj.exe", "\u200b\u2066", "\x1b[" + strings.Repeat("1;", 40) + "1m", "\x00\b\b\b\r\n", "\x0e\x0f", "\x1b(0lqqk",
	"e\u0301", "世界", "\U0001f600\u200d\U0001f600", "\xff\xfe\x80", strings.Repeat("A", 500), "\x1bc", "\x1b[?1049l", "\x9b2J",
}
