package tui

import (
	"cmp"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine/visible"
	"arcadia/tui/say"
)

// settle makes the console as the settings want it. What it was started with, such as --ascii, goes before them.
func (a *App) settle(s Settings) {
	c := &a.cfg
	c.Settings, a.env.Settings = s, s
	c.Theme = cmp.Or(a.given.Theme, s.Theme)
	c.Progress, c.Bell, c.Notify = a.given.Progress || s.Progress, a.given.Bell || s.Bell, cmp.Or(a.given.Notify, s.Notify)
	c.ASCII = a.given.ASCII || s.ASCII
	a.env.Keys = builtIn().With(s.Keys)
	a.env.Clock.Format, a.mouse = s.Times, s.Mouse
	a.restyle()
}

// changeSetting changes one setting where it is kept, and the console with it.
type changeSetting struct {
	name, value string
	quiet       bool // nothing is said when it goes well
}

// settledMsg answers it.
type settledMsg struct {
	settings Settings
	said     string
	err      string
}

func (c changeSetting) perform(a *App) tea.Cmd {
	kept := a.cfg.Kept
	if kept == nil {
		return a.note(Notify{Level: say.Error, Text: "settings: " + notKept})
	}
	return func() tea.Msg {
		s, err := ChangeSetting(a.ctx, kept, c.name, c.value)
		m := settledMsg{settings: s}
		switch {
		case err != nil:
			m.err = visible.Text(err.Error())
		case c.quiet:
		case c.value == "":
			m.said = visible.Text(c.name) + " is as it comes"
		default:
			m.said = visible.Text(c.name + ": " + c.value)
		}
		return m
	}
}

// notKept says why settings cannot be changed.
const notKept = "they are kept nowhere in this session"

// settled takes over changed settings.
func (a *App) settled(m settledMsg) tea.Cmd {
	if m.err != "" {
		return a.note(Notify{Level: say.Error, Text: m.err})
	}
	a.settle(m.settings)
	cmds := []tea.Cmd{a.tell(Settled{})}
	if m.said != "" {
		cmds = append(cmds, a.note(Notify{Level: say.Good, Text: m.said}))
	}
	return tea.Batch(cmds...)
}

// remember keeps what a key has changed, where such things are kept.
func (a *App) remember(name, value string) tea.Cmd {
	if !a.cfg.Remembers {
		return nil
	}
	return a.do(changeSetting{name: name, value: value, quiet: true})
}
