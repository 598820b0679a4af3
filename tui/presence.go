package tui

import (
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/widget"
)

// Presence is another session on the same store.
type Presence struct {
	Name string // of its operator, as the session was told
	Saga string // the id of the saga on its screen; empty: none
	Host string // where it is, when that is another host of the same store; empty: here
}

// whoMsg says who else is here now.
type whoMsg struct{ all []Presence }

// noticeMsg is a word of whoever serves this session.
type noticeMsg struct{ text string }

// hereMsg says that Config.Here has been told of a saga.
type hereMsg struct{}

// presence is what others are told of this session. They are told of one place at a time, so that two never overtake each
// other; while they are told, only the newest of the places since is remembered.
type presence struct {
	told engine.ID
	busy bool
}

// lookWho asks who is here.
func (a *App) lookWho() tea.Cmd {
	who := a.cfg.Who
	if who == nil {
		return nil
	}
	return func() tea.Msg {
		m := whoMsg{all: slices.Clone(who())}
		for i := range m.all {
			m.all[i].Name, m.all[i].Host = visible.Text(m.all[i].Name), visible.Text(m.all[i].Host)
		}
		return m
	}
}

// awaitWho waits until somebody has come, gone or moved, and asks who is here. One is in flight.
func (a *App) awaitWho() tea.Cmd {
	ctx, changed, look := a.ctx, a.cfg.WhoChanged, a.lookWho()
	if changed == nil || look == nil {
		return nil
	}
	return func() tea.Msg {
		select {
		case <-ctx.Done():
			return nil
		case _, open := <-changed:
			if !open {
				return nil
			}
		}
		if !sleep(ctx, pace) { // many come and go at once; the screen is drawn fifteen times a second
			return nil
		}
		return look()
	}
}

// awaitNotice waits for a word of whoever serves this session. One is in flight.
func (a *App) awaitNotice() tea.Cmd {
	ctx, notice := a.ctx, a.cfg.Notice
	if notice == nil {
		return nil
	}
	return func() tea.Msg {
		select {
		case <-ctx.Done():
			return nil
		case text, open := <-notice:
			if !open {
				return nil
			}
			return noticeMsg{visible.Text(text)}
		}
	}
}

// sayHere tells the others which saga is on the screen, when that is not what they were told last.
func (a *App) sayHere() tea.Cmd {
	here := a.cfg.Here
	if here == nil || a.here.busy {
		return nil
	}
	var at engine.ID
	if s, ok := a.screen().(*saga); ok {
		at = s.first.ID
	}
	if at == a.here.told {
		return nil
	}
	a.here.busy, a.here.told = true, at
	return func() tea.Msg {
		here(string(at))
		return hereMsg{}
	}
}

// others names those who are here besides, each once, with how often when it is more than once.
func others(all []Presence) []string {
	count := map[string]int{}
	for _, p := range all {
		if p.Host != "" {
			count[p.Name+" on "+p.Host]++
		} else {
			count[p.Name]++
		}
	}
	out := make([]string, 0, len(count))
	for name, n := range count {
		if n > 1 {
			name += " (" + strconv.Itoa(n) + ")"
		}
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// with says in the header who else is here, in at most room cells: by name, or how many; nothing when not even that fits.
func (a *App) with(room int) string {
	all := a.env.State.Others
	if len(all) == 0 {
		return ""
	}
	for _, text := range []string{"with " + strings.Join(others(all), ", "), "with " + strconv.Itoa(len(all)), "+" + strconv.Itoa(len(all))} {
		if widget.Width(text) <= room {
			return a.env.Theme.Faint.Paint(text)
		}
	}
	return ""
}

// watchers names those who have the saga on their screen too.
func (s *State) watchers(id engine.ID) []string {
	var there []Presence
	for _, p := range s.Others {
		if p.Saga == string(id) {
			there = append(there, p)
		}
	}
	return others(there)
}
