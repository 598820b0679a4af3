package tui

import (
	"strconv"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// View draws the hosts, why one cannot drive, and below a rule all else that is known.
func (h *hosts) View(env *Env, width, height int) Drawing {
	t := env.Theme
	rows := len(h.Rows())
	d := h.listing.View(env, width, min(height, max(4, rows+3)))
	if h.Empty() {
		return d
	}
	newest := h.newest()
	for _, r := range h.Rows() {
		host := r.Value.(engine.Host) //nolint:forcetypeassert // set in rowsOf
		if why := say.CannotDrive(&host, h.unfinished, newest); why != "" {
			for _, l := range widget.WrapTo(host.Name+" "+why, width-4, 2) {
				d.Lines = append(d.Lines, "  "+t.Compensating.Paint(l))
			}
		}
	}
	d.Lines = append(d.Lines, t.Border.Paint(repeat(t.Symbols.Rule, width)))
	more := h.details(env, width)
	room := max(0, height-len(d.Lines))
	top := max(0, min(h.top, len(more)-room))
	if h.below && top > 0 {
		more = more[top:]
	}
	d.Lines = append(d.Lines, more[:min(room, len(more))]...)
	return d
}

// details are the host under the cursor, who drove when, the store, who is here, and the terms.
func (h *hosts) details(env *Env, width int) []string {
	t, c := env.Theme, &h.now
	name := h.Current().Cells[0]
	out := []string{"  " + t.Strong.Paint(name) + "  " + t.Faint.Paint(widget.Cut(c.took(env, name), width-6-widget.Width(name))), ""}
	out = append(out, h.drove(env, width)...)
	out = append(out, c.kept(env, width)...)
	out = append(out, c.people(env, width)...)
	return append(out, c.terms(env, width)...)
}

// drove draws who drove in the last day, a line for each host, and one for nobody.
func (h *hosts) drove(env *Env, width int) []string {
	const label, hours = 24, 24
	t, c := env.Theme, &h.now
	room := width - label - 3
	if room < 24 || len(c.Terms) == 0 {
		return nil
	}
	end := env.Clock.Now
	begin := end.Add(-hours * time.Hour)
	cell := func(at time.Time) int {
		return max(0, min(room-1, int(at.Sub(begin)*time.Duration(room)/(hours*time.Hour))))
	}
	axis := []rune(strings.Repeat(" ", room))
	first := begin.In(env.Clock.Zone()).Truncate(3 * time.Hour).Add(3 * time.Hour)
	for at := first; at.Before(end); at = at.Add(3 * time.Hour) {
		text := at.Format("15")
		if at.Hour() < 3 || at.Equal(first) {
			text = at.Format("Mon 15")
		}
		if x := cell(at); x+len(text) < room {
			copy(axis[x:], []rune(text))
		}
	}
	out := []string{"  " + t.Faint.Paint(widget.Fit("WHO DROVE", label)+string(axis))}
	for _, r := range h.Rows() {
		track := make([]bool, room)
		for i := range c.Terms {
			if c.Terms[i].Host != r.Cells[0] {
				continue
			}
			to := end
			if !c.Terms[i].Ended.IsZero() {
				to = c.Terms[i].Ended.Time
			}
			if to.Before(begin) {
				continue
			}
			for x := cell(c.Terms[i].Began.Time); x <= cell(to); x++ {
				track[x] = true
			}
		}
		ink := t.Waiting
		if r.Value.(engine.Host).Drives { //nolint:forcetypeassert // set in rowsOf
			ink = t.Running
		}
		out = append(out, "  "+widget.Fit(widget.Cut(r.Cells[0], label-2), label)+ink.Paint(bars(track, t.Symbols.Rule)))
	}
	nobody, note := make([]bool, room), ""
	for i := range c.Terms {
		if d := c.gap(i); d >= time.Second && c.Terms[i].Began.After(begin) {
			nobody[cell(c.Terms[i].Began.Time)] = true
			if note == "" {
				note = " " + say.Lasted(d)
			}
		}
	}
	line := strings.TrimRight(bars(nobody, t.Symbols.Dot), " ")
	return append(out, "  "+t.Faint.Paint(widget.Fit("nobody", label))+t.Failed.Paint(line)+t.Faint.Paint(note), "")
}

func bars(track []bool, mark string) string {
	var out strings.Builder
	for _, on := range track {
		if on {
			out.WriteString(mark)
		} else {
			out.WriteString(" ")
		}
	}
	return out.String()
}

// kept is the store: its members, and what was done for it.
func (c *Cluster) kept(env *Env, width int) []string {
	t := env.Theme
	if c.Store == "" {
		return nil
	}
	out := []string{widget.Sides("  "+t.Faint.Paint("STORE     ")+widget.Cut(c.Store, width-36), t.Faint.Paint("revision "+say.Thousands(int(c.Revision)))+" ", width)}
	columns := []widget.Column{{Title: "MEMBER", Width: 16}, {Title: "ROLE", Width: 10}, {Title: "VERSION", Width: 8, Drop: 1}, {Title: "BEHIND", Width: 6, Drop: 2}, {Title: "SIZE", Width: 18}, {Title: "ROUND TRIP", Width: 10}}
	widths := widget.Layout(columns, width-13)
	out = append(out, widget.Head(columns, widths, 12, width, t.Faint))
	for i := range c.Members {
		m := &c.Members[i]
		role, behind := t.Symbols.Pending+" follows", strconv.FormatUint(m.Behind, 10)
		if m.Leads {
			role, behind = t.Symbols.Running+" leads", t.Symbols.Dash
		}
		if m.Version == "" {
			out = append(out, widget.Spaces(12)+widget.Fit(m.Name, 16)+"  "+t.Failed.Paint(m.Trouble))
			continue
		}
		cells := []widget.Cell{{Text: m.Name}, {Text: role}, {Text: m.Version, Ink: t.Faint}, {Text: behind}, {Text: megabytes(m.Used) + " of " + megabytes(m.Quota) + " MB"}, {Text: strconv.FormatFloat(float64(m.RoundTrip)/1000, 'f', 1, 64) + " ms"}}
		out = append(out, widget.Row(columns, widths, cells, widget.Spaces(12), width, widget.Bar{}))
		if m.Trouble != "" {
			out = append(out, widget.Spaces(12)+t.Failed.Paint(widget.Cut(m.Trouble, width-14)))
		}
	}
	var did []string
	for _, x := range []struct {
		what string
		at   engine.Time
	}{{"compacted ", c.Compacted}, {"archived up to ", c.Archived}, {"backup ", c.Backup}} {
		if !x.at.IsZero() {
			did = append(did, x.what+env.Clock.WhenMinute(x.at.Time))
		}
	}
	if len(did) > 0 {
		out = append(out, widget.Spaces(12)+t.Faint.Paint(strings.Join(did, " "+t.Symbols.Dot+" ")))
	}
	if text := say.Fullness(c.Full); text != "" {
		out = append(out, widget.Spaces(12)+t.Failed.Paint(widget.Cut(text, width-14)))
	}
	return append(out, "")
}

func megabytes(n int64) string { return say.Thousands(int(n >> 20)) }

// people are the operators on all hosts.
func (c *Cluster) people(env *Env, width int) []string {
	t := env.Theme
	out := []string{"  " + t.Faint.Paint("WHO IS HERE")}
	columns := []widget.Column{{Width: 8}, {Width: 10}, {Width: 16, Drop: 2}, {Width: 12, Drop: 1}, {Width: 10}, {Width: 10, Grow: 1}}
	widths := widget.Layout(columns, width-3)
	for i := range c.People {
		p := &c.People[i]
		where := p.What
		if p.Saga != "" {
			where = "sagas " + t.Symbols.Crumb + " " + engine.ID(p.Saga).Short()
		}
		cells := []widget.Cell{{Text: p.Name}, {Text: p.Host, Ink: t.Faint}, {Text: p.From, Ink: t.Faint}, {Text: p.Role, Ink: t.Faint}, {Text: env.Clock.WhenMinute(p.Since.Time), Ink: t.Faint}, {Text: where}}
		out = append(out, widget.Row(columns, widths, cells, "  ", width, widget.Bar{}))
	}
	return append(out, "")
}

// terms say who drove from when on, and why.
func (c *Cluster) terms(env *Env, width int) []string {
	const most = 20
	t := env.Theme
	out := []string{"  " + t.Faint.Paint("TERMS")}
	for i := range c.Terms[:min(most, len(c.Terms))] {
		why := "the first that is known"
		if i+1 < len(c.Terms) {
			before := &c.Terms[i+1]
			why = before.Host + ": " + ending(before, c.Terms[i].Host)
			if d := c.gap(i); d >= time.Second {
				why += "; nobody drove for " + say.Lasted(d)
			}
		}
		when := widget.Fit(env.Clock.When(c.Terms[i].Began.Time), 18)
		out = append(out, "  "+t.Faint.Paint(when)+"  "+widget.Fit(widget.Cut(c.Terms[i].Host, 16), 16)+"  "+t.Faint.Paint(widget.Cut(why, max(8, width-42))))
	}
	return out
}
