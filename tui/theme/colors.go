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

// colors are what a theme is mixed of. Border, pivot and below are drawn with, not written with: they need not be read.
type colors struct {
	faint, accent, key, running, waiting, completed, compensating, rolledBack, failed, danger token
	border, pivot, below                                                                      token
	selection                                                                                 token // the ground of the row under the cursor
	demo, live, quiet, button, banner, final                                                  badge

	bright bool // of sixteen colors, on a dark background, the bright ones, and none where text is only secondary
}

// normal text has a contrast of at least 4.5:1 on the backgrounds below, on the selection, and on its badges.
var normal = colors{
	faint:        token{"#5F6672", "#8F96A3", ansi.BrightBlack},
	accent:       token{"#5B3FD6", "#A78BFA", ansi.Magenta},
	key:          token{"#4B32B8", "#C9B8FF", ansi.Magenta},
	running:      token{"#006C85", "#5CCFE6", ansi.Cyan},
	waiting:      token{"#3A6480", "#86AFC9", ansi.Blue},
	completed:    token{"#157332", "#7FD88F", ansi.Green},
	compensating: token{"#8F5200", "#F2B86B", ansi.Yellow},
	rolledBack:   token{"#6650A4", "#B9A7E8", ansi.Magenta},
	failed:       token{"#C0261F", "#FF7B72", ansi.Red},
	danger:       token{"#C0261F", "#FF7B72", ansi.Red},
	border:       token{"#C3C8D0", "#3D434D", ansi.BrightBlack},
	pivot:        token{"#D99A96", "#8A4347", ansi.Red},
	below:        token{"#A5AAB3", "#565C67", ansi.BrightBlack},
	selection:    token{"#EAE6FB", "#2A2640", ansi.Black},
	demo:         badge{token{"#FFFFFF", "#14141A", ansi.Black}, token{"#157332", "#7FD88F", ansi.Green}},
	live:         badge{token{"#FFFFFF", "#FFFFFF", ansi.BrightWhite}, token{"#A4262C", "#8C2730", ansi.Red}},
	quiet:        badge{token{"#FFFFFF", "#14141A", ansi.Black}, token{"#5F6672", "#8F96A3", ansi.White}},
	button:       badge{token{"#FFFFFF", "#14141A", ansi.BrightWhite}, token{"#5B3FD6", "#A78BFA", ansi.Magenta}},
	banner:       badge{token{"#FFFFFF", "#FFFFFF", ansi.BrightWhite}, token{"#B3261E", "#A4262C", ansi.Red}},
	final:        badge{token{"#8E1B16", "#FFB3AC", ansi.Red}, token{"#FBE4E1", "#3A1B20", ansi.Black}},
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
	waiting:      token{"#1F4560", "#BFDDF0", ansi.Blue},
	failed:       token{"#8F120C", "#FFB3AD", ansi.Red},
	danger:       token{"#8F120C", "#FFB3AD", ansi.Red},
	border:       token{"#5F6672", "#8A919C", ansi.White},
	pivot:        token{"#8F120C", "#FFB3AD", ansi.Red},
	below:        token{"#7A808A", "#7A808A", ansi.BrightBlack},
	selection:    token{"#EAE6FB", "#2A2640", ansi.Black},
	demo:         badge{token{"#FFFFFF", "#000000", ansi.Black}, token{"#0B5423", "#A6F2B2", ansi.Green}},
	live:         badge{token{"#FFFFFF", "#FFFFFF", ansi.BrightWhite}, token{"#8F120C", "#8F120C", ansi.Red}},
	quiet:        badge{token{"#FFFFFF", "#000000", ansi.Black}, token{"#3A3F48", "#C9CED6", ansi.White}},
	button:       badge{token{"#FFFFFF", "#000000", ansi.BrightWhite}, token{"#3B1FA8", "#CFC2FF", ansi.Magenta}},
	banner:       badge{token{"#FFFFFF", "#FFFFFF", ansi.BrightWhite}, token{"#8F120C", "#8F120C", ansi.Red}},
	final:        badge{token{"#7A0F0A", "#FFD6D2", ansi.Red}, token{"#FBE4E1", "#3A1B20", ansi.Black}},
	bright:       true,
}

// The backgrounds that contrast is computed against.
const (
	lightGround = "#FAFAF7"
	darkGround  = "#14141A"
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
