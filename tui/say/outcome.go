package say

import (
	"strconv"

	"arcadia/engine"
)

// Outcome says what has become of what a saga did, once it went back: what is left and needs a person, and what an operator
// has accepted. "0 left" is said of a saga of which everything is undone, and of no other.
func Outcome(s *engine.Summary) string { return outcome(s, " left") }

// outcome is an Outcome in which what is left has its own word.
func outcome(s *engine.Summary, left string) string {
	accepted := strconv.Itoa(s.Accepted) + " accepted"
	switch {
	case s.Accepted == 0:
		return strconv.Itoa(s.Residue) + left
	case s.Residue == 0:
		return accepted
	}
	return strconv.Itoa(s.Residue) + left + ", " + accepted
}

// Nothing is the word for what a look at the provider has found of a saga when it has found nothing: what an operator has
// accepted is not looked for.
func Nothing(s *engine.Summary) string {
	if s.Accepted > 0 {
		return "nothing else"
	}
	return "nothing"
}
