package tui

import (
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/tui/clean"
	"arcadia/tui/keys"
	"arcadia/tui/theme"
)

// newPalette lists verbs, screens and kinds by name; typing searches, tab completes. What is not done on the screen that is
// shown is grayed, with where it is done.
func newPalette(env *Env, all []command) *menu {
	var items []item
	seen := map[keys.Command]bool{keys.CmdPalette: true, keys.CmdDown: true, keys.CmdUp: true, keys.CmdHalfDown: true, keys.CmdHalfUp: true, keys.CmdPageDown: true, keys.CmdPageUp: true, keys.CmdOut: true, keys.CmdPaneBack: true}
	for _, b := range env.Keys.All() {
		if seen[b.Command] {
			continue
		}
		seen[b.Command] = true
		it := item{Key: b.Show(), Text: string(b.Command), Note: b.Help, Why: "only on " + env.Keys.Where(b.Command), Danger: b.Danger}
		if c, here := find(all, b.Command); here {
			it = c.item(env)
		}
		if b.Command == keys.CmdFreeze { // by name it means just that, and not what its key means now
			it.Why = env.noFreeze(b.Command)
		}
		items = append(items, it)
	}
	for _, k := range env.State.Kinds {
		items = append(items, item{Text: "new " + k.Name, Note: k.Summary, Why: operators(env), Do: launchDoor(engine.Launch{Kind: k.Name})})
	}
	for _, format := range exportFormats {
		note := "write what is shown to a new file; a name for it may follow"
		items = append(items, item{Text: "export " + format, Note: note, Why: env.noExport(), Do: exportAs{format: format}})
	}
	for _, name := range theme.Names() {
		items = append(items, item{Text: "theme " + name, Note: theme.Note(name), Do: setTheme{name}})
	}
	m := newMenu("Do", items).searchable()
	m.tips = keys.Hints("type", "search, or a saga's id", "tab", "complete", "enter", "do it", "esc", "close")
	m.whole = func(text string) Action {
		if text == "q" || text == "quit" {
			return Leave{}
		}
		if name, ok := strings.CutPrefix(text, string(keys.CmdContexts)+" "); ok {
			return enterContext{strings.TrimSpace(name)}
		}
		return exportWords(text)
	}
	m.other = func(text string) Action {
		if len(text) < 4 || strings.Trim(strings.ToLower(text), "0123456789abcdef-") != "" {
			return nil
		}
		return findSaga{text}
	}
	m.fill = func(m *menu) {
		if len(m.shown) > 0 {
			m.field.Set(common(m))
			m.find()
		}
	}
	return m
}

// common is what the lines that are left begin with in common, or the line under the cursor when that is no more than is
// typed already.
func common(m *menu) string {
	typed := m.field.String()
	text := ""
	for _, i := range m.shown {
		t := m.items[i].Text
		if !strings.HasPrefix(t, typed) {
			continue
		}
		if text == "" {
			text = t
		}
		for !strings.HasPrefix(t, text) {
			text = text[:len(text)-1]
		}
	}
	if len(text) <= len(typed) {
		return m.items[m.shown[m.cursor]].Text
	}
	return text
}

// findSaga opens the saga that a person has typed the id of, or the end of it.
type findSaga struct{ ref string }

type refMsg struct {
	saga engine.Summary
	err  error
}

func (f findSaga) perform(a *App) tea.Cmd {
	ctx, b := a.ctx, a.cfg.Backend
	return func() tea.Msg {
		id, err := b.Find(ctx, f.ref)
		if err != nil {
			return refMsg{err: err}
		}
		all, err := b.Summaries(ctx, id)
		if err != nil || len(all) == 0 {
			return refMsg{err: errors.Join(err, engine.ErrNotFound)}
		}
		clean.Summary(&all[0])
		return refMsg{saga: all[0]}
	}
}
