package tui

import (
	"context"
	"strconv"

	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/widget"
)

// newDroplets is the screen of the account's machines, from which a snapshot is one key away.
func newDroplets(inv Inventory) *listing {
	d := &listing{at: keys.CmdDroplets, title: []string{"droplets"}, nothing: "no droplets in this account", hint: "ctrl+r asks again"}
	d.Columns = []widget.Column{
		{Title: "NAME", Width: 14, Grow: 1},
		{Title: "ID", Width: 10, Right: true},
		{Title: "STATUS", Width: 8},
		{Title: "REGION", Width: 6, Drop: 2},
		{Title: "SIZE", Width: 14, Drop: 3},
		{Title: "ADDRESS", Width: 15, Drop: 1},
		{Title: "IMAGE", Width: 18, Drop: 4, Gap: 1},
	}
	d.Fields = []string{"name", "id", "status", "region", "size", "address", "image"}
	d.read = func(ctx context.Context, _ Backend) ([]list.Row, error) {
		all, err := inv.Droplets(ctx)
		rows := make([]list.Row, 0, len(all))
		for _, x := range all {
			id := strconv.FormatInt(x.ID, 10)
			rows = append(rows, list.Row{Key: id, Value: x, Cells: []string{x.Name, id, x.Status, x.Region, x.Size, x.IPv4, x.Image}})
		}
		return rows, err
	}
	d.on = func(r *list.Row) thing {
		return thing{thingDroplet, map[string]string{"id": r.Key, "name": r.Cells[0]}}
	}
	snapshot := bind(keys.Machines, keys.CmdSnapshot, "snapshot", "take a snapshot of this droplet; the plan comes first", "s")
	d.own = []command{
		d.launching(snapshot, string(keys.CmdSnapshot), nil),
		d.launching(openKey, string(keys.CmdSnapshot), nil),
		d.menu(keys.Machines, "everything that can be done to this droplet", keys.CmdSnapshot, keys.CmdCopy),
		d.reloading(keys.Machines),
		d.copying("droplet"),
	}
	d.hints = []keys.Command{keys.CmdSnapshot, keys.CmdActions}
	return d
}
