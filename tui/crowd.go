package tui

import (
	"slices"
	"strings"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// lookCrowd asks who has the store open. What hosts say of themselves comes from elsewhere.
func (a *App) lookCrowd() func() *engine.Crowd {
	look := a.cfg.Crowd
	return func() *engine.Crowd {
		if look == nil {
			return nil
		}
		return cleanCrowd(look())
	}
}

func cleanCrowd(c *engine.Crowd) *engine.Crowd {
	if c == nil {
		return nil
	}
	out := *c
	out.Self, out.Driver, out.Last = visible.Text(c.Self), visible.Text(c.Driver), visible.Text(c.Last)
	out.Hosts = slices.Clone(c.Hosts)
	for i := range out.Hosts {
		h := &out.Hosts[i]
		h.Name, h.Address, h.Version = visible.Text(h.Name), visible.Text(h.Address), visible.Text(h.Version)
	}
	return &out
}

// drivenBy says in the header who drives, where several have the store open, and which of their files differ.
func (a *App) drivenBy(w int) string {
	c, t := a.env.State.Crowd, a.env.Theme
	if c == nil || len(c.Hosts) < 2 {
		return ""
	}
	var parts []string
	if differ := say.Unlike(c.Hosts); len(differ) > 0 {
		parts = append(parts, t.Compensating.Paint(strings.Join(differ, ", ")+" differ"))
	}
	if c.Driver != "" && !c.Held && (w >= 100 || len(parts) == 0) {
		label := "driven by "
		if w < 100 {
			label = "by "
		}
		parts = append(parts, t.Faint.Paint(label)+widget.Cut(c.Driver, 20))
	}
	return strings.Join(parts, "  ")
}
