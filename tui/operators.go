package tui

import (
	"context"

	"arcadia/engine"
	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/widget"
)

// newOperators is the screen of those who may come in over SSH: by which key, and in which role.
func newOperators(read func(ctx context.Context) ([]engine.Actor, error)) *listing {
	o := &listing{at: keys.CmdOperators, title: []string{"operators"}, nothing: "nobody may come in", hint: "The operators file names keys, roles and names."}
	o.Columns = []widget.Column{
		{Title: "NAME", Width: 16, Grow: 1},
		{Title: "ROLE", Width: 17},
		{Title: "KEY", Width: 50, Drop: 1, Gap: 1},
	}
	o.Fields = []string{"name", "role", "key"}
	o.read = func(ctx context.Context, _ Backend) ([]list.Row, error) {
		all, err := read(ctx)
		rows := make([]list.Row, 0, len(all))
		for _, a := range all {
			rows = append(rows, list.Row{Key: a.Key, Cells: []string{a.Name, string(a.Role), a.Key}})
		}
		return rows, err
	}
	o.cell = func(env *Env, r *list.Row, column int) (widget.Cell, bool) {
		return widget.Cell{Text: r.Cells[column], Ink: env.Theme.Faint}, column == 2
	}
	reload := o.reloading(keys.Holders)
	reload.Help = "read the operators file again"
	o.own = []command{reload, o.copying("operator")}
	return o
}
