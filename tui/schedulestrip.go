package tui

import (
	"maps"
	"slices"
	"strings"

	"arcadia/engine"
	"arcadia/engine/schedule"
	"arcadia/engine/visible"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

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
	case o.Result == schedule.Skipped && v.Paused != nil && !o.At.Before(v.Paused.At.Time):
		return t.Faint.Paint(t.Symbols.Paused)
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
