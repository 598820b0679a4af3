package tui

import (
	"context"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine/visible"
	"arcadia/tui/keys"
	"arcadia/tui/widget"
)

// domains is the screen of the account's zones; enter shows the records of one.
type domains struct {
	grid
	inv Inventory
}

func newDomains(inv Inventory) *domains {
	d := &domains{inv: inv}
	d.columns = []widget.Column{{Title: "DOMAIN", Width: 20, Grow: 1}}
	d.fields = []string{"domain"}
	d.nothing, d.hint = "no domains in this account", "ctrl+r asks again"
	d.read = func(ctx context.Context, _ Backend) ([]gridRow, error) {
		all, err := inv.Domains(ctx)
		rows := make([]gridRow, 0, len(all))
		for _, x := range all {
			rows = append(rows, gridRow{key: x, value: x, cells: []string{x}})
		}
		return rows, err
	}
	return d
}

func (d *domains) root() keys.Command { return keys.CmdRecords }

// Title is the breadcrumb.
func (d *domains) Title(*Env) []string { return []string{"records"} }

// Scopes are those of a list of zones.
func (d *domains) Scopes() []keys.Scope { return []keys.Scope{keys.Zones, keys.Lists} }

// Typing reports whether keys go to the filter.
func (d *domains) Typing() bool { return d.search.typing() }

// Hints are for the zone under the cursor.
func (d *domains) Hints(*Env) []keys.Command {
	if d.search.typing() {
		return nil
	}
	return []keys.Command{keys.CmdOpen, keys.CmdNew, keys.CmdFilter, keys.CmdReload, keys.CmdSagas}
}

// Update takes answers.
func (d *domains) Update(_ *Env, msg tea.Msg) Action {
	if _, ok := msg.(Shown); ok {
		return d.reload(d)
	}
	return d.update(msg, d)
}

// Do does what is asked of the list and of the zone under the cursor.
func (d *domains) Do(env *Env, c keys.Command) Action {
	if act, ok := d.do(env, c, d); ok {
		return act
	}
	row := d.current()
	switch {
	case c == keys.CmdBack:
		return Press{keys.CmdSagas}
	case row == nil:
	case c == keys.CmdOpen:
		return Open{newRecords(d.inv, row.value.(string))} //nolint:forcetypeassert // set above
	case c == keys.CmdNew:
		return newRecord(row.key).open(env)
	case c == keys.CmdCopy:
		return copyRow(row, "domain")
	}
	return nil
}

// View draws the list.
func (d *domains) View(env *Env, width, height int) Drawing { return d.view(env, width, height) }

// records is the screen of the records of one zone, from which a change is one key away.
type records struct {
	grid
	domain string // as the provider has it
}

func newRecords(inv Inventory, domain string) *records {
	r := &records{domain: domain}
	r.columns = []widget.Column{
		{Title: "NAME", Width: 16, Grow: 1},
		{Title: "TYPE", Width: 6},
		{Title: "DATA", Width: 20, Grow: 2},
		{Title: "TTL", Width: 6, Right: true, Drop: 2},
		{Title: "PRIO", Width: 5, Right: true, Drop: 3},
		{Title: "ID", Width: 10, Right: true, Drop: 4, Gap: 1},
	}
	r.fields = []string{"name", "type", "data", "ttl", "prio", "id"}
	r.nothing, r.hint = "no records in this zone", "n makes one"
	r.read = func(ctx context.Context, _ Backend) ([]gridRow, error) {
		all, err := inv.Records(ctx, domain)
		rows := make([]gridRow, 0, len(all))
		for _, x := range all {
			id, prio := strconv.FormatInt(x.ID, 10), ""
			if x.Priority != 0 {
				prio = strconv.Itoa(x.Priority)
			}
			rows = append(rows, gridRow{key: id, value: x, cells: []string{x.Name, x.Type, x.Data, strconv.Itoa(x.TTL), prio, id}})
		}
		return rows, err
	}
	return r
}

// Title is the breadcrumb.
func (r *records) Title(*Env) []string { return []string{"records", visible.Text(r.domain)} }

// Scopes are those of a list of records.
func (r *records) Scopes() []keys.Scope { return []keys.Scope{keys.Records, keys.Lists} }

// Typing reports whether keys go to the filter.
func (r *records) Typing() bool { return r.search.typing() }

// Hints are for the record under the cursor.
func (r *records) Hints(env *Env) []keys.Command {
	if r.search.typing() {
		return nil
	}
	if env.Config.ReadOnly {
		return []keys.Command{keys.CmdFilter, keys.CmdReload, keys.CmdBack}
	}
	return []keys.Command{keys.CmdChange, keys.CmdNew, keys.CmdActions, keys.CmdFilter, keys.CmdReload, keys.CmdBack}
}

// Update takes answers.
func (r *records) Update(_ *Env, msg tea.Msg) Action {
	if _, ok := msg.(Shown); ok {
		return r.reload(r)
	}
	return r.update(msg, r)
}

// Do does what is asked of the list and of the record under the cursor.
func (r *records) Do(env *Env, c keys.Command) Action {
	if act, ok := r.do(env, c, r); ok {
		return act
	}
	switch c {
	case keys.CmdBack:
		return Back{}
	case keys.CmdNew:
		return newRecord(r.domain).open(env)
	case keys.CmdCopy:
		return copyRow(r.current(), "record")
	}
	row := r.current()
	if row == nil {
		return nil
	}
	x := row.value.(Record) //nolint:forcetypeassert // set above
	switch c {
	case keys.CmdOpen, keys.CmdChange:
		return offer{r.thing(x), string(keys.CmdChange)}.open(env)
	case keys.CmdActions:
		return r.actions(env, x)
	}
	return nil
}

// thing is a record as kinds ask for it. Only some types have a priority.
func (r *records) thing(x Record) thing {
	says := map[string]string{
		"id": strconv.FormatInt(x.ID, 10), "domain": r.domain, "type": x.Type, "name": x.Name, "data": x.Data, "ttl": strconv.Itoa(x.TTL),
	}
	if x.Type == "MX" || x.Type == "SRV" {
		says["priority"] = strconv.Itoa(x.Priority)
	}
	return thing{thingRecord, says}
}

// newRecord is a record of which only the zone is known.
func newRecord(domain string) offer {
	return offer{thing{thingRecord, map[string]string{"domain": domain}}, string(keys.CmdChange)}
}

func (r *records) actions(env *Env, x Record) Action {
	why := env.impossibleNew()
	change, wipe := offer{r.thing(x), string(keys.CmdChange)}, offer{r.thing(x), string(keys.CmdWipe)}
	items := []item{
		{Key: "enter", Text: "change", Note: change.does(env) + ", with these values", Why: why, Do: change},
		{Key: "d", Text: "delete", Note: wipe.does(env) + "; the plan comes first", Why: why, Danger: true, Do: wipe},
		{Key: "n", Text: "new", Note: change.does(env) + ", in this zone", Why: why, Do: newRecord(r.domain)},
	}
	items = append(items, offers(env, change.on, change.verb, wipe.verb)...)
	name := visible.Text(x.Type + " " + x.Name)
	return Show{newMenu("Actions for "+name, append(items, item{Key: "y", Text: "copy", Note: "the name, the id or the row", Do: Press{keys.CmdCopy}}))}
}

// View draws the list.
func (r *records) View(env *Env, width, height int) Drawing { return r.view(env, width, height) }
