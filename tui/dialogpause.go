package tui

import (
	"strconv"

	"arcadia/engine"
	"arcadia/tui/say"
	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// pauses is what goes on to its end, and what will not start.
func (s *detail) pauses(t *theme.Theme, width int) []string {
	var out []string
	for i := range s.saga.Rows {
		if r := &s.saga.Rows[i]; r.Status == engine.RowRunning || r.Status == engine.RowCompensating {
			out = append(out, t.Faint.Paint("GOES ON TO ITS END"))
			out = append(out, dialogRow(t, i, r.Name, say.Words(string(r.Status)), widget.Width(r.Name), width)...)
		}
	}
	if rest := s.follows(t, width, "WILL NOT START BEFORE IT IS RESUMED"); len(rest) > 0 {
		if len(out) > 0 {
			out = append(out, "")
		}
		out = append(out, rest...)
	}
	return out
}

// follows is what comes after what is under way, in its order: steps, or on the way back what is still to be undone.
func (s *detail) follows(t *theme.Theme, width int, heading string) []string {
	var out []string
	if s.saga.Status == engine.Compensating {
		for _, i := range s.saga.ToUndo() {
			if s.saga.Rows[i].Status != engine.RowCompensating {
				out = append(out, s.rows(t, []int{i}, width)...)
			}
		}
	} else {
		for i := len(s.saga.Rows); i < len(s.saga.StepNames); i++ {
			out = append(out, widget.Cut(t.Faint.Paint(widget.FitRight(strconv.Itoa(i), 2))+"  "+s.saga.StepNames[i], width))
		}
	}
	if len(out) == 0 {
		return nil
	}
	return append([]string{t.Faint.Paint(heading)}, out...)
}

// skips is the step that failed, why, and what comes next.
func (s *detail) skips(t *theme.Theme, width int) []string {
	r := s.saga.Undecided()
	if r == nil { // it is undone, and could not be looked at
		return widget.Wrap("It waits for "+say.WaitingOn(s.saga.Waiting)+". Without the look it ends rolled back, and nobody knows whether something is left.", width)
	}
	out := []string{t.Faint.Paint("HAS FAILED, AND CHANGED NOTHING")}
	out = append(out, dialogRow(t, r.Idx, r.Name, r.Error, widget.Width(r.Name), width)...)
	out = append(out, "")
	if rest := s.follows(t, width, "COMES NEXT"); len(rest) > 0 {
		return append(out, rest...)
	}
	return append(out, "No step follows: the saga will be completed.")
}

// moments is what the saga waits for, until when, and what comes then.
func (s *detail) moments(env *Env, width int) []string {
	out := widget.Wrap("It waits for "+say.WaitingOn(s.saga.Waiting)+".", width)
	if rest := s.follows(env.Theme, width, "comes next"); len(rest) > 0 {
		return append(append(out, ""), rest...)
	}
	return out
}
