package say

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"arcadia/engine"
)

// Changes says what of all that a decision rests on is not as it was shown; empty when nothing is. Log lines and attempts
// do not count: a running saga writes those all the time.
func Changes(a, b *engine.Saga) string {
	was, is := a.ToUndo(), b.ToUndo()
	var out []string
	if a.Status != b.Status {
		out = append(out, "it was "+Words(string(a.Status))+" and is "+Words(string(b.Status))+" now")
	}
	if !a.CancelRequested && b.CancelRequested {
		out = append(out, "somebody has canceled it")
	}
	if a.Paused != b.Paused {
		out = append(out, map[bool]string{true: "somebody has paused it", false: "somebody has let it go on"}[b.Paused])
	}
	if a.CurrentStepIdx != b.CurrentStepIdx && b.CurrentStepIdx < len(b.StepNames) && b.Status == engine.Running {
		out = append(out, fmt.Sprintf("it has come to step %d %s", b.CurrentStepIdx, b.StepNames[b.CurrentStepIdx]))
	}
	if more := without(is, was); len(more) > 0 {
		out = append(out, "to undo there is also "+rowNumbers(more))
	}
	if less := without(was, is); len(less) > 0 {
		out = append(out, "there is no longer to undo "+rowNumbers(less))
	}
	if !slices.Equal(Residue(a), Residue(b)) && len(out) == 0 {
		out = append(out, "what is left behind has changed")
	}
	if len(out) == 0 && a.CurrentStepIdx != b.CurrentStepIdx {
		out = append(out, "it has gone on")
	}
	return strings.Join(out, "; ")
}

// Residue are the rows that could not be undone.
func Residue(s *engine.Saga) []int {
	var out []int
	for i := range s.Rows {
		if s.Rows[i].Status == engine.RowCompensationFailed {
			out = append(out, i)
		}
	}
	return out
}

// without are the members of a that b does not have.
func without[T comparable](a, b []T) []T {
	var out []T
	for _, x := range a {
		if !slices.Contains(b, x) {
			out = append(out, x)
		}
	}
	return out
}

func rowNumbers(rows []int) string {
	text := make([]string, len(rows))
	for i, r := range rows {
		text[i] = strconv.Itoa(r)
	}
	return Plural(len(rows), "row ", "rows ") + strings.Join(text, ", ")
}
