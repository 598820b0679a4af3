package tui

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/tui/widget"
)

// resources is the screen of what sagas have provisioned.
type resources struct{ grid }

func newResources() *resources {
	r := &resources{}
	r.columns = []widget.Column{
		{Title: "NAME", Width: 20, Grow: 1},
		{Title: "TYPE", Width: 17},
		{Title: "ID", Width: 12, Right: true},
		{Title: "SAGA", Width: 8},
		{Title: "VERSION", Width: 7, Right: true, Drop: 1},
		{Title: "UPDATED", Width: 12, Drop: 2, Gap: 1},
	}
	r.fields = []string{"name", "type", "id", "saga", "version", "updated"}
	r.nothing, r.hint = "nothing is provisioned", "What sagas create is listed here until it is confirmed gone."
	r.read = func(ctx context.Context, b Backend) ([]gridRow, error) {
		all, err := b.Resources(ctx)
		rows := make([]gridRow, 0, len(all))
		for _, x := range all {
			rows = append(rows, gridRow{key: x.Key(), value: x, cells: []string{
				x.Name, x.Type, x.ExternalID, x.SagaID.Short(), strconv.Itoa(x.SpecVersion), x.UpdatedAt.UTC().Format("Jan 02 15:04"),
			}})
		}
		return rows, err
	}
	return r
}

func (r *resources) root() Command { return CmdResource }

// Title is the breadcrumb.
func (r *resources) Title(*Env) []string { return []string{"resources"} }

// Scopes are those of a list.
func (r *resources) Scopes() []Scope { return []Scope{Lists} }

// Typing reports whether keys go to the filter.
func (r *resources) Typing() bool { return r.search.typing() }

// Hints are for the resource under the cursor.
func (r *resources) Hints(*Env) []Command {
	if r.search.typing() {
		return nil
	}
	return []Command{CmdOpen, CmdCopy, CmdFilter, CmdSagas}
}

// Update takes answers; every change of a saga may be one of a resource.
func (r *resources) Update(_ *Env, msg tea.Msg) Action {
	switch msg.(type) {
	case Shown:
		return r.reload(r)
	case Changed:
		if r.began {
			return r.reload(r)
		}
		return nil
	}
	return r.update(msg, r)
}

// Do does what is asked of the list and of the resource under the cursor.
func (r *resources) Do(env *Env, c Command) Action {
	if act, ok := r.do(env, c, r); ok {
		return act
	}
	row := r.current()
	switch {
	case c == CmdBack:
		return Press{CmdSagas}
	case c == CmdCopy:
		return copyRow(row, "resource")
	case c == CmdOpen && row != nil:
		return r.open(env, row.value.(engine.Resource)) //nolint:forcetypeassert // set above
	}
	return nil
}

// open shows the desired state of a resource, and the saga that wrote it last.
func (r *resources) open(env *Env, x engine.Resource) Action {
	lines := []string{
		"type     " + Clean(x.Type), "id       " + Clean(x.ExternalID), "saga     " + Clean(x.SagaID.Short()),
		"version  " + strconv.Itoa(x.SpecVersion), "created  " + env.Clock.Full(x.CreatedAt.Time), "updated  " + env.Clock.Full(x.UpdatedAt.Time), "", "desired state",
	}
	var b strings.Builder
	var any json.RawMessage = x.Spec
	if raw, err := json.MarshalIndent(any, "  ", "  "); err == nil {
		b.Write(raw)
	} else {
		b.Write(x.Spec)
	}
	for _, l := range CleanLines(b.String()) {
		lines = append(lines, "  "+strings.TrimPrefix(l, "  "))
	}
	return Show{&pager{name: Clean(x.Name), text: lines}}
}

// View draws the list.
func (r *resources) View(env *Env, width, height int) Drawing { return r.view(env, width, height) }
