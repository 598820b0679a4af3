package say

import (
	"fmt"
	"time"

	"arcadia/engine"
)

// Outage says during which steps of a plan what it changes is down, with about how long that is by what it took before, and how long
// it took then; both are empty when it is never down.
func Outage(steps []engine.PlanStep, before []time.Duration) (text, rest string) {
	first, last, ok := engine.Outage(steps)
	switch {
	case !ok:
		return "", ""
	case last < 0:
		return fmt.Sprintf("from step %d on", first), "it does not come back by itself"
	case last == first:
		text = fmt.Sprintf("step %d", first)
	default:
		text = fmt.Sprintf("steps %d to %d", first, last)
	}
	if len(before) == 0 {
		return text, ""
	}
	var took []string
	for _, d := range before {
		took = append(took, Lasted(d))
	}
	times := "the last time it took "
	if len(before) > 1 {
		times = fmt.Sprintf("the last %d times it took ", len(before))
	}
	return about(before) + ", " + text, times + Listed(took)
}

// about is a mean, in minutes.
func about(before []time.Duration) string {
	sum := time.Duration(0)
	for _, d := range before {
		sum += d
	}
	return "about " + Span(max(time.Minute, (sum/time.Duration(len(before))).Round(time.Minute)))
}

// Dark says of what a plan changes how long it is down, as Outage does, in a few words; empty when it never is.
func Dark(steps []engine.PlanStep, before []time.Duration) string {
	_, last, ok := engine.Outage(steps)
	switch {
	case !ok:
		return ""
	case last < 0:
		return "dark from then on"
	case len(before) == 0:
		return "dark meanwhile"
	}
	return "dark for " + about(before)
}
