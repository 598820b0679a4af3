package tui

import (
	"context"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// Cluster is what is known, besides who has it open, of a store that several hosts share.
type Cluster struct {
	engine.Cluster
	People  []Person         `json:"people"`
	Budgets map[string]Calls `json:"budgets"` // by host
}

// Person is an operator's session on one of the hosts.
type Person struct {
	Name  string      `json:"name"`
	Host  string      `json:"host"`
	From  string      `json:"from"`
	Role  string      `json:"role"`
	Since engine.Time `json:"since"`
	What  string      `json:"what"` // console, or the command that runs
	Saga  string      `json:"saga,omitempty"`
}

// Calls is a host's budget of requests to the provider in this hour.
type Calls struct {
	Left  int `json:"left"` // below 0: not known
	Limit int `json:"limit"`
}

// hosts is the screen of who has the store open: what each may do, who drove when, how the store is, and who is here.
type hosts struct {
	listing
	now        Cluster
	unfinished []engine.Summary // whose steps a driver needs
	ask        func() Action    // looks
	below      bool             // moving scrolls what stands below the list
	top        int              // of that
}

// clusterMsg answers a look.
type clusterMsg struct {
	cluster    Cluster
	crowd      *engine.Crowd
	unfinished []engine.Summary
	err        string
}

func newHosts(crowd func() *engine.Crowd, look func(context.Context) (Cluster, error)) *hosts {
	h := &hosts{}
	h.listing = listing{at: keys.CmdHosts, title: []string{"hosts"}, nothing: "no host has announced itself", hint: "A host does so when it starts."}
	h.Columns = []widget.Column{
		{Title: "HOST", Width: 8, Grow: 1},
		{Title: "ROLE", Width: 10},
		{Title: "ADDRESS", Width: 15, Drop: 3},
		{Title: "VERSION", Width: 9},
		{Title: "HERE SINCE", Width: 12, Drop: 2},
		{Title: "HEARD", Width: 6},
		{Title: "API BUDGET", Width: 14, Drop: 1},
		{Title: "OPERATORS", Width: 20, Grow: 1, Gap: 1},
	}
	h.Fields = []string{"host", "role", "address", "version", "since", "heard", "budget", "operator"}
	h.Fixed, h.to = true, h
	h.cell = func(env *Env, r *list.Row, column int) (widget.Cell, bool) {
		c := widget.Cell{Text: r.Cells[column], Ink: env.Theme.Faint}
		if column == 1 && r.Value.(engine.Host).Drives { //nolint:forcetypeassert // set in rowsOf
			c.Ink, c.Keep = env.Theme.Running, true
		}
		return c, column > 1 && column < 7 || c.Keep
	}
	h.ask = func() Action {
		return Ask{To: h, Read: func(ctx context.Context, b Backend) tea.Msg {
			p, err := b.List(ctx, engine.Query{Statuses: []engine.Status{engine.Pending, engine.Running, engine.Compensating}, Oldest: true, Limit: list.SortMax})
			if err != nil {
				return clusterMsg{err: visible.Text(err.Error())}
			}
			m := clusterMsg{unfinished: p.Items, crowd: cleanCrowd(crowd())}
			if m.cluster, err = look(ctx); err != nil {
				m.err = visible.Text(err.Error())
			}
			m.cluster.clean()
			return m
		}}
	}
	reload := h.reloading(keys.Fleet)
	reload.Help, reload.do = "look at hosts and members again", func(*Env) Action { return h.ask() }
	pane := command{Binding: bind(keys.Fleet, keys.CmdPane, "next pane", "from the hosts to what stands below, and back", "tab"), do: func(*Env) Action {
		h.below = !h.below
		return nil
	}}
	h.own = []command{reload, pane, h.copying("host")}
	h.hints = []keys.Command{keys.CmdPane, keys.CmdCopy}
	return h
}

// clean makes what hosts and members say safe to show.
func (c *Cluster) clean() {
	for i := range c.Members {
		m := &c.Members[i]
		m.Name, m.Version, m.Trouble = visible.Text(m.Name), visible.Text(m.Version), visible.Text(m.Trouble)
	}
	for i := range c.Terms {
		c.Terms[i].Host = visible.Text(c.Terms[i].Host)
	}
	for i := range c.People {
		p := &c.People[i]
		p.Name, p.Host, p.From, p.Role, p.What, p.Saga = visible.Text(p.Name), visible.Text(p.Host), visible.Text(p.From), visible.Text(p.Role), visible.Text(p.What), visible.Text(p.Saga)
	}
	c.Store, c.ArchivedIn = visible.Text(c.Store), visible.Text(c.ArchivedIn)
}

// Commands are those of every list; moving scrolls what stands below while that has the focus.
func (h *hosts) Commands(env *Env) []command {
	all := h.listing.Commands(env)
	for i, c := range all {
		if c.Scope != keys.Lists || !h.below {
			continue
		}
		if at, ok := list.Move(c.Command, h.top, 1000, 10); ok {
			all[i].do = func(*Env) Action { h.top = at; return nil }
		}
	}
	return all
}

// Update takes looks, and looks again when something has changed and with time.
func (h *hosts) Update(env *Env, msg tea.Msg) Action {
	switch msg := msg.(type) {
	case Shown:
		return h.ask()
	case Changed, Ticked:
		if env.front == Screen(h) && !h.busy {
			h.busy = true
			return h.ask()
		}
	case clusterMsg:
		h.busy, h.began, h.err = false, true, msg.err
		if msg.crowd != nil {
			h.unfinished = msg.unfinished
			if msg.err == "" {
				h.now = msg.cluster
			}
			h.Set(h.rowsOf(env, msg.crowd))
		}
	default:
		return h.listing.Update(env, msg)
	}
	return nil
}

// rowsOf is a row for each host.
func (h *hosts) rowsOf(env *Env, crowd *engine.Crowd) []list.Row {
	t := env.Theme
	rows := make([]list.Row, 0, len(crowd.Hosts))
	for _, host := range crowd.Hosts {
		role := t.Symbols.Pending + " follows"
		if host.Drives {
			role = t.Symbols.Running + " drives"
		}
		heard, budget := "", ""
		if ms, ok := h.now.Heard[host.Name]; ok {
			heard = strconv.Itoa(ms/1000) + " s"
		}
		if b, ok := h.now.Budgets[host.Name]; ok && b.Limit > 0 && b.Left >= 0 {
			budget = say.Thousands(b.Left) + " of " + say.Thousands(b.Limit)
		}
		rows = append(rows, list.Row{Key: host.Name, Value: host, Cells: []string{
			host.Name, role, host.Address, host.Version, env.Clock.WhenMinute(host.Since.Time), heard, budget, h.operatorsOn(env, host.Name, crowd.Self),
		}})
	}
	return rows
}

// operatorsOn names who is on a host, each once.
func (h *hosts) operatorsOn(env *Env, host, self string) string {
	var names []string
	seen := map[string]bool{}
	for _, p := range h.now.People {
		if p.Host != host || seen[p.Name] {
			continue
		}
		seen[p.Name] = true
		name := p.Name
		if host == self && name == env.Operator {
			name += " (you)"
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// newest is the version of a host that lacks nothing.
func (h *hosts) newest() string {
	for _, r := range h.Rows() {
		host := r.Value.(engine.Host) //nolint:forcetypeassert // set above
		if steps, _ := say.Lacks(&host, h.unfinished); len(steps) == 0 {
			return host.Version
		}
	}
	return ""
}

// took says since when a host drives, and how it came to.
func (c *Cluster) took(env *Env, host string) string {
	for i := range c.Terms {
		t := &c.Terms[i]
		if t.Host != host {
			continue
		}
		if i > 0 || t.How != "" {
			return "drove last from " + env.Clock.When(t.Began.Time) + " to " + env.Clock.When(t.Ended.Time)
		}
		text := "drives since " + env.Clock.When(t.Began.Time)
		if i+1 == len(c.Terms) {
			return text
		}
		before := &c.Terms[i+1]
		return text + ", took over from " + before.Host + " in " + say.Lasted(max(0, t.Began.Sub(before.Ended.Time))) + ": " + ending(before, host)
	}
	return "has not driven yet"
}

// ending says why a term ended, to whoever drove next.
func ending(t *engine.Tenure, next string) string {
	switch {
	case t.How == "lapsed" && t.Host == next:
		return "its lease had run out"
	case t.How == "lapsed":
		return "it had stopped answering"
	case t.Host == next:
		return "it was started again"
	}
	return "it ended in order, or made way"
}

// gap is how long nobody drove before a term, 0 when that is not known.
func (c *Cluster) gap(i int) time.Duration {
	if i+1 >= len(c.Terms) || c.Terms[i+1].Ended.IsZero() {
		return 0
	}
	return max(0, c.Terms[i].Began.Sub(c.Terms[i+1].Ended.Time))
}
