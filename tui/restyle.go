package tui

import (
	tea "charm.land/bubbletea/v2"

	"arcadia/tui/theme"
)

// restyle makes the theme again after the choice, or what is known of the terminal, has changed.
func (a *App) restyle() {
	c := &a.cfg
	a.drawn = nil
	a.env.Theme = theme.New(theme.Choice{Name: c.Theme, Dark: c.Dark, NoColor: c.NoColor, ASCII: c.ASCII, Profile: a.profile})
}

// setTheme changes the look of this session.
type setTheme struct{ name string }

func (s setTheme) perform(a *App) tea.Cmd {
	a.cfg.Theme = s.name
	a.restyle()
	return tea.Batch(a.note(Notify{Text: "theme: " + s.name}), a.remember("theme", s.name))
}
