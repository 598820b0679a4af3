package tui

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"arcadia/engine/night"
	"arcadia/engine/schedule"
	"arcadia/tui/widget"
)

// The measures of a timetable: what stands before it, behind it, and an hour.
const (
	tableLabel = 21
	tableTail  = 6
	hourMost   = 6
	hourLeast  = 2
)

// hours is the scale of a night: cells for each hour from its evening on.
type hours struct {
	from time.Time
	n    int // of hours, the last one begun too
	per  int // cells of an hour
}

// hours is the scale on which a night fits; without cells when there are too few.
func (n *overnight) hours(width int) hours {
	h := hours{from: n.From.Time, n: int(math.Ceil(n.To.Sub(n.From.Time).Hours()))}
	h.per = min(hourMost, (width-2-tableLabel-tableTail)/(h.n+1))
	if h.per < hourLeast {
		h.per = 0
	}
	return h
}

func (h hours) room() int { return (h.n + 1) * h.per }

// cell is where on the scale a moment is.
func (h hours) cell(at time.Time) int {
	return max(0, min(h.room()-1, int(at.Sub(h.from)*time.Duration(h.per)/time.Hour)))
}

// timetable draws when what ran, a line for what was done by hand and one for each schedule, and who drove and froze. most bounds the
// lines.
func (n *overnight) timetable(env *Env, width, most int) []string {
	t, h := env.Theme, n.hours(width)
	if h.per == 0 || len(n.Rows) == 0 {
		return nil
	}
	var axis strings.Builder
	for i := range h.n + 1 {
		axis.WriteString(widget.Fit(h.from.Add(time.Duration(i)*time.Hour).In(n.zone).Format("15"), h.per))
	}
	line := func(label, track, tail string) string {
		return widget.Sides("  "+widget.Fit(label, tableLabel)+track, tail+" ", width)
	}
	out := []string{line(t.Faint.Paint("TIMETABLE"), t.Faint.Paint(axis.String()), t.Faint.Paint("RUNS"))}
	for i := range n.Rows[:min(most, len(n.Rows))] {
		r := &n.Rows[i]
		label, ran := "by hand", 0
		if r.Schedule != "" {
			label = r.Schedule
		}
		for _, x := range r.Runs {
			if x.Saga != "" {
				ran++
			}
		}
		label = widget.Cut(label, tableLabel-1)
		tail := t.Faint.Paint(strconv.Itoa(ran))
		if ran == 0 {
			label, tail = t.Failed.Paint(label), t.Failed.Paint(t.Symbols.Dash)
		}
		out = append(out, line(label, h.track(env, r.Runs), tail))
	}
	if more := len(n.Rows) - most; more > 0 {
		out = append(out, "  "+t.Faint.Paint(strconv.Itoa(more)+" more"))
	}
	var drove, froze []stay
	for _, x := range slices.Backward(n.terms) {
		drove = append(drove, stay{x.Host, x.Began.Time, x.Ended.Time})
	}
	for _, f := range n.Freezes {
		froze = append(froze, stay{f.Who(), f.At.Time, f.EndedAt.Time})
	}
	if track := h.stays(drove, n.To.Time, t.Symbols.Rule, t.Running); track != "" {
		out = append(out, line(t.Faint.Paint("driven by"), track, ""))
	}
	if track := h.stays(froze, n.To.Time, t.Symbols.Rule, t.Compensating); track != "" {
		out = append(out, line(t.Faint.Paint("frozen"), track, ""))
	}
	return out
}

// track is a sign for each run at its time; those of one time stand side by side.
func (h hours) track(env *Env, runs []night.Run) string {
	t := env.Theme
	cells := make([]string, h.room())
	for _, x := range runs {
		at := h.cell(x.At.Time)
		for at < len(cells)-1 && cells[at] != "" {
			at++
		}
		cells[at] = signOf(env, x)
	}
	for i := range cells {
		switch {
		case cells[i] != "":
		case i%h.per == 0:
			cells[i] = t.Border.Paint(t.Symbols.Gap)
		default:
			cells[i] = " "
		}
	}
	return strings.Join(cells, "")
}

// signOf is how a run ended, or why there was none.
func signOf(env *Env, x night.Run) string {
	t := env.Theme
	switch x.Outcome {
	case schedule.Missed:
		return t.Failed.Paint(t.Symbols.Missed)
	case schedule.Skipped:
		return t.Failed.Paint(t.Symbols.StepFailed)
	case schedule.Fired:
	}
	look := t.Status(x.Status)
	return look.Ink.Paint(look.Symbol)
}

// stay is a time that bears somebody's name.
type stay struct {
	name     string
	from, to time.Time // to is zero while it lasts
}

// stays draws times as lines that begin with their names; empty when none is on the scale.
func (h hours) stays(all []stay, end time.Time, rule string, ink widget.Ink) string {
	var out strings.Builder
	used := 0
	for _, x := range all {
		if !x.from.Before(end) || !x.to.IsZero() && x.to.Before(h.from) {
			continue
		}
		to := end
		if !x.to.IsZero() && x.to.Before(end) {
			to = x.to
		}
		from, until := max(used, h.cell(x.from)), h.cell(to)
		if until < used {
			continue
		}
		name := widget.Cut(x.name, max(1, h.room()-from-1))
		out.WriteString(widget.Spaces(from-used) + name + " ")
		used = from + widget.Width(name) + 1
		if until >= used {
			out.WriteString(ink.Paint(strings.Repeat(rule, until-used+1)) + " ")
			used = until + 2
		}
	}
	return out.String()
}
