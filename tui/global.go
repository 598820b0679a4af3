package tui

import (
	tea "charm.land/bubbletea/v2"

	"arcadia/tui/keys"
	"arcadia/tui/say"
)

// global does what works on every screen. It reports false for what is the screen's own.
func (a *App) global(c keys.Command) (tea.Cmd, bool) {
	switch c {
	case keys.CmdHelp:
		return a.do(Show{newHelp(&a.env, a.screen().Scopes())}), true
	case keys.CmdPalette:
		return a.do(Show{newPalette(&a.env, a.screen().Scopes())}), true
	case keys.CmdOut:
		if len(*a.stack()) > 1 {
			return a.do(Back{}), true
		}
		return a.do(Leave{}), true
	case keys.CmdLeave:
		return a.do(Leave{}), true
	case keys.CmdSagas, keys.CmdDroplets, keys.CmdRecords, keys.CmdResource, keys.CmdMessages, keys.CmdLogs, keys.CmdOrphans:
		return a.goTo(c), true
	case keys.CmdFreeze, keys.CmdThaw:
		return a.do(freezeDoor(&a.env, c)), true
	case keys.CmdTimes:
		a.env.Clock.Format = (a.env.Clock.Format + 1) % (say.UTC + 1)
		return a.note(Notify{Text: "times: " + a.env.Clock.Format.String()}), true
	case keys.CmdRedraw:
		return tea.ClearScreen, true
	case keys.CmdDump:
		a.overlays = nil
		a.takeDump()
		return nil, true
	case keys.CmdMouse:
		a.mouse = !a.mouse
		text := "mouse off"
		if a.mouse {
			text = "mouse on"
		}
		return a.note(Notify{Text: text}), true
	}
	return nil, false
}

// goTo brings a root screen to the front, as it was left.
func (a *App) goTo(c keys.Command) tea.Cmd {
	for i, s := range a.stacks {
		r, ok := s[0].(interface{ root() keys.Command })
		if !ok || r.root() != c {
			continue
		}
		if a.at == i {
			a.stacks[i] = s[:1]
		}
		a.at, a.overlays = i, nil
		return a.deliver(a.screen(), Shown{})
	}
	return a.note(Notify{Level: say.Error, Text: "no " + string(c) + " here: this console is connected to no provider"})
}

// leave ends the session, or asks when this process has sagas at work.
func (a *App) leave() tea.Cmd {
	if !a.env.Config.Hosting || a.env.State.Active() == 0 || a.env.State.Trouble != "" {
		return tea.Quit
	}
	for _, o := range a.overlays {
		if _, asked := o.(*leaving); asked {
			return tea.Quit // ctrl+c twice means it
		}
	}
	return a.do(Show{newLeaving(&a.env)})
}
