package say

import (
	"strconv"

	"arcadia/engine"
)

// Unable says why a saga could not be undone, in up to three lengths, the longest first; none when it could.
func Unable(s *engine.Saga) []string {
	rows := Residue(s)
	if len(rows) == 0 {
		return nil
	}
	theirs := true
	for _, i := range rows {
		c := s.Rows[i].Compensation
		theirs = theirs && c != nil && c.Conflict != nil && c.Conflict.Why == ""
	}
	if theirs {
		return []string{"somebody else changed it", "changed since", "not ours now"}
	}
	left := s.LeftBehind()
	if len(left) == 0 {
		return notUndone(len(rows))
	}
	sum := 0.0
	for _, l := range left {
		sum += l.MonthlyUSD
		if l.Type != left[0].Type {
			return notUndone(len(rows))
		}
	}
	n := strconv.Itoa(len(left))
	text := n + " " + Words(left[0].Type) + Plural(len(left), "", "s") + " left"
	if c := cost(sum); c != "" {
		return []string{text + ", " + c, text, n + " left"}
	}
	return []string{text, n + " left"}
}

// notUndone counts the steps that could not be undone.
func notUndone(n int) []string {
	count := strconv.Itoa(n)
	return []string{count + Plural(n, " step", " steps") + " could not be undone", count + " not undone", count + " left"}
}
