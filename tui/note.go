package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/tui/say"
)

// How long a message stays in the footer.
const (
	noteStays  = 5 * time.Second
	errorStays = 12 * time.Second
)

// fadeMsg takes a message out of the footer, if it is still the last.
type fadeMsg struct{ no int }

// note shows a message in the footer and keeps it.
func (a *App) note(n Notify) tea.Cmd {
	m := a.env.State.say(a.now(), n)
	a.last = &m
	a.fade() // the one before has no need to be waited for
	ctx, fade := context.WithCancel(a.ctx)
	a.fade = fade
	stays := noteStays
	if n.Level == say.Error {
		stays = errorStays
	}
	noted := a.deliver(a.screen(), Noted{})
	return tea.Batch(noted, func() tea.Msg {
		if !sleep(ctx, stays) {
			return nil
		}
		return fadeMsg{no: m.No}
	})
}
