package tui

import (
	"slices"
	"strconv"
	"strings"

	"arcadia/engine/estate"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// nightAiry is the height of a body from which blank lines stand between the parts of a night.
const nightAiry = 18

// body is the whole night: its sums, what to look at, when what ran, what it made, and how it stands now.
func (l *lastNight) body(env *Env, width, height int) []string {
	airy := height >= nightAiry
	gap := func(out []string) []string {
		if airy {
			return append(out, "")
		}
		return out
	}
	var out []string
	if height >= lowHeight {
		out = append(out, "")
	}
	out = gap(append(out, l.head(env, width)))
	out = gap(append(out, l.sums(env, width)...))
	out = gap(append(out, l.troubles(env, width, height)...))
	if table := l.heard.timetable(env, width, max(6, height/3)); len(table) > 0 {
		out = gap(append(out, table...))
	}
	made, now := l.heard.made(env, height), l.stands(env)
	if width < lowWidth || len(made) == 0 {
		if len(made) > 0 {
			out = gap(append(out, indented("  ", made)...))
		}
		return append(out, indented("  ", now)...)
	}
	half := width / 2
	a, b := widget.Lines(made, half-2, max(len(made), len(now))), widget.Lines(now, width-half-3, max(len(made), len(now)))
	for i := range a {
		out = append(out, "  "+a[i]+"  "+b[i])
	}
	return out
}

// head says which night it is, and on the right who drove.
func (l *lastNight) head(env *Env, width int) string {
	t := env.Theme
	title := "Last night"
	if l.back > 0 {
		title = "The night to " + l.heard.To.In(l.heard.zone).Format("Mon 2 Jan")
	}
	left := "  " + t.Strong.Paint(title) + "   " + t.Faint.Paint(say.NightSpan(&l.heard.Night))
	var hosts []string
	for _, x := range slices.Backward(l.heard.terms) {
		if !x.Began.Before(l.heard.To.Time) || !x.Ended.IsZero() && x.Ended.Before(l.heard.From.Time) {
			continue
		}
		hosts = append(hosts, x.Host)
	}
	if len(hosts) == 0 {
		return widget.Cut(left, width-1)
	}
	right := t.Faint.Paint("driven by ") + strings.Join(hosts, t.Faint.Paint(", then ")) + " "
	return widget.Sides(widget.Cut(left, width-widget.Width(right)-2), right, width)
}

// sums are how many ended how, and on the right what was made and what that costs.
func (l *lastNight) sums(env *Env, width int) []string {
	t, n := env.Theme, &l.heard.Night
	var parts []string
	for _, x := range say.NightSums(n) {
		ink := t.Tone(x.Tone)
		parts = append(parts, ink.With(t.Strong).Paint(strconv.Itoa(x.N))+" "+ink.Paint(x.Word))
	}
	left := "  " + strings.Join(parts, "    ")
	var facts []string
	for _, x := range say.ThingsMade(n.Things, t.Symbols.Minus) {
		facts = append(facts, t.Faint.Paint(x))
	}
	if bill := say.Bill(n.MonthlyUSD, t.Symbols.Minus); bill != "" {
		facts = append(facts, t.Faint.Paint("bill ")+t.Strong.Paint(bill+" a month"))
	}
	right := strings.Join(facts, "   ")
	if widget.Width(left)+2+widget.Width(right)+1 <= width {
		return []string{widget.Sides(left, right+" ", width)}
	}
	out := []string{widget.Cut(strings.ReplaceAll(left, "    ", "  "), width-1)}
	for _, f := range facts {
		out = append(out, "  "+widget.Cut(f, width-3))
	}
	return out
}

// troubles lists what to look at, the row under the cursor marked.
func (l *lastNight) troubles(env *Env, width, height int) []string {
	t, all := env.Theme, l.heard.Look
	if len(all) == 0 {
		said := "Nothing went wrong."
		if len(l.heard.Rows) == 0 {
			said = "Nothing ran."
		}
		return []string{"  " + said}
	}
	by, about := 6, 6
	for i := range all {
		_, target, _ := say.Trouble(&all[i])
		by, about = max(by, widget.Width(all[i].By)), max(about, widget.Width(say.Name(target))+9)
	}
	columns := []widget.Column{
		{Width: 7}, {Width: min(by, 18), Drop: 1}, {Width: min(about, 26)}, {Width: 12, Grow: 1, Gap: 1},
	}
	widths := widget.Layout(columns, width-2)
	out := []string{"  " + t.Failed.Paint("LOOK AT THESE")}
	rows, to := l.window(height)
	for i := rows.Top; i < to; i++ {
		x := &all[i]
		what, target, why := say.Trouble(x)
		sign, ink, name := t.Symbols.Missed, t.Failed, what
		if x.Saga != nil {
			look := t.Saga(x.Saga)
			sign, ink, name = look.Symbol, look.Ink, strings.TrimSpace(say.Name(target)+" "+x.Saga.Short)
		}
		cells := []widget.Cell{
			{Text: ink.Paint(sign) + " " + t.Faint.Paint(x.At.In(l.heard.zone).Format("15:04"))},
			{Text: widget.Cut(x.By, widths[1])},
			{Text: ink.Paint(name)},
			{Text: why},
		}
		bar := widget.Bar{}
		if i == rows.At {
			bar = t.Bar
		}
		out = append(out, widget.Row(columns, widths, cells, "  ", width, bar))
	}
	if more := len(all) - (to - rows.Top); more > 0 {
		out = append(out, t.Faint.Paint("  "+strconv.Itoa(more)+" more"))
	}
	return out
}

// made are the things that sagas were about, with what they made and deleted of each.
func (n *overnight) made(env *Env, height int) []string {
	t, most := env.Theme, max(4, height/3)
	if len(n.Subjects) == 0 {
		return nil
	}
	wide := 8
	for _, x := range n.Subjects {
		wide = max(wide, min(24, widget.Width(say.Name(x.Name))))
	}
	count := func(k int, word string) string {
		if k == 0 {
			return t.Faint.Paint(widget.Fit(t.Symbols.Dash, 12))
		}
		return t.Faint.Paint(widget.Fit(strconv.Itoa(k)+" "+word, 12))
	}
	out := []string{t.Faint.Paint("MADE AND DELETED")}
	made, deleted, usd := 0, 0, 0.0
	for i, x := range n.Subjects {
		made, deleted, usd = made+x.Made, deleted+x.Deleted, usd+x.MonthlyUSD
		if i >= most {
			continue
		}
		name := widget.Fit(widget.Cut(say.Name(x.Name), wide), wide)
		if x.Bad {
			name = t.RolledBack.Paint(name)
		}
		out = append(out, name+"  "+count(x.Made, "made")+count(x.Deleted, "deleted")+t.Faint.Paint(widget.FitRight(say.Bill(x.MonthlyUSD, t.Symbols.Minus), 9)))
	}
	last := widget.Spaces(wide)
	if more := len(n.Subjects) - most; more > 0 {
		last = t.Faint.Paint(widget.Fit(strconv.Itoa(more)+" more", wide))
	}
	return append(out, last+"  "+count(made, "made")+count(deleted, "deleted")+t.Faint.Paint(widget.FitRight(say.Bill(usd, t.Symbols.Minus), 9)))
}

// stands is how it is now: copies and what they cost, droplets, drift, deliveries, and what fires next.
func (l *lastNight) stands(env *Env) []string {
	t, n := env.Theme, l.heard
	out := []string{t.Faint.Paint("WHAT IT IS NOW")}
	put := func(label, value, note string) {
		out = append(out, t.Faint.Paint(widget.Fit(label, 14))+widget.Fit(widget.Cut(value, 22), 23)+t.Faint.Paint(note))
	}
	if e := l.state; e != nil {
		put("snapshots", strconv.Itoa(len(e.Copies)), say.Monthly(estate.CopiesUSD(e.Copies)))
		if len(e.Copies) > 0 {
			old := &e.Copies[len(e.Copies)-1]
			name := old.OfName
			if name == "" {
				name = "of " + old.Of + ", gone"
			}
			put("oldest", name+", "+say.Span(env.Clock.Now.Sub(old.Created)), say.Monthly(old.MonthlyUSD))
		}
		on, asleep := 0, 0
		for i := range e.Machines {
			if e.Machines[i].Status == "active" {
				on++
			}
		}
		for i := range e.Remains {
			if e.Remains[i].Asleep {
				asleep++
			}
		}
		note := ""
		if asleep > 0 {
			note = strconv.Itoa(asleep) + " asleep"
		}
		put("droplets", strconv.Itoa(on)+" on, "+strconv.Itoa(len(e.Machines)-on)+" off", note)
	}
	if env.Drifts != nil {
		drift := "none"
		if env.State.Astray > 0 {
			drift = strconv.Itoa(env.State.Astray)
		}
		put("drift", drift, "")
	}
	note := ""
	if given := len(env.State.Nights.Unheard); given > 0 {
		note = t.Failed.Paint(strconv.Itoa(given) + " undelivered")
	}
	put("deliveries", strconv.Itoa(n.sent)+" sent, "+strconv.Itoa(n.waiting)+" waiting", note)
	if !n.backup.IsZero() {
		put("backup", env.Clock.WhenMinute(n.backup.Time), "")
	}
	label := "next"
	for _, x := range n.next[:min(3, len(n.next))] {
		put(label, env.Clock.Soon(x.at)+" "+x.name, "in "+say.Span(x.at.Sub(env.Clock.Now)))
		label = ""
	}
	return out
}
