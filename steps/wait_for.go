package steps

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// WaitFor looks at something again and again until it is good some times in a row, or fails when that takes too long.
type WaitFor struct{ prober Prober }

// NewWaitFor makes the step over what looks.
func NewWaitFor(prober Prober) WaitFor { return WaitFor{prober} }

const (
	inEvery  = "every"
	inGood   = "good"
	inWithin = "within"

	keyProbeEnd = "probes_until"
	keyProbed   = "probed"
)

// Reasons for which probes fail a step.
const (
	errNotGood   = engine.Reason("not_good_in_time")
	errTurnedBad = engine.Reason("turned_bad")
)

// Name is "wait_for".
func (WaitFor) Name() string { return "wait_for" }

// Inputs declares what is looked at, and how patiently.
func (WaitFor) Inputs() []engine.Field {
	return append(probeFields(), everyField(),
		engine.Field{Name: inGood, Label: "Good", Type: engine.IntField, Default: "3", Help: "how many times in a row it has to be good", Check: between(1, 100)},
		engine.Field{Name: inWithin, Label: "Within", Type: engine.TextField, Default: "10m", Help: "how long that may take, as 10m", Check: lasting(time.Second, 24*time.Hour)},
	)
}

func everyField() engine.Field {
	return engine.Field{Name: inEvery, Label: "Every", Type: engine.TextField, Default: "10s", Help: "how often it is looked at, as 10s", Check: lasting(time.Second, time.Hour)}
}

func between(least, most int) func(string, engine.Inputs) error {
	return func(value string, _ engine.Inputs) error {
		n, err := strconv.Atoi(value)
		if err != nil || n < least || n > most {
			return fmt.Errorf("%q is not a number from %d to %d", visible.Short(value, 40), least, most)
		}
		return nil
	}
}

// Plan says what would be looked at.
func (WaitFor) Plan(_ context.Context, in engine.Inputs) (engine.Change, error) {
	p, err := probeOf(in)
	return engine.Change{
		Action: engine.ActWait, Subject: "for " + p.String(), Undo: nothingToUndo,
		Fields: []engine.FieldChange{{Name: inGood, To: in[inGood] + " in a row"}, {Name: inWithin, To: in[inWithin]}},
	}, err
}

// Execute puts how often it has looked, and with what result.
func (w WaitFor) Execute(ctx context.Context, s *engine.State) error {
	need, err := strconv.Atoi(s.Input(inGood))
	if err != nil {
		return fmt.Errorf("%s: %w", inGood, err)
	}
	v, err := newVigil(ctx, w.prober, s, inWithin)
	if err != nil {
		return err
	}
	return v.keep(ctx, "to be good", func(now time.Time) (string, bool, error) {
		shown := fmt.Sprintf("%d of %d good, last %s", v.good, need, v.last())
		switch {
		case v.good >= need:
			return shown, true, nil
		case !now.Before(v.end):
			return shown, true, fmt.Errorf("%w: %s was not good %d times in a row within %s: %s", errNotGood, v.probe, need, s.Input(inWithin), v.last())
		}
		return shown, false, nil
	})
}

// Soak looks at something for a while, and fails as soon as it is bad some times in a row.
type Soak struct{ prober Prober }

// NewSoak makes the step over what looks.
func NewSoak(prober Prober) Soak { return Soak{prober} }

const inBad = "bad"

// Name is "soak".
func (Soak) Name() string { return "soak" }

// Inputs declares what is looked at, how long, and when it fails.
func (Soak) Inputs() []engine.Field {
	return append(probeFields(), everyField(),
		engine.Field{Name: inFor, Label: "For", Type: engine.TextField, Default: "5m", Help: "how long it is looked at, as 5m", Check: lasting(time.Second, 30*24*time.Hour)},
		engine.Field{Name: inBad, Label: "Bad", Type: engine.IntField, Default: "3", Help: "how many times in a row it may be bad before the step fails", Check: between(1, 100)},
	)
}

// Plan says what would be looked at, and how long.
func (Soak) Plan(_ context.Context, in engine.Inputs) (engine.Change, error) {
	p, err := probeOf(in)
	return engine.Change{
		Action: engine.ActWait, Subject: "while " + p.String() + " stays good", Undo: nothingToUndo,
		Fields: []engine.FieldChange{{Name: inFor, To: in[inFor]}, {Name: inBad, To: in[inBad] + " in a row fail it"}},
	}, err
}

// Execute puts how often it has looked, and with what result. However long no process ran, it has looked once at least
// after the end.
func (k Soak) Execute(ctx context.Context, s *engine.State) error {
	most, err := strconv.Atoi(s.Input(inBad))
	if err != nil {
		return fmt.Errorf("%s: %w", inBad, err)
	}
	v, err := newVigil(ctx, k.prober, s, inFor)
	if err != nil {
		return err
	}
	return v.keep(ctx, "to stay good", func(now time.Time) (string, bool, error) {
		shown := fmt.Sprintf("%d looks, %d bad, last %s", v.looks, v.bads, v.last())
		switch {
		case v.bad >= most:
			return shown, true, fmt.Errorf("%w: %s was bad %d times in a row: %s", errTurnedBad, v.probe, v.bad, v.last())
		case !now.Before(v.end) && v.bad == 0:
			return shown, true, nil
		}
		return shown, false, nil
	})
}

// Local says that no account is needed for it.
func (WaitFor) Local() {}

// Local says that no account is needed for it.
func (Soak) Local() {}
