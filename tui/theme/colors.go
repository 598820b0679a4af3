package theme

import (
	"github.com/charmbracelet/x/ansi"

	"arcadia/tui/widget"
)

// token is one color in both backgrounds and in the sixteen that every terminal has.
type token struct {
	light, dark string
	basic       ansi.BasicColor
}

// badge is text on a ground of its own.
type badge struct{ text, ground token }

// colors are what a theme is mixed of. The border is drawn with, not written with: it need not be read.
type colors struct {
	faint, accent, key, running, completed, compensating, rolledBack, failed, danger token
	border                                                                           token
	demo, live, quiet                                                                badge

	bright bool // of sixteen colors, on a dark background, the bright ones, and none where text is only secondary
}

// normal text has a contrast of at least 4.5:1 on the backgrounds below, and on its badges.
var normal = colors{
	faint:        token{"#5F6672", "#8A919C", ansi.BrightBlack},
	accent:       token{"#5B3FD6", "#A78BFA", ansi.Magenta},
	key:          token{"#4B32B8", "#C9B8FF", ansi.Magenta},
	running:      token{"#006C85", "#5CCFE6", ansi.Cyan},
	completed:    token{"#1A7F37", "#7FD88F", ansi.Green},
	compensating: token{"#945600", "#F2B86B", ansi.Yellow},
	rolledBack:   token{"#6650A4", "#B9A7E8", ansi.Magenta},
	failed:       token{"#C0261F", "#FF7B72", ansi.Red},
	danger:       token{"#C0261F", "#FF7B72", ansi.Red},
	border:       token{"#C3C8D0", "#3D434D", ansi.BrightBlack},
	demo:         badge{token{"#FFFFFF", "#16161E", ansi.Black}, token{"#1A7F37", "#7FD88F", ansi.Green}},
	live:         badge{token{"#FFFFFF", "#FFFFFF", ansi.BrightWhite}, token{"#B3261E", "#A4262C", ansi.Red}},
	quiet:        badge{token{"#FFFFFF", "#16161E", ansi.Black}, token{"#5F6672", "#8A919C", ansi.White}},
}

// strong text has a contrast of at least 7:1.
var strong = colors{
	faint:        token{"#3A3F48", "#C9CED6", ansi.BrightBlack},
	accent:       token{"#3B1FA8", "#CFC2FF", ansi.Magenta},
	key:          token{"#2E1690", "#E2D9FF", ansi.Magenta},
	running:      token{"#004A5C", "#8BE9FF", ansi.Cyan},
	completed:    token{"#0B5423", "#A6F2B2", ansi.Green},
	compensating: token{"#6B3D00", "#FFD08A", ansi.Yellow},
	rolledBack:   token{"#47307F", "#DCCFFF", ansi.Magenta},
	failed:       token{"#8F120C", "#FFB3AD", ansi.Red},
	danger:       token{"#8F120C", "#FFB3AD", ansi.Red},
	border:       token{"#5F6672", "#8A919C", ansi.White},
	demo:         badge{token{"#FFFFFF", "#000000", ansi.Black}, token{"#0B5423", "#A6F2B2", ansi.Green}},
	live:         badge{token{"#FFFFFF", "#FFFFFF", ansi.BrightWhite}, token{"#8F120C", "#8F120C", ansi.Red}},
	quiet:        badge{token{"#FFFFFF", "#000000", ansi.Black}, token{"#3A3F48", "#C9CED6", ansi.White}},
	bright:       true,
}

// The backgrounds that contrast is computed against.
const (
	lightGround = "#FAFBF8"
	darkGround  = "#16161E"
)

// basic is the ink of a token on a terminal of sixteen colors; the zero ink is the terminal's own foreground.
func (c *colors) basic(k token, dark bool) widget.Ink {
	own := k.basic
	switch {
	case !c.bright:
	case own == ansi.BrightBlack:
		return "" // too close to either background
	case dark && own < ansi.BrightBlack:
		own += ansi.BrightBlack - ansi.Black
	}
	return widget.Ink(ansi.NewStyle().ForegroundColor(own).String())
}
