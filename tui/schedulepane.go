package tui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/engine/schedule"
	"arcadia/engine/visible"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// paneLeft is how wide the left one of the two panes is: what comes. The other has what was.
const paneLeft = 36

// View draws the list, and below it, where there is room, all that is known of the schedule under the cursor.
func (s *schedules) View(env *Env, width, height int) Drawing {
	r := s.Current()
	if r == nil || width < lowWidth || height < lowHeight {
		return s.listing.View(env, width, height)
	}
	t := env.Theme
	tall := max(5, min(len(s.Rows())+3, height*2/5))
	d := s.listing.View(env, width, tall)
	d.Lines = append(widget.Lines(d.Lines, width, tall), t.Border.Paint(repeat(t.Symbols.Rule, width)))
	v := r.Value.(timed) //nolint:forcetypeassert // set in readSchedules
	d.Lines = append(d.Lines, v.headline(env, s.known(&v), width)...)
	room := height - len(d.Lines) - 1
	if room < 3 {
		return d
	}
	x := s.known(&v)
	d.Lines = append(d.Lines, widget.Spaces(2+paneLeft)+t.Border.Paint(t.Symbols.Bar))
	left := stacked([][]string{v.comes(env), x.subjects(env, &v, s.estate), x.failing(env, &v)}, room)
	right := x.nightLines(env, width-paneLeft-7, room)
	a, b := widget.Lines(left, paneLeft, room), widget.Lines(right, width-paneLeft-7, room)
	for i := range a {
		d.Lines = append(d.Lines, "  "+a[i]+t.Border.Paint(t.Symbols.Bar)+"  "+b[i])
	}
	return d
}

// known is what was read of a schedule; empty while that is another.
func (s *schedules) known(v *timed) *timedDetail {
	if s.detail != nil && s.detail.name == v.Name {
		return s.detail
	}
	return &timedDetail{}
}

// headline says what is launched when, for what, and how it treats what does not go as it should.
func (v *timed) headline(env *Env, x *timedDetail, width int) []string {
	t := env.Theme
	first := "  " + t.Strong.Paint(v.Name) + "  " + t.Faint.Paint(v.Kind)
	if tag, ok := strings.CutPrefix(v.ForEach, "tag:"); ok {
		thing := x.thing
		if thing == "" {
			thing = "thing"
		}
		first += t.Faint.Paint(" for every "+thing+" tagged ") + tag
	}
	first += t.Faint.Paint(", "+v.at()+" ") + v.moment() + t.Faint.Paint(v.zone())
	facts := make([]string, 0, len(x.inputs)+3)
	for _, in := range x.inputs {
		facts = append(facts, t.Faint.Paint(in.Label+" ")+in.Value)
	}
	for _, w := range say.Ways(&v.Schedule) {
		facts = append(facts, t.Faint.Paint(w.Label+" ")+w.Value)
	}
	stands := v.agreed(env)
	out := []string{widget.Sides(widget.Cut(first, width-widget.Width(stands)-3), stands+" ", width)}
	return append(out, indented("  ", factLines(facts, t.Faint.Paint(" "+t.Symbols.Dot+" "), width-3))...)
}

// agreed says how the schedule stands with those who have to agree to it; empty where nobody has.
func (v *timed) agreed(env *Env) string {
	t, a := env.Theme, v.Definition
	switch {
	case a == nil || a.Need == 0 && len(a.Votes) == 0:
		return ""
	case a.Refused != nil:
		return t.Failed.Paint(t.Symbols.StepFailed + " refused by " + visible.Text(a.Refused.Name))
	case a.Granted.IsZero():
		return t.Vote.Paint(t.Symbols.Vote + " approved " + strconv.Itoa(a.Counted()) + " of " + strconv.Itoa(a.Need) + ", " + a.Hash.Short())
	}
	var names []string
	for _, x := range a.Votes {
		names = append(names, visible.Text(x.Name))
	}
	until := a.Lapses().In(env.Clock.Zone()).Format("2 Jan")
	return t.Completed.Paint(t.Symbols.Completed+" approved") + t.Faint.Paint(" by "+say.Listed(names)+" until "+until)
}

// at, moment and zone say when: "at 02:00 Europe/Berlin", "every 6 h".
func (v *timed) at() string {
	if v.Cron == "" {
		return "every"
	}
	return "at"
}

func (v *timed) moment() string {
	if v.Cron == "" {
		return v.Every.String()
	}
	f := strings.Fields(v.Cron)
	minute, err := strconv.Atoi(f[0])
	hour, err2 := strconv.Atoi(f[1])
	if err == nil && err2 == nil && slices.Equal(f[2:], []string{"*", "*", "*"}) {
		return fmt.Sprintf("%02d:%02d", hour, minute)
	}
	return v.Cron
}

func (v *timed) zone() string {
	switch {
	case v.Cron == "":
		return ""
	case v.Zone == "":
		return " UTC"
	}
	return " " + v.Zone
}

// comes are the next five times.
func (v *timed) comes(env *Env) []string {
	t := env.Theme
	out := []string{t.Faint.Paint("NEXT")}
	if v.Paused != nil {
		return append(out, t.Faint.Paint("paused: ")+widget.Cut(v.Paused.Why, paneLeft-10))
	}
	for _, at := range nextTimes(&v.Schedule, env.Clock.Now) {
		l := at.In(env.Clock.Zone())
		out = append(out, l.Format("Mon _2 Jan  15:04")+t.Faint.Paint("  in "+say.Span(at.Sub(env.Clock.Now))))
	}
	return out
}

// subjects are the things that it launches one for each of, with the copies that there are of them and what those cost.
func (x *timedDetail) subjects(env *Env, v *timed, e *estate.Estate) []string {
	t := env.Theme
	tag, tagged := strings.CutPrefix(v.ForEach, "tag:")
	if !tagged || x.thing == "" {
		return nil
	}
	out := []string{t.Faint.Paint(strings.ToUpper(x.thing)+"S TAGGED ") + tag}
	if len(x.each) == 0 {
		return append(out, t.Compensating.Paint("none: it launches nothing"))
	}
	wide := 6
	for _, id := range x.each {
		wide = max(wide, min(16, widget.Width(x.named[id])))
	}
	count, usd := 0, 0.0
	for _, id := range x.each {
		name := x.named[id]
		if name == "" {
			name = id
		}
		line := widget.Fit(widget.Cut(name, wide), wide)
		if e != nil {
			n, cost := 0, 0.0
			for i := range e.Copies {
				if e.Copies[i].Of == id {
					n, cost = n+1, cost+e.Copies[i].MonthlyUSD
				}
			}
			count, usd = count+n, usd+cost
			line += "  " + copiesText(n, cost)
		}
		out = append(out, line)
	}
	if e != nil && len(x.each) > 1 {
		out = append(out, widget.Spaces(wide)+"  "+t.Faint.Paint(copiesText(count, usd)))
	}
	return out
}

// copiesText is "12 snapshots  $12.94", the money in a column.
func copiesText(n int, usd float64) string {
	return widget.FitRight(strconv.Itoa(n), 3) + widget.Fit(say.Plural(n, " snapshot", " snapshots"), 11) + widget.FitRight(dollars(usd), 8)
}

// failing says what happens when a saga of it fails.
func (x *timedDetail) failing(env *Env, v *timed) []string {
	out := []string{env.Theme.Faint.Paint("IF ONE FAILS")}
	if len(x.tells) == 0 {
		out = append(out, env.Theme.Compensating.Paint("nobody is told"))
	} else {
		out = append(out, widget.Cut("tells "+say.Listed(x.tells), paneLeft-1))
	}
	if v.OnFailure == engine.OnFailurePause {
		return append(out, "waits for a person")
	}
	return append(out, "rolls back, tries again next time")
}

// nightLines are the occurrences, the newest first: those that went well in one line, the newest that did not by thing.
func (x *timedDetail) nightLines(env *Env, width, most int) []string {
	t := env.Theme
	money := "$/MONTH"
	out := []string{widget.Sides(t.Faint.Paint("LAST RUNS"), t.Faint.Paint(money)+" ", width)}
	if x.err != "" {
		out = append(out, t.Danger.Paint(widget.Cut(x.err, width)))
	}
	unfolded := false
	for i := range x.nights {
		f := &x.nights[i]
		lines := []string{f.line(env, width)}
		if !unfolded && f.trouble() && len(f.sagas) > 1 {
			lines, unfolded = f.unfolded(env, width), true
		}
		if len(out)+len(lines) > most-1 && i < len(x.nights)-1 || len(out)+len(lines) > most {
			return append(out, t.Faint.Paint(strconv.Itoa(len(x.nights)-i+x.more)+" more"))
		}
		out = append(out, lines...)
	}
	if x.more > 0 {
		out = append(out, t.Faint.Paint(strconv.Itoa(x.more)+" more"))
	}
	return out
}

// when is the day and the time of an occurrence.
func (f *fired) when(env *Env) string {
	l := f.At.In(env.Clock.Zone())
	return l.Format("Mon _2 Jan") + env.Theme.Faint.Paint(l.Format("  15:04  "))
}

const whenWide = 19 // cells of a day and a time

// line is the occurrence in one line: how many went well, what they made and deleted, and what that costs.
func (f *fired) line(env *Env, width int) string {
	t := env.Theme
	switch {
	case f.Result == schedule.Missed:
		return widget.Cut(f.when(env)+t.Failed.Paint(t.Symbols.Missed+" missed  ")+t.Faint.Paint(f.Why), width)
	case len(f.Sagas) == 0:
		return widget.Cut(f.when(env)+t.Faint.Paint(t.Symbols.Dash+" skipped  "+f.Why), width)
	case len(f.sagas) == 1 && f.gone == 0:
		return f.sagas[0].line(env, f.when(env), width, f.lateText())
	}
	well, made, deleted, usd := f.gone, 0, 0, 0.0
	look := t.Status(engine.Completed)
	for i := range f.sagas {
		r := &f.sagas[i]
		made, deleted, usd = made+r.made, deleted+r.deleted, usd+r.MonthlyUSD
		if r.Status == engine.Completed {
			well++
			continue
		}
		if l := t.Saga(&r.Summary); look.Word == t.Status(engine.Completed).Word || r.bad() {
			look = l
		}
	}
	text := say.MadeAndDeleted(made, deleted)
	if late := f.lateText(); late != "" {
		text += " " + t.Symbols.Dot + " " + late
	}
	left := f.when(env) + look.Ink.Paint(look.Symbol) + " " + widget.Fit(strconv.Itoa(well)+" of "+strconv.Itoa(len(f.Sagas)), 9) + t.Faint.Paint(text)
	return widget.Sides(widget.Cut(left, width-9), t.Faint.Paint(say.Bill(usd, t.Symbols.Minus))+" ", width)
}

func (f *fired) lateText() string {
	if d := f.late(); d > 0 {
		return say.Span(d) + " late"
	}
	return ""
}

// unfolded is the occurrence by thing.
func (f *fired) unfolded(env *Env, width int) []string {
	var out []string
	lead := f.when(env)
	for i := range f.sagas {
		out = append(out, f.sagas[i].line(env, lead, width, ""))
		lead = widget.Spaces(whenWide)
	}
	return out
}

// line is one saga of an occurrence: about what, and what it made and deleted, or why it did not.
func (r *ran) line(env *Env, lead string, width int, late string) string {
	t := env.Theme
	look := t.Saga(&r.Summary)
	name := say.Name(r.Target)
	if name == "" {
		name = r.Short
	}
	name = widget.Fit(widget.Cut(name, 16), 8)
	if r.bad() {
		why := r.why
		if why == "" {
			why = say.Why(&r.Summary, "")
		}
		return widget.Cut(lead+look.Ink.Paint(look.Symbol+" "+name)+" "+t.Faint.Paint(why), width)
	}
	text := say.MadeAndDeleted(r.made, r.deleted)
	if r.Status != engine.Completed {
		text = look.Word
	}
	if late != "" {
		text = strings.TrimPrefix(text+" "+t.Symbols.Dot+" "+late, " "+t.Symbols.Dot+" ")
	}
	left := lead + look.Ink.Paint(look.Symbol) + " " + name + " " + t.Faint.Paint(text)
	return widget.Sides(widget.Cut(left, width-9), t.Faint.Paint(say.Bill(r.MonthlyUSD, t.Symbols.Minus))+" ", width)
}
