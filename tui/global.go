package tui

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/tui/keys"
	"arcadia/tui/say"
)

// globals are the commands that work on every screen.
func globals() []command {
	bound := func(c keys.Command, word, help string, pressed ...string) keys.Binding {
		return bind(keys.Everywhere, c, word, help, pressed...)
	}
	show := func(c keys.Command, word, help string, why func(*Env) string, pressed ...string) command {
		return command{Binding: bound(c, word, help, pressed...), why: why, do: then(act(func(a *App) tea.Cmd { return a.goTo(c) }))}
	}
	provider := func(env *Env) string {
		if env.Inventory == nil {
			return say.NoProvider
		}
		return ""
	}
	copies := func(env *Env) string {
		if !env.Has(keys.CmdCopies) {
			return say.NoProvider
		}
		return ""
	}
	freezes := func(c keys.Command) func(*Env) string {
		return func(env *Env) string { return env.noFreeze(freezeMeant(env, c)) }
	}
	logs := show(keys.CmdLogs, "log", "what the engine did over all sagas; on a saga L is its own log", nil, "6", "L")
	logs.Label = "6 L"
	return []command{
		{Binding: labeled("?", bound(keys.CmdHelp, "help", "every key that works here; type to search, enter does it", "?", "f1")), do: then(act(func(a *App) tea.Cmd {
			return a.do(Show{newHelp(&a.env, a.commands())})
		}))},
		{Binding: bound(keys.CmdPalette, "palette", "verbs and screens by name, tab completes", ":"), do: then(act(func(a *App) tea.Cmd {
			return a.do(Show{newPalette(&a.env, a.commands())})
		}))},
		{Binding: bound(keys.CmdOut, "back", "go back; at the root, leave", "q"), do: then(act(func(a *App) tea.Cmd {
			if len(*a.stack()) > 1 {
				return a.do(Back{})
			}
			return a.do(Leave{})
		}))},
		{Binding: bound(keys.CmdLeave, "leave", "leave the console", "ctrl+c"), do: then(Leave{})},
		show(keys.CmdSagas, "sagas", "the sagas", nil, "1"),
		show(keys.CmdDroplets, "droplets", "the droplets of the account", provider, "2"),
		show(keys.CmdRecords, "records", "the DNS records of the account", provider, "3"),
		show(keys.CmdResource, "resources", "what sagas have provisioned", nil, "4"),
		show(keys.CmdMessages, "messages", "everything that was said in the footer", nil, "5"),
		logs,
		show(keys.CmdCopies, "snapshots", "snapshots of droplets and volumes, and what they cost; the orphans first, which no saga tracks", copies, "7"),
		{Binding: bound(keys.CmdOrphans, "orphans", "snapshots created by arcadia but not tracked by any saga, and what they cost"), why: copies, do: then(act(func(a *App) tea.Cmd { return a.goTo(keys.CmdCopies) }))},
		show(keys.CmdNetwork, "network", "reserved addresses and firewalls", provider, "0"),
		show(keys.CmdSchedules, "schedules", "what is launched by itself, when it is next, and what became of the last", nil, "8"),
		show(keys.CmdSettings, "settings", "how the console looks and behaves for you", nil),
		show(keys.CmdOperators, "operators", "who may come in over SSH, by which key and in which role", func(env *Env) string {
			if !env.Has(keys.CmdOperators) {
				return "this session has no operators file"
			}
			return ""
		}),
		show(keys.CmdHosts, "hosts", "who has the store open, who drives and who drove, and how the store is", func(env *Env) string {
			if !env.Has(keys.CmdHosts) {
				return "only one process can have this store open"
			}
			return ""
		}, "9"),
		contextsCommand(bound),
		{Binding: bound(keys.CmdTimes, "times", "times as age, local or UTC", "T"), do: then(act(func(a *App) tea.Cmd {
			a.env.Clock.Format = (a.env.Clock.Format + 1) % (say.UTC + 1)
			name := a.env.Clock.Format.String()
			return tea.Batch(a.note(Notify{Text: "times: " + name}), a.remember("times", strings.ToLower(name)))
		}))},
		{Binding: bound(keys.CmdRedraw, "redraw", "draw the screen again", "ctrl+l"), do: then(act(func(*App) tea.Cmd { return tea.ClearScreen }))},
		{Binding: labeled("F2", bound(keys.CmdMouse, "mouse", "mouse on or off", "f2")), do: then(act(func(a *App) tea.Cmd {
			a.mouse = !a.mouse
			text := map[bool]string{true: "mouse on", false: "mouse off"}[a.mouse]
			return tea.Batch(a.note(Notify{Text: text}), a.remember("mouse", strconv.FormatBool(a.mouse)))
		}))},
		{
			Binding: danger(bound(keys.CmdFreeze, "freeze all", "everything waits: no step of any saga starts, in either direction; on what is frozen, thaw", "W")),
			why:     freezes(keys.CmdFreeze), do: func(env *Env) Action { return freezeDoor(env, keys.CmdFreeze) },
		},
		{
			Binding: danger(bound(keys.CmdThaw, "thaw", "end a freeze: what was held up starts again, little by little")),
			why:     freezes(keys.CmdThaw), do: func(env *Env) Action { return freezeDoor(env, keys.CmdThaw) },
		},
		{Binding: bound(keys.CmdDump, "dump", "this screen as plain text, to select from"), do: then(act(func(a *App) tea.Cmd {
			a.overlays = nil
			a.takeDump()
			return nil
		}))},
	}
}

// commands are all that can be done on the screen that is shown: its own, and those that work everywhere.
func (a *App) commands() []command { return append(a.screen().Commands(&a.env), globals()...) }

// everyScreen is one of each, to ask which commands there are. None of them is ever shown.
func everyScreen() []Screen {
	return []Screen{
		newSagas(), newSaga(&engine.Summary{}, false), newDroplets(nil), newDomains(nil), newRecords(nil, ""), newResources(Config{}), newSnapshots(Config{}), newNetwork(nil), newSchedules(),
		newMessages(), newLogs(), newLastNight(), newDeciding(&engine.Summary{}), newVoting(&engine.Summary{}), newOperators(nil), newHosts(nil, nil), newSettings(),
	}
}

// builtIn is the key map that everybody begins with: what the console and its screens declare, by where it works.
func builtIn() *keys.Map {
	all := globals()
	var together [][]keys.Scope
	for _, s := range everyScreen() {
		own := s.Commands(&Env{State: newState()})
		all = append(all, own...)
		together = append(together, append(scopes(own), keys.Everywhere))
	}
	seen := map[string]bool{}
	var bindings []keys.Binding
	for _, scope := range keys.Scopes() {
		for _, c := range all {
			id := string(c.Scope) + " " + string(c.Command)
			if c.Scope == scope && !seen[id] {
				seen[id] = true
				bindings = append(bindings, c.Binding)
			}
		}
	}
	return keys.NewMap(bindings, together...)
}

// goTo brings a root screen to the front, as it was left.
func (a *App) goTo(c keys.Command) tea.Cmd {
	for i, s := range a.stacks {
		if s.root() != c {
			continue
		}
		if a.at == i {
			a.stacks[i] = s[:1]
		}
		a.at, a.overlays = i, nil
		return a.deliver(a.screen(), Shown{})
	}
	return nil
}

// leave ends the session, or asks when this process has sagas at work. to is the context in which the console goes on; empty: none.
func (a *App) leave(to string) tea.Cmd {
	if !a.cfg.Hosting || a.env.State.Active() == 0 || a.env.State.Trouble != "" {
		return a.do(Quit{To: to})
	}
	for _, o := range a.overlays {
		if q, asked := o.(*question); asked && q.leaves {
			return tea.Quit // ctrl+c twice means it
		}
	}
	return a.do(Show{newLeaving(a.cfg.Handover, a.cfg.Fleeting, to)})
}
