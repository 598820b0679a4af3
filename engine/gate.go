package engine

import (
	"errors"
	"sync"
	"time"
)

// How the gate decides. An automatic freeze needs several sagas that fail with nothing going well in between, so that one
// broken droplet stops nobody else; while it lasts a single attempt is let through now and then to see.
const (
	outageSagas  = 3
	outageErrors = 6
	outageSpan   = 30 * time.Second
	probeFirst   = 15 * time.Second
	probeMost    = 5 * time.Minute
	probeBy      = 30 * time.Second // the first of a freeze comes no later
	gateOpen     = 64               // a thaw that lets so many through is over
)

// verdict is what the end of one attempt says about the provider.
type verdict int

const (
	verdictNone    verdict = iota // nothing: the attempt was cut off
	verdictGood                   // it answers
	verdictBad                    // it may be down
	verdictRefused                // it does not want us at all
)

func verdictOf(res result) verdict {
	if res.cause != nil && !errors.Is(res.cause, ErrDeadline) {
		return verdictNone
	}
	if res.err == nil {
		return verdictGood
	}
	switch c, _ := classify(res.err); c {
	case classRetry, classUnknown:
		return verdictBad
	case classBlocked:
		return verdictRefused
	case classPermanent, classAsks:
	}
	return verdictGood // a refusal is an answer
}

// order is what the gate wants done after it has learned something.
type order int

const (
	doNothing order = iota
	doFreeze
	doThaw
	doStir
)

// gate is what every attempt passes before it starts. It counts what is under way and holds the rest back while
// everything is frozen. Its decisions are made under one mutex and call nothing.
type gate struct {
	mu     sync.Mutex // guards the fields below; a leaf
	shutBy *Freeze    // nil: open
	newest uint64     // the number of the newest freeze that is known
	width  int        // attempts that may be under way at once while it thaws; 0 while the freeze lasts
	flying int
	// fresh of them began after the freeze or the thaw of the present era: the others are no probe, and no part of a ramp.
	fresh int
	era   int
	spurn bool // the provider has refused us: that it can be read is no proof that it takes us back
	// starting of them are not in the ledger yet. calmed, when somebody waits for them, is closed at the last one.
	starting int
	calmed   chan struct{}

	probe time.Time // of an automatic freeze: when one attempt may try
	pause time.Duration

	failing map[ID]struct{} // sagas that have failed since anything went well
	errors  int
	since   time.Time
}

// stay is one attempt's place within the gate: from before its start is in the ledger until what came of it is. Both of
// its methods may be called more than once, and only the first call counts.
type stay struct {
	gate     *gate
	starting bool // guarded by gate.mu, as all below
	gone     bool
	era      int
	probe    bool   // it was let through to see whether an automatic freeze can end
	freeze   uint64 // the newest that was known when it was let through; never changes
}

// enter lets an attempt start, or not now. last is the stay that an attempt gave up to wait, nil for one that is new: a probe
// that has waited goes on being one, and what it comes to is heard now and not at the turn of the next.
func (g *gate) enter(last *stay, now time.Time) (*stay, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if held, _ := g.heldLocked(last, now); held {
		return nil, false
	}
	probe := g.shutBy != nil && g.width == 0
	if probe && !g.probing(last) {
		g.pause = min(max(2*g.pause, probeFirst), probeMost)
		g.probe = now.Add(g.pause)
	}
	g.flying++
	g.fresh++
	g.starting++
	return &stay{gate: g, starting: true, era: g.era, probe: probe, freeze: g.newest}, true
}

// probing reports whether last was a probe of the freeze that lasts. Call with mu held.
func (g *gate) probing(last *stay) bool { return last != nil && last.probe && last.era == g.era }

// begun says that the attempt's start is in the ledger, or that it came to nothing.
func (s *stay) begun() {
	g := s.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	if !s.starting {
		return
	}
	s.starting = false
	g.starting--
	if g.starting == 0 && g.calmed != nil {
		close(g.calmed)
		g.calmed = nil
	}
}

// calm waits until every attempt that was let through is in the ledger.
func (g *gate) calm() {
	g.mu.Lock()
	if g.starting > 0 && g.calmed == nil {
		g.calmed = make(chan struct{})
	}
	calmed := g.calmed
	g.mu.Unlock()
	if calmed != nil {
		<-calmed
	}
}

// leave ends the stay. It reports whether somebody else may go now who could not before.
func (s *stay) leave() bool {
	s.begun()
	g := s.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	if s.gone {
		return false
	}
	s.gone = true
	g.flying--
	if s.era == g.era {
		g.fresh--
	}
	return g.shutBy != nil
}

// held reports whether an attempt would be held back now, and until when at least; zero means until something happens.
// last is as enter has it.
func (g *gate) held(last *stay, now time.Time) (bool, time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.heldLocked(last, now)
}

func (g *gate) heldLocked(last *stay, now time.Time) (bool, time.Time) {
	switch {
	case g.shutBy == nil:
		return false, time.Time{}
	case g.width > 0:
		return g.fresh >= g.width, time.Time{}
	case !g.shutBy.Auto:
		return true, time.Time{}
	case g.fresh > 0:
		return true, time.Time{}
	case g.probing(last):
		return false, time.Time{}
	case now.Before(g.probe):
		return true, g.probe
	}
	return false, time.Time{}
}

// shut begins a freeze. An automatic one is put to the test some time after from.
func (g *gate) shut(f Freeze, from time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shutBy, g.width, g.newest = &f, 0, f.N
	g.probe = from
	if !from.IsZero() {
		g.pause = min(max(2*g.pause, probeFirst), probeMost)
		g.probe = from.Add(min(g.pause, probeBy))
	}
	g.turn()
	g.forget()
}

// thaw ends a freeze: one attempt may go, then more and more.
func (g *gate) thaw() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shutBy != nil {
		g.width = max(g.width, 1)
		g.turn()
	}
	g.forget()
}

// know takes note of the newest freeze's number.
func (g *gate) know(n uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.newest = n
}

// known is the number of the newest freeze, 0 for none.
func (g *gate) known() uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.newest
}

// turn begins an era: what is under way now is of the one before. Call with mu held.
func (g *gate) turn() {
	g.era++
	g.fresh = 0
}

// widen lets twice as many through while it thaws. It reports whether anything has changed.
func (g *gate) widen() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.widenLocked()
}

func (g *gate) widenLocked() bool {
	if g.shutBy == nil || g.width == 0 {
		return false
	}
	g.width *= 2
	if g.width >= gateOpen {
		g.openLocked()
	}
	return true
}

// endThaw ends a thaw, if there is one: nobody is left to hold back. It reports whether anything has changed.
func (g *gate) endThaw() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shutBy == nil || g.width == 0 {
		return false
	}
	g.openLocked()
	return true
}

func (g *gate) openLocked() { g.shutBy, g.width, g.pause, g.spurn = nil, 0, 0, false }

func (g *gate) forget() { g.failing, g.errors = nil, 0 }

// freeze is the freeze that lasts, nil for none or when it thaws already.
func (g *gate) freeze() *Freeze {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shutBy == nil || g.width > 0 {
		return nil
	}
	f := *g.shutBy
	return &f
}

func (g *gate) frozen() *Frozen {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shutBy == nil {
		return nil
	}
	return &Frozen{Freeze: *g.shutBy, InFlight: g.flying, Width: g.width}
}

// heard takes in that a look of an attempt that only waits was answered. It ends an outage; after a refusal, which a look does not
// disprove, the next attempt may try at once.
func (g *gate) heard(now time.Time) order {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.forget()
	switch {
	case g.shutBy == nil || g.width > 0 || !g.shutBy.Auto:
		return doNothing
	case !g.spurn:
		return doThaw
	case g.fresh == 0 && now.Before(g.probe.Add(-probeBy)):
		g.probe = now
		return doStir
	}
	return doNothing
}

// learn takes in what the end of an attempt says and tells what is to be done about it. in is the attempt's stay, nil for none.
func (g *gate) learn(id ID, in *stay, v verdict, now time.Time) order {
	g.mu.Lock()
	defer g.mu.Unlock()
	lasts := g.shutBy != nil && g.width == 0
	switch v {
	case verdictGood:
		g.forget()
		if lasts && g.shutBy.Auto {
			return doThaw
		}
		if in != nil && in.era == g.era && g.widenLocked() {
			return doStir
		}
	case verdictRefused:
		if !lasts {
			g.spurn = true
			return doFreeze
		}
	case verdictBad:
		if lasts {
			return doNothing
		}
		if g.outage(id, now) || g.shutBy != nil && g.shutBy.Auto {
			return doFreeze
		}
	case verdictNone:
	}
	return doNothing
}

// outage takes in one more failure and reports whether they are too many for too long.
func (g *gate) outage(id ID, now time.Time) bool {
	if g.failing == nil {
		g.failing, g.since = map[ID]struct{}{}, now
	}
	g.errors++
	g.failing[id] = struct{}{}
	return len(g.failing) >= outageSagas && g.errors >= outageErrors && now.Sub(g.since) >= outageSpan
}
