package steps

import (
	"context"
	"fmt"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// maxTurns is how many changes between good and bad one attempt writes down.
const maxTurns = 100

// vigil looks at something again and again. What it sees is shown and forgotten; the ledger keeps the changes between good and
// bad, and a summary at the end.
type vigil struct {
	prober Prober
	s      *engine.State
	probe  Probe
	every  time.Duration
	end    time.Time

	good, bad   int // in a row
	looks, bads int
	turns       int
	took, most  time.Duration
	err         error // of the last look
}

// newVigil reads the inputs, and makes durable when it ends: as far from its first start as the named input says.
func newVigil(ctx context.Context, prober Prober, s *engine.State, length string) (*vigil, error) {
	v := &vigil{prober: prober, s: s}
	var err error
	if v.probe, err = probeOf(s.Inputs()); err != nil {
		return nil, err
	}
	if v.every, err = time.ParseDuration(s.Input(inEvery)); err != nil {
		return nil, fmt.Errorf("%s: %w", inEvery, err)
	}
	var end engine.Time
	saved, err := s.Saved(keyProbeEnd, &end)
	if err != nil {
		return nil, err
	}
	if !saved {
		d, err := time.ParseDuration(s.Input(length))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", length, err)
		}
		end = engine.At(time.Now().Add(d))
		s.Put(keyProbeEnd, end)
		if err := s.Save(ctx); err != nil {
			return nil, err
		}
	}
	v.end = end.Time
	return v, nil
}

// keep looks until the rule says that it is over. The rule gets the time, and gives what is shown.
func (v *vigil) keep(ctx context.Context, what string, rule func(now time.Time) (shown string, over bool, err error)) error {
	return v.s.Idle(ctx, v.probe.String()+" "+what, v.end, func(ctx context.Context) error {
		for {
			begun := time.Now()
			v.look(ctx)
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err := v.tell(ctx); err != nil {
				return err
			}
			shown, over, err := rule(time.Now())
			v.s.Show(shown)
			if over {
				v.s.Put(keyProbed, fmt.Sprintf("%s: %d looks, %d bad, slowest %s", v.probe, v.looks, v.bads, v.most.Round(time.Millisecond)))
				return err
			}
			if err := pause(ctx, max(0, v.every-time.Since(begun))); err != nil {
				return err
			}
		}
	})
}

func (v *vigil) look(ctx context.Context) {
	begun := time.Now()
	v.err = v.prober.Probe(ctx, v.probe)
	v.took = time.Since(begun)
	v.most = max(v.most, v.took)
	v.looks++
	if v.err == nil {
		v.good, v.bad = v.good+1, 0
		return
	}
	v.good, v.bad, v.bads = 0, v.bad+1, v.bads+1
}

// tell writes down that what is looked at has turned good or bad.
func (v *vigil) tell(ctx context.Context) error {
	if v.good != 1 && v.bad != 1 || v.turns == maxTurns {
		return nil
	}
	v.turns++
	if v.good == 1 {
		return v.s.Log(ctx, fmt.Sprintf("%s: good, %s", v.probe, v.last()))
	}
	return v.s.Log(ctx, fmt.Sprintf("%s: bad: %s", v.probe, v.last()))
}

// last is what the last look has seen.
func (v *vigil) last() string {
	if v.err != nil {
		return visible.Short(v.err.Error(), 160)
	}
	return v.took.Round(time.Millisecond).String()
}
