package tui

import (
	"context"
	"strconv"
	"time"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// The bands of the droplets.
const (
	bandThere = iota
	bandAsleep
	bandGone
)

// The columns that are drawn from more than their text.
const (
	dropletStatus = iota + 1
	dropletSize
	dropletRegion
	dropletAddress
	dropletCopies
	dropletHeld
	dropletCost
	dropletID
)

// droplets is the screen of the account's machines: what each costs, what belongs to it, and which saga holds it. Those that are gone
// and of which copies are left stand below, since they cost money and can be lost.
type droplets struct{ holding }

func newDroplets(inv Estates) *droplets {
	d := &droplets{}
	d.listing = listing{at: keys.CmdDroplets, title: []string{"droplets"}, nothing: "no droplets in this account", hint: "ctrl+r asks again"}
	d.to, d.column, d.lock = d, dropletHeld, dropletLock
	d.Bands = []string{"", "hibernated", "gone, a copy is left"}
	d.Columns = []widget.Column{
		{Title: "NAME", Width: 11, Grow: 2},
		{Title: "STATUS", Width: 8},
		{Title: "SIZE", Width: 12, Drop: 5},
		{Title: "REGION", Width: 6, Drop: 6},
		{Title: "ADDRESS", Width: 15, Drop: 3},
		{Title: "SNAPSHOTS", Width: 9, Drop: 2},
		{Title: "HELD BY", Width: 22, Grow: 3, Drop: 1},
		{Title: "$/MONTH", Width: 8, Right: true, Drop: 4},
		{Title: "ID", Width: 9, Right: true, Drop: 7, Gap: 1},
	}
	d.Fields = []string{"name", "status", "size", "region", "address", "snapshots", "held", "cost", "id"}
	d.cell = d.draws
	d.read = func(ctx context.Context, _ Backend) ([]list.Row, error) {
		e, err := readEstate(ctx, inv)
		if err != nil {
			return nil, err
		}
		return dropletRows(e), missed(e.Missing)
	}
	d.on = dropletThing
	snapshot := bind(keys.Machines, keys.CmdSnapshot, "snapshot", "take a snapshot of this droplet; the plan comes first", "s")
	d.own = []command{
		d.chosen(openKey, nil, func(env *Env, r *list.Row) Action {
			return Show{&pager{name: r.Cells[0], text: plainSections(d.sections(env, r, 100, 0))}}
		}),
		d.launching(snapshot, string(keys.CmdSnapshot), d.absent),
		d.menu(keys.Machines, "everything that can be done to this droplet", keys.CmdSnapshot, keys.CmdCopy),
		d.reloading(keys.Machines),
		d.copying("droplet"),
	}
	d.hints = []keys.Command{keys.CmdOpen, keys.CmdActions, keys.CmdSnapshot}
	return d
}

// absent says why nothing is done to the droplet under the cursor: it is gone, or nobody here may.
func (d *droplets) absent(env *Env) string {
	if r := d.Current(); r != nil && r.Band != bandThere {
		return "this droplet is not there"
	}
	return operators(env)
}

// dropletThing is what a row is to kinds: a droplet, or what is left of one.
func dropletThing(r *list.Row) thing {
	switch x := r.Value.(type) {
	case estate.Machine:
		return thing{thingDroplet, map[string]string{"id": r.Key, "name": r.Cells[0]}}
	case estate.Remains:
		if x.Asleep {
			return thing{thingTombstone, map[string]string{"id": x.ID, "name": r.Cells[0]}}
		}
		if len(x.Copies) > 0 {
			return thing{thingSnapshot, map[string]string{"id": x.Copies[0].ID, "name": x.Copies[0].Name}}
		}
	}
	return thing{}
}

// dropletLock is the lock that a saga takes which changes a droplet; what is left of one has none.
func dropletLock(r *list.Row) string {
	if r.Band != bandThere {
		return ""
	}
	return "droplet:" + r.Key
}

func dropletRows(e estate.Estate) []list.Row {
	rows := make([]list.Row, 0, len(e.Machines)+len(e.Remains))
	for _, m := range e.Machines {
		id := strconv.FormatInt(m.ID, 10)
		rows = append(rows, list.Row{Key: id, Value: m, Band: bandThere, Cells: []string{
			m.Name, m.Status, m.Size, m.Region, m.IPv4, strconv.Itoa(len(m.Copies)), "", money(m.MonthlyUSD), id,
		}})
	}
	for _, x := range e.Remains {
		band, status, name := bandGone, "gone", x.Name
		if x.Asleep {
			band, status = bandAsleep, "asleep"
		}
		if name == "" {
			name = "droplet " + x.ID
		}
		held := ""
		if x.WasUSD > 0 {
			held = "instead of $" + money(x.WasUSD)
		}
		rows = append(rows, list.Row{Key: "gone/" + x.ID, Value: x, Band: band, Cells: []string{
			name, status, x.Size, x.Region, say.Copies(len(x.Copies), x.Asleep), strconv.Itoa(len(x.Copies)), held, money(x.MonthlyUSD), x.ID,
		}})
	}
	return rows
}

// money is an amount of US dollars in a column that says so; empty for nothing.
func money(usd float64) string {
	if usd == 0 {
		return ""
	}
	return strconv.FormatFloat(usd, 'f', 2, 64)
}

// draws are the cells that carry more than their text.
func (d *droplets) draws(env *Env, r *list.Row, column int) (widget.Cell, bool) {
	t := env.Theme
	switch column {
	case dropletStatus:
		l := t.Machine(r.Cells[column])
		return widget.Cell{Text: l.String(), Ink: l.Ink, Keep: true}, true
	case dropletSize, dropletRegion, dropletCost, dropletID:
		return widget.Cell{Text: r.Cells[column], Ink: t.Faint}, true
	case dropletAddress:
		if x, gone := r.Value.(estate.Remains); gone && len(x.Copies) == 1 && !x.Asleep {
			return widget.Cell{Text: r.Cells[column], Ink: t.Compensating}, true
		}
	case dropletCopies:
		return copiesCell(env, r), true
	case dropletHeld:
		if r.Band != bandThere {
			return widget.Cell{Text: r.Cells[column], Ink: t.Faint}, true
		}
		return d.holder(env, r), true
	}
	return widget.Cell{}, false
}

// copiesCell says how old the newest copy is, and how many there are. A droplet without any is marked once it is a day old.
func copiesCell(env *Env, r *list.Row) widget.Cell {
	t := env.Theme
	copies, created := []estate.Snapshot(nil), time.Time{}
	switch x := r.Value.(type) {
	case estate.Machine:
		copies, created = x.Copies, x.Created
	case estate.Remains:
		copies = x.Copies
	}
	switch {
	case len(copies) > 0:
		return widget.Cell{Text: widget.Fit(env.Clock.Age(copies[0].Created), 5) + t.Faint.Paint(widget.FitRight(strconv.Itoa(len(copies)), 4))}
	case !created.IsZero() && env.Clock.Now.Sub(created) < 24*time.Hour:
		return widget.Cell{Text: t.Symbols.Dash, Ink: t.Faint}
	}
	return widget.Cell{Text: "none", Ink: t.Compensating}
}

// heldRoom is how many cells of a row say what holds its thing.
const heldRoom = 20

// heldCell is the saga that holds a thing: what it does and, where that fits, how far it is; of one that needs a person what is wrong.
func heldCell(env *Env, s *engine.Summary) widget.Cell {
	look := env.Theme.Saga(s)
	texts, _ := env.now().Texts(s)
	text := s.Kind
	if said := fitting(texts, heldRoom-1-widget.Width(text)); said != "" {
		text += " " + said
	}
	if say.StandOf(s).Needs() && len(texts) > 0 {
		text = longest(texts, heldRoom)
	}
	return widget.Cell{Text: look.Symbol + " " + text, Ink: look.Ink, Keep: true}
}

// fitting is the longest of the texts that fits; empty when none does.
func fitting(texts []string, width int) string {
	for _, x := range texts {
		if widget.Width(x) <= width {
			return x
		}
	}
	return ""
}

// View draws the list and, where there is room, what is known of the droplet under the cursor.
func (d *droplets) View(env *Env, width, height int) Drawing {
	return withPreview(env, width, height, d.Current(), func(width, height int) Drawing {
		foot := 0
		if height >= 16 && len(d.Rows()) > 0 {
			foot = 2
		}
		out := d.listing.View(env, width, height-foot)
		if foot > 0 {
			out.Lines = append(widget.Lines(out.Lines, width, height-1), d.sum(env, width))
		}
		return out
	}, func(r *list.Row, width, most int) [][]string { return d.sections(env, r, width, most) })
}

// sum is what there is in all, and what it costs.
func (d *droplets) sum(env *Env, width int) string {
	n, active, copies, cost, copied := 0, 0, 0, 0.0, 0.0
	for _, r := range d.Rows() {
		switch x := r.Value.(type) {
		case estate.Machine:
			n++
			if x.Status == "active" {
				active++
			}
			copies, cost, copied = copies+len(x.Copies), cost+x.MonthlyUSD, copied+estate.CopiesUSD(x.Copies)
		case estate.Remains:
			copies, copied = copies+len(x.Copies), copied+x.MonthlyUSD
		}
	}
	dot := " " + env.Theme.Symbols.Dot + " "
	left := "  " + strconv.Itoa(n) + say.Plural(n, " droplet", " droplets") + dot + strconv.Itoa(active) + " active"
	if copies > 0 {
		left += dot + strconv.Itoa(copies) + say.Plural(copies, " snapshot $", " snapshots $") + strconv.FormatFloat(copied, 'f', 2, 64)
	}
	right := ""
	if cost > 0 {
		right = "droplets $" + strconv.FormatFloat(cost, 'f', 2, 64) + " "
	}
	return env.Theme.Faint.Paint(widget.Sides(left, right, width))
}
