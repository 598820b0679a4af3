package tui

import (
	"testing"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"arcadia/tui/theme"
)

func TestAThemeIsChosenByName(t *testing.T) {
	t.Parallel()
	onExhibit(t, func(c *Config) { c.Theme = theme.Light }, func(s *stage) {
		s.send(tea.BackgroundColorMsg{Color: lipgloss.Color("#000000")})
		if s.app.env.Theme.Dark {
			t.Error("what the terminal answers beats the theme that was asked for")
		}
		choose := func(name string) *theme.Theme {
			s.press(":")
			s.write("theme " + name)
			s.press("enter")
			s.has("theme: " + name)
			return s.app.env.Theme
		}
		if th := choose(theme.Mono); !th.Plain {
			t.Error("mono has colors")
		}
		if th := choose(theme.Contrast); th.Plain || th.Running != theme.New(theme.Choice{Name: theme.Contrast, Dark: true}).Running || !th.Dark {
			t.Error("high-contrast is not of the strong colors for the terminal's background")
		}
		if th := choose(theme.Dark); th.Running != theme.New(theme.Choice{Dark: true}).Running || !th.Dark {
			t.Error("dark is not dark")
		}
		choose(theme.Auto)
		s.send(tea.BackgroundColorMsg{Color: lipgloss.Color("#ffffff")})
		if s.app.env.Theme.Dark {
			t.Error("auto does not follow the terminal")
		}
	})
}
