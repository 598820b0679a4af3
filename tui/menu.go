package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/tui/confirm"
	"arcadia/tui/keys"
	"arcadia/tui/line"
	"arcadia/tui/list"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// item is one line of a menu.
type item struct {
	Head   string // a heading before it when it differs from that of the line before
	Key    string // the key that does the same from the screen, and here without asking for enter
	Text   string
	Note   string // secondary text
	Why    string // why it cannot be chosen now; it is grayed then
	Danger bool
	Do     Action
}

// menu is an overlay to choose from: actions, copies, keys, commands. With a field it is searched by typing.
type menu struct {
	name   string
	intro  []string
	items  []item
	shown  []int // of items, what the search leaves
	cursor int   // of shown
	top    int
	field  *line.Line
	tips   []keys.Hint
	whole  func(text string) Action // what enter does with a text that says all by itself, whatever lines it finds; nil: nothing
	other  func(text string) Action // what enter does with a text that no line has; nil: nothing
	fill   func(*menu)              // completes the text of the field at tab; nil: tab moves
}

func newMenu(name string, items []item) *menu {
	m := &menu{name: name, items: items}
	m.find()
	m.cursor = max(0, slices.IndexFunc(m.shown, func(i int) bool { return m.items[i].Why == "" }))
	return m
}

// searchable gives the menu a field.
func (m *menu) searchable() *menu {
	m.field = &line.Line{}
	return m
}

// Name is the title.
func (m *menu) Name(*Env) string { return m.name }

// Hints are the menu's keys.
func (m *menu) Hints(*Env) []keys.Hint {
	if m.tips != nil {
		return m.tips
	}
	return keys.Hints("enter", "choose", "esc", "close")
}

// Update moves, searches and chooses.
func (m *menu) Update(env *Env, msg tea.Msg) Action {
	if c, ok := msg.(confirm.Clicked); ok {
		return m.clicked(c.Line)
	}
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		if _, paste := msg.(tea.PasteMsg); paste && m.field != nil {
			m.typed(msg)
		}
		return nil
	}
	switch name := k.String(); name {
	case "esc":
		return Close{}
	case "enter":
		return m.choose()
	case "down", "ctrl+n":
		m.move(1)
	case "up", "ctrl+p":
		m.move(-1)
	case "pgdown":
		m.move(10)
	case "pgup":
		m.move(-10)
	case "tab":
		if m.fill != nil {
			m.fill(m)
		} else {
			m.move(1)
		}
	case "shift+tab":
		m.move(-1)
	default:
		if m.field != nil {
			m.typed(msg)
			return nil
		}
		return m.letter(name)
	}
	return nil
}

// clicked moves to the line that was clicked, or chooses it when it has the cursor already.
func (m *menu) clicked(text string) Action {
	hit := -1
	for i, at := range m.shown {
		if name := m.items[at].Text; strings.Contains(text, name) && (hit < 0 || len(name) > len(m.items[m.shown[hit]].Text)) {
			hit = i
		}
	}
	switch {
	case hit < 0:
		return nil
	case hit == m.cursor:
		return m.choose()
	}
	m.cursor = hit
	return nil
}

func (m *menu) letter(name string) Action {
	switch name {
	case "j":
		m.move(1)
		return nil
	case "k":
		m.move(-1)
		return nil
	case "q", "h":
		return Close{}
	}
	for i, at := range m.shown {
		if m.items[at].Key == name {
			m.cursor = i
			return m.choose()
		}
	}
	return nil
}

func (m *menu) typed(msg tea.Msg) {
	if changed := m.field.Update(msg); changed {
		m.find()
	}
}

// find leaves what the filter in the field lets pass.
func (m *menu) find() {
	m.shown, m.cursor, m.top = m.shown[:0], 0, 0
	typed := ""
	if m.field != nil {
		typed = strings.TrimSpace(m.field.String())
	}
	passes := list.Words(typed)
	for i, it := range m.items {
		if !passes(it.Key + " " + it.Text + " " + it.Note + " " + it.Head) {
			continue
		}
		if typed != "" && strings.EqualFold(it.Text, typed) {
			m.cursor = len(m.shown) // a line that is typed whole is meant, whatever else has its words
		}
		m.shown = append(m.shown, i)
	}
}

func (m *menu) move(n int) {
	m.cursor = max(0, min(m.cursor+n, len(m.shown)-1))
}

// choose closes the menu and does the line under the cursor; a grayed one stays and says why.
func (m *menu) choose() Action {
	if m.whole != nil {
		if act := m.whole(strings.TrimSpace(m.field.String())); act != nil {
			return Batch{Close{}, act}
		}
	}
	if len(m.shown) == 0 {
		if m.other != nil {
			if act := m.other(strings.TrimSpace(m.field.String())); act != nil {
				return Batch{Close{}, act}
			}
		}
		return nil
	}
	it := m.items[m.shown[m.cursor]]
	switch {
	case it.Why != "":
		return Notify{Level: say.Error, Text: it.Text + ": " + it.Why}
	case it.Do == nil:
		return Close{}
	}
	return Batch{Close{}, it.Do}
}

// View draws the field and the lines around the cursor.
func (m *menu) View(env *Env, width, height int) Drawing {
	var d Drawing
	t := env.Theme
	width = min(width, 84)
	air := height > 12
	if air {
		d.Lines = append(d.Lines, "")
	}
	for _, l := range m.intro {
		d.Lines = append(d.Lines, widget.Wrap(l, width)...)
	}
	if len(m.intro) > 0 {
		d.Lines = append(d.Lines, "")
	}
	if m.field != nil {
		text, x := m.field.View(line.Bare(t), width-2, true)
		d.Cursor = tea.NewCursor(2+x, len(d.Lines))
		d.Lines = append(d.Lines, t.Key.Paint(": ")+text)
		if air {
			d.Lines = append(d.Lines, "")
		}
	}
	rows, at := m.rows(env, width)
	room := height - len(d.Lines)
	if air {
		room--
	}
	top := widget.Window(len(rows), at, m.top, room)
	if top == 1 && at < room {
		top = 0 // a heading alone is not worth hiding
	}
	d.Shown = func() { m.top = top }
	for i := top; i < len(rows) && i < top+room; i++ {
		d.Lines = append(d.Lines, rows[i])
	}
	if len(rows) == 0 {
		d.Lines = append(d.Lines, t.Faint.Paint("nothing matches"))
	}
	if m.field != nil { // a search does not make the box jump
		for len(d.Lines) < min(height-1, len(m.items)+4) {
			d.Lines = append(d.Lines, "")
		}
		d.Lines[0] += widget.Spaces(width - widget.Width(d.Lines[0]))
	}
	if air {
		d.Lines = append(d.Lines, "")
	}
	return d
}

// rows draws all lines that are left, and says which is under the cursor.
func (m *menu) rows(env *Env, width int) (rows []string, at int) {
	t := env.Theme
	key, text := 0, 0
	for _, i := range m.shown {
		key = max(key, widget.Width(m.items[i].Key))
		text = max(text, widget.Width(m.items[i].Text))
	}
	text = min(text, width/2)
	head := ""
	for n, i := range m.shown {
		it := m.items[i]
		if it.Head != head {
			head = it.Head
			if len(rows) > 0 {
				rows = append(rows, "")
			}
			rows = append(rows, t.Faint.Paint(strings.ToUpper(head)))
		}
		note, ink := it.Note, t.Faint
		if it.Why != "" {
			note = it.Why
		}
		k, x := widget.Fit(it.Key, key), widget.Fit(it.Text, text)
		if key > 0 {
			k += "  "
		}
		left := width - widget.Width(k) - text - 3
		if left < 8 {
			note = ""
		}
		note = widget.Cut(note, left)
		body := x
		switch {
		case it.Why != "":
			k, body = t.Faint.Paint(k), t.Faint.Paint(x)
		case it.Danger:
			k, body = t.Key.Paint(k), t.Danger.Paint(x)
		default:
			k = t.Key.Paint(k)
		}
		row := " " + k + body + "  " + ink.Paint(note)
		if n == m.cursor {
			at = len(rows)
			row = t.Bar.Over(row, width)
		}
		rows = append(rows, row)
	}
	return rows, at
}
