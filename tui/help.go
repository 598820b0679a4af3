package tui

import (
	"arcadia/tui/keys"
	"arcadia/tui/say"
)

// newHelp lists every key of the screen that is shown, made of its commands; what cannot be done now is grayed, with the reason.
// Enter does what a line says.
func newHelp(env *Env, all []command) *menu {
	var items []item
	seen := map[keys.Command]bool{}
	for _, scope := range append(scopes(all), keys.Everywhere) {
		for _, b := range env.Keys.All() {
			c, here := findIn(all, b.Command, scope)
			if b.Scope != scope || !here || b.Show() == "" || seen[b.Command] {
				continue
			}
			it := c.item(env)
			if it.Why == say.ReadOnly || it.Why == say.NoProvider { // never in this session
				continue
			}
			seen[b.Command] = true
			it.Head = string(scope)
			if c.Danger {
				it.Note += " " + env.Theme.Symbols.Failed
			}
			items = append(items, it)
		}
	}
	m := newMenu("Keys", items).searchable()
	m.tips = keys.Hints("type", "search", "enter", "do it", "esc", "close", env.Theme.Symbols.Failed, "changes the world")
	return m
}

// newKeysHere lists the keys of what has the focus, where letters are text.
func newKeysHere(hints []keys.Hint) *menu {
	items := make([]item, len(hints))
	for i, h := range hints {
		items[i] = item{Key: h.Key, Text: h.Word, Do: Close{}}
	}
	m := newMenu("Keys", items)
	m.tips = keys.Hints("esc", "close")
	return m
}
