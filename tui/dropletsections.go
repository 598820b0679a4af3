package tui

import (
	"strconv"
	"strings"

	"arcadia/engine/estate"
	"arcadia/tui/list"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// sections say what is known of the row under the cursor: all that would be hit. most bounds the lines of each; 0: all of them.
func (d *droplets) sections(env *Env, r *list.Row, width, most int) [][]string {
	switch x := r.Value.(type) {
	case estate.Machine:
		return d.machine(env, &x, width, most)
	case estate.Remains:
		return remains(env, &x, r.Cells[0], width, most)
	}
	return nil
}

func (d *droplets) machine(env *Env, m *estate.Machine, width, most int) [][]string {
	t := env.Theme
	id := strconv.FormatInt(m.ID, 10)
	facts := []string{m.Size, m.Region, m.Image}
	if !m.Created.IsZero() {
		facts = append(facts, env.Clock.Age(m.Created)+" old")
	}
	out := [][]string{append(
		[]string{widget.Sides(t.Strong.Paint(m.Name)+"  "+t.Faint.Paint(id), t.Machine(m.Status).Paint(), width)},
		painted(t.Faint, factLines(filled(facts), " "+t.Symbols.Dot+" ", width))...,
	)}
	add := func(head, right string, lines []string) {
		if len(lines) == 0 {
			return
		}
		if most > 0 && len(lines) > most {
			left := len(lines) - most + 1
			lines = append(lines[:most-1:most-1], t.Faint.Paint(strconv.Itoa(left)+" more"))
		}
		out = append(out, append([]string{widget.Sides(t.Faint.Paint(head), t.Faint.Paint(right), width)}, lines...))
	}
	add("HELD BY", "", d.queue(env, "droplet:"+id, width))
	var lines []string
	for _, a := range m.Addresses {
		lines = append(lines, widget.Cut(widget.Fit(a.IP, 17)+t.Faint.Paint(a.Sort), width))
	}
	add("ADDRESSES", "", lines)
	lines = nil
	for _, x := range m.Records {
		text := x.Type + " " + fullName(x.Name, x.Domain)
		if x.Data != m.IPv4 {
			text += t.Faint.Paint(" "+t.Symbols.Arrow+" ") + x.Data
		}
		lines = append(lines, widget.Sides(widget.Cut(text, width-7), t.Faint.Paint(strconv.Itoa(x.TTL)), width))
	}
	add("RECORDS THAT POINT HERE", "TTL", lines)
	lines, cost := nil, 0.0
	for _, v := range m.Volumes {
		cost += v.MonthlyUSD
		lines = append(lines, widget.Sides(v.Name+t.Faint.Paint("  "+strconv.Itoa(v.SizeGB)+" GB"), t.Faint.Paint(strconv.Itoa(v.Copies)+say.Plural(v.Copies, " snapshot", " snapshots")), width))
	}
	add("VOLUMES", dollars(cost), lines)
	add("SNAPSHOTS", copiesHead(env, m.Copies), copyLines(env, m.Copies, width))
	for _, w := range m.Walls {
		lines = nil
		for _, r := range w.Rules {
			lines = append(lines, widget.Cut(r, width))
		}
		add("FIREWALL "+w.Name, "", lines)
	}
	last := []string{}
	if len(m.Tags) > 0 {
		last = append(last, t.Faint.Paint("Tags  ")+widget.Cut(strings.Join(m.Tags, ", "), width-6))
	}
	if total := m.TotalUSD(); total > 0 {
		last = append(last, widget.Sides(t.Faint.Paint("Cost  ")+t.Strong.Paint(say.Monthly(total)), t.Faint.Paint("with all of it"), width))
	}
	if len(last) > 0 {
		out = append(out, last)
	}
	return out
}

// factLines puts facts one behind the other, and those that do not fit into another line.
func factLines(facts []string, dot string, width int) []string {
	var out []string
	for _, f := range facts {
		if n := len(out) - 1; n >= 0 && widget.Width(out[n]+dot+f) <= width {
			out[n] += dot + f
			continue
		}
		out = append(out, widget.Cut(f, width))
	}
	return out
}

// queue are the sagas in the queue of a lock, one line each.
func (d *droplets) queue(env *Env, lock string, width int) []string {
	t := env.Theme
	var out []string
	for i, s := range d.holds.of(lock) {
		look := t.Saga(&s)
		texts, tone := env.now().Texts(&s)
		left := look.Ink.Paint(look.Symbol+" "+s.Short) + " " + s.Kind
		by := "  " + t.Faint.Paint(widget.Cut(s.CreatedBy, 8))
		said := fitting(texts, width-widget.Width(left)-widget.Width(by)-1)
		if i > 0 {
			said = "waits"
		}
		right := t.Tone(tone).Paint(said) + by
		out = append(out, widget.Sides(widget.Cut(left, width-widget.Width(right)-1), right, width))
	}
	return out
}

// remains say what is left of a droplet that is gone.
func remains(env *Env, x *estate.Remains, name string, width, most int) [][]string {
	t := env.Theme
	status := "gone"
	said := "It is gone, and a copy of it is left."
	if x.Asleep {
		status, said = "asleep", "A saga has deleted it and knows how to bring it back, with its addresses, records and firewalls."
	} else if len(x.Copies) == 1 {
		said = "It is gone, and this is the last copy of it."
	}
	head := []string{widget.Sides(t.Strong.Paint(name)+"  "+t.Faint.Paint(x.ID), t.Machine(status).Paint(), width)}
	if facts := filled([]string{x.Size, x.Region}); len(facts) > 0 {
		head = append(head, t.Faint.Paint(strings.Join(facts, " "+t.Symbols.Dot+" ")))
	}
	out := [][]string{head, widget.Wrap(said, width)}
	lines := copyLines(env, x.Copies, width)
	if most > 0 && len(lines) > most {
		lines = append(lines[:most-1:most-1], t.Faint.Paint(strconv.Itoa(len(lines)-most+1)+" more"))
	}
	out = append(out, append([]string{widget.Sides(t.Faint.Paint("SNAPSHOTS"), t.Faint.Paint(copiesHead(env, x.Copies)), width)}, lines...))
	if x.WasUSD > 0 {
		out = append(out, []string{t.Faint.Paint("Cost  ") + say.Monthly(x.MonthlyUSD) + t.Faint.Paint(" instead of $"+money(x.WasUSD))})
	}
	return out
}

// copiesHead is how many copies there are and what they cost a month.
func copiesHead(env *Env, all []estate.Snapshot) string {
	if len(all) == 0 {
		return ""
	}
	return strings.Join(filled([]string{strconv.Itoa(len(all)), dollars(estate.CopiesUSD(all))}), " "+env.Theme.Symbols.Dot+" ")
}

// copyLines are copies, one line each: how old, how large, what is known of it, who has made it, what it costs.
func copyLines(env *Env, all []estate.Snapshot, width int) []string {
	t := env.Theme
	var out []string
	for i := range all {
		c := &all[i]
		state := widget.Fit("", 11)
		switch {
		case c.Kept:
			state = t.Vote.Paint(widget.Fit(t.Symbols.Kept+" kept", 11))
		case c.Verified:
			state = t.Completed.Paint(widget.Fit(t.Symbols.Completed+" verified", 11))
		}
		left := widget.Fit(env.Clock.Age(c.Created), 6) + t.Faint.Paint(widget.FitRight(gigabytes(c.SizeGB), 9)) + "  " + state + t.Faint.Paint(" "+madeBy(c))
		out = append(out, widget.Sides(widget.Cut(left, width-8), t.Faint.Paint(money(c.MonthlyUSD)), width))
	}
	return out
}

// madeBy says whose a copy is.
func madeBy(c *estate.Snapshot) string {
	switch {
	case c.Saga != "":
		return c.Saga
	case c.Stray:
		return "orphan"
	}
	return "by hand"
}

func gigabytes(n float64) string { return strconv.FormatFloat(n, 'f', 1, 64) + " GB" }

// dollars is an amount with its sign; empty for nothing.
func dollars(usd float64) string {
	if usd == 0 {
		return ""
	}
	return "$" + money(usd)
}

// filled are the texts that say something.
func filled(all []string) []string {
	var out []string
	for _, s := range all {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// fullName is the name of a record with its domain.
func fullName(name, domain string) string {
	if name == "@" || name == "" {
		return domain
	}
	return name + "." + domain
}
