package tui

import (
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
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
	stays, ctx := noteStays, a.ctx
	if n.Level == Error {
		stays = errorStays
	}
	return func() tea.Msg {
		if !sleep(ctx, stays) {
			return nil
		}
		return fadeMsg{no: m.No}
	}
}

// worthSaying picks what a change is about for the footer: the last saga of it that came to rest.
func worthSaying(t *Theme, changed []engine.Summary) (Notify, bool) {
	for i := len(changed) - 1; i >= 0; i-- {
		s := &changed[i]
		if !s.Status.Terminal() {
			continue
		}
		n := Notify{Level: Good, Text: s.Short + " " + t.status(s.Status).Word, Saga: s.Short}
		switch s.Status {
		case engine.RolledBack:
			n.Level, n.Text = Warn, n.Text+", "+strconv.Itoa(s.Residue)+" left"
		case engine.Failed:
			n.Level, n.Text = Error, n.Text+", "+strconv.Itoa(s.Residue)+" left behind"
		case engine.Completed, engine.Pending, engine.Running, engine.Compensating:
		}
		return n, true
	}
	return Notify{}, false
}
