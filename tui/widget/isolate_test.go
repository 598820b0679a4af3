package widget

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestTextFromRightToLeftMovesNothingBesideIt(t *testing.T) {
	t.Parallel()
	const open, shut = firstStrongIsolate, popIsolate
	for _, c := range []struct{ in, want string }{
		{"web-01  3 m  ──▌ done", "web-01  3 m  ──▌ done"},
		{"שלום 12", open + "שלום" + shut + " 12"},
		{"  שלום עולם  12  ops1", "  " + open + "שלום עולם" + shut + "  12  ops1"},
		{"a שלום, b عربي.", "a " + open + "שלום" + shut + ", b " + open + "عربي" + shut + "."},
		{"שלום  עולם", open + "שלום" + shut + "  " + open + "עולם" + shut},
		{"שלום\nעולם", open + "שלום" + shut + "\n" + open + "עולם" + shut},
		{"\x1b[1mשל\x1b[31mום\x1b[m 3", "\x1b[1m" + open + "של\x1b[31mום" + shut + "\x1b[m 3"},
		{"שָׁלוֹם 1", open + "שָׁלוֹם" + shut + " 1"},
		{"١٢ 34", "١٢ 34"}, // digits alone turn nothing
		{"𐤀𐤁 x", open + "𐤀𐤁" + shut + " x"},
		{"\x1b[", "\x1b["},
		{"日本 ☃ ~", "日本 ☃ ~"},
	} {
		got := Isolate(c.in)
		if got != c.want {
			t.Errorf("%q\n got %q\nwant %q", c.in, got, c.want)
		}
		if w := ansi.StringWidth(c.in); ansi.StringWidth(got) != w {
			t.Errorf("%q is %d cells wide and was %d", got, ansi.StringWidth(got), w)
		}
		if back := strings.NewReplacer(open, "", shut, "").Replace(got); back != c.in {
			t.Errorf("%q has changed to %q", c.in, back)
		}
	}
}

func BenchmarkIsolateAScreen(b *testing.B) {
	s := strings.Repeat(strings.Repeat("web-01 ── 3 m  \x1b[1mdone\x1b[m ", 5)+"\n", 40)
	for b.Loop() {
		Isolate(s)
	}
}
