package tui

import (
	"image/color"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

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
}

// Symbols are one cell each.
type Symbols struct {
	Running, Pending, Completed, Compensating, RolledBack, Failed, StepFailed string
	Done, Left, Undone                                                        string // of a gauge
	Forward, Backward                                                         string // of a timeline
	Crumb, Dash, Arrow, Dot, Marked, Up, Down, Rule, Bar, More                string
}

func symbols(ascii bool) Symbols {
	if ascii {
		return Symbols{
			Running: "*", Pending: "o", Completed: "+", Compensating: "<", RolledBack: "u", Failed: "!", StepFailed: "x",
			Done: "#", Left: "-", Undone: "<", Forward: "=", Backward: "<",
			Crumb: ">", Dash: "-", Arrow: "->", Dot: "-", Marked: "+", Up: "^", Down: "v", Rule: "-", Bar: "|", More: "~",
		}
	}
	return Symbols{
		Running: "●", Pending: "○", Completed: "✔", Compensating: "↺", RolledBack: "↶", Failed: "▲", StepFailed: "✖",
		Done: "▰", Left: "▱", Undone: "◂", Forward: "█", Backward: "◀",
		Crumb: "›", Dash: "–", Arrow: "→", Dot: "·", Marked: "▌", Up: "↑", Down: "↓", Rule: "─", Bar: "│", More: "…",
	}
}

// token is one colour in both backgrounds and in the sixteen that every terminal has.
type token struct {
	light, dark string
	basic       ansi.BasicColor
}

// The tokens that colour text. Contrast is at least 4.5:1 on the backgrounds below.
var tokens = struct {
	faint, accent, key, running, completed, compensating, rolledBack, failed, danger token
}{
	faint:        token{"#5F6672", "#8A919C", ansi.BrightBlack},
	accent:       token{"#5B3FD6", "#A78BFA", ansi.Magenta},
	key:          token{"#4B32B8", "#C9B8FF", ansi.Magenta},
	running:      token{"#006C85", "#5CCFE6", ansi.Cyan},
	completed:    token{"#1A7F37", "#7FD88F", ansi.Green},
	compensating: token{"#945600", "#F2B86B", ansi.Yellow},
	rolledBack:   token{"#6650A4", "#B9A7E8", ansi.Magenta},
	failed:       token{"#C0261F", "#FF7B72", ansi.Red},
	danger:       token{"#C0261F", "#FF7B72", ansi.Red},
}

// border is drawn with, not written with: it need not be read.
var border = token{"#C3C8D0", "#3D434D", ansi.BrightBlack}

// badge is text on a ground of its own.
type badge struct{ text, ground token }

var (
	demoBadge  = badge{token{"#FFFFFF", "#16161E", ansi.Black}, token{"#1A7F37", "#7FD88F", ansi.Green}}
	liveBadge  = badge{token{"#FFFFFF", "#FFFFFF", ansi.BrightWhite}, token{"#B3261E", "#A4262C", ansi.Red}}
	quietBadge = badge{token{"#FFFFFF", "#16161E", ansi.Black}, token{"#5F6672", "#8A919C", ansi.White}}
)

// The backgrounds that contrast is computed against.
const (
	lightGround = "#FAFBF8"
	darkGround  = "#16161E"
)

// newTheme mixes the inks for a terminal. From 256 colours on the program's renderer brings the values down to what the
// terminal has; at sixteen we choose ourselves, and without colour there are attributes only.
func newTheme(dark bool, profile colorprofile.Profile, noColor, ascii bool) *Theme {
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
	mix := func(k token) color.Color {
		if profile == colorprofile.ANSI {
			return k.basic
		}
		return pick(lipgloss.Color(k.light), lipgloss.Color(k.dark))
	}
	ink := func(k token) widget.Ink { return widget.Ink(ansi.NewStyle().ForegroundColor(mix(k)).String()) }
	on := func(b badge) widget.Ink {
		return widget.Ink(ansi.NewStyle().ForegroundColor(mix(b.text)).BackgroundColor(mix(b.ground)).String())
	}
	t.Faint, t.Accent, t.Key = ink(tokens.faint), t.Strong.With(ink(tokens.accent)), ink(tokens.key)
	t.Running, t.Completed, t.Compensating = ink(tokens.running), ink(tokens.completed), ink(tokens.compensating)
	t.RolledBack, t.Failed, t.Danger = ink(tokens.rolledBack), ink(tokens.failed), ink(tokens.danger)
	t.Pending, t.Border = t.Faint, ink(border)
	t.Demo, t.Live, t.Quiet = on(demoBadge), t.Strong.With(on(liveBadge)), on(quietBadge)
	return t
}

func (t *Theme) plain() *Theme {
	t.Plain = true
	t.Accent, t.Key, t.Failed, t.Danger = t.Strong, t.Strong, t.Strong, t.Strong
	t.Demo, t.Live, t.Quiet = t.Selection, t.Selection.With(t.Strong), t.Selection
	return t
}
