package tui

import (
	"strconv"
	"strings"
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

// worthSaying puts a change into words for the footer: the saga that came to rest, or how many did.
func worthSaying(t *Theme, changed []engine.Summary) (Notify, bool) {
	count := map[engine.Status]int{}
	rest, last := 0, 0
	for i := range changed {
		if s := &changed[i]; s.Status.Terminal() {
			count[s.Status]++
			rest, last = rest+1, i
		}
	}
	if rest == 0 {
		return Notify{}, false
	}
	level := Good
	if count[engine.RolledBack] > 0 {
		level = Warn
	}
	if count[engine.Failed] > 0 {
		level = Error
	}
	if rest > 1 {
		var parts []string
		for _, st := range []engine.Status{engine.Completed, engine.RolledBack, engine.Failed} {
			if n := count[st]; n > 0 {
				parts = append(parts, strconv.Itoa(n)+" "+t.status(st).Word)
			}
		}
		return Notify{Level: level, Text: strings.Join(parts, ", ")}, true
	}
	s := &changed[last]
	n := Notify{Level: level, Text: s.Short + " " + t.status(s.Status).Word, Saga: s.Short}
	switch s.Status {
	case engine.RolledBack:
		n.Text += ", " + strconv.Itoa(s.Residue) + " left"
	case engine.Failed:
		n.Text += ", " + strconv.Itoa(s.Residue) + " left behind"
	case engine.Completed, engine.Pending, engine.Running, engine.Compensating:
	}
	return n, true
}
