package tui

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// dialogSaga is a saga as a dialog shows it: what stops, and what would be undone.
type dialogSaga struct {
	saga  *engine.Saga // clean
	undo  []int        // rows in the order in which they would be undone
	texts []string     // by row: what undoing it would do; clean
	tries []tries      // by row
}

// readDialog reads a saga. It runs in a command.
func readDialog(ctx context.Context, b Backend, id engine.ID) (*dialogSaga, error) {
	sg, err := b.Saga(ctx, id)
	if err != nil {
		return nil, err
	}
	d := &dialogSaga{saga: cleanSaga(sg), undo: sg.ToUndo(), texts: make([]string, len(sg.Rows)), tries: make([]tries, len(sg.Rows))}
	for i := range sg.Rows {
		d.tries[i].forward, d.tries[i].backward = b.Tries(sg.Rows[i].Name)
		d.texts[i] = visible.Text(b.UndoText(sg, i))
	}
	return d, nil
}

// changes says what of all that a decision rests on is not as it was shown; empty when nothing is. Log lines and attempts
// do not count: a running saga writes those all the time.
func (d *dialogSaga) changes(now *dialogSaga) string {
	a, b := d.saga, now.saga
	var out []string
	if a.Status != b.Status {
		out = append(out, "it was "+words(string(a.Status))+" and is "+words(string(b.Status))+" now")
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
	if more := without(now.undo, d.undo); len(more) > 0 {
		out = append(out, "to undo there is also "+rowNumbers(more))
	}
	if less := without(d.undo, now.undo); len(less) > 0 {
		out = append(out, "there is no longer to undo "+rowNumbers(less))
	}
	if was, is := residue(a), residue(b); !slices.Equal(was, is) && len(out) == 0 {
		out = append(out, "what is left behind has changed")
	}
	if len(out) == 0 && a.CurrentStepIdx != b.CurrentStepIdx {
		out = append(out, "it has gone on")
	}
	return strings.Join(out, "; ")
}

// residue are the rows that could not be undone.
func residue(s *engine.Saga) []int {
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
	return plural(len(rows), "row ", "rows ") + strings.Join(text, ", ")
}
