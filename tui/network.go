package tui

import (
	"context"
	"strconv"
	"strings"

	"arcadia/engine/estate"
	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// networkHeld is the column of who holds an address or a firewall.
const networkHeld = 3

// network is the screen of what stands before droplets: reserved addresses and where they lead, firewalls and their rules.
type network struct{ holding }

func newNetwork(inv Estates) *network {
	n := &network{}
	n.listing = listing{at: keys.CmdNetwork, title: []string{"network"}, nothing: "no reserved addresses and no firewalls", hint: "ctrl+r asks again"}
	n.to, n.column, n.lock = n, networkHeld, networkLock
	n.Bands = []string{"reserved addresses", "firewalls"}
	n.Columns = []widget.Column{
		{Title: "NAME", Width: 18, Grow: 1},
		{Title: "LEADS TO", Width: 20, Grow: 1},
		{Title: "WHAT", Width: 14, Drop: 1},
		{Title: "HELD BY", Width: 24, Drop: 2, Gap: 1},
	}
	n.Fields = []string{"name", "to", "what", "held"}
	n.cell = func(env *Env, r *list.Row, column int) (widget.Cell, bool) {
		if column != networkHeld {
			return widget.Cell{}, false
		}
		return n.holder(env, r), true
	}
	n.read = func(ctx context.Context, _ Backend) ([]list.Row, error) {
		e, err := readEstate(ctx, inv)
		if err != nil {
			return nil, err
		}
		return networkRows(e), missed(e.Missing)
	}
	n.on = func(r *list.Row) thing {
		switch x := r.Value.(type) {
		case estate.Reserved:
			return thing{thingAddress, map[string]string{"ip": x.IP, "id": x.IP, "droplet": strconv.FormatInt(x.Droplet, 10)}}
		case estate.Wall:
			return thing{thingWall, map[string]string{"id": x.ID, "name": x.Name}}
		}
		return thing{}
	}
	n.own = []command{
		n.chosen(openKey, nil, func(_ *Env, r *list.Row) Action { return Show{&pager{name: r.Cells[0], text: networkText(r)}} }),
		n.menu(keys.Gateways, "everything that can be done to this address or firewall", keys.CmdCopy),
		n.reloading(keys.Gateways),
		n.copying("address or firewall"),
	}
	n.hints = []keys.Command{keys.CmdOpen, keys.CmdActions}
	return n
}

func networkRows(e estate.Estate) []list.Row {
	rows := make([]list.Row, 0, len(e.Addresses)+len(e.Walls))
	for _, x := range e.Addresses {
		to := x.Name
		if x.Droplet == 0 {
			to = "nowhere"
		} else if to == "" {
			to = "droplet " + strconv.FormatInt(x.Droplet, 10)
		}
		rows = append(rows, list.Row{Key: x.IP, Value: x, Cells: []string{x.IP, to, x.Region, ""}})
	}
	for _, w := range e.Walls {
		to := strconv.Itoa(w.Droplets) + say.Plural(w.Droplets, " droplet", " droplets")
		if len(w.Tags) > 0 {
			to += ", tagged " + strings.Join(w.Tags, ", ")
		}
		rows = append(rows, list.Row{Key: w.ID, Value: w, Band: 1, Cells: []string{w.Name, to, strconv.Itoa(len(w.Rules)) + say.Plural(len(w.Rules), " rule", " rules"), ""}})
	}
	return rows
}

// networkText is all that is known of an address or a firewall.
func networkText(r *list.Row) []string {
	switch x := r.Value.(type) {
	case estate.Reserved:
		return []string{"address  " + x.IP, "region   " + x.Region, "leads to " + r.Cells[1]}
	case estate.Wall:
		return append([]string{"id          " + x.ID, "stands before " + r.Cells[1], ""}, x.Rules...)
	}
	return nil
}

// networkLock is the lock that a saga takes which changes the row.
func networkLock(r *list.Row) string {
	if _, address := r.Value.(estate.Reserved); address {
		return "ip:" + r.Key
	}
	return "firewall:" + r.Key
}
