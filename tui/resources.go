package tui

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/keys"
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
	grid
	drifts  Drifts
	looking int            // looks under way that were asked for here
	states  map[string]int // how many there are in each state of drift
}

// lookedMsg answers a look that was asked for.
type lookedMsg struct {
	what string
	err  string
}

func newResources(cfg Config) *resources {
	r := &resources{drifts: cfg.Drifts}
	r.columns = []widget.Column{
		{Title: "NAME", Width: 20, Grow: 1},
		{Title: "TYPE", Width: 17, Drop: 2},
		{Title: "ID", Width: 12, Right: true, Drop: 3},
		{Title: "DRIFT", Width: 14},
		{Title: "LOOKED", Width: 6, Right: true, Drop: 5},
		{Title: "SAGA", Width: 8, Drop: 1},
		{Title: "VERSION", Width: 7, Right: true, Drop: 4},
		{Title: "UPDATED", Width: 12, Drop: 6, Gap: 1},
	}
	r.fields = []string{"name", "type", "id", "drift", "looked", "saga", "version", "updated"}
	if r.drifts == nil {
		r.columns, r.fields = slices.Delete(r.columns, driftColumn, checkedColumn+1), slices.Delete(r.fields, driftColumn, checkedColumn+1)
	} else {
		r.cell = driftCell
	}
	r.nothing, r.hint = "nothing is provisioned", "What sagas create is listed here until it is confirmed gone."
	r.read = func(ctx context.Context, b Backend) ([]gridRow, error) {
		all, err := b.Resources(ctx)
		rows := make([]gridRow, 0, len(all))
		for _, x := range all {
			cells := []string{x.Name, say.Words(x.Type), x.ExternalID, x.SagaID.Short(), strconv.Itoa(x.SpecVersion), x.UpdatedAt.UTC().Format("Jan 02 15:04")}
			if r.drifts != nil {
				cells = slices.Insert(cells, driftColumn, "", "")
			}
			rows = append(rows, gridRow{key: x.Key(), value: x, cells: cells})
		}
		return rows, err
	}
	return r
}

// driftCell draws the columns that change without a read of the resources.
func driftCell(env *Env, row *gridRow, column int) (widget.Cell, bool) {
	d := env.State.drift(row.key)
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

func (r *resources) root() keys.Command { return keys.CmdResource }

// Title is the breadcrumb.
func (r *resources) Title(*Env) []string { return []string{"resources"} }

// Scopes are those of a list of resources.
func (r *resources) Scopes() []keys.Scope { return []keys.Scope{keys.Provisioned, keys.Lists} }

// Typing reports whether keys go to the filter.
func (r *resources) Typing() bool { return r.search.typing() }

// Hints are for the resource under the cursor.
func (r *resources) Hints(env *Env) []keys.Command {
	if r.search.typing() {
		return nil
	}
	out := []keys.Command{keys.CmdOpen}
	if row := r.current(); row != nil {
		for _, c := range []keys.Command{keys.CmdRestore, keys.CmdAccept, keys.CmdForget} {
			if r.drifts != nil && env.State.drift(row.key).astray() && r.unlike(env, c) == "" {
				out = append(out, c)
			}
		}
		out = append(out, keys.CmdActions)
	}
	if r.drifts != nil {
		out = append(out, keys.CmdCheck, keys.CmdReload)
	}
	return append(out, keys.CmdFilter, keys.CmdSagas)
}

// Update takes answers; every change of a saga may be one of a resource.
func (r *resources) Update(env *Env, msg tea.Msg) Action {
	switch msg := msg.(type) {
	case Shown:
		return r.reload(r)
	case Changed:
		if r.began {
			return r.reload(r)
		}
		return nil
	case Drifted:
		r.fill(env)
		return nil
	case lookedMsg:
		r.looking = max(0, r.looking-1)
		if msg.err != "" {
			return Notify{Level: say.Error, Text: "look: " + msg.err}
		}
		return Notify{Level: say.Good, Text: "looked at " + msg.what}
	case gridMsg:
		act := r.update(msg, r)
		r.fill(env)
		return act
	}
	return r.update(msg, r)
}

// fill writes into the cells what is known of drift, so that it can be filtered and ordered by.
func (r *resources) fill(env *Env) {
	if r.drifts == nil {
		return
	}
	r.states = map[string]int{}
	for i := range r.rows {
		d := env.State.drift(r.rows[i].key)
		r.states[d.State]++
		r.rows[i].cells[driftColumn] = say.Words(d.State)
		r.rows[i].cells[checkedColumn] = ""
		if !d.CheckedAt.IsZero() {
			r.rows[i].cells[checkedColumn] = d.CheckedAt.UTC().Format("2006-01-02 15:04:05")
		}
	}
	r.find()
}

// Do does what is asked of the list and of the resource under the cursor.
func (r *resources) Do(env *Env, c keys.Command) Action {
	if c == keys.CmdReload {
		return r.look()
	}
	if act, ok := r.do(env, c, r); ok {
		return act
	}
	row := r.current()
	switch {
	case c == keys.CmdBack:
		return Press{keys.CmdSagas}
	case c == keys.CmdCopy:
		return copyRow(row, "resource")
	case row == nil:
	case c == keys.CmdOpen:
		return r.open(env, row.value.(engine.Resource)) //nolint:forcetypeassert // set above
	case c == keys.CmdCheck:
		return r.look(row.key)
	case c == keys.CmdRestore || c == keys.CmdAccept || c == keys.CmdForget:
		if why := r.unlike(env, c); why != "" {
			return Notify{Level: say.Error, Text: string(c) + ": " + why}
		}
		return offer{r.thing(row), string(c)}.open(env)
	case c == keys.CmdActions:
		return r.actions(env)
	}
	return nil
}

// look looks at resources now, or at all of them.
func (r *resources) look(keys ...string) Action {
	if r.drifts == nil {
		return Notify{Level: say.Error, Text: "look: " + noDrifts}
	}
	what := "all resources"
	if row := r.current(); row != nil && len(keys) > 0 {
		what = row.cells[0]
	}
	r.looking++
	drifts := r.drifts
	return Batch{r.reload(r), Ask{To: r, Read: func(ctx context.Context, _ Backend) tea.Msg {
		m := lookedMsg{what: what}
		if err := drifts.Check(ctx, keys...); err != nil {
			m.err = visible.Text(err.Error())
		}
		return m
	}}}
}

const noDrifts = "this console is connected to no provider"

func (*resources) thing(row *gridRow) thing {
	return thing{thingResource, map[string]string{"key": row.key}}
}

// unlike says why the resource under the cursor cannot be restored, accepted or forgotten; empty when it can.
func (r *resources) unlike(env *Env, c keys.Command) string {
	b, _ := env.Keys.Of(c)
	if why := env.unfit(b); why != "" {
		return why
	}
	if r.drifts == nil && c != keys.CmdForget {
		return noDrifts
	}
	d := env.State.drift(r.current().key)
	switch {
	case c == keys.CmdForget:
	case d.State == driftInSync:
		return "it is as it was wanted"
	case d.hopeless(c) != "":
		return d.hopeless(c)
	case c == keys.CmdAccept && d.State == driftDeleted:
		return "it is gone: restore makes it anew, forget gives it up"
	}
	return ""
}

// actions offers everything that can be done to the resource under the cursor.
func (r *resources) actions(env *Env) Action {
	var items []item
	for _, c := range []keys.Command{keys.CmdOpen, keys.CmdRestore, keys.CmdAccept, keys.CmdForget, keys.CmdCheck, keys.CmdReload, keys.CmdCopy} {
		b, _ := env.Keys.In(c, keys.Provisioned, keys.Lists, keys.Everywhere)
		it := item{Key: b.Show(), Text: string(c), Note: b.Help, Danger: b.Danger, Do: Press{c}}
		switch c {
		case keys.CmdRestore, keys.CmdAccept, keys.CmdForget:
			it.Why = r.unlike(env, c)
		case keys.CmdCheck, keys.CmdReload:
			if r.drifts == nil {
				it.Why = noDrifts
			}
		}
		items = append(items, it)
	}
	return Show{newMenu("Actions for "+r.current().cells[0], items)}
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

// View draws how many there are of what, and the list.
func (r *resources) View(env *Env, width, height int) Drawing {
	if r.drifts == nil || len(r.rows) == 0 {
		return r.view(env, width, height)
	}
	d := r.view(env, width, height-1)
	d.Lines = append([]string{r.counts(env, width)}, d.Lines...)
	if d.Cursor != nil {
		d.Cursor.Y++
	}
	return d
}

// counts is how many resources there are in each state.
func (r *resources) counts(env *Env, width int) string {
	t := env.Theme
	n := r.states
	var text strings.Builder
	text.WriteString(" " + strconv.Itoa(len(r.rows)) + say.Plural(len(r.rows), " resource", " resources"))
	for _, state := range []string{driftModified, driftDeleted, driftNotChecked, driftInSync} {
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
