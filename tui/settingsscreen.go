package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine/visible"
	"arcadia/tui/confirm"
	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/widget"
)

// settings is the screen of what an operator has chosen.
type settings struct{ listing }

// newSettings is that screen.
func newSettings() *settings {
	s := &settings{}
	s.listing = listing{at: keys.CmdSettings, title: []string{"settings"}, nothing: "there are no settings"}
	s.Fixed = true
	s.Columns = []widget.Column{{Title: "SETTING", Width: 16}, {Title: "VALUE", Width: 18, Grow: 1}, {Title: "WHAT IT IS", Width: 20, Grow: 3, Drop: 1, Gap: 1}}
	s.Fields = []string{"setting", "value", "what"}
	s.cell = func(env *Env, r *list.Row, column int) (widget.Cell, bool) {
		x := r.Value.(Setting) //nolint:forcetypeassert // set below
		if column == 1 && x.Value == "" {
			return widget.Cell{Text: "as it comes", Ink: env.Theme.Faint}, true
		}
		return widget.Cell{Text: r.Cells[column], Ink: env.Theme.Faint}, column == 2
	}
	can := func(env *Env) string {
		if !env.Keeps {
			return notKept
		}
		return ""
	}
	open := openKey
	open.Word = "change"
	s.own = append(s.own,
		s.chosen(open, can, func(_ *Env, r *list.Row) Action { return changeDoor(r.Value.(Setting)) }), //nolint:forcetypeassert // set below
		s.chosen(bind(keys.Choices, keys.CmdForget, "as it comes", "take the setting out, so that it is as it comes; a filter is gone then", "f"), can, func(_ *Env, r *list.Row) Action {
			return changeSetting{name: r.Key}
		}),
		s.chosen(copyKey, nil, func(_ *Env, r *list.Row) Action { return Copy{What: "setting", Text: r.Cells[0] + ": " + r.Cells[1]} }))
	s.hints = []keys.Command{keys.CmdOpen, keys.CmdForget}
	return s
}

// Settled follows when the settings have changed.
type Settled struct{}

// Update takes changed settings, and what every listing takes.
func (s *settings) Update(env *Env, msg tea.Msg) Action {
	switch msg.(type) {
	case Shown, Settled:
		all := env.Settings.List()
		rows := make([]list.Row, len(all))
		for i, x := range all {
			rows[i] = list.Row{Key: x.Name, Value: x, Cells: []string{visible.Text(x.Name), visible.Text(x.Value), x.About}}
		}
		s.Set(rows)
		return nil
	}
	return s.listing.Update(env, msg)
}

// changeDoor opens what asks for the value of a setting: a menu of those that there are, or a line.
func changeDoor(x Setting) Action {
	if len(x.Takes) == 0 {
		return Show{newWording(x.Name, x.About, "Value", x.Value, func(text string) Action { return changeSetting{name: x.Name, value: text} })}
	}
	items := make([]item, len(x.Takes))
	for i, v := range x.Takes {
		items[i] = item{Text: v, Do: changeSetting{name: x.Name, value: v}}
	}
	m := newMenu(x.Name, items)
	m.cursor = max(0, slices.Index(x.Takes, x.Value))
	return Show{m}
}

// newWording asks for a text, beginning with the one that there is.
func newWording(name, about, label, text string, do func(text string) Action) *question {
	q := &question{name: visible.Text(name), says: func(*Env) []string { return []string{about} }}
	q.Dialog = confirm.New([]confirm.Line{{ID: typedLine, Label: label, Missing: "say what it shall be"}}, confirm.Answer{ID: doIt, Word: "Keep it"})
	q.Lines[0].Text.Set(text)
	q.give = func() Action { return Batch{closeOne{q}, do(q.Text(typedLine))} }
	return q
}
