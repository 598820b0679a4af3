package tui

import (
	"slices"

	"arcadia/tui/keys"
)

// newHelp lists every key that works here, made from the key map. Enter does what a line says.
func newHelp(env *Env, scopes []keys.Scope) *menu {
	var items []item
	seen := map[keys.Command]bool{}
	for _, scope := range append(slices.Clone(scopes), keys.Everywhere) {
		for _, b := range env.Keys.All() {
			if b.Scope != scope || b.Show() == "" || seen[b.Command] {
				continue
			}
			if env.unfit(b) != "" || !worksOn(b.Command, scopes) {
				continue
			}
			seen[b.Command] = true
			help := b.Help
			if b.Danger {
				help += " " + env.Theme.Symbols.Failed
			}
			items = append(items, item{Head: string(scope), Key: b.Show(), Text: string(b.Command), Note: help, Danger: b.Danger, Do: Press{b.Command}})
		}
	}
	m := newMenu("Keys", items).searchable()
	m.tips = keys.Hints("type", "search", "enter", "do it", "esc", "close", env.Theme.Symbols.Failed, "changes the world")
	return m
}

// worksOn reports whether a command that is bound everywhere means something on a screen of these scopes.
func worksOn(c keys.Command, scopes []keys.Scope) bool {
	switch c {
	case keys.CmdPane, keys.CmdPaneBack:
		return slices.Contains(scopes, keys.OneSaga)
	case keys.CmdFilter:
		return slices.Contains(scopes, keys.Lists) && !slices.Contains(scopes, keys.OneSaga)
	}
	return true
}

// unfit says why a command makes no sense in this session at all; empty when it does.
func (e *Env) unfit(b keys.Binding) string {
	switch b.Command {
	case keys.CmdDroplets, keys.CmdRecords:
		if e.Config.Inventory == nil {
			return "this console is connected to no provider"
		}
	case keys.CmdOrphans:
		if e.Config.Orphans == nil {
			return "this console is connected to no provider"
		}
	case keys.CmdRestore, keys.CmdAccept, keys.CmdForget, keys.CmdAdopt, keys.CmdWipe:
		if e.Config.ReadOnly {
			return "this console only looks"
		}
	case keys.CmdNew, keys.CmdSnapshot, keys.CmdChange, keys.CmdCancel, keys.CmdRollback, keys.CmdRetry, keys.CmdResolve, keys.CmdPause, keys.CmdResume, keys.CmdSkip, keys.CmdFreeze, keys.CmdThaw:
		if e.Config.ReadOnly {
			return "this console only looks"
		}
	}
	return ""
}
