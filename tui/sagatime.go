package tui

import (
	"strconv"
	"time"

	"arcadia/engine"
	"arcadia/tui/list"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// timeline draws when each step ran: forward in its color, and the way back running backward in the color of
// compensation.
func (s *saga) timeline(env *Env, d *detail, width, height int) []string {
	t := env.Theme
	label := min(24, max(9, width/5))
	room := width - label - 7
	n := len(d.saga.StepNames)
	start := d.saga.StartedAt.Time
	if start.IsZero() {
		start = d.saga.CreatedAt.Time
	}
	rows := make([][]widget.Span, n)
	var all []widget.Span
	for i := range min(n, len(d.saga.Rows)) {
		rows[i] = s.spans(env, &d.saga.Rows[i], start)
		all = append(all, rows[i]...)
	}
	scale := s.scale(env, d, start, all)
	lines := []string{"  " + s.heading(env, "TIMELINE", timelinePane) + t.Faint.Paint(widget.Spaces(label-8+2)+scale.Axis(room, t.Symbols.Break))}
	tall := max(1, height-1)
	top := widget.Window(n, s.rows.At, 0, tall)
	for i := top; i < n && i < top+tall; i++ {
		name := widget.Fit(widget.Middle(d.saga.StepNames[i], label), label)
		if i >= len(d.saga.Rows) {
			name = t.Faint.Paint(name)
		}
		lines = append(lines, "  "+name+"  "+scale.Track(rows[i], room, t.Symbols.Forward, t.Symbols.Backward, t.Faint.Paint(t.Symbols.Gap)))
	}
	return lines
}

// heading is the title of a pane that has no bar of its own while it is in front.
func (s *saga) heading(env *Env, text string, p pane) string {
	if s.pane == p {
		return env.Theme.Key.With(env.Theme.Strong).Paint(text)
	}
	return env.Theme.Faint.Paint(text)
}

// scale is how long the timeline is. That of a saga that goes on has room to grow.
func (s *saga) scale(env *Env, d *detail, start time.Time, spans []widget.Span) widget.Scale {
	end := d.saga.FinishedAt.Time
	if end.IsZero() {
		scale := widget.NewScale(max(0, env.Clock.Now.Sub(start)), spans)
		return scale.Until(widget.Room(scale.Total()))
	}
	total := max(time.Millisecond, end.Sub(start))
	for _, x := range spans {
		total = max(total, x.To)
	}
	return widget.NewScale(total, spans)
}

func (s *saga) spans(env *Env, r *engine.Row, start time.Time) []widget.Span {
	t := env.Theme
	var out []widget.Span
	add := func(from, to engine.Time, back bool, ink widget.Ink) {
		if from.IsZero() {
			return
		}
		end := to.Time
		if to.IsZero() {
			end = env.Clock.Now
		}
		a := max(0, from.Sub(start))
		out = append(out, widget.Span{From: a, To: max(a, end.Sub(start)), Back: back, Ink: ink})
	}
	forward := t.Running
	if r.Status == engine.RowFailed || r.FinishedAt.IsZero() && r.Error != "" {
		forward = t.Failed
	}
	if r.Status != engine.RowRunning && r.Error == "" && !r.FinishedAt.IsZero() {
		forward = t.Completed // what became of it later is drawn behind
	}
	add(r.StartedAt, r.FinishedAt, false, forward)
	if c := r.Compensation; c != nil {
		ink := t.Compensating
		if c.Status == engine.RowCompensationFailed {
			ink = t.Failed
		}
		add(c.StartedAt, c.FinishedAt, true, ink)
	}
	return out
}

// logLines draws the saga's entries in words, the newest at the end.
func (s *saga) logLines(env *Env, d *detail, width, height int) []string {
	t := env.Theme
	lines := []string{"  " + s.heading(env, "LOG", logPane)}
	n := len(d.entries)
	from, to := s.log.Fit(n, height-1)
	for i := from; i < to; i++ {
		e := &d.entries[i]
		text, tone := say.Entry(d.saga, e)
		stamp := env.Clock.Precise(e.At.Time)
		if s.pane == logPane && i == s.log.At {
			lines = append(lines, t.Bar.Over("  "+t.Faint.Paint(stamp)+"  "+t.Tone(tone).Paint(text), width))
			continue
		}
		lines = append(lines, "  "+t.Faint.Paint(stamp)+"  "+t.Tone(tone).Paint(widget.Cut(text, width-4-len(stamp)-3)))
	}
	if k := s.log.Fresh(n); k > 0 {
		list.Pill(t, lines, strconv.Itoa(k)+" new "+t.Symbols.Down, width)
	}
	return lines
}
