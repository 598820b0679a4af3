package say

import (
	"strconv"
	"time"

	"arcadia/engine"
)

// Texts say how a saga stands beside what it is about, in up to three lengths, the longest first; none when its status says
// all. Whoever shows them takes the longest that fits.
func (n Now) Texts(s *engine.Summary) ([]string, Tone) {
	stand := StandOf(s)
	tone := stand.Tone()
	if n.Nobody && stand.Unless(true) == Held {
		return Was(stand, works(s)), Held.Tone()
	}
	if n.Held(s) && !stand.Needs() && stand != Paused {
		return []string{"frozen"}, Compensating
	}
	switch stand {
	case NeedsYou:
		return n.needs(s), tone
	case Undoing:
		text := strconv.Itoa(s.Undone) + " of " + strconv.Itoa(s.UndoTotal) + " undone"
		if len(s.Waiting) > 0 {
			return []string{text + ", waits for " + WaitingOn(s.Waiting), text}, tone
		}
		return []string{text}, tone
	case Sleeping:
		return n.sleeps(s), tone
	case Paused:
		for i := range s.Waiting {
			if w := &s.Waiting[i]; w.Because == engine.BecausePaused && w.By != "" {
				return []string{"by " + w.By}, tone
			}
		}
	case Queued, AtWork, YourVote:
		return n.soon(s, works(s)), tone
	case TakenBack:
		return backed(s), tone
	case Held, Ended, Stands:
	}
	return nil, tone
}

// needs says why a person has to decide.
func (n Now) needs(s *engine.Summary) []string {
	if s.Status == engine.Failed {
		if n.Unable != nil {
			if known := n.Unable(s); len(known) > 0 {
				return known
			}
		}
		return notUndone(s.Residue)
	}
	for i := range s.Waiting {
		switch w := &s.Waiting[i]; w.Because {
		case engine.BecauseFailed:
			return []string{w.Step + " failed: " + w.Text, w.Step + " failed", "failed"}
		case engine.BecauseStuck:
			return []string{w.Step + " goes on failing: " + w.Text, w.Step + " goes on failing", "goes on failing"}
		case engine.BecauseDied:
			times := strconv.Itoa(w.N) + " times"
			return []string{"the process died " + times + " during it", "died " + times}
		case engine.BecauseCopied:
			return []string{"the store is a copy, and this would do something else now", "the store is a copy", "a copy"}
		case engine.BecauseAccount:
			return []string{w.Text, "another account"}
		case engine.BecauseUnseen:
			return []string{"undone, and could not be looked at: " + w.Text, "could not be looked at", "not looked at"}
		case engine.BecauseUnapproved, engine.BecauseUntold, engine.BecausePaused, engine.BecauseLocked, engine.BecauseBusy, engine.BecauseRefused, engine.BecauseIdle, engine.BecauseMoment, engine.BecauseUnknown:
		}
	}
	if len(s.Waiting) > 0 {
		return []string{WaitingOn(s.Waiting), "waits for you"}
	}
	return nil
}

// soon adds how long the step at work usually takes.
func (n Now) soon(s *engine.Summary, texts []string) []string {
	if n.Usual == nil || s.Status != engine.Running {
		return texts
	}
	d := n.Usual(s)
	if d < time.Second {
		return texts
	}
	usual := "usually " + Span(d)
	if n.Gauge != nil && len(s.StepNames) == 1 && !s.StartedAt.IsZero() {
		return append(n.far(n.Clock.Now.Sub(s.StartedAt.Time), d, usual), texts...)
	}
	if len(texts) == 0 {
		return []string{usual}
	}
	last := len(texts) - 1 // the shortest says it too, where there is room for that
	out := append([]string{texts[0] + ", " + usual}, texts[:last]...)
	if last > 0 {
		out = append(out, texts[last]+", "+usual)
	}
	return append(out, texts[last])
}

// far says how much of its usual time a step has taken.
func (n Now) far(took, d time.Duration, usual string) []string {
	if took >= d {
		return []string{"longer than " + usual, "longer"}
	}
	percent := int(100 * max(0, took) / d)
	drawn := n.Gauge(percent, 100)
	return []string{drawn + " " + strconv.Itoa(percent) + " %, " + usual, drawn + " " + strconv.Itoa(percent) + " %", usual}
}

// works says at which step of how many a saga is, and what it waits for.
func works(s *engine.Summary) []string {
	on := ""
	for i := range s.Waiting {
		switch w := &s.Waiting[i]; w.For {
		case engine.ForSaga:
			return []string{"behind " + w.Saga}
		case engine.ForWorker:
			on = "waits for its turn"
		case engine.ForApproval:
			approved := "approved " + strconv.Itoa(w.Have) + " of " + strconv.Itoa(w.N)
			return []string{approved + ", plan " + w.Text, approved}
		case engine.ForProvider, engine.ForBuild, engine.ForOperator, engine.ForTime:
			on = "waits for " + Waiting(*w)
		}
	}
	steps := len(s.StepNames)
	if s.Status == engine.Pending || steps <= 1 {
		if on == "" {
			return nil
		}
		return []string{on, "waits"}
	}
	idx := min(s.CurrentStepIdx, steps-1)
	at := strconv.Itoa(idx+1) + "/" + strconv.Itoa(steps)
	if on == "" {
		return []string{at + " " + s.StepNames[idx], at}
	}
	return []string{at + " " + on, at + " waits", at}
}

// sleeps says when a saga goes on.
func (n Now) sleeps(s *engine.Summary) []string {
	for i := range s.Waiting {
		w := &s.Waiting[i]
		if w.For != engine.ForTime || w.Until.IsZero() {
			continue
		}
		left := Span(w.Until.Sub(n.Clock.Now))
		return []string{"goes on in " + left + ", " + n.Clock.Soon(w.Until.Time), "goes on in " + left, left}
	}
	return []string{WaitingOn(s.Waiting), "waits"}
}

// backed says why a saga was taken back, when somebody wanted it or something is accepted.
func backed(s *engine.Summary) []string {
	switch {
	case s.Accepted > 0:
		return []string{strconv.Itoa(s.Accepted) + " accepted"}
	case s.Error == nil:
		return nil
	case s.Error.Reason == "canceled" && s.Error.By != "":
		return []string{"canceled by " + s.Error.By, "canceled"}
	case s.Error.Reason == "canceled":
		return []string{"canceled"}
	case s.Error.Reason == "rollback_requested":
		return nil
	}
	return []string{Reason(s.Error.Reason), "failed"}
}

// Span writes a duration as it stands in a sentence, in its two largest units: "2 d 3 h", "2 m 41 s", "360 ms".
func Span(d time.Duration) string {
	const day = 24 * time.Hour
	pair := func(a time.Duration, x string, b time.Duration, y string) string {
		text := strconv.Itoa(int(d/a)) + " " + x
		if rest := int(d % a / b); rest > 0 {
			text += " " + strconv.Itoa(rest) + " " + y
		}
		return text
	}
	switch {
	case d <= 0:
		return "0 s"
	case d < time.Second:
		return strconv.Itoa(int(d/time.Millisecond)) + " ms"
	case d < time.Minute:
		return strconv.Itoa(int(d/time.Second)) + " s"
	case d < time.Hour:
		return pair(time.Minute, "m", time.Second, "s")
	case d < day:
		return pair(time.Hour, "h", time.Minute, "m")
	}
	return pair(day, "d", time.Hour, "h")
}

// Lasted writes how long a step took: as a Span, but with a tenth of a second below ten.
func Lasted(d time.Duration) string {
	if d >= time.Second && d < 10*time.Second {
		return strconv.FormatFloat(float64(d/(100*time.Millisecond))/10, 'f', 1, 64) + " s"
	}
	if d <= 0 {
		return "0 ms"
	}
	return Span(d)
}

// Soon writes a time to come: the time of day, with the day of the week within one, with the date beyond.
func (c Clock) Soon(t time.Time) string {
	at, now := t.In(c.Zone()), c.Now.In(c.Zone())
	switch {
	case at.YearDay() == now.YearDay() && at.Year() == now.Year():
		return at.Format("15:04")
	case t.Sub(c.Now) < 6*24*time.Hour:
		return at.Format("Mon 15:04")
	}
	return at.Format("2 Jan 15:04")
}
