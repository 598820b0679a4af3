package tui

import (
	"context"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/engine/visible"
	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/widget"
)

// newDomains is the screen of the account's zones; enter shows the records of one.
func newDomains(inv Inventory) *listing {
	d := &listing{at: keys.CmdRecords, title: []string{"records"}, nothing: "no domains in this account", hint: "ctrl+r asks again"}
	d.Columns = []widget.Column{{Title: "DOMAIN", Width: 20, Grow: 1}}
	d.Fields = []string{"domain"}
	d.read = func(ctx context.Context, _ Backend) ([]list.Row, error) {
		all, err := inv.Domains(ctx)
		rows := make([]list.Row, 0, len(all))
		for _, x := range all {
			rows = append(rows, list.Row{Key: x, Cells: []string{x}})
		}
		return rows, err
	}
	d.own = []command{
		d.chosen(openKey, nil, func(_ *Env, r *list.Row) Action { return Open{newRecords(inv, r.Key)} }),
		d.chosen(bind(keys.Zones, keys.CmdNew, "new", "make a record in this zone; the plan comes first", "n"), operators, func(env *Env, r *list.Row) Action {
			return newRecord(r.Key).open(env)
		}),
		d.reloading(keys.Zones),
		d.copying("domain"),
	}
	d.hints = []keys.Command{keys.CmdOpen, keys.CmdNew}
	return d
}

// newRecords is the screen of the records of one zone, from which a change is one key away. The domain is as the provider has
// it.
func newRecords(inv Inventory, domain string) *listing {
	r := &listing{title: []string{"records", visible.Text(domain)}, nothing: "no records in this zone", hint: "n makes one"}
	r.Columns = []widget.Column{
		{Title: "NAME", Width: 16, Grow: 1},
		{Title: "TYPE", Width: 6},
		{Title: "DATA", Width: 20, Grow: 2},
		{Title: "TTL", Width: 6, Right: true, Drop: 2},
		{Title: "PRIO", Width: 5, Right: true, Drop: 3},
		{Title: "SAGA", Width: 8, Drop: 1},
		{Title: "ID", Width: 10, Right: true, Drop: 4, Gap: 1},
	}
	r.Fields = []string{"name", "type", "data", "ttl", "prio", "saga", "id"}
	r.read = func(ctx context.Context, b Backend) ([]list.Row, error) {
		all, err := inv.Records(ctx, domain)
		if err != nil {
			return nil, err
		}
		kept, err := b.Resources(ctx)
		by := map[string]string{} // which saga looks after a record
		for _, x := range kept {
			by[x.Key()] = x.SagaID.Short()
		}
		rows := make([]list.Row, 0, len(all))
		for _, x := range all {
			id, prio := strconv.FormatInt(x.ID, 10), ""
			if x.Priority != 0 {
				prio = strconv.Itoa(x.Priority)
			}
			rows = append(rows, list.Row{Key: id, Value: x, Cells: []string{x.Name, x.Type, x.Data, strconv.Itoa(x.TTL), prio, by[engine.Resource{Type: thingRecord, ExternalID: id}.Key()], id}})
		}
		return rows, err
	}
	r.named = func(row *list.Row) string { return row.Cells[1] + " " + row.Cells[0] }
	r.on = func(row *list.Row) thing {
		return thing{thingRecord, RecordSays(row.Value.(estate.Record), domain)} //nolint:forcetypeassert // set above
	}
	r.menuKeys = map[keys.Command]string{keys.CmdWipe: "d"} // deleting lives in the menu
	r.own = []command{
		r.chosen(bind(keys.Records, keys.CmdChange, "change", "change this record; the form has its values", "enter"), operators, func(env *Env, row *list.Row) Action {
			return offer{on: r.on(row), verb: string(keys.CmdChange), at: "data"}.open(env)
		}),
		{Binding: bind(keys.Records, keys.CmdNew, "new", "make a record in this zone; the plan comes first", "n"), why: operators, do: func(env *Env) Action {
			return newRecord(domain).open(env)
		}},
		r.launching(danger(bind(keys.Records, keys.CmdWipe, "delete", "delete this record; the plan comes first")), string(keys.CmdWipe), nil),
		r.menu(keys.Records, "change, delete or copy this record", keys.CmdChange, keys.CmdWipe, keys.CmdNew, keys.CmdCopy),
		r.reloading(keys.Records),
		r.copying("record"),
	}
	r.hints = []keys.Command{keys.CmdChange, keys.CmdNew, keys.CmdActions}
	return r
}

// RecordSays are the attributes of a listed record of a domain, as the kinds that act on records ask for them.
func RecordSays(x estate.Record, domain string) map[string]string {
	says := map[string]string{
		"id": strconv.FormatInt(x.ID, 10), "domain": domain, "type": x.Type, "name": written(x.Name, domain), "data": x.Data, "ttl": strconv.Itoa(x.TTL),
	}
	if x.Type == "MX" || x.Type == "SRV" { // only these have a priority
		says["priority"] = strconv.Itoa(x.Priority)
	}
	return says
}

// written is a listed name as it is to be given to a launch. Listed names are relative; one that ends in the domain would be
// taken for a full one, so that it is written in full, with its final dot.
func written(name, domain string) string {
	if name == domain || strings.HasSuffix(name, "."+domain) {
		return name + "." + domain + "."
	}
	return name
}

// newRecord is a record of which only the zone is known.
func newRecord(domain string) offer {
	return offer{on: thing{thingRecord, map[string]string{"domain": domain}}, verb: string(keys.CmdChange)}
}
