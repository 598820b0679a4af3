package tui

import (
	"arcadia/tui/keys"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// columnNames are the columns of the list of sagas that the settings can leave out.
var columnNames = []string{"saga", "kind", "age", "by", "cost"}

// allTab is the tab without a filter.
const allTab = "all"

// tabsHigh is the height of the list from which tabs have a line.
const tabsHigh = 10

// tabs is the line of saved filters above the list, and where on it each stands.
type tabs struct {
	line string
	ends []int // the column behind each
	all  []SavedFilter
}

// at is the filter on a cell of the body.
func (t *tabs) at(x, y int) (SavedFilter, bool) {
	if t.line == "" || y != 0 {
		return SavedFilter{}, false
	}
	for i, end := range t.ends {
		if x < end {
			return t.all[i], true
		}
	}
	return SavedFilter{}, false
}

// saved are the tabs: all sagas, then each saved filter.
func saved(env *Env) []SavedFilter {
	return append([]SavedFilter{{Name: allTab}}, env.Settings.Filters...)
}

// shelf draws the tabs; nothing when no filter is saved, or when there is no line for them.
func (s *sagas) shelf(env *Env, width, height int) tabs {
	t := env.Theme
	out := tabs{all: saved(env)}
	if len(out.all) == 1 || height < tabsHigh {
		return tabs{}
	}
	for _, f := range out.all {
		ink := t.Faint
		if f.Text == s.search.Text() {
			ink = t.Strong.With(t.Accent)
		}
		out.line += "  " + ink.Paint(f.Name)
		out.ends = append(out.ends, widget.Width(out.line)+1)
	}
	out.line = widget.Cut(out.line, width)
	return out
}

// show lets a saved filter say what is listed.
func (s *sagas) show(env *Env, f SavedFilter) Action {
	s.search.Set(f.Text)
	return s.filtered(env)
}

// shelving are the commands of the saved filters.
func (s *sagas) shelving() []command {
	none := func(env *Env) string {
		if len(env.Settings.Filters) == 0 {
			return "no filter is saved: filter the list, then :save filter"
		}
		return ""
	}
	turn := func(n int) func(env *Env) Action {
		return func(env *Env) Action {
			all := saved(env)
			at := -1
			for i, f := range all {
				if f.Text == s.search.Text() {
					at = i
				}
			}
			if at < 0 && n < 0 {
				at = 0
			}
			return s.show(env, all[(at+n+len(all))%len(all)])
		}
	}
	return []command{
		{Binding: bind(keys.Shelf, keys.CmdNextTab, "next filter", "show the next saved filter", "tab"), why: none, do: turn(1)},
		{Binding: bind(keys.Shelf, keys.CmdLastTab, "filter before", "show the saved filter before", "shift+tab"), why: none, do: turn(-1)},
		{Binding: bind(keys.Shelf, keys.CmdSaveTab, "save filter", "keep the filter of the list under a name, as a tab"), why: func(env *Env) string {
			switch {
			case !env.Keeps:
				return notKept
			case s.search.Text() == "":
				return "there is no filter: " + env.keyOf(keys.CmdFilter) + " begins one"
			}
			return ""
		}, do: func(*Env) Action {
			text := s.search.Text()
			return Show{newWording("Save filter", "Shown as a tab above the list: "+text, "Name", "", func(name string) Action {
				if why := (SavedFilter{name, text}).wrong(); why != "" {
					return Notify{Level: say.Error, Text: why}
				}
				return changeSetting{name: "filter " + name, value: text}
			})}
		}},
	}
}
