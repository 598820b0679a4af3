package tui

import (
	"cmp"
	"context"

	"arcadia/engine"
	"arcadia/engine/notify"
	"arcadia/engine/visible"
	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// told is what somebody outside was told of a saga, and what has become of that.
type told struct {
	at             engine.Time
	target, answer string
	state          toldState
}

type toldState int

const (
	toldWaits toldState = iota
	toldTaken
	toldRefused
)

// readTold lists who was told of a saga, the first first. A saga that moves by itself is no news to anybody.
func readTold(ctx context.Context, b Backend, s *engine.Saga) ([]told, error) {
	if !s.Status.Terminal() && !s.NeedsOperator() {
		return nil, nil
	}
	all, err := notify.OfSaga(ctx, b, s.ID, s.Seq)
	if err != nil {
		return nil, err
	}
	var out []told
	for i := range all {
		out = append(out, toldOf(&all[i]))
	}
	return out, nil
}

func toldOf(d *notify.Delivery) told {
	x := told{at: d.Note.At, target: visible.Text(d.Target), answer: visible.Text(d.Answer)}
	switch {
	case !d.Sent.IsZero():
		x.state = toldTaken
	case d.Digest != "":
		x.state, x.answer = toldTaken, "in a digest"
	case !d.GaveUp.IsZero():
		x.state = toldRefused
	}
	return x
}

// sign is what has become of telling it, in one cell.
func (x told) sign(t *theme.Theme) string {
	switch x.state {
	case toldTaken:
		return t.Symbols.Completed
	case toldRefused:
		return t.Symbols.StepFailed
	case toldWaits:
	}
	return t.Symbols.Waiting
}

// toldLines say who was told when, and what they answered.
func (e *Env) toldLines(all []told, width int) []string {
	t := e.Theme
	out := []string{t.Faint.Paint("TOLD")}
	wide := 0
	for _, x := range all {
		wide = max(wide, min(10, widget.Width(x.target)))
	}
	for _, x := range all {
		line := t.Faint.Paint(widget.Fit(e.Clock.WhenMinute(x.at.Time), 9)+"  ") + widget.Fit(x.target, wide) + "  " + x.outcome(t)
		out = append(out, widget.Cut(line, width))
	}
	return out
}

// outcome is what has become of telling it.
func (x told) outcome(t *theme.Theme) string {
	switch x.state {
	case toldTaken:
		return t.Completed.Paint(t.Symbols.Completed + " " + x.answer)
	case toldRefused:
		return t.Failed.Paint(t.Symbols.StepFailed + " " + x.answer)
	case toldWaits:
	}
	return t.Waiting.Paint(t.Symbols.Waiting + " " + cmp.Or(x.answer, "not yet"))
}
