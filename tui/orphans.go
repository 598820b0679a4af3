package tui

import (
	"context"
	"errors"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/tui/keys"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// orphans is the screen of the snapshots that no saga accounts for.
type orphans struct{ grid }

func newOrphans(list func(ctx context.Context, accountedFor func(string) bool) ([]Orphan, error)) *orphans {
	o := &orphans{}
	o.columns = []widget.Column{
		{Title: "NAME", Width: 29, Grow: 1},
		{Title: "ID", Width: 12, Right: true, Drop: 2},
		{Title: "DROPLET", Width: 11, Right: true, Drop: 3},
		{Title: "SIZE", Width: 9, Right: true, Drop: 4},
		{Title: "A MONTH", Width: 8, Right: true},
		{Title: "AGE", Width: 5, Right: true, Drop: 1, Gap: 1},
	}
	o.fields = []string{"name", "id", "droplet", "size", "cost", "age"}
	o.nothing, o.hint = "no orphans", "Every snapshot with our names is accounted for."
	o.cell = func(env *Env, r *gridRow, column int) (widget.Cell, bool) {
		if column != len(o.columns)-1 {
			return widget.Cell{}, false
		}
		return widget.Cell{Text: env.Clock.Age(r.value.(Orphan).Created), Ink: env.Theme.Faint}, true //nolint:forcetypeassert // set below
	}
	o.read = func(ctx context.Context, b Backend) ([]gridRow, error) {
		var unsure error
		all, err := list(ctx, func(name string) bool {
			known, err := accountedFor(ctx, b, name)
			unsure = errors.Join(unsure, err)
			return known || err != nil
		})
		rows := make([]gridRow, 0, len(all))
		for _, x := range all {
			id := strconv.FormatInt(x.ID, 10)
			rows = append(rows, gridRow{key: id, value: x, cells: []string{
				x.Name, id, strconv.FormatInt(x.Droplet, 10), strconv.FormatFloat(x.SizeGB, 'f', 1, 64) + " GiB",
				"$" + strconv.FormatFloat(x.MonthlyUSD, 'f', 2, 64), x.Created.UTC().Format("2006-01-02 15:04:05"),
			}})
		}
		return rows, errors.Join(err, unsure)
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

func (o *orphans) root() keys.Command { return keys.CmdOrphans }

// Title is the breadcrumb.
func (o *orphans) Title(*Env) []string { return []string{"orphans"} }

// Scopes are those of a list of orphans.
func (o *orphans) Scopes() []keys.Scope { return []keys.Scope{keys.Strays, keys.Lists} }

// Typing reports whether keys go to the filter.
func (o *orphans) Typing() bool { return o.search.typing() }

// Hints are for the orphan under the cursor.
func (o *orphans) Hints(env *Env) []keys.Command {
	switch {
	case o.search.typing():
		return nil
	case env.Config.ReadOnly || o.current() == nil:
		return []keys.Command{keys.CmdFilter, keys.CmdReload, keys.CmdSagas}
	}
	return []keys.Command{keys.CmdAdopt, keys.CmdWipe, keys.CmdActions, keys.CmdFilter, keys.CmdReload, keys.CmdSagas}
}

// Update takes answers. What a saga adopts or deletes is no orphan any more.
func (o *orphans) Update(_ *Env, msg tea.Msg) Action {
	if _, shown := msg.(Shown); shown {
		return o.reload(o)
	}
	return o.update(msg, o)
}

// Do does what is asked of the list and of the orphan under the cursor.
func (o *orphans) Do(env *Env, c keys.Command) Action {
	if act, ok := o.do(env, c, o); ok {
		return act
	}
	row := o.current()
	switch {
	case c == keys.CmdBack:
		return Press{keys.CmdSagas}
	case c == keys.CmdCopy:
		return copyRow(row, "orphan")
	case row == nil:
	case c == keys.CmdAdopt || c == keys.CmdWipe:
		return offer{o.thing(row), string(c)}.open(env)
	case c == keys.CmdOpen || c == keys.CmdActions:
		var items []item
		for _, c := range []keys.Command{keys.CmdAdopt, keys.CmdWipe, keys.CmdReload, keys.CmdCopy} {
			b, _ := env.Keys.In(c, keys.Strays, keys.Everywhere)
			items = append(items, item{Key: b.Show(), Text: string(c), Note: b.Help, Why: env.unfit(b), Danger: b.Danger, Do: Press{c}})
		}
		items = append(items, offers(env, o.thing(row), string(keys.CmdAdopt), string(keys.CmdWipe))...)
		return Show{newMenu("Actions for "+row.cells[0], items)}
	}
	return nil
}

func (*orphans) thing(row *gridRow) thing {
	return thing{thingSnapshot, map[string]string{"id": row.key, "name": row.cells[0]}}
}

// View draws what they cost together, and the list.
func (o *orphans) View(env *Env, width, height int) Drawing {
	if len(o.rows) == 0 {
		return o.view(env, width, height)
	}
	total := 0.0
	for i := range o.rows {
		total += o.rows[i].value.(Orphan).MonthlyUSD //nolint:forcetypeassert // set above
	}
	n := len(o.rows)
	d := o.view(env, width, height-1)
	text := " " + strconv.Itoa(n) + say.Plural(n, " orphan costs ", " orphans cost ") + env.Theme.Compensating.Paint(say.Monthly(total))
	d.Lines = append([]string{widget.Fit(text, width)}, d.Lines...)
	if d.Cursor != nil {
		d.Cursor.Y++
	}
	return d
}
