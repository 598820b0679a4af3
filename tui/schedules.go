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
	rule  schedule.Rule
	worst []*engine.Summary // of each of the last outcomes the saga that stands worst; nil: none is known
}

// next is the next occurrence, zero while it is paused.
func (v timed) next(now time.Time) time.Time {
	if v.Paused != nil {
		return time.Time{}
	}
	return v.rule.Next(now)
}

const (
	scheduleNext  = 2 // the columns that are drawn
	scheduleStrip = 3
	scheduleLast  = 4
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
		switch column {
		case scheduleStrip:
			return widget.Cell{Text: v.strip(env)}, true
		case scheduleLast:
			return v.last(env, r.Cells[scheduleLast]), true
		case scheduleNext:
		default:
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
		rows = append(rows, list.Row{Key: v.Name, Value: timed{v, rule, worstOf(v.State.Outcomes, stands)}, Cells: []string{v.Name, v.Kind, next, marks(v.State.Outcomes), lastOf(v.State.Last(), stands), paused}})
	}
	return rows, nil
}

// shown are the newest outcomes, as many as the strip has room for, the newest last.
func shown(all []schedule.Outcome) []schedule.Outcome { return all[max(0, len(all)-shownOutcomes):] }

// lastStatuses says how the sagas of the newest outcomes stand.
func lastStatuses(ctx context.Context, b Backend, all []schedule.View) (map[engine.ID]engine.Summary, error) {
	var ids []engine.ID
	for _, v := range all {
		for _, o := range shown(v.State.Outcomes) {
			ids = append(ids, o.Sagas...)
		}
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

// worstOf is, for each of the newest outcomes, the saga that stands worst: one that failed before one that was rolled back, before
// one that runs, before one that completed.
func worstOf(all []schedule.Outcome, stands map[engine.ID]engine.Summary) []*engine.Summary {
	rank := []engine.Status{engine.Completed, engine.Pending, engine.Running, engine.Compensating, engine.RolledBack, engine.Failed}
	out := make([]*engine.Summary, 0, shownOutcomes)
	for _, o := range shown(all) {
		var worst *engine.Summary
		for _, id := range o.Sagas {
			s, ok := stands[id]
			if ok && (worst == nil || slices.Index(rank, s.Status) > slices.Index(rank, worst.Status)) {
				worst = &s
			}
		}
		out = append(out, worst)
	}
	return out
}

// strip is a sign for each of the newest outcomes, the newest at the right: how its saga stands, or why there is none.
func (v timed) strip(env *Env) string {
	t := env.Theme
	outcomes := shown(v.State.Outcomes)
	var b strings.Builder
	b.WriteString(t.Faint.Paint(repeat(t.Symbols.Dot, shownOutcomes-len(outcomes))))
	for i, o := range outcomes {
		b.WriteString(v.sign(env, i, o))
	}
	return b.String()
}

func (v timed) sign(env *Env, i int, o schedule.Outcome) string {
	t := env.Theme
	switch {
	case o.Result == schedule.Missed:
		return t.Failed.Paint(t.Symbols.Missed)
	case o.Refused && len(o.Sagas) == 0:
		return t.Failed.Paint(t.Symbols.StepFailed)
	case o.Result == schedule.Skipped:
		return t.Faint.Paint(t.Symbols.Dash)
	case i < len(v.worst) && v.worst[i] != nil:
		look := t.Saga(v.worst[i])
		return look.Ink.Paint(look.Symbol)
	}
	return t.Completed.Paint(t.Symbols.Completed) // its sagas were pruned since
}

// last is the newest outcome with its sign.
func (v timed) last(env *Env, text string) widget.Cell {
	outcomes := shown(v.State.Outcomes)
	if len(outcomes) == 0 {
		return widget.Cell{}
	}
	i := len(outcomes) - 1
	if i < len(v.worst) && v.worst[i] != nil {
		text = v.worst[i].ID.Short()
	}
	ink := env.Theme.Faint
	if outcomes[i].Result == schedule.Missed {
		ink = env.Theme.Failed
	}
	return widget.Cell{Text: v.sign(env, i, outcomes[i]) + " " + ink.Paint(visible.Text(text))}
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
