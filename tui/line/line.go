// Package line is one line of text being edited: fields of forms, filters, menus and dialogs use this and nothing else.
//
// It is not a wrapped textinput of Bubbles. That keeps runes: behind "é" written as two of them the left arrow stops inside the
// letter, backspace takes its accent, and the cursor is drawn two cells too far right (measured with v2.2.1; see the tests).
// Names of droplets and TXT data have such letters.
package line

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// maxLine bounds what one line takes, in bytes.
const maxLine = 8 << 10

// Line is one line of text that is being edited. It is kept in what people see as characters, so that the cursor never
// stands inside of one. Everything that is typed or pasted into it has been cleaned before. The zero Line is empty.
type Line struct {
	text []string
	at   int  // the cursor stands before this character
	all  bool // the whole text is selected: what is typed replaces it
}

// Set replaces the text and puts the cursor at its end.
func (l *Line) Set(s string) {
	l.text, l.all = clusters(s), false
	l.at = len(l.text)
}

// String is the text.
func (l *Line) String() string { return strings.Join(l.text, "") }

// insert types s at the cursor.
func (l *Line) insert(s string) {
	if l.all {
		l.Set("")
	}
	head := strings.Join(l.text[:l.at], "")
	tail := strings.Join(l.text[l.at:], "")
	if len(head)+len(s)+len(tail) > maxLine {
		return
	}
	l.text = clusters(head + s + tail)
	l.at = len(clusters(head + s))
}

// Update edits the line. It reports whether the message changed the text.
func (l *Line) Update(msg tea.Msg) (changed bool) {
	was := l.String()
	switch msg := msg.(type) {
	case tea.PasteMsg:
		l.insert(msg.Content)
	case tea.KeyPressMsg:
		if !l.press(msg) {
			return false
		}
	default:
		return false
	}
	return l.String() != was
}

func (l *Line) press(k tea.KeyPressMsg) bool {
	whole := l.all
	l.all = false
	switch k.String() {
	case "left":
		l.at = max(0, l.at-1)
	case "right":
		l.at = min(len(l.text), l.at+1)
	case "home":
		l.at = 0
	case "end", "ctrl+e":
		l.at = len(l.text)
	case "alt+left", "ctrl+left", "alt+b":
		l.at = l.wordBack()
	case "alt+right", "ctrl+right", "alt+f":
		l.at = l.wordOn()
	case "backspace", "ctrl+h":
		switch {
		case whole:
			l.Set("")
		case l.at > 0:
			l.cut(l.at-1, l.at)
		}
	case "delete":
		if whole {
			l.Set("")
		} else if l.at < len(l.text) {
			l.cut(l.at, l.at+1)
		}
	case "ctrl+w", "alt+backspace":
		l.cut(l.wordBack(), l.at)
	case "ctrl+u":
		l.cut(0, l.at)
	default:
		l.all = whole
		if k.Text == "" {
			return false
		}
		l.insert(k.Text)
	}
	return true
}

func (l *Line) cut(from, to int) {
	l.text = append(append([]string(nil), l.text[:from]...), l.text[to:]...)
	l.at = from
}

func (l *Line) wordBack() int {
	i := l.at
	for i > 0 && l.text[i-1] == " " {
		i--
	}
	for i > 0 && l.text[i-1] != " " {
		i--
	}
	return i
}

func (l *Line) wordOn() int {
	i := l.at
	for i < len(l.text) && l.text[i] != " " {
		i++
	}
	for i < len(l.text) && l.text[i] == " " {
		i++
	}
	return i
}

// Empty reports whether there is no text.
func (l *Line) Empty() bool { return len(l.text) == 0 }

// Enter puts the cursor at the end, as the focus comes. With all, what is typed next replaces the text.
func (l *Line) Enter(all bool) { l.at, l.all = len(l.text), all && len(l.text) > 0 }

// Leave gives up the selection, as the focus goes.
func (l *Line) Leave() { l.all = false }

// Inks are how a line looks: as a field to fill, and where the whole text is selected.
type Inks struct{ Field, Selected widget.Ink }

// Field are the inks of a field to fill.
func Field(t *theme.Theme) Inks { return Inks{Field: t.Field, Selected: t.Selection} }

// Bare are the inks of a line that is no field: a filter, a search.
func Bare(t *theme.Theme) Inks { return Inks{Selected: t.Selection} }

// View draws the part of the line around the cursor on exactly width cells, and says on which cell the cursor stands. It
// decides by the cursor alone which part that is: drawing changes nothing.
func (l *Line) View(inks Inks, width int, focused bool) (string, int) {
	if width <= 0 {
		return "", 0
	}
	cells, cursor := 0, 0
	for i, c := range l.text {
		if i == l.at {
			cursor = cells
		}
		cells += widget.Width(c)
	}
	if l.at >= len(l.text) {
		cursor = cells
	}
	skip := 0
	if focused && cells+1 > width {
		skip = max(0, min(cursor-width/2, cells+1-width))
	}
	s := l.String()
	x := cursor - skip
	if skip > 0 {
		s = ansi.TruncateLeft(s, skip, "")
		x = widget.Width(s) - (cells - cursor)
	}
	if l.all && focused {
		n := min(widget.Width(s), width)
		return inks.Selected.Paint(widget.Cut(s, width)) + inks.Field.Paint(widget.Spaces(width-n)), min(x, width-1)
	}
	if focused {
		s = ansi.Truncate(s, width, "") // the cell of the cursor is no place for an ellipsis
	}
	return inks.Field.Paint(widget.Fit(s, width)), max(0, min(x, width-1))
}

func clusters(s string) []string {
	var out []string
	for s != "" {
		c, _ := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
		if c == "" {
			break
		}
		out = append(out, c)
		s = s[len(c):]
	}
	return out
}
