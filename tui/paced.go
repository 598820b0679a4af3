package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/tui/frames"
)

// The frames of a local terminal. Bubble Tea writes at fixed moments, at the earliest one period after the start: at fps
// the first frame and the answer to every key would be late by up to 66 ms. So it may write often, and paced holds frames
// back instead, none of the first few.
const (
	burst = 4 // frames that may follow each other at once
	fps   = 15
)

// paced is the console with at most fps frames a second, after a burst.
type paced struct {
	*App
	now  func() time.Time
	left float64   // frames that may be drawn
	at   time.Time // when left was right
	last tea.View
	hold bool // last is shown again, and a frameMsg is on its way

	clock frames.Clock
}

// frameMsg says that the next frame may be drawn.
type frameMsg struct{}

func newPaced(a *App, now func() time.Time) *paced { return &paced{App: a, now: now, left: burst} }

// Update takes one message, and sees to it that what it changes is drawn.
func (p *paced) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	p.clock.Stir()
	now := p.now()
	p.left, p.at = min(burst, p.left+now.Sub(p.at).Seconds()*fps), now
	if _, due := msg.(frameMsg); due {
		p.hold = false
		return p, nil
	}
	_, next := p.App.Update(msg)
	if p.left >= 1 || p.hold {
		return p, next
	}
	p.hold = true
	wait := time.Duration((1 - p.left) / fps * float64(time.Second))
	return p, tea.Batch(next, tea.Tick(wait, func(time.Time) tea.Msg { return frameMsg{} }))
}

// View draws, or shows the last frame again.
func (p *paced) View() tea.View {
	p.clock.Stir()
	if p.hold {
		return p.last
	}
	v := p.App.View()
	if v.Content != p.last.Content {
		p.left--
	}
	p.last = v
	return v
}
