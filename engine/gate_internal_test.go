package engine

import (
	"testing"
	"time"
)

func TestAnAutomaticFreezeIsProbedWhileOthersAreInFlight(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	g := &gate{}
	old, _ := g.enter(nil, now)
	for range 5 { // the pause between probes has grown by earlier freezes
		g.shut(Freeze{Auto: true}, now)
	}
	if held, until := g.held(nil, now); !held || until.Sub(now) > 30*time.Second {
		t.Fatalf("held %v, the first probe after %s", held, until.Sub(now))
	}
	later := now.Add(31 * time.Second)
	probe, ok := g.enter(nil, later)
	if !ok {
		t.Fatal("what was in flight before holds the probe back")
	}
	if _, ok := g.enter(nil, later); ok {
		t.Error("two probes at once")
	}
	if g.learn("a", probe, verdictGood, later) != doThaw {
		t.Error("a probe that goes well thaws")
	}
	g.thaw()
	first, ok := g.enter(nil, later)
	if !ok {
		t.Fatal("what was in flight before the thaw is part of its ramp")
	}
	if g.learn("b", old, verdictGood, later); g.width != 1 {
		t.Errorf("the end of what was in flight before widens the ramp to %d", g.width)
	}
	if g.learn("c", first, verdictGood, later); g.width != 2 {
		t.Errorf("after the first that goes well the ramp is %d wide", g.width)
	}
	old.leave()
	probe.leave()
	first.leave()
	if g.flying != 0 || g.fresh != 0 {
		t.Errorf("%d in flight, %d of this era", g.flying, g.fresh)
	}
}

func TestAGoodLookEndsAnOutageAndBringsTheProbeForwardAfterARefusal(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	outage := &gate{}
	outage.shut(Freeze{Auto: true}, now)
	if outage.heard(now) != doThaw {
		t.Error("an answered look is an answer")
	}
	refused := &gate{}
	if refused.learn("a", nil, verdictRefused, now) != doFreeze {
		t.Fatal("a refusal freezes")
	}
	refused.pause = time.Minute
	refused.shut(Freeze{Auto: true}, now)
	refused.probe = now.Add(2 * time.Minute)
	if refused.heard(now) != doStir {
		t.Error("that it can be read is no proof that it takes us back")
	}
	if _, ok := refused.enter(nil, now); !ok {
		t.Error("the next attempt may try at once")
	}
	manual := &gate{}
	manual.shut(Freeze{}, now)
	if manual.heard(now) != doNothing {
		t.Error("a person's freeze is a person's to end")
	}
}

func TestAProbeThatWaitsGoesOnBeingOne(t *testing.T) {
	g, now := &gate{}, time.Now()
	g.shut(Freeze{Auto: true}, now)
	later := now.Add(probeBy)
	probe, ok := g.enter(nil, later)
	if !ok {
		t.Fatal("no probe is let through")
	}
	probe.leave() // it waits
	if _, ok := g.enter(nil, later); ok {
		t.Error("another attempt goes between two probes")
	}
	if held, _ := g.held(probe, later); held {
		t.Error("a probe that has waited is held until the next one is due")
	}
	if _, ok := g.enter(probe, later); !ok {
		t.Error("a probe that has waited is not let back")
	}
	g.shut(Freeze{}, time.Time{})
	if _, ok := g.enter(probe, later); ok {
		t.Error("a probe of an earlier freeze passes another one")
	}
}
