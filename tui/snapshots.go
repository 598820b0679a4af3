package tui

import (
	"context"
	"slices"
	"strconv"
	"time"

	"arcadia/engine/estate"
	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// The bands of the snapshots.
const (
	bandOrphan = iota
	bandLast
	bandCopy
)

// The columns of the snapshots that are drawn from more than their text.
const (
	snapshotOf    = 1
	snapshotAge   = 2
	snapshotState = 4
)

// newSnapshots is the screen of all copies of droplets and volumes: the orphans first, that sagas have created and none tracks, then
// those of what is gone, since they can be the last ones.
func newSnapshots(cfg Config) *listing {
	o := &listing{at: keys.CmdCopies, title: []string{"snapshots"}, nothing: "no snapshots in this account", hint: "s on a droplet takes one"}
	o.Bands = []string{"orphans, tracked by no saga", "of what is gone", "of what is there"}
	o.Columns = []widget.Column{
		{Title: "NAME", Width: 24, Grow: 1},
		{Title: "OF", Width: 14, Drop: 2},
		{Title: "AGE", Width: 4, Right: true},
		{Title: "SIZE", Width: 9, Right: true, Drop: 4},
		{Title: "STATE", Width: 10, Drop: 3},
		{Title: "SAGA", Width: 8, Drop: 1},
		{Title: "A MONTH", Width: 8, Right: true},
		{Title: "ID", Width: 12, Right: true, Drop: 5, Gap: 1},
	}
	o.Fields = []string{"name", "of", "age", "size", "state", "saga", "cost", "id"}
	o.cell = snapshotCell
	o.read = func(ctx context.Context, b Backend) ([]list.Row, error) { return snapshotRows(ctx, b, cfg) }
	o.on = func(r *list.Row) thing {
		x := r.Value.(estate.Snapshot) //nolint:forcetypeassert // set below
		if x.Volume {
			return thing{thingVolumeCopy, map[string]string{"id": r.Key, "name": x.Name}}
		}
		return thing{thingSnapshot, map[string]string{"id": r.Key, "name": x.Name}}
	}
	untracked := func(env *Env) string {
		if r := o.Current(); r != nil && r.Value.(estate.Snapshot).Saga != "" { //nolint:forcetypeassert // set below
			return "a saga tracks it already"
		}
		return operators(env)
	}
	menu := o.menu(keys.Strays, "adopt, delete or copy this snapshot", keys.CmdAdopt, keys.CmdWipe, keys.CmdReload, keys.CmdCopy)
	open := menu
	open.Binding = openKey
	o.own = []command{
		o.launching(danger(bind(keys.Strays, keys.CmdAdopt, "adopt", "track it from now on; the plan comes first", "t")), string(keys.CmdAdopt), untracked),
		o.launching(danger(bind(keys.Strays, keys.CmdWipe, "delete", "delete it for good; the plan comes first", "d")), string(keys.CmdWipe), nil),
		menu, open, o.reloading(keys.Strays), o.copying("snapshot"),
	}
	o.hints = []keys.Command{keys.CmdAdopt, keys.CmdWipe, keys.CmdActions}
	o.above = func(env *Env, width int) string {
		sum, stray, n := 0.0, 0.0, 0
		for _, r := range o.Rows() {
			x := r.Value.(estate.Snapshot) //nolint:forcetypeassert // set below
			sum += x.MonthlyUSD
			if x.Stray {
				stray += x.MonthlyUSD
				n++
			}
		}
		all := len(o.Rows())
		text := "  " + strconv.Itoa(all) + say.Plural(all, " snapshot, ", " snapshots, ") + say.Monthly(sum)
		if n > 0 {
			text += env.Theme.Compensating.Paint("  " + strconv.Itoa(n) + say.Plural(n, " orphan costs ", " orphans cost ") + say.Monthly(stray))
		}
		return widget.Fit(text, width)
	}
	return o
}

// snapshotRows are the account's copies, and the orphans among them.
func snapshotRows(ctx context.Context, b Backend, cfg Config) ([]list.Row, error) {
	var (
		all    []estate.Snapshot
		unsure error
	)
	if cfg.Inventory != nil {
		e, err := readEstate(ctx, cfg.Inventory)
		if err != nil {
			return nil, err
		}
		all, unsure = e.Copies, missed(e.Missing)
	}
	if cfg.Orphans != nil {
		orphans, err := estate.Orphans(ctx, cfg.Orphans, b)
		if err != nil {
			return nil, err
		}
		for _, x := range orphans {
			found := estate.Snapshot{
				ID: strconv.FormatInt(x.ID, 10), Name: x.Name, Of: strconv.FormatInt(x.Droplet, 10), Created: x.Created, SizeGB: x.SizeGB, MonthlyUSD: x.MonthlyUSD,
			}
			if x.VolumeCopy != "" {
				found.ID, found.Of, found.Volume = x.VolumeCopy, x.Volume, true
			}
			at := slices.IndexFunc(all, func(s estate.Snapshot) bool { return s.ID == found.ID && s.Volume == found.Volume })
			if at < 0 {
				at = len(all)
				all = append(all, found)
			}
			all[at].Stray = true
		}
	}
	rows := make([]list.Row, 0, len(all))
	for _, x := range all {
		band, of, state := bandCopy, x.OfName, ""
		if of == "" {
			band, of = bandLast, x.Of
		}
		switch {
		case x.Stray:
			band, state = bandOrphan, "orphan"
		case x.Kept:
			state = "kept"
		case x.Verified:
			state = "verified"
		case x.Saga == "":
			state = "by hand"
		}
		rows = append(rows, list.Row{Key: x.ID, Value: x, Band: band, Cells: []string{
			x.Name, of, x.Created.UTC().Format(time.DateTime), gigabytes(x.SizeGB), state, x.Saga, dollars(x.MonthlyUSD), x.ID,
		}})
	}
	return rows, unsure
}

func snapshotCell(env *Env, r *list.Row, column int) (widget.Cell, bool) {
	t := env.Theme
	x := r.Value.(estate.Snapshot) //nolint:forcetypeassert // set above
	switch column {
	case snapshotOf:
		if x.OfName == "" {
			return widget.Cell{Text: r.Cells[column], Ink: t.Compensating}, true
		}
	case snapshotAge:
		return widget.Cell{Text: env.Clock.Age(x.Created), Ink: t.Faint}, true
	case snapshotState:
		return snapshotLook(env, &x, r.Cells[column]), true
	}
	return widget.Cell{}, false
}

func snapshotLook(env *Env, x *estate.Snapshot, word string) widget.Cell {
	t := env.Theme
	switch {
	case x.Stray:
		return widget.Cell{Text: word, Ink: t.Compensating}
	case x.Kept:
		return widget.Cell{Text: t.Symbols.Kept + " " + word, Ink: t.Vote}
	case x.Verified:
		return widget.Cell{Text: t.Symbols.Completed + " " + word, Ink: t.Completed}
	}
	return widget.Cell{Text: word, Ink: t.Faint}
}
