package tui

import (
	"strconv"
	"time"

	"arcadia/engine"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// stretch is a row of the timeline: a step, or a run of steps of one name.
type stretch struct {
	name        string
	first, last int
	spans       []widget.Span
	retries     int
}

// stretches are the rows of the timeline: the steps that were reached.
func (s *saga) stretches(env *Env, d *detail, start time.Time) []stretch {
	var out []stretch
	for i := range d.saga.Rows {
		r := &d.saga.Rows[i]
		if n := len(out); n == 0 || out[n-1].name != r.Name {
			out = append(out, stretch{name: r.Name, first: i})
		}
		x := &out[len(out)-1]
		x.last = i
		x.spans = append(x.spans, s.spans(env, d, r, start)...)
		x.retries += max(0, r.Attempts-1)
	}
	return out
}

// timeline draws when each step ran: forward in its color, and the way back running backward in the color of compensation. Idle
// time is cut, and says how long it was.
func (s *saga) timeline(env *Env, d *detail, width, height int) []string {
	t := env.Theme
	label := stepAt + s.nameWidth(d, width) + 2
	room := width - label - 4
	start := d.saga.StartedAt.Time
	if start.IsZero() {
		start = d.saga.CreatedAt.Time
	}
	rows := s.stretches(env, d, start)
	var all []widget.Span
	cursor := 0
	for i, x := range rows {
		all = append(all, x.spans...)
		if x.first <= s.rows.At {
			cursor = i
		}
	}
	scale, axis, at := s.scale(env, d, start, all)
	k := widget.Strokes{
		Forward: t.Symbols.Forward, Backward: t.Symbols.Backward, Wait: t.Symbols.Wait, Gap: t.Faint.Paint(t.Symbols.Gap), Now: t.Faint.Paint(t.Symbols.Now), At: at,
	}
	lines := []string{widget.Fit("  "+s.heading(env, "TIMELINE", timelinePane), label+2) + t.Faint.Paint(scale.Axis(room, axis))}
	tall := max(1, height-1)
	top := widget.Window(len(rows), cursor, 0, tall)
	for _, x := range rows[top:min(len(rows), top+tall)] {
		name := x.name
		if n := x.last - x.first + 1; n > 1 {
			name += " " + t.Symbols.Times + " " + strconv.Itoa(n)
		}
		line := widget.Spaces(2+stepAt) + widget.Fit(widget.Middle(name, label-stepAt-1), label-stepAt) + scale.Track(x.spans, room, k)
		if end := scale.End(x.spans, room); x.retries > 0 && end+13 < room {
			note := []string{line}
			widget.Over(note, []string{t.Faint.Paint(strconv.Itoa(x.retries) + say.Plural(x.retries, " retry", " retries"))}, label+4+end, 0)
			line = note[0]
		}
		lines = append(lines, line)
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

// scale is how long the timeline is, what stands along it, and where on it now is, below 0 for nowhere. That of a saga that goes on
// has room to grow; that of one that waits ends when it goes on.
func (s *saga) scale(env *Env, d *detail, start time.Time, spans []widget.Span) (widget.Scale, widget.Axis, time.Duration) {
	c := env.Clock
	round := start.In(c.Zone())
	_, offset := round.Zone()
	axis := widget.Axis{
		Phase: time.Duration(round.Unix()+int64(offset))%(24*60*60)*time.Second + time.Duration(round.Nanosecond()),
		Text: func(at, step time.Duration) string {
			if step < time.Second {
				return "+" + at.Truncate(time.Millisecond).String()
			}
			if step < time.Minute {
				return c.Time(start.Add(at))
			}
			return c.Minute(start.Add(at))
		},
		Break: env.Theme.Symbols.Break,
	}
	if end := d.saga.FinishedAt.Time; !end.IsZero() {
		total := max(time.Millisecond, end.Sub(start))
		for _, x := range spans {
			total = max(total, x.To)
		}
		if total < 2*time.Second {
			axis.Phase = 0
		}
		return widget.NewScale(total, spans), axis, -1
	}
	now := max(0, c.Now.Sub(start))
	if until := wakes(d.saga); until.After(c.Now) {
		goes := until.Sub(start)
		axis.Marks = []widget.Mark{{At: goes, Text: c.Soon(until)}, {At: now, Text: "now"}}
		return widget.NewScale(goes, append(spans, widget.Span{From: now, To: now})), axis, now
	}
	scale := widget.NewScale(now, spans)
	return scale.Until(widget.Room(scale.Total())), axis, -1
}

// wakes is when a saga that waits for a time goes on; zero for another.
func wakes(s *engine.Saga) time.Time {
	for i := range s.Waiting {
		if w := &s.Waiting[i]; w.For == engine.ForTime && !w.Until.IsZero() {
			return w.Until.Time
		}
	}
	return time.Time{}
}

func (s *saga) spans(env *Env, d *detail, r *engine.Row, start time.Time) []widget.Span {
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
	if until := wakes(d.saga); r.Status == engine.RowRunning && len(out) > 0 && !until.IsZero() {
		out[0].Wait, out[0].Ink = true, t.Waiting
		out = append(out, widget.Span{From: out[0].To, To: max(out[0].To, until.Sub(start)), Wait: true, Ink: t.Faint})
	}
	if c := r.Compensation; c != nil {
		ink := t.Compensating
		if c.Status == engine.RowCompensationFailed {
			ink = t.Failed
		}
		add(c.StartedAt, c.FinishedAt, true, ink)
	}
	return out
}
