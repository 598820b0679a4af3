package tui

import (
	"context"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine/visible"
	"arcadia/tui/keys"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// droplets is the screen of the account's machines, from which a snapshot is one key away.
type droplets struct{ grid }

func newDroplets(inv Inventory) *droplets {
	d := &droplets{}
	d.columns = []widget.Column{
		{Title: "NAME", Width: 14, Grow: 1},
		{Title: "ID", Width: 10, Right: true},
		{Title: "STATUS", Width: 8},
		{Title: "REGION", Width: 6, Drop: 2},
		{Title: "SIZE", Width: 14, Drop: 3},
		{Title: "ADDRESS", Width: 15, Drop: 1},
		{Title: "IMAGE", Width: 18, Drop: 4, Gap: 1},
	}
	d.fields = []string{"name", "id", "status", "region", "size", "address", "image"}
	d.nothing, d.hint = "no droplets in this account", "ctrl+r asks again"
	d.read = func(ctx context.Context, _ Backend) ([]gridRow, error) {
		all, err := inv.Droplets(ctx)
		rows := make([]gridRow, 0, len(all))
		for _, x := range all {
			id := strconv.FormatInt(x.ID, 10)
			rows = append(rows, gridRow{key: id, value: x, cells: []string{x.Name, id, x.Status, x.Region, x.Size, x.IPv4, x.Image}})
		}
		return rows, err
	}
	return d
}

func (d *droplets) root() keys.Command { return keys.CmdDroplets }

// Title is the breadcrumb.
func (d *droplets) Title(*Env) []string { return []string{"droplets"} }

// Scopes are those of a list of machines.
func (d *droplets) Scopes() []keys.Scope { return []keys.Scope{keys.Machines, keys.Lists} }

// Typing reports whether keys go to the filter.
func (d *droplets) Typing() bool { return d.search.typing() }

// Hints are for the machine under the cursor.
func (d *droplets) Hints(env *Env) []keys.Command {
	if d.search.typing() {
		return nil
	}
	if env.Config.ReadOnly {
		return []keys.Command{keys.CmdFilter, keys.CmdReload, keys.CmdSagas}
	}
	return []keys.Command{keys.CmdSnapshot, keys.CmdActions, keys.CmdFilter, keys.CmdReload, keys.CmdSagas}
}

// Update takes answers.
func (d *droplets) Update(_ *Env, msg tea.Msg) Action {
	if _, ok := msg.(Shown); ok {
		return d.reload(d)
	}
	return d.update(msg, d)
}

// Do does what is asked of the list and of the machine under the cursor.
func (d *droplets) Do(env *Env, c keys.Command) Action {
	if act, ok := d.do(env, c, d); ok {
		return act
	}
	row := d.current()
	switch c {
	case keys.CmdBack:
		return Press{keys.CmdSagas}
	case keys.CmdSnapshot, keys.CmdOpen, keys.CmdNew:
		if row != nil {
			return offer{d.thing(row), string(keys.CmdSnapshot)}.open(env)
		}
	case keys.CmdActions:
		if row != nil {
			return d.actions(env, row)
		}
	case keys.CmdCopy:
		return copyRow(row, "droplet")
	}
	return nil
}

func (*droplets) thing(row *gridRow) thing {
	return thing{thingDroplet, map[string]string{"id": row.key, "name": row.cells[0]}}
}

// actions offers all that can be done to a machine.
func (d *droplets) actions(env *Env, row *gridRow) Action {
	b, _ := env.Keys.In(keys.CmdSnapshot, keys.Machines)
	snap := offer{d.thing(row), string(keys.CmdSnapshot)}
	items := []item{{Key: b.Show(), Text: snap.verb, Note: snap.does(env), Why: env.impossibleNew(), Do: snap}}
	items = append(items, offers(env, snap.on, snap.verb)...)
	return Show{newMenu("Actions for "+row.cells[0], append(items, item{Key: "y", Text: "copy", Note: "the name, the id or the row", Do: Press{keys.CmdCopy}}))}
}

// View draws the list.
func (d *droplets) View(env *Env, width, height int) Drawing { return d.view(env, width, height) }

// copyRow offers the key and the cells of a row.
func copyRow(row *gridRow, what string) Action {
	if row == nil {
		return Notify{Level: say.Error, Text: "copy: nothing is chosen"}
	}
	var text strings.Builder
	for i, c := range row.cells {
		if i > 0 {
			text.WriteString("\t")
		}
		text.WriteString(c)
	}
	return Show{newMenu("Copy", []item{
		{Key: "n", Text: "name", Note: row.cells[0], Do: Copy{What: "name of the " + what, Text: row.cells[0]}},
		{Key: "i", Text: "id", Note: visible.Text(row.key), Do: Copy{What: "id of the " + what, Text: visible.Text(row.key)}},
		{Key: "r", Text: "row", Note: "as text with tabs", Do: Copy{What: what, Text: text.String()}},
	})}
}
