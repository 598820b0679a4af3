package tui

import (
	"image/color"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"arcadia/tui/line"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// Theme is how everything looks: one ink per token, and the symbols.
type Theme struct {
	Strong       widget.Ink // what a screen is about
	Faint        widget.Ink // secondary text
	Accent       widget.Ink // our own name
	Key          widget.Ink // a key that can be pressed
	Running      widget.Ink
	Completed    widget.Ink
	Compensating widget.Ink
	RolledBack   widget.Ink
	Failed       widget.Ink
	Pending      widget.Ink
	Danger       widget.Ink
	Border       widget.Ink
	Selection    widget.Ink // the bar: reversed
	Mark         widget.Ink // what a filter has hit
	Field        widget.Ink // the line to type on
	Demo         widget.Ink // the badges
	Live         widget.Ink
	Quiet        widget.Ink

	Symbols Symbols
	Edges   widget.Edges
	Dark    bool
	Plain   bool // no colours

	colours *colours
}

// Symbols are one cell each.
type Symbols struct {
	Running, Pending, Completed, Compensating, RolledBack, Failed, StepFailed string
	Done, Left, Undone                                                        string // of a gauge
	Forward, Backward, Break, Gap                                             string // of a timeline
	Crumb, Dash, Arrow, Dot, Marked, Up, Down, Rule, Bar, More                string
}

func symbols(ascii bool) Symbols {
	if ascii {
		return Symbols{
			Running: "*", Pending: "o", Completed: "+", Compensating: "<", RolledBack: "u", Failed: "!", StepFailed: "x",
			Done: "#", Left: "-", Undone: "<", Forward: "=", Backward: "<", Break: "~", Gap: ":",
			Crumb: ">", Dash: "-", Arrow: "->", Dot: "-", Marked: "+", Up: "^", Down: "v", Rule: "-", Bar: "|", More: "~",
		}
	}
	return Symbols{
		Running: "●", Pending: "○", Completed: "✔", Compensating: "↺", RolledBack: "↶", Failed: "▲", StepFailed: "✖",
		Done: "▰", Left: "▱", Undone: "◂", Forward: "█", Backward: "◀", Break: "⋯", Gap: "┊",
		Crumb: "›", Dash: "–", Arrow: "→", Dot: "·", Marked: "▌", Up: "↑", Down: "↓", Rule: "─", Bar: "│", More: "…",
	}
}

// The names of the themes.
const (
	ThemeAuto     = "auto" // dark or light, as the terminal answers when it is asked for its background
	ThemeDark     = "dark"
	ThemeLight    = "light"
	ThemeContrast = "high-contrast" // at least 7:1, on the background that the terminal has
	ThemeMono     = "mono"          // attributes only
)

// ThemeNames lists the themes that Config.Theme, the settings and the palette take.
func ThemeNames() []string {
	return []string{ThemeAuto, ThemeDark, ThemeLight, ThemeContrast, ThemeMono}
}

// themeNotes say for the palette what a theme is.
var themeNotes = map[string]string{
	ThemeAuto: "dark or light, as the terminal is", ThemeDark: "colours for a dark background", ThemeLight: "colours for a light background",
	ThemeContrast: "colours of a contrast of 7:1 and more", ThemeMono: "no colours, only bold, underlined and reversed",
}

// setTheme changes the look of this session.
type setTheme struct{ name string }

func (s setTheme) perform(a *App) tea.Cmd {
	a.env.Config.Theme = s.name
	a.restyle()
	return a.note(Notify{Text: "theme: " + s.name})
}

// themeOf is the theme of a console on its terminal. A name that is none of ThemeNames is auto.
func themeOf(c *Config, profile colorprofile.Profile) *Theme {
	dark, plain, colours := c.Dark, c.NoColor, &normal
	switch c.Theme {
	case ThemeDark:
		dark = true
	case ThemeLight:
		dark = false
	case ThemeContrast:
		colours = &strong
	case ThemeMono:
		plain = true
	}
	return mixTheme(colours, dark, profile, plain, c.ASCII)
}

// newTheme is the theme of normal colours.
func newTheme(dark bool, profile colorprofile.Profile, noColor, ascii bool) *Theme {
	return mixTheme(&normal, dark, profile, noColor, ascii)
}

// mixTheme mixes the inks for a terminal. From 256 colours on the program's renderer brings the values down to what the
// terminal has; at sixteen we choose ourselves, and without colour there are attributes only.
func mixTheme(c *colours, dark bool, profile colorprofile.Profile, noColor, ascii bool) *Theme {
	t := &Theme{Dark: dark, colours: c, Symbols: symbols(ascii), Edges: widget.Thin}
	if ascii {
		t.Edges = widget.Plain
	}
	bold, under := ansi.NewStyle().Bold(), ansi.NewStyle().Underline(true)
	t.Strong = widget.Ink(bold.String())
	t.Selection = widget.Ink(ansi.NewStyle().Reverse(true).String())
	t.Field = widget.Ink(under.String())
	t.Mark = widget.Ink(ansi.NewStyle().Bold().Underline(true).String())
	if noColor || profile != colorprofile.Unknown && profile < colorprofile.ANSI {
		return t.plain()
	}
	pick := lipgloss.LightDark(dark)
	mix := func(k token) color.Color {
		if profile == colorprofile.ANSI {
			return k.basic
		}
		return pick(lipgloss.Color(k.light), lipgloss.Color(k.dark))
	}
	ink := func(k token) widget.Ink {
		if profile == colorprofile.ANSI {
			return c.basic(k, dark)
		}
		return widget.Ink(ansi.NewStyle().ForegroundColor(mix(k)).String())
	}
	on := func(b badge) widget.Ink {
		return widget.Ink(ansi.NewStyle().ForegroundColor(mix(b.text)).BackgroundColor(mix(b.ground)).String())
	}
	t.Faint, t.Accent, t.Key = ink(c.faint), t.Strong.With(ink(c.accent)), ink(c.key)
	t.Running, t.Completed, t.Compensating = ink(c.running), ink(c.completed), ink(c.compensating)
	t.RolledBack, t.Failed, t.Danger = ink(c.rolledBack), ink(c.failed), ink(c.danger)
	t.Pending, t.Border = t.Faint, ink(c.border)
	t.Demo, t.Live, t.Quiet = on(c.demo), t.Strong.With(on(c.live)), on(c.quiet)
	return t
}

func (t *Theme) plain() *Theme {
	t.Plain = true
	t.Accent, t.Key, t.Failed, t.Danger = t.Strong, t.Strong, t.Strong, t.Strong
	t.Demo, t.Live, t.Quiet = t.Selection, t.Selection.With(t.Strong), t.Selection
	return t
}

// tone is the ink of a text.
func (t *Theme) tone(tone say.Tone) widget.Ink {
	return [...]widget.Ink{"", t.Faint, t.Pending, t.Running, t.Completed, t.Compensating, t.RolledBack, t.Failed}[tone]
}

// inks are those of a line to type on.
func (t *Theme) inks() line.Inks { return line.Inks{Field: t.Field, Selected: t.Selection} }
