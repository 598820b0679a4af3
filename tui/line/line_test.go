package line

import (
	"testing"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

func press(code rune) tea.KeyPressMsg { return tea.KeyPressMsg{Code: code} }

func TestALineIsEditedByWhatPeopleSee(t *testing.T) {
	t.Parallel()
	var l Line
	l.insert("cafe\u0301 漢字")
	if len(l.text) != 7 {
		t.Fatalf("%d characters: %q", len(l.text), l.text)
	}
	l.Update(press(tea.KeyLeft))
	l.Update(press(tea.KeyBackspace))
	if got := l.String(); got != "cafe\u0301 字" {
		t.Errorf("%q", got)
	}
	for width := 1; width < 12; width++ {
		for at := range l.text {
			l.at = at
			if _, x := l.View(Inks{}, width, true); x < 0 || x >= width {
				t.Errorf("width %d, cursor %d: it is drawn on cell %d", width, at, x)
			}
		}
	}
}

// TestWhyTheLibrarysFieldIsNotUsed is the measurement that the package comment quotes: when it fails, the library has learned
// what letters are, and this package can go.
func TestWhyTheLibrarysFieldIsNotUsed(t *testing.T) {
	t.Parallel()
	for _, letter := range []string{"e\u0301", "\U0001f469\u200d\U0001f680", "\U0001f1e9\U0001f1ea"} {
		m := textinput.New()
		m.Focus()
		m.SetValue(letter)
		m.CursorEnd()
		left, _ := m.Update(press(tea.KeyLeft))
		cut, _ := m.Update(press(tea.KeyBackspace))
		var l Line
		l.Set(letter)
		l.Update(press(tea.KeyBackspace))
		if left.Position() == 0 || cut.Value() == "" {
			t.Errorf("%q: the library's cursor goes to %d, and backspace leaves %q", letter, left.Position(), cut.Value())
		}
		if !l.Empty() {
			t.Errorf("%q: our backspace leaves %q", letter, l.String())
		}
	}
}

// What a selection holds is replaced by what is typed, and given up by a cursor key.
func TestASelectionIsReplaced(t *testing.T) {
	t.Parallel()
	var l Line
	l.Set("1800")
	l.Enter(true)
	l.Update(tea.KeyPressMsg{Code: '3', Text: "3"})
	if got := l.String(); got != "3" {
		t.Errorf("typed over a selection it is %q", got)
	}
	l.Enter(true)
	l.Update(press(tea.KeyEnd))
	l.Update(tea.KeyPressMsg{Code: '0', Text: "0"})
	if got := l.String(); got != "30" {
		t.Errorf("typed behind a selection it is %q", got)
	}
}
