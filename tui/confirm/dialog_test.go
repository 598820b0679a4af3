package confirm

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"arcadia/tui/theme"
)

func press(d *Dialog, name string) Event {
	special := map[string]tea.KeyPressMsg{
		"tab": {Code: tea.KeyTab}, "shift+tab": {Code: tea.KeyTab, Mod: tea.ModShift}, "enter": {Code: tea.KeyEnter}, "esc": {Code: tea.KeyEscape},
	}
	if k, ok := special[name]; ok {
		return d.Update(k)
	}
	var e Event
	for _, r := range name {
		e = d.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	return e
}

func ask() Dialog {
	return New([]Line{{ID: "typed", Phrase: "web-01"}, {ID: "reason", Label: "Reason"}}, Answer{ID: "do", Word: "Delete", Danger: true})
}

// Tab goes through what is on the screen from top to bottom, and the focus starts on the answer that changes nothing.
func TestTabGoesFromTopToBottom(t *testing.T) {
	t.Parallel()
	d := ask()
	var way []string
	for range 5 {
		way = append(way, d.Focus)
		press(&d, "tab")
	}
	if got := strings.Join(way, " "); got != "keep do typed reason keep" {
		t.Errorf("tab goes %s", got)
	}
	lines := d.View(theme.New(theme.Choice{NoColor: true}), Picture{Body: func(int) []string { return []string{"what"} }}, 80, 20).Lines
	text := ansi.Strip(strings.Join(lines, "\n"))
	last := -1
	for _, part := range []string{"Type web-01", "Reason", "[ " + KeepWord + " ]", "[ Delete ]"} {
		at := strings.Index(text, part)
		if at <= last {
			t.Errorf("%q is not below or behind what tab reaches before it:\n%s", part, text)
		}
		last = at
	}
}

func TestARefusalLeadsToWhatIsWrong(t *testing.T) {
	t.Parallel()
	d := ask()
	press(&d, "tab")
	if e := press(&d, "enter"); e != Stays || d.Focus != "typed" || d.Notice != "type web-01 first" {
		t.Errorf("%v with the focus on %s: %s", e, d.Focus, d.Notice)
	}
	d.Update(tea.PasteMsg{Content: "web-01"})
	if d.Missing() == "" {
		t.Error("a paste counts as typing")
	}
	press(&d, "WEB-01")
	press(&d, "enter")
	press(&d, "enter")
	if d.Focus != "do" {
		t.Errorf("with all filled enter leads to %s", d.Focus)
	}
	if e := press(&d, "enter"); e != Answers {
		t.Errorf("the answer is %v", e)
	}
}

// What is typed on an answer goes into the first line; enter on the harmless answer and esc leave.
func TestTypingOnAnAnswerFillsTheFirstLine(t *testing.T) {
	t.Parallel()
	d := ask()
	press(&d, "web")
	if d.Focus != "typed" || d.Text("typed") != "web" {
		t.Errorf("%q is in the first line, the focus on %s", d.Text("typed"), d.Focus)
	}
	for _, k := range []string{"enter", "esc"} {
		d := ask()
		if e := press(&d, k); e != Leaves {
			t.Errorf("%s: %v", k, e)
		}
	}
	d.Busy = true
	if press(&d, "esc") != Stays {
		t.Error("a key passes while an answer is carried out")
	}
}
