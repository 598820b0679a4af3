package tui

import (
	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	"charm.land/lipgloss/v2"
)

// newInput makes a one-line text field with our keys and looks, focused, with the terminal's own cursor: ask its Cursor for
// the place. It binds nothing that this console promises never to bind, and no paste from the machine's own clipboard,
// which in an SSH session would be the server's.
func newInput(env *Env) textinput.Model {
	m := textinput.New()
	m.Prompt = ""
	m.CharLimit = 4096
	m.KeyMap = textinput.KeyMap{
		CharacterForward:        key.NewBinding(key.WithKeys("right")),
		CharacterBackward:       key.NewBinding(key.WithKeys("left")),
		WordForward:             key.NewBinding(key.WithKeys("alt+right", "ctrl+right", "alt+f")),
		WordBackward:            key.NewBinding(key.WithKeys("alt+left", "ctrl+left", "alt+b")),
		DeleteWordBackward:      key.NewBinding(key.WithKeys("alt+backspace", "ctrl+w")),
		DeleteBeforeCursor:      key.NewBinding(key.WithKeys("ctrl+u")),
		DeleteCharacterBackward: key.NewBinding(key.WithKeys("backspace", "ctrl+h")),
		LineStart:               key.NewBinding(key.WithKeys("home")),
		LineEnd:                 key.NewBinding(key.WithKeys("end", "ctrl+e")),
	}
	m.SetVirtualCursor(false)
	styleInput(env, &m)
	m.Focus()
	return m
}

// styleInput gives the field the looks of the theme; call it again when the theme has changed.
func styleInput(env *Env, m *textinput.Model) {
	faint := lipgloss.NewStyle()
	if !env.Theme.Plain {
		faint = faint.Foreground(lipgloss.LightDark(env.Theme.Dark)(lipgloss.Color(env.Theme.colours.faint.light), lipgloss.Color(env.Theme.colours.faint.dark)))
	}
	st := textinput.StyleState{Text: lipgloss.NewStyle(), Placeholder: faint, Suggestion: faint, Prompt: lipgloss.NewStyle()}
	s := textinput.Styles{Focused: st, Blurred: st}
	s.Cursor.Blink = false
	m.SetStyles(s)
}
