package tui

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/engine/visible"
	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// The columns of the resources that are drawn from what is known of drift.
const (
	driftColumn   = 3
	checkedColumn = 4
)

// resources is the screen of what sagas have provisioned, and how it stands to what was wanted.
type resources struct {
	listing
	drifts  Drifts
	looking int                  // looks under way that were asked for here
	states  map[estate.State]int // how many there are in each state of drift
}

// lookedMsg answers a look that was asked for.
type lookedMsg struct {
	what string
	err  string
}

func newResources(cfg Config) *resources {
	r := &resources{drifts: cfg.Drifts}
	r.listing = listing{
		at: keys.CmdResource, title: []string{"resources"}, live: true, took: r.fill,
		nothing: "nothing is provisioned", hint: "What sagas create is listed here until it is confirmed gone.",
	}
	r.to = r
	r.Columns = []widget.Column{
		{Title: "NAME", Width: 20, Grow: 1},
		{Title: "TYPE", Width: 17, Drop: 2},
		{Title: "ID", Width: 12, Right: true, Drop: 3},
		{Title: "DRIFT", Width: 14},
		{Title: "LOOKED", Width: 6, Right: true, Drop: 5},
		{Title: "SAGA", Width: 8, Drop: 1},
		{Title: "VERSION", Width: 7, Right: true, Drop: 4},
		{Title: "UPDATED", Width: 12, Drop: 6, Gap: 1},
	}
	r.Fields = []string{"name", "type", "id", "drift", "looked", "saga", "version", "updated"}
	if r.drifts == nil {
		r.Columns, r.Fields = slices.Delete(r.Columns, driftColumn, checkedColumn+1), slices.Delete(r.Fields, driftColumn, checkedColumn+1)
	} else {
		r.cell, r.above = driftCell, r.counts
	}
	r.read = func(ctx context.Context, b Backend) ([]list.Row, error) {
		all, err := b.Resources(ctx)
		rows := make([]list.Row, 0, len(all))
		for _, x := range all {
			cells := []string{x.Name, say.Words(x.Type), x.ExternalID, x.SagaID.Short(), strconv.Itoa(x.SpecVersion), x.UpdatedAt.UTC().Format("Jan 02 15:04")}
			if r.drifts != nil {
				cells = slices.Insert(cells, driftColumn, "", "")
			}
			rows = append(rows, list.Row{Key: x.Key(), Value: x, Cells: cells})
		}
		return rows, err
	}
	r.on = func(row *list.Row) thing { return thing{thingResource, map[string]string{"key": row.Key}} }
	r.own = r.commands()
	return r
}

func (r *resources) commands() []command {
	launch := func(b keys.Binding) command {
		return r.launching(danger(b), string(b.Command), func(env *Env) string { return r.unlike(env, b.Command) })
	}
	return []command{
		r.chosen(openKey, nil, func(env *Env, row *list.Row) Action { return r.open(env, row.Value.(engine.Resource)) }), //nolint:forcetypeassert // set above
		launch(bind(keys.Provisioned, keys.CmdRestore, "restore", "put it back to its desired state; the plan comes first", "r")),
		launch(bind(keys.Provisioned, keys.CmdAccept, "accept", "take its current state as the desired one; the plan comes first", "t")),
		launch(bind(keys.Provisioned, keys.CmdForget, "forget", "stop tracking it; it is not deleted; the plan comes first", "d")),
		r.chosen(bind(keys.Provisioned, keys.CmdCheck, "look", "look at this resource now", "v"), r.unconnected, func(_ *Env, row *list.Row) Action {
			return r.look(row.Cells[0], row.Key)
		}),
		{Binding: bind(keys.Provisioned, keys.CmdReload, "look at all", "look at all resources now", "ctrl+r"), why: r.unconnected, do: func(*Env) Action {
			return r.look("all resources")
		}},
		r.menu(keys.Provisioned, "everything that can be done to this resource",
			keys.CmdOpen, keys.CmdRestore, keys.CmdAccept, keys.CmdForget, keys.CmdCheck, keys.CmdReload, keys.CmdCopy),
		r.copying("resource"),
	}
}

// Hints are for the resource under the cursor.
func (r *resources) Hints(env *Env) []keys.Command {
	out := []keys.Command{keys.CmdOpen}
	if row := r.Current(); row != nil {
		if r.drifts != nil && env.State.drift(row.Key).Astray() {
			out = append(out, keys.CmdRestore, keys.CmdAccept, keys.CmdForget)
		}
		out = append(out, keys.CmdActions)
	}
	return append(out, keys.CmdCheck, keys.CmdReload, keys.CmdFilter, keys.CmdSagas)
}

// Update takes answers; every change of a saga may be one of a resource.
func (r *resources) Update(env *Env, msg tea.Msg) Action {
	switch msg := msg.(type) {
	case Drifted:
		r.fill(env)
		return nil
	case lookedMsg:
		r.looking = max(0, r.looking-1)
		if msg.err != "" {
			return Notify{Level: say.Error, Text: "look: " + msg.err}
		}
		return Notify{Level: say.Good, Text: "looked at " + msg.what}
	}
	return r.listing.Update(env, msg)
}

// fill writes into the cells what is known of drift, so that it can be filtered and ordered by.
func (r *resources) fill(env *Env) {
	if r.drifts == nil {
		return
	}
	r.states = map[estate.State]int{}
	r.Refill(func(row *list.Row) {
		d := env.State.drift(row.Key)
		r.states[d.State]++
		row.Cells[driftColumn], row.Cells[checkedColumn] = say.Words(string(d.State)), ""
		if !d.CheckedAt.IsZero() {
			row.Cells[checkedColumn] = d.CheckedAt.UTC().Format("2006-01-02 15:04:05")
		}
	})
}

// look looks at resources now, or at all of them.
func (r *resources) look(what string, only ...string) Action {
	r.looking++
	drifts := r.drifts
	return Batch{r.reload(), Ask{To: r, Read: func(ctx context.Context, _ Backend) tea.Msg {
		m := lookedMsg{what: what}
		if err := drifts.Check(ctx, only...); err != nil {
			m.err = visible.Text(err.Error())
		}
		return m
	}}}
}

// unconnected says why nothing can be looked at.
func (r *resources) unconnected(*Env) string {
	if r.drifts == nil {
		return say.NoProvider
	}
	return ""
}

// unlike says why the resource under the cursor cannot be restored, accepted or forgotten; empty when it can.
func (r *resources) unlike(env *Env, c keys.Command) string {
	row, why := r.Current(), operators(env)
	switch {
	case why != "" || row == nil || c == keys.CmdForget:
		return why
	case r.drifts == nil:
		return say.NoProvider
	}
	switch d := env.State.drift(row.Key); {
	case d.State == estate.InSync:
		return "it is in its desired state"
	case hopeless(d, c) != "":
		return hopeless(d, c)
	case c == keys.CmdAccept && d.State == estate.Deleted:
		return "it is gone: restore creates it again, forget gives it up"
	}
	return ""
}

// driftCell draws the columns that change without a read of the resources.
func driftCell(env *Env, row *list.Row, column int) (widget.Cell, bool) {
	d := env.State.drift(row.Key)
	switch column {
	case driftColumn:
		l := driftLook(env.Theme, d.State)
		return widget.Cell{Text: l.String(), Ink: l.Ink}, true
	case checkedColumn:
		text := ""
		if !d.CheckedAt.IsZero() {
			text = env.Clock.Age(d.CheckedAt.Time)
		}
		return widget.Cell{Text: text, Ink: env.Theme.Faint}, true
	}
	return widget.Cell{}, false
}

// open shows how a resource stands, its desired state, and the saga that wrote it last.
func (r *resources) open(env *Env, x engine.Resource) Action {
	var lines []string
	if r.drifts != nil {
		lines = append(driftLines(env, x.Key()), "")
	}
	lines = append(lines,
		"type     "+visible.Text(say.Words(x.Type)), "id       "+visible.Text(x.ExternalID), "saga     "+visible.Text(x.SagaID.Short()),
		"version  "+strconv.Itoa(x.SpecVersion), "created  "+env.Clock.Full(x.CreatedAt.Time), "updated  "+env.Clock.Full(x.UpdatedAt.Time),
		"", "desired state")
	var b strings.Builder
	if raw, err := json.MarshalIndent(x.Spec, "  ", "  "); err == nil {
		b.Write(raw)
	} else {
		b.Write(x.Spec)
	}
	for _, l := range visible.Lines(b.String()) {
		lines = append(lines, "  "+strings.TrimPrefix(l, "  "))
	}
	return Show{&pager{name: visible.Text(x.Name), text: lines}}
}

// driftLines say how a resource stands: when it was looked at, and what differs from what was wanted.
func driftLines(env *Env, key string) []string {
	d := env.State.drift(key)
	text := "drift    " + driftLook(env.Theme, d.State).Word
	if !d.CheckedAt.IsZero() {
		text += ", looked at " + env.Clock.Full(d.CheckedAt.Time)
	}
	out := []string{text}
	if d.Note != "" {
		out = append(out, "         "+d.Note)
	}
	name, from := 4, 6
	for _, c := range d.Changes {
		name, from = max(name, widget.Width(c.Name)), max(from, widget.Width(c.From))
	}
	if len(d.Changes) > 0 {
		out = append(out, "", "         "+widget.Fit("", name)+"  "+widget.Fit("wanted", from)+"  live")
	}
	for _, c := range d.Changes {
		out = append(out, "         "+widget.Fit(c.Name, name)+"  "+widget.Fit(c.From, from)+"  "+c.To)
	}
	return out
}

// counts is how many resources there are in each state.
func (r *resources) counts(env *Env, width int) string {
	t := env.Theme
	n := r.states
	var text strings.Builder
	text.WriteString(" " + strconv.Itoa(len(r.Rows())) + say.Plural(len(r.Rows()), " resource", " resources"))
	for _, state := range []estate.State{estate.Modified, estate.Deleted, estate.NotChecked, estate.InSync} {
		if n[state] > 0 {
			l := driftLook(t, state)
			text.WriteString("  " + l.Ink.Paint(strconv.Itoa(n[state])+" "+l.Word))
		}
	}
	right := ""
	if r.looking > 0 {
		right = t.Running.Paint(t.Symbols.Running) + t.Faint.Paint(" looking"+t.Symbols.More) + " "
	}
	return widget.Sides(text.String(), right, width)
}
