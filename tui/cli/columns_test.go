package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"

	"arcadia/engine/visible"
)

// Wide characters take two cells, marks none, and columns still stand below each other.
func TestColumnsAlignByCells(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := columns(&b, [][]string{{"NAME", "X"}, {"東京", "a"}, {"e\u0301", "b"}, {"plain", "c"}, {"", ""}}); err != nil {
		t.Fatal(err)
	}
	want := "NAME   X\n東京   a\ne\u0301      b\nplain  c\n\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

// JSON means the same after what could steer a terminal has been escaped.
func TestObjectHoldsNothingThatSteersATerminal(t *testing.T) {
	t.Parallel()
	hostile := "a\x1b]0;x\x07 \x7f \u0085 \u009b1m \u202e \u200b \u2028 \U000e0041 é 東京 \t\n"
	var b strings.Builder
	if err := object(&b, map[string]string{hostile: hostile}); err != nil {
		t.Fatal(err)
	}
	for _, r := range b.String() {
		if r != '\n' && visible.Text(string(r)) != string(r) {
			t.Errorf("it holds %U", r)
		}
	}
	var back map[string]string
	if err := json.Unmarshal([]byte(b.String()), &back); err != nil || back[hostile] != hostile {
		t.Errorf("%v: %q", err, back)
	}
	if !strings.Contains(b.String(), "é 東京") {
		t.Errorf("it escapes what can be read: %s", b.String())
	}
}

// On a terminal a name from right to left stays in its column, and JSON stays what it is to the byte.
func TestATerminalKeepsTextFromRightToLeftToItself(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	w := isolating{&b}
	if err := columns(w, [][]string{{"שלום", "12"}}); err != nil {
		t.Fatal(err)
	}
	if want := "\u2068שלום\u2069  12\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	b.Reset()
	if err := object(w, "שלום"); err != nil {
		t.Fatal(err)
	}
	if want := "\"שלום\"\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

// A list cuts what would push away the columns beside it, by cells and after it has been made visible.
func TestAListCutsLongTexts(t *testing.T) {
	t.Parallel()
	rows := listed([][]string{{strings.Repeat("東", 300), strings.Repeat("\u200b", 300), strings.Repeat("a", maxCell)}})
	for i, cell := range rows[0] {
		if w := lipgloss.Width(cell); w > maxCell {
			t.Errorf("column %d is %d cells wide", i, w)
		}
	}
	if rows[0][2] != strings.Repeat("a", maxCell) {
		t.Error("it cuts what fits")
	}
}
