package tui

import "arcadia/tui/keys"

// reel is the place in a log that grows: it follows the end until the operator scrolls.
type reel struct {
	follow bool
	cursor int
	top    int
	n      int // lines there are
	seen   int // lines there were when it was last at the end
}

func newReel() reel { return reel{follow: true} }

// grow takes the new number of lines.
func (r *reel) grow(n int) {
	r.n = n
	if r.follow {
		r.cursor, r.seen = max(0, n-1), n
	}
}

// fresh is how many lines have come since the end was last seen.
func (r *reel) fresh() int { return r.n - r.seen }

func (r *reel) move(c keys.Command, tall int) {
	to, ok := moveBy(c, r.cursor, r.n, tall)
	if !ok {
		return
	}
	r.cursor = to
	r.follow = to >= r.n-1
	if r.follow {
		r.seen = r.n
	}
}
