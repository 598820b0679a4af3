// Package theme is how everything looks: one ink for each token, and the symbols. It knows terminals and statuses, and no screen.
package theme

import (
	"image/color"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

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
	Plain   bool // no colors
}

// Symbols are one cell each.
type Symbols struct {
	Running, Pending, Completed, Compensating, RolledBack, Failed, StepFailed string
	Done, Left, Undone                                                        string // of a gauge
	Forward, Backward, Break, Gap                                             string // of a timeline
	Crumb, Dash, Arrow, Dot, Marked, Up, Down, Rule, Bar, More                string
	Cursor, Differs                                                           string
}

func symbols(ascii bool) Symbols {
	if ascii {
		return Symbols{
			Running: "*", Pending: "o", Completed: "+", Compensating: "<", RolledBack: "u", Failed: "!", StepFailed: "x",
			Done: "#", Left: "-", Undone: "<", Forward: "=", Backward: "<", Break: "~", Gap: ":",
			Crumb: ">", Dash: "-", Arrow: "->", Dot: "-", Marked: "+", Up: "^", Down: "v", Rule: "-", Bar: "|", More: "~",
			Cursor: ">", Differs: "<",
		}
	}
	return Symbols{
		Running: "●", Pending: "○", Completed: "✔", Compensating: "↺", RolledBack: "↶", Failed: "▲", StepFailed: "✖",
		Done: "▰", Left: "▱", Undone: "◂", Forward: "█", Backward: "◀", Break: "⋯", Gap: "┊",
		Crumb: "›", Dash: "–", Arrow: "→", Dot: "·", Marked: "▌", Up: "↑", Down: "↓", Rule: "─", Bar: "│", More: "…",
		Cursor: "▌", Differs: "◂",
	}
}

// The names of the themes.
const (
	Auto     = "auto" // dark or light, as the terminal answers when it is asked for its background
	Dark     = "dark"
	Light    = "light"
	Contrast = "high-contrast" // at least 7:1, on the background that the terminal has
	Mono     = "mono"          // attributes only
)

// Names lists the themes that Config.Theme, the settings and the palette take.
func Names() []string {
	return []string{Auto, Dark, Light, Contrast, Mono}
}

// Note says of a theme in one line what it is.
func Note(name string) string { return notes[name] }

var notes = map[string]string{
	Auto: "dark or light, as the terminal is", Dark: "colors for a dark background", Light: "colors for a light background",
	Contrast: "colors of a contrast of 7:1 and more", Mono: "no colors, only bold, underlined and reversed",
}

// Choice is what a theme is made for: what was asked for, and what the terminal can do.
type Choice struct {
	Name    string // one of Names; any other is Auto
	Dark    bool   // the terminal's background
	NoColor bool   // attributes only
	ASCII   bool   // no symbols beyond ASCII
	Profile colorprofile.Profile
}

// New makes a theme.
func New(c Choice) *Theme {
	dark, plain, colors := c.Dark, c.NoColor, &normal
	switch c.Name {
	case Dark:
		dark = true
	case Light:
		dark = false
	case Contrast:
		colors = &strong
	case Mono:
		plain = true
	}
	return mix(colors, dark, c.Profile, plain, c.ASCII)
}

// mix mixes the inks for a terminal. From 256 colors on the program's renderer brings the values down to what the
// terminal has; at sixteen we choose ourselves, and without color there are attributes only.
func mix(c *colors, dark bool, profile colorprofile.Profile, noColor, ascii bool) *Theme {
	t := &Theme{Dark: dark, Symbols: symbols(ascii), Edges: widget.Thin}
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
	of := func(k token) color.Color {
		if profile == colorprofile.ANSI {
			return k.basic
		}
		return pick(lipgloss.Color(k.light), lipgloss.Color(k.dark))
	}
	ink := func(k token) widget.Ink {
		if profile == colorprofile.ANSI {
			return c.basic(k, dark)
		}
		return widget.Ink(ansi.NewStyle().ForegroundColor(of(k)).String())
	}
	on := func(b badge) widget.Ink {
		return widget.Ink(ansi.NewStyle().ForegroundColor(of(b.text)).BackgroundColor(of(b.ground)).String())
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

// Tone is the ink of a text.
func (t *Theme) Tone(tone say.Tone) widget.Ink {
	return [...]widget.Ink{"", t.Faint, t.Pending, t.Running, t.Completed, t.Compensating, t.RolledBack, t.Failed}[tone]
}
