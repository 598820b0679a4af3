package tui

import "slices"

// newHelp lists every key that works here, made from the key map. Enter does what a line says.
func newHelp(env *Env, scopes []Scope) *menu {
	var items []item
	seen := map[Command]bool{}
	for _, scope := range append(slices.Clone(scopes), Everywhere) {
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
	m.tips = []Hint{{"type", "search"}, {"enter", "do it"}, {"esc", "close"}, {env.Theme.Symbols.Failed, "changes the world"}}
	return m
}

// worksOn reports whether a command that is bound everywhere means something on a screen of these scopes.
func worksOn(c Command, scopes []Scope) bool {
	switch c {
	case CmdPane, CmdPaneBack:
		return slices.Contains(scopes, OneSaga)
	case CmdFilter:
		return slices.Contains(scopes, Lists) && !slices.Contains(scopes, OneSaga)
	}
	return true
}

// unfit says why a command makes no sense in this session at all; empty when it does.
func (e *Env) unfit(b Binding) string {
	switch b.Command {
	case CmdDroplets, CmdRecords:
		if e.Config.Inventory == nil {
			return "this console is connected to no provider"
		}
	case CmdOrphans:
		if e.Config.Orphans == nil {
			return "this console is connected to no provider"
		}
	case CmdRestore, CmdAccept, CmdForget, CmdAdopt, CmdWipe:
		if e.Config.ReadOnly {
			return "this console only looks"
		}
	case CmdNew, CmdSnapshot, CmdChange, CmdCancel, CmdRollback, CmdRetry, CmdResolve, CmdPause, CmdResume, CmdSkip, CmdFreeze, CmdThaw:
		if e.Config.ReadOnly {
			return "this console only looks"
		}
	}
	return ""
}
