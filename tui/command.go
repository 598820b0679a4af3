package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"arcadia/tui/keys"
	"arcadia/tui/say"
)

// command is something that a screen does. It is declared beside what does it: footer, help, menus and palette are made of the
// commands of a screen, so that what they list is what is done.
type command struct {
	keys.Binding
	why func(env *Env) string // why it is not possible now; empty when it is. Nil: it always is
	do  func(env *Env) Action
}

// impossible says why the command cannot be done now; empty when it can.
func (c command) impossible(env *Env) string {
	if c.why == nil {
		return ""
	}
	return c.why(env)
}

// perform does the command, or says why not.
func (c command) perform(env *Env) Action {
	if why := c.impossible(env); why != "" {
		return Notify{Level: say.Error, Text: string(c.Command) + ": " + why}
	}
	return c.do(env)
}

// item is the command as a line of a menu.
func (c command) item(env *Env) item {
	shown, _ := env.Keys.In(c.Command, c.Scope)
	return item{Key: shown.Show(), Text: string(c.Command), Note: c.Help, Why: c.impossible(env), Danger: c.Danger, Do: Press{c.Command}}
}

// find is the first of the commands with this name, and whether there is one.
func find(all []command, name keys.Command) (command, bool) {
	i := slices.IndexFunc(all, func(c command) bool { return c.Command == name })
	if i < 0 {
		return command{}, false
	}
	return all[i], true
}

// findIn is the command with this name in a scope, and whether there is one.
func findIn(all []command, name keys.Command, scope keys.Scope) (command, bool) {
	i := slices.IndexFunc(all, func(c command) bool { return c.Command == name && c.Scope == scope })
	if i < 0 {
		return command{}, false
	}
	return all[i], true
}

// pickItems are the commands with these names, in this order, as lines of a menu.
func pickItems(env *Env, all []command, names ...keys.Command) []item {
	var items []item
	for _, name := range names {
		if c, ok := find(all, name); ok {
			items = append(items, c.item(env))
		}
	}
	return items
}

// scopes are where the commands work, each once.
func scopes(all []command) []keys.Scope {
	var out []keys.Scope
	for _, c := range all {
		if !slices.Contains(out, c.Scope) && c.Scope != keys.Everywhere {
			out = append(out, c.Scope)
		}
	}
	return out
}

// bind ties keys to a command.
func bind(scope keys.Scope, c keys.Command, word, help string, pressed ...string) keys.Binding {
	return keys.Binding{Scope: scope, Command: c, Word: word, Help: help, Keys: pressed}
}

// danger says of a binding that it changes the world, after asking.
func danger(b keys.Binding) keys.Binding {
	b.Danger = true
	return b
}

// labeled gives a binding's keys as people write them.
func labeled(label string, b keys.Binding) keys.Binding {
	b.Label = label
	return b
}

// act is an action that is a function.
type act func(a *App) tea.Cmd

func (f act) perform(a *App) tea.Cmd { return f(a) }

// then makes what a command does of an action that is always the same.
func then(x Action) func(*Env) Action { return func(*Env) Action { return x } }

// operators says why a session that is read-only cannot do it.
func operators(env *Env) string {
	if env.ReadOnly {
		return say.ReadOnly
	}
	return ""
}

// The commands of lists, and those that are bound everywhere although each screen does its own.
var (
	filterKey = bind(keys.Everywhere, keys.CmdFilter, "filter", "words are ANDed; ~fuzzy /regexp/ !not field:value", "/")
	backKey   = bind(keys.Everywhere, keys.CmdBack, "back", "clear the filter, or go back", "esc")
	copyKey   = bind(keys.Everywhere, keys.CmdCopy, "copy", "copy the id, the row, the JSON or the error", "y")
	openKey   = labeled("enter", bind(keys.Lists, keys.CmdOpen, "open", "open what is under the cursor", "enter", "l"))
)

// moving are the commands that move a cursor.
func moving(move func(env *Env, c keys.Command) Action) []command {
	bindings := []keys.Binding{
		labeled("j ↓", bind(keys.Lists, keys.CmdDown, "down", "one row down", "j", "down")),
		labeled("k ↑", bind(keys.Lists, keys.CmdUp, "up", "one row up", "k", "up")),
		labeled("g home", bind(keys.Lists, keys.CmdNewest, "first", "the first row", "g", "home")),
		labeled("G end", bind(keys.Lists, keys.CmdOldest, "last", "the last row", "G", "end")),
		bind(keys.Lists, keys.CmdHalfDown, "down", "half a page down", "ctrl+d"),
		bind(keys.Lists, keys.CmdHalfUp, "up", "half a page up", "ctrl+u"),
		labeled("pgdn", bind(keys.Lists, keys.CmdPageDown, "down", "a page down", "pgdown")),
		bind(keys.Lists, keys.CmdPageUp, "up", "a page up", "pgup"),
	}
	return doing(move, bindings...)
}

// ordering are the commands that order a list.
func ordering(order func(env *Env, c keys.Command) Action) []command {
	return doing(order,
		bind(keys.Lists, keys.CmdSortLeft, "sort", "sort by the column before", "<"),
		bind(keys.Lists, keys.CmdSortNext, "sort", "sort by the next column", ">"),
		bind(keys.Lists, keys.CmdOrder, "order", "turn the order round", "o"))
}

// doing are commands that one function does.
func doing(do func(env *Env, c keys.Command) Action, bindings ...keys.Binding) []command {
	out := make([]command, len(bindings))
	for i, b := range bindings {
		out[i] = command{Binding: b, do: func(env *Env) Action { return do(env, b.Command) }}
	}
	return out
}

// backing are the commands that go back.
func backing(back func(env *Env) Action) []command {
	return []command{{Binding: backKey, do: back}, {Binding: bind(keys.Lists, keys.CmdBack, "back", "go back", "h"), do: back}}
}
