package cli

import (
	"encoding/json"
	"strings"
	"testing"

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
