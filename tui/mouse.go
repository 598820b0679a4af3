package tui

import (
	"slices"
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"arcadia/tui/confirm"
)

// sorter is a screen whose rows can be ordered by the title of a column. It reports whether there is such a column.
type sorter interface {
	sortBy(env *Env, title string) (Action, bool)
}

// click does what is under the pointer. What that is the screen says: a button is where its word stands in brackets.
func (a *App) click(m tea.MouseClickMsg) tea.Cmd {
	lines := strings.Split(ansi.Strip(a.View().Content), "\n")
	if m.Y < 0 || m.Y >= len(lines) {
		return nil
	}
	line := cellsOf(lines[m.Y])
	switch {
	case m.Y == 0:
		return a.clickCrumb(line, m.X)
	case m.Y == len(lines)-1:
		return a.clickHint(line, m.X)
	}
	if len(a.overlays) > 0 {
		bar := []rune(a.env.Theme.Edges.Side)[0]
		from, to := slices.Index(line, bar), len(line)-1
		for to > 0 && line[to] != bar {
			to--
		}
		if from < 0 || m.X <= from || m.X >= to {
			return nil
		}
		return a.deliver(a.front(), confirm.Clicked{Button: buttonAt(line, m.X), Line: string(line[from+1 : to])})
	}
	if word := buttonAt(line, m.X); word != "" {
		return a.deliver(a.front(), confirm.Clicked{Button: word, Line: string(line)})
	}
	if s, ok := a.screen().(sorter); ok {
		if act, sorts := s.sortBy(&a.env, wordAt(line, m.X)); sorts {
			return a.do(act)
		}
	}
	if cmd := a.deliver(a.front(), confirm.Clicked{Line: string(line)}); cmd != nil {
		return cmd
	}
	m.Y -= a.headLines() // a screen counts from its own first line
	return a.deliver(a.front(), m)
}

// cellsOf is a line cell by cell; the second cell of a wide character is a blank.
func cellsOf(line string) []rune {
	var out []rune
	for _, r := range line {
		out = append(out, r)
		for range ansi.StringWidth(string(r)) - 1 {
			out = append(out, ' ')
		}
	}
	return out
}

// buttonAt is the word of the button at a cell.
func buttonAt(line []rune, x int) string {
	if x >= len(line) {
		return ""
	}
	from, to := x, x
	for from > 0 && line[from] != '[' && (from == x || line[from] != ']') {
		from--
	}
	for to < len(line)-1 && line[to] != ']' && (to == x || line[to] != '[') {
		to++
	}
	text := string(line[from : to+1])
	if !strings.HasPrefix(text, "[ ") || !strings.HasSuffix(text, " ]") {
		return ""
	}
	return strings.TrimSpace(text[1 : len(text)-1])
}

// wordAt is what stands at a cell between blanks, as far as it is written in capitals: the title of a column.
func wordAt(line []rune, x int) string {
	if x >= len(line) || line[x] == ' ' {
		return ""
	}
	from, to := x, x
	for from > 0 && line[from-1] != ' ' {
		from--
	}
	for to < len(line) && line[to] != ' ' {
		to++
	}
	return strings.TrimFunc(string(line[from:to]), func(r rune) bool { return !unicode.IsUpper(r) })
}

// clickCrumb goes back where a part of the way is clicked that is not the last.
func (a *App) clickCrumb(line []rune, x int) tea.Cmd {
	all := a.screen().Title(&a.env)
	text := string(line)
	end := len(all) - 1
	for i, part := range all {
		at := strings.Index(text, part)
		if at < 0 || i == end {
			continue
		}
		from := ansi.StringWidth(text[:at])
		if x < from || x >= from+ansi.StringWidth(part) {
			continue
		}
		if i == 0 {
			*a.stack() = (*a.stack())[:1]
			a.overlays = nil
			return a.deliver(a.screen(), Shown{})
		}
		return a.do(Back{})
	}
	return nil
}

// clickHint presses the key that a hint of the footer names.
func (a *App) clickHint(line []rune, x int) tea.Cmd {
	text := string(line)
	for _, h := range a.hints() {
		shown := h.Key + " " + h.Word
		before, _, found := strings.Cut(text, shown)
		if !found {
			continue
		}
		from := ansi.StringWidth(before)
		if k, ok := hintedKey(h.Key); ok && x >= from && x < from+ansi.StringWidth(shown) {
			return a.key(k)
		}
	}
	return nil
}

// hinted are the keys that hints name by words or signs.
var hinted = map[string]rune{
	"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "space": tea.KeySpace, "F1": tea.KeyF1, "F2": tea.KeyF2, "↑": tea.KeyUp, "↓": tea.KeyDown, "←": tea.KeyLeft, "→": tea.KeyRight,
	"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "backspace": tea.KeyBackspace,
}

// hintedKey is the key that a hint names; of several the first.
func hintedKey(name string) (tea.KeyPressMsg, bool) {
	name, _, _ = strings.Cut(name, " ")
	if c, ok := hinted[name]; ok {
		return tea.KeyPressMsg{Code: c}, true
	}
	if c, ok := strings.CutPrefix(name, "ctrl+"); ok && len(c) == 1 {
		return tea.KeyPressMsg{Code: rune(c[0]), Mod: tea.ModCtrl}, true
	}
	if r := []rune(name); len(r) == 1 {
		return tea.KeyPressMsg{Code: r[0], Text: name}, true
	}
	return tea.KeyPressMsg{}, false
}
