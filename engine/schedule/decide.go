package schedule

import (
	"fmt"
	"time"

	"arcadia/engine"
)

// pending are the occurrences of a schedule that are due and that nobody has decided about.
type pending struct {
	fire   []time.Time // to launch, the oldest first
	missed []Outcome
	until  time.Time // the newest of all; zero when nothing is due
	next   time.Time // when the next one is due; zero for never
}

// dueNow finds what is due. It is pure. Occurrences that were missed in one row are one Outcome: a schedule of every minute that
// slept for a year has half a million of them.
func dueNow(s *Schedule, r Rule, decided, now time.Time) pending {
	var p pending
	var late []time.Time // the oldest and the newest that are too late
	n := 0
	for at := r.Next(decided); !at.IsZero(); at = r.Next(at) {
		due := s.due(at)
		if due.After(now) {
			p.next = due
			break
		}
		p.until = at
		if now.Sub(at) <= s.window() {
			p.fire = append(p.fire, at)
			continue
		}
		n++
		late = append(late[:min(len(late), 1)], at)
	}
	if s.Misfire != MisfireOnce {
		p.miss(late, n, "later than its window of "+Span(s.window()).String())
		return p
	}
	if len(p.fire) == 0 && n > 0 {
		p.fire = late[len(late)-1:]
		n--
	}
	p.miss(late, n, instead)
	newest := max(0, len(p.fire)-1)
	for _, at := range p.fire[:newest] {
		p.miss([]time.Time{at}, 1, instead)
	}
	p.fire = p.fire[newest:]
	return p
}

const instead = "the newest runs in its place"

// miss notes n occurrences from the oldest of late on.
func (p *pending) miss(late []time.Time, n int, why string) {
	if n == 0 {
		return
	}
	if n > 1 {
		why = fmt.Sprintf("%s, and %d more after it", why, n-1)
	}
	p.missed = append(p.missed, Outcome{At: engine.At(late[0]), Result: Missed, Why: why})
}

// whyNot is why nothing is launched now, empty when it may be.
func whyNot(s *Schedule, frozen *engine.Frozen, running engine.ID) string {
	switch {
	case s.Paused != nil:
		return "paused by " + s.Paused.By + ": " + s.Paused.Why
	case frozen != nil:
		return "frozen by " + frozen.Who()
	case running != "" && s.Overlap == OverlapSkip:
		return "saga " + running.Short() + " of the one before is not at rest"
	}
	return ""
}
