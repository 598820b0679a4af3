package tui

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/engine/schedule"
	"arcadia/engine/visible"
	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// timed is a row of the schedules, with the rule that says when it is next.
type timed struct {
	schedule.View
	rule schedule.Rule
}

// next is the next occurrence, zero while it is paused.
func (v timed) next(now time.Time) time.Time {
	if v.Paused != nil {
		return time.Time{}
	}
	return v.rule.Next(now)
}

const (
	scheduleNext  = 2 // the column that changes with time
	shownOutcomes = 14
)

// newSchedules is the screen of what is launched at given times, when it is next, and what became of the last.
func newSchedules() *listing {
	l := &listing{
		at: keys.CmdSchedules, title: []string{"schedules"}, live: true,
		nothing: "nothing is launched by itself", hint: "arcadia schedule add NAME KIND --cron \"30 2 * * *\" makes a schedule.",
	}
	l.Columns = []widget.Column{
		{Title: "NAME", Width: 16, Grow: 1},
		{Title: "KIND", Width: 18, Drop: 2},
		{Title: "NEXT", Width: 22},
		{Title: "LAST 14", Width: shownOutcomes, Drop: 3},
		{Title: "LAST", Width: 20, Drop: 1},
		{Title: "PAUSED BY", Width: 12, Drop: 4, Gap: 1},
	}
	l.Fields = []string{"name", "kind", "next", "outcomes", "last", "paused"}
	l.read = readSchedules
	l.cell = func(env *Env, r *list.Row, column int) (widget.Cell, bool) {
		v := r.Value.(timed) //nolint:forcetypeassert // set below
		if column != scheduleNext {
			return widget.Cell{}, false
		}
		next := v.next(env.Clock.Now)
		if next.IsZero() {
			return widget.Cell{Text: env.Theme.Symbols.Dash, Ink: env.Theme.Faint}, true
		}
		return widget.Cell{Text: widget.Fit("in "+say.Short(next.Sub(env.Clock.Now)), 8) + next.In(env.Clock.Zone()).Format("Mon 15:04")}, true
	}
	open := l.chosen(openKey, nil, func(env *Env, r *list.Row) Action {
		return Show{&pager{name: r.Cells[0], text: scheduleLines(env, r.Value.(timed))}} //nolint:forcetypeassert // set below
	})
	l.own = []command{
		open,
		l.menu(keys.Timetable, "everything that can be done to this schedule", keys.CmdOpen, keys.CmdPause, keys.CmdResume, keys.CmdFire, keys.CmdRemove, keys.CmdCopy),
		l.asking(bind(keys.Timetable, keys.CmdPause, "pause", "launch nothing until it is resumed; asks why", "p"), false),
		l.asking(bind(keys.Timetable, keys.CmdResume, "resume", "let a paused schedule launch again"), true),
		l.asking(danger(bind(keys.Timetable, keys.CmdFire, "fire", "launch now what it launches; asks first")), false),
		l.asking(danger(bind(keys.Timetable, keys.CmdRemove, "remove", "take the schedule away; its sagas stay; asks first")), false),
		l.reloading(keys.Timetable), l.copying("schedule"),
	}
	l.hints = []keys.Command{keys.CmdOpen, keys.CmdPause, keys.CmdActions}
	return l
}

// asking is a command about the schedule under the cursor that asks first. Only a paused one is resumed, and only one that is
// not is paused.
func (l *listing) asking(b keys.Binding, paused bool) command {
	return l.chosen(b, func(env *Env) string {
		r := l.Current()
		if why := operators(env); why != "" || r == nil {
			return why
		}
		is := r.Value.(timed).Paused != nil //nolint:forcetypeassert // set by readSchedules
		switch {
		case paused && !is:
			return "it is not paused"
		case b.Command == keys.CmdPause && is:
			return "it is paused already"
		}
		return ""
	}, func(env *Env, r *list.Row) Action { return askSchedule(env, b.Command, r.Key) })
}

func readSchedules(ctx context.Context, b Backend) ([]list.Row, error) {
	all, err := schedule.List(ctx, b, time.Now())
	if err != nil {
		return nil, err
	}
	stands, err := lastStatuses(ctx, b, all)
	if err != nil {
		return nil, err
	}
	rows := make([]list.Row, 0, len(all))
	for _, v := range all {
		paused := ""
		if v.Paused != nil {
			paused = v.Paused.By
		}
		rule, err := v.Rule()
		if err != nil {
			return nil, err
		}
		next := ""
		if !v.Next.IsZero() {
			next = v.Next.UTC().Format("2006-01-02 15:04")
		}
		rows = append(rows, list.Row{Key: v.Name, Value: timed{v, rule}, Cells: []string{v.Name, v.Kind, next, marks(v.State.Outcomes), lastOf(v.State.Last(), stands), paused}})
	}
	return rows, nil
}

// lastStatuses says how the sagas of the newest outcomes stand.
func lastStatuses(ctx context.Context, b Backend, all []schedule.View) (map[engine.ID]engine.Summary, error) {
	var ids []engine.ID
	for _, v := range all {
		ids = append(ids, v.State.Last().Sagas...)
	}
	out := map[engine.ID]engine.Summary{}
	if len(ids) == 0 {
		return out, nil
	}
	sums, err := b.Summaries(ctx, ids...)
	for _, s := range sums {
		out[s.ID] = s
	}
	return out, err
}

// lastOf is what became of an occurrence: how its saga stands, the one in trouble before the others.
func lastOf(o schedule.Outcome, stands map[engine.ID]engine.Summary) string {
	text := string(o.Result)
	for _, id := range o.Sagas {
		s, ok := stands[id]
		if !ok {
			continue
		}
		text = say.Words(string(s.Status)) + " " + id.Short()
		if s.Status == engine.Failed || s.Status == engine.RolledBack {
			break
		}
	}
	return text
}

// marks are the newest outcomes, one sign each, the newest last.
func marks(all []schedule.Outcome) string {
	var b strings.Builder
	for _, o := range all[max(0, len(all)-shownOutcomes):] {
		b.WriteString(map[schedule.Result]string{schedule.Fired: "+", schedule.Skipped: "-", schedule.Missed: "!"}[o.Result])
	}
	return b.String()
}

// scheduleLines is a schedule whole: what, when, the next five times and the last outcomes.
func scheduleLines(env *Env, v timed) []string {
	clean := visible.Text
	out := []string{"launches  " + clean(v.Kind)}
	for _, name := range slices.Sorted(maps.Keys(v.Inputs)) {
		out = append(out, "          "+clean(name)+"="+clean(v.Inputs[name]))
	}
	if v.ForEach != "" {
		out = append(out, "for each  "+clean(v.ForEach))
	}
	if v.Cron != "" {
		out = append(out, strings.TrimRight("when      "+clean(v.Cron)+"  "+clean(v.Zone), " "))
	} else {
		out = append(out, "every     "+v.Every.String())
	}
	if v.Paused != nil {
		out = append(out, "paused    by "+clean(v.Paused.By)+" "+env.Clock.Full(v.Paused.At.Time)+": "+clean(v.Paused.Why))
	}
	out = append(out, "", "next")
	at := env.Clock.Now
	for range 5 {
		at = v.rule.Next(at)
		out = append(out, "  "+env.Clock.Full(at)+"  in "+say.Short(at.Sub(env.Clock.Now)))
	}
	out = append(out, "", "last")
	for i := range v.State.Outcomes {
		o := v.State.Outcomes[len(v.State.Outcomes)-1-i]
		var line strings.Builder
		line.WriteString("  " + env.Clock.Full(o.At.Time) + "  " + string(o.Result))
		for _, id := range o.Sagas {
			line.WriteString(" " + id.Short())
		}
		if o.Why != "" {
			line.WriteString("  " + clean(o.Why))
		}
		out = append(out, line.String())
	}
	return out
}
