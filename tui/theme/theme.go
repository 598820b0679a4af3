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
	Vote         widget.Ink // what waits for this operator's vote
	Running      widget.Ink
	Waiting      widget.Ink // sleeps until a time or a condition
	Completed    widget.Ink
	Compensating widget.Ink
	RolledBack   widget.Ink
	Failed       widget.Ink
	Pending      widget.Ink
	Danger       widget.Ink
	Border       widget.Ink
	Pivot        widget.Ink // the rule of the point of no return
	Below        widget.Ink // the page under an overlay
	Selection    widget.Ink // text that is chosen inside a line: reversed
	Mark         widget.Ink // what a filter has hit
	Field        widget.Ink // the line to type on
	Button       widget.Ink // the answer with the focus
	Doing        widget.Ink // the answer with the focus when it changes the world
	Banner       widget.Ink // what everybody must know, from edge to edge
	Demo         widget.Ink // the badges
	Live         widget.Ink
	Quiet        widget.Ink

	Bar     widget.Bar // the row under the cursor
	BarRest widget.Bar // the same in a pane without the focus
	Shade   widget.Bar // as Bar, for lines that are bold only where they say so

	final, finalHead widget.Ink
	accounts         map[string]widget.Ink // badges by their colors

	Symbols Symbols
	Edges   widget.Edges
	Dark    bool
	Plain   bool // no colors
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
	reversed := t.Selection.With(t.Strong)
	if noColor || profile != colorprofile.Unknown && profile < colorprofile.ANSI {
		return t.plain()
	}
	sixteen := profile == colorprofile.ANSI
	pick := lipgloss.LightDark(dark)
	of := func(k token) color.Color {
		if sixteen {
			return k.basic
		}
		return pick(lipgloss.Color(k.light), lipgloss.Color(k.dark))
	}
	ink := func(k token) widget.Ink {
		if sixteen {
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
	t.Waiting, t.Vote, t.Pending = ink(c.waiting), t.Key, t.Faint
	t.Border, t.Pivot, t.Below = ink(c.border), ink(c.pivot), ink(c.below)
	t.Demo, t.Live, t.Quiet = on(c.demo), t.Strong.With(on(c.live)), on(c.quiet)
	t.accounts = map[string]widget.Ink{}
	for _, b := range badges {
		t.accounts[b.name] = t.Strong.With(on(b.of(c)))
	}
	t.Button, t.Doing, t.Banner = t.Strong.With(on(c.button)), t.Strong.With(on(c.banner)), t.Strong.With(on(c.banner))
	edge := t.Symbols.Cursor
	if sixteen { // no ground that every terminal shows: reversed, but for the status
		t.Bar = widget.Bar{Ground: reversed, Edge: t.Accent.Paint(edge)}
		t.BarRest, t.Shade = widget.Bar{Ground: reversed, Edge: t.Faint.Paint(edge)}, t.Bar
		t.final, t.finalHead = t.Danger, t.Strong.With(t.Danger)
		return t
	}
	ground := widget.Ink(ansi.NewStyle().BackgroundColor(of(c.selection)).String())
	t.Shade = widget.Bar{Ground: ground, Edge: ground.With(ink(c.accent)).Paint(edge), Keep: true}
	t.Bar, t.BarRest = t.Shade, t.Shade
	t.Bar.Ground, t.BarRest.Ground = ground.With(t.Strong), ground.With(t.Strong)
	t.BarRest.Edge = ground.With(t.Faint).Paint(edge)
	t.final = on(c.final)
	t.finalHead = t.final.With(t.Danger).With(t.Strong)
	return t
}

func (t *Theme) plain() *Theme {
	t.Plain = true
	t.Accent, t.Key, t.Failed, t.Danger = t.Strong, t.Strong, t.Strong, t.Strong
	t.Vote = t.Strong
	loud := t.Selection.With(t.Strong)
	t.Demo, t.Live, t.Quiet = t.Selection, loud, t.Selection
	t.Button, t.Doing, t.Banner = loud, loud, loud
	t.Bar = widget.Bar{Ground: loud, Edge: t.Strong.Paint(t.Symbols.Cursor)}
	t.BarRest, t.Shade = widget.Bar{Ground: t.Strong, Edge: t.Symbols.Cursor}, t.Bar
	t.finalHead = t.Strong
	return t
}

// Final is the block that says what cannot be undone: its first line in bold and red, the rest in the text of danger, on a
// ground of its own from the second cell to the last but one of width.
func (t *Theme) Final(head string, lines []string, width int) []string {
	wide := width - 2
	block := func(ink widget.Ink, s string) string { return " " + ink.Paint(widget.Fit(s, wide)) + " " }
	out := []string{block(t.finalHead, " "+t.Symbols.Failed+" "+head)}
	for _, l := range lines {
		out = append(out, block(t.final, "   "+l))
	}
	return out
}

// Tone is the ink of a text.
func (t *Theme) Tone(tone say.Tone) widget.Ink {
	return [...]widget.Ink{"", t.Faint, t.Pending, t.Running, t.Completed, t.Compensating, t.RolledBack, t.Failed, t.Waiting, t.Vote}[tone]
}
