package tui

import (
	"context"
	"errors"
	"strconv"

	"arcadia/engine"
	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// newOrphans is the screen of the snapshots that no saga tracks.
func newOrphans(look func(ctx context.Context, accountedFor func(string) bool) ([]Orphan, error)) *listing {
	o := &listing{at: keys.CmdOrphans, title: []string{"orphans"}, nothing: "no orphans", hint: "Every snapshot with our names is accounted for."}
	o.Columns = []widget.Column{
		{Title: "NAME", Width: 29, Grow: 1},
		{Title: "ID", Width: 12, Right: true, Drop: 2},
		{Title: "DROPLET", Width: 11, Right: true, Drop: 3},
		{Title: "SIZE", Width: 9, Right: true, Drop: 4},
		{Title: "A MONTH", Width: 8, Right: true},
		{Title: "AGE", Width: 5, Right: true, Drop: 1, Gap: 1},
	}
	o.Fields = []string{"name", "id", "droplet", "size", "cost", "age"}
	o.cell = func(env *Env, r *list.Row, column int) (widget.Cell, bool) {
		if column != len(o.Columns)-1 {
			return widget.Cell{}, false
		}
		return widget.Cell{Text: env.Clock.Age(r.Value.(Orphan).Created), Ink: env.Theme.Faint}, true //nolint:forcetypeassert // set below
	}
	o.read = func(ctx context.Context, b Backend) ([]list.Row, error) {
		var unsure error
		all, err := look(ctx, func(name string) bool {
			known, err := accountedFor(ctx, b, name)
			unsure = errors.Join(unsure, err)
			return known || err != nil
		})
		rows := make([]list.Row, 0, len(all))
		for _, x := range all {
			id := strconv.FormatInt(x.ID, 10)
			rows = append(rows, list.Row{Key: id, Value: x, Cells: []string{
				x.Name, id, strconv.FormatInt(x.Droplet, 10), strconv.FormatFloat(x.SizeGB, 'f', 1, 64) + " GiB",
				"$" + strconv.FormatFloat(x.MonthlyUSD, 'f', 2, 64), x.Created.UTC().Format("2006-01-02 15:04:05"),
			}})
		}
		return rows, errors.Join(err, unsure)
	}
	o.on = func(r *list.Row) thing {
		return thing{thingSnapshot, map[string]string{"id": r.Key, "name": r.Cells[0]}}
	}
	menu := o.menu(keys.Strays, "adopt, delete or copy this orphan", keys.CmdAdopt, keys.CmdWipe, keys.CmdReload, keys.CmdCopy)
	open := menu
	open.Binding = openKey
	o.own = []command{
		o.launching(danger(bind(keys.Strays, keys.CmdAdopt, "adopt", "track it from now on; the plan comes first", "t")), string(keys.CmdAdopt), nil),
		o.launching(danger(bind(keys.Strays, keys.CmdWipe, "delete", "delete it for good; the plan comes first", "d")), string(keys.CmdWipe), nil),
		menu, open, o.reloading(keys.Strays), o.copying("orphan"),
	}
	o.hints = []keys.Command{keys.CmdAdopt, keys.CmdWipe, keys.CmdActions}
	o.above = func(env *Env, width int) string {
		total, n := 0.0, len(o.Rows())
		for _, r := range o.Rows() {
			total += r.Value.(Orphan).MonthlyUSD //nolint:forcetypeassert // set above
		}
		return widget.Fit(" "+strconv.Itoa(n)+say.Plural(n, " orphan costs ", " orphans cost ")+env.Theme.Compensating.Paint(say.Monthly(total)), width)
	}
	return o
}

// accountedFor reports whether a saga that is not rolled back has the snapshot of this name, whose end is its short id.
func accountedFor(ctx context.Context, b Backend, name string) (bool, error) {
	id, err := b.Find(ctx, name[max(0, len(name)-8):])
	if errors.Is(err, engine.ErrNotFound) || errors.Is(err, engine.ErrInput) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	all, err := b.Summaries(ctx, id)
	if err != nil || len(all) == 0 {
		return false, err
	}
	return all[0].Status != engine.RolledBack, nil
}
