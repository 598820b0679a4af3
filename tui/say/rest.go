package say

import (
	"strconv"
	"strings"

	"arcadia/engine"
)

// AtRest puts a change into words: the saga that came to rest, with its short id, or how many did. It is empty when none has.
func AtRest(changed []engine.Summary) (text string, level Level, saga string) {
	count := map[engine.Status]int{}
	rest, last := 0, 0
	for i := range changed {
		if s := &changed[i]; s.Status.Terminal() {
			count[s.Status]++
			rest, last = rest+1, i
		}
	}
	if rest == 0 {
		return "", Info, ""
	}
	level = Good
	if count[engine.RolledBack] > 0 {
		level = Warn
	}
	if count[engine.Failed] > 0 {
		level = Error
	}
	if rest > 1 {
		var parts []string
		for _, st := range []engine.Status{engine.Completed, engine.RolledBack, engine.Failed} {
			if n := count[st]; n > 0 {
				parts = append(parts, strconv.Itoa(n)+" "+Words(string(st)))
			}
		}
		return strings.Join(parts, ", "), level, ""
	}
	s := &changed[last]
	text = s.Short + " " + Words(string(s.Status))
	switch s.Status {
	case engine.RolledBack:
		text += ", " + Outcome(s)
	case engine.Failed:
		text += ", " + outcome(s, " left behind")
	case engine.Completed, engine.Pending, engine.Running, engine.Compensating:
	}
	return text, level, s.Short
}
