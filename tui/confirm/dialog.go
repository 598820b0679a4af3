// Package confirm is the one dialog that asks before anything is changed: a title, what it is about, lines to fill, and answers.
// What is asked, and what an answer does, is its user's; how one answers is the same everywhere.
//
// Tab goes through what is on the screen from top to bottom: the lines, then the harmless answer, then those that do something.
// The focus starts on the harmless answer, which is always called the same, and only a key moves it. What is typed on an answer
// goes into the first line. A refusal moves the focus to what is wrong.
package confirm

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/tui/keys"
	"arcadia/tui/line"
	"arcadia/tui/list"
)

// Keep is the answer that changes nothing, and what it is called.
const (
	Keep     = "keep"
	KeepWord = "Do nothing"
)

// Line is one line to fill.
type Line struct {
	ID, Label string
	Phrase    string // has to be typed, and not pasted, before anything is done; case does not matter. Empty: anything
	Hint      string // what is good to know of it, shown behind it
	Missing   string // what is said while it is empty and must not be; empty: it may stay so
	Text      line.Line
}

// filled reports whether nothing is missing.
func (l *Line) filled() bool {
	text := strings.TrimSpace(l.Text.String())
	if l.Phrase != "" {
		return strings.EqualFold(text, l.Phrase)
	}
	return l.Missing == "" || text != ""
}

// lacks says what is missing.
func (l *Line) lacks() string {
	if l.Phrase != "" {
		return "type " + l.Phrase + " first"
	}
	return l.Missing
}

// Event is what a key has asked for.
type Event int

// The events.
const (
	Stays   Event = iota
	Leaves        // nothing shall be done
	Answers       // the answer under the focus is given, and every line is filled
)

// Dialog is one question. Its zero value, with answers, has no lines.
type Dialog struct {
	Lines   []Line
	Answers []Answer // those that do something
	Focus   string   // a line, Keep, or an answer
	Busy    bool     // an answer is being carried out: keys wait
	Notice  string   // what has to be read: why it was refused, or what has changed
	Bad     bool     // the notice is a refusal

	body list.Scroll
}

// Answer is one of the answers that do something.
type Answer struct {
	ID, Word string
	Danger   bool // it changes the world
}

// New asks with the focus on the harmless answer.
func New(lines []Line, answers ...Answer) Dialog {
	return Dialog{Lines: lines, Answers: answers, Focus: Keep}
}

// Text is what a line holds.
func (d *Dialog) Text(id string) string {
	if l := d.line(id); l != nil {
		return strings.TrimSpace(l.Text.String())
	}
	return ""
}

func (d *Dialog) line(id string) *Line {
	for i := range d.Lines {
		if d.Lines[i].ID == id {
			return &d.Lines[i]
		}
	}
	return nil
}

// Missing says what has to be filled before anything can be done; empty when nothing has.
func (d *Dialog) Missing() string {
	if l := d.missing(); l != nil {
		return l.lacks()
	}
	return ""
}

func (d *Dialog) missing() *Line {
	for i := range d.Lines {
		if !d.Lines[i].filled() {
			return &d.Lines[i]
		}
	}
	return nil
}

// stops are what tab goes through, from top to bottom.
func (d *Dialog) stops() []string {
	var out []string
	for i := range d.Lines {
		out = append(out, d.Lines[i].ID)
	}
	out = append(out, Keep)
	for _, a := range d.Answers {
		out = append(out, a.ID)
	}
	return out
}

// Refuse says why nothing was done, with the focus on the harmless answer.
func (d *Dialog) Refuse(why string) {
	d.Busy, d.Notice, d.Bad, d.Focus = false, why, true, Keep
}

// Calm moves the focus from an answer that does something to the harmless one.
func (d *Dialog) Calm() {
	if d.line(d.Focus) == nil {
		d.Focus = Keep
	}
}

// Update takes keys and pastes.
func (d *Dialog) Update(msg tea.Msg) Event {
	if d.Busy {
		return Stays
	}
	switch msg := msg.(type) {
	case tea.PasteMsg:
		if l := d.line(d.Focus); l != nil && l.Phrase == "" { // what has to be typed is typed
			l.Text.Update(msg)
		}
	case tea.KeyPressMsg:
		return d.press(msg)
	case Clicked:
		return d.click(msg)
	}
	return Stays
}

// Clicked is a click on what is known by what is written there.
type Clicked struct {
	Button string // the word on a button; empty: none was hit
	Line   string // what stands on the line
}

// click moves the focus to what was clicked. An answer is given by a click on the one that has the focus already.
func (d *Dialog) click(c Clicked) Event {
	if c.Button == "" {
		for i := range d.Lines {
			if strings.Contains(c.Line, strings.TrimSpace(d.Lines[i].label())) {
				d.Focus = d.Lines[i].ID
			}
		}
		return Stays
	}
	for _, b := range d.buttons(false) {
		switch {
		case b.Word != c.Button:
		case b.ID == d.Focus:
			return d.enter()
		default:
			d.Focus = b.ID
		}
	}
	return Stays
}

func (d *Dialog) press(k tea.KeyPressMsg) Event {
	switch name := k.String(); name {
	case "esc":
		return Leaves
	case "tab":
		d.Focus = Around(d.stops(), d.Focus, 1)
	case "shift+tab":
		d.Focus = Around(d.stops(), d.Focus, -1)
	case "enter":
		return d.enter()
	case "down", "up", "pgdown", "pgup":
		d.body.By(map[string]int{"down": 1, "up": -1, "pgdown": d.body.Page(), "pgup": -d.body.Page()}[name])
	default:
		d.edit(k)
	}
	return Stays
}

// enter gives an answer. In a line it goes on to the next; behind the last it leads to the answer that does something only when
// a line had to be filled and all are.
func (d *Dialog) enter() Event {
	if d.Focus == Keep {
		return Leaves
	}
	if d.line(d.Focus) == nil {
		if l := d.missing(); l != nil {
			d.Notice, d.Bad, d.Focus = l.lacks(), true, l.ID
			return Stays
		}
		return Answers
	}
	next := Around(d.stops(), d.Focus, 1)
	if next == Keep && d.demands() && d.missing() == nil && len(d.Answers) == 1 {
		next = d.Answers[0].ID
	}
	d.Focus = next
	return Stays
}

// demands reports whether a line has to be filled.
func (d *Dialog) demands() bool {
	for i := range d.Lines {
		if d.Lines[i].Phrase != "" || d.Lines[i].Missing != "" {
			return true
		}
	}
	return false
}

// edit edits the line with the focus, or the first.
func (d *Dialog) edit(k tea.KeyPressMsg) {
	if d.line(d.Focus) == nil && k.Text != "" && k.String() != "space" && len(d.Lines) > 0 {
		d.Focus = d.Lines[0].ID
	}
	if l := d.line(d.Focus); l != nil && l.Text.Update(k) && d.Bad {
		d.Notice, d.Bad = "", false
	}
}

// Hints are the keys of the dialog where the focus is.
func (d *Dialog) Hints() []keys.Hint {
	if d.Busy {
		return nil
	}
	word := "close"
	switch {
	case d.line(d.Focus) != nil:
		word = "next line"
	case d.Focus == Keep:
		word = strings.ToLower(KeepWord)
	default:
		for _, a := range d.Answers {
			if a.ID == d.Focus {
				word = strings.ToLower(a.Word)
			}
		}
	}
	out := keys.Hints("tab", "next", "enter", word, "esc", "close")
	if d.body.More() {
		out = append(out, keys.Hint{Key: "↑ ↓", Word: "more"})
	}
	return append(out, keys.Hint{Key: "F1", Word: "help"})
}
