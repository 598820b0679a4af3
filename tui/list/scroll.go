package list

import (
	"strconv"

	"arcadia/tui/keys"
	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// Scroll is the part of some lines that is on the screen, where there is no cursor: a plan, a text, what a dialog says.
type Scroll struct {
	Top  int // the first line that is shown
	tall int // lines that have room, as last shown
	n    int // lines there are
}

// By moves it by some lines, as far as there are any.
func (s *Scroll) By(n int) { s.Top = max(0, min(s.Top+n, s.n-s.tall)) }

// Press moves it. It reports false for a command that is no move.
func (s *Scroll) Press(c keys.Command) bool {
	at, ok := Move(c, s.Top, s.n-s.tall+1, s.tall)
	if ok {
		s.Top = at
	}
	return ok
}

// Page is how far a key goes that turns a page: one line of the last stays in sight.
func (s *Scroll) Page() int { return max(1, s.tall-1) }

// More reports whether there are lines that are not shown.
func (s *Scroll) More() bool { return s.tall > 0 && s.n > s.tall }

// Fit is the scroll of n lines of which tall have room.
func (s Scroll) Fit(n, tall int) Scroll {
	tall = max(1, tall)
	return Scroll{Top: max(0, min(s.Top, n-tall)), tall: tall, n: n}
}

// Cut are those lines of a body that have room, with how many more there are at the end of the last; and the scroll as it is then.
func (s Scroll) Cut(t *theme.Theme, body []string, width, tall int) ([]string, Scroll) {
	s = s.Fit(len(body), tall)
	end := min(s.n, s.Top+s.tall)
	lines := append([]string(nil), body[s.Top:end]...)
	if below := s.n - end; below > 0 {
		mark := t.Key.Paint(strconv.Itoa(below)+" more ") + t.Symbols.Down
		last := len(lines) - 1
		lines[last] = widget.Fit(lines[last], width-widget.Width(mark)-1) + " " + mark
	}
	return lines, s
}
