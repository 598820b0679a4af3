package tui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/tui/keys"
	"arcadia/tui/say"
	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// list says what the verb would do.
func (d *dialog) list(env *Env, width int) []string {
	if !d.one() {
		return d.marked(env, width)
	}
	t := env.Theme
	id := d.ids[0]
	if why := d.failed[id]; why != "" && d.seen[id] == nil {
		return painted(t.Failed, widget.Wrap(why, width))
	}
	s := d.seen[id]
	if s == nil {
		return []string{t.Running.Paint(t.Symbols.Running) + t.Faint.Paint(" reading its ledger"+t.Symbols.More)}
	}
	if why := d.unfit(env, id); why != "" {
		return painted(t.Compensating, widget.Wrap("It cannot be done: "+why+".", width))
	}
	switch d.verb {
	case keys.CmdCancel:
		return s.cancels(env, width)
	case keys.CmdResolve:
		return s.resolves(t, d.row, width)
	case keys.CmdRetry:
		return s.retries(env, width)
	case keys.CmdPause:
		return s.pauses(t, width)
	case keys.CmdResume:
		return append(widget.Wrap("It goes on where it was paused.", width), s.follows(t, width, "COMES NEXT")...)
	case keys.CmdSkip:
		return s.skips(t, width)
	case keys.CmdProceed, keys.CmdPostpone:
		return s.moments(env, width)
	case keys.CmdGlass:
		return s.glass(env, width)
	}
	if s.saga.Status == engine.Failed {
		return s.leftovers(t, width, "WILL BE TRIED AGAIN, IN THIS ORDER")
	}
	return s.undoes(t, width)
}

// cancels is what stops now, what would be undone, and what will never start.
func (s *detail) cancels(env *Env, width int) []string {
	t, sg := env.Theme, s.saga
	var out []string
	for i := range sg.Rows {
		r := &sg.Rows[i]
		if r.Status != engine.RowRunning {
			continue
		}
		text := "attempt " + strconv.Itoa(r.Attempts)
		if d := env.Clock.Now.Sub(r.StartedAt.Time); d > 0 {
			text += ", running for " + say.Short(d)
		}
		if r.Note != "" {
			text += ": " + r.Note
		}
		out = append(out, t.Faint.Paint("STOPS, AS SOON AS IT CAN"))
		out = append(out, dialogRow(t, i, r.Name, text, len(r.Name), width)...)
	}
	if sg.Status == engine.Pending {
		text := "It has not started: nothing has to be undone."
		if len(sg.Waiting) > 0 {
			text = "It waits for " + say.WaitingOn(sg.Waiting) + " and has not started: nothing has to be undone."
		}
		return append(out, widget.Wrap(text, width)...)
	}
	if len(out) > 0 {
		out = append(out, "")
	}
	out = append(out, s.undoes(t, width)...)
	if next := sg.StepNames[min(len(sg.Rows), len(sg.StepNames)):]; len(next) > 0 {
		out = append(out, "", t.Faint.Paint("WILL NOT START"))
		for i, name := range next {
			out = append(out, t.Faint.Paint(widget.Cut(widget.FitRight(strconv.Itoa(len(sg.Rows)+i), 2)+"  "+name, width)))
		}
	}
	return out
}

// undoes is what would be undone, in its order.
func (s *detail) undoes(t *theme.Theme, width int) []string {
	if len(s.saga.ToUndo()) == 0 {
		return []string{"Nothing that it did has to be undone."}
	}
	out := []string{t.Faint.Paint("WILL BE UNDONE, IN THIS ORDER")}
	return append(out, s.rows(t, s.saga.ToUndo(), width)...)
}

// leftovers is what could not be undone, and why.
func (s *detail) leftovers(t *theme.Theme, width int, heading string) []string {
	out := []string{t.Faint.Paint(heading)}
	for i := len(s.saga.Rows) - 1; i >= 0; i-- {
		r := &s.saga.Rows[i]
		if r.Status != engine.RowCompensationFailed {
			continue
		}
		out = append(out, s.rows(t, []int{i}, width)...)
		out = append(out, whyLeft(t, r, width)...)
	}
	return out
}

// retries is what would be tried again.
func (s *detail) retries(env *Env, width int) []string {
	if s.saga.Status == engine.Failed {
		return s.leftovers(env.Theme, width, "WILL BE TRIED AGAIN WITH A FRESH BUDGET, IN THIS ORDER")
	}
	text := "It waits for " + say.WaitingOn(s.saga.Waiting) + "."
	if r := notDue(s.saga); r != nil && len(s.saga.Waiting) == 0 {
		text = "Step " + strconv.Itoa(r.Idx) + " " + r.Name + " waits for its next attempt: " + env.now().NotYet(r, s.tries[r.Idx]) + "."
	}
	out := widget.Wrap(text, width)
	return append(out, widget.Wrap("It will be tried again at once.", width)...)
}

// resolves is one row, what is left of it, and what accepting that means.
func (s *detail) resolves(t *theme.Theme, row, width int) []string {
	r := &s.saga.Rows[row]
	out := []string{t.Faint.Paint("IS LEFT BEHIND, AND STAYS")}
	out = append(out, dialogRow(t, row, r.Name, "not done: "+s.undo[row], widget.Width(r.Name), width)...)
	out = append(out, whyLeft(t, r, width)...)
	rest := len(say.Residue(s.saga)) - 1
	text := "Nothing else is left: the saga will be rolled back."
	if rest > 0 {
		text = fmt.Sprintf("%d more %s left behind.", rest, say.Plural(rest, "row is", "rows are"))
	}
	return append(out, painted(t.Faint, widget.Wrap(text, width))...)
}

// rows lists what undoing each of the rows would do.
func (s *detail) rows(t *theme.Theme, rows []int, width int) []string {
	name := 0
	for _, i := range rows {
		name = max(name, widget.Width(s.saga.Rows[i].Name))
	}
	var out []string
	for _, i := range rows {
		out = append(out, dialogRow(t, i, s.saga.Rows[i].Name, s.undoing(i), name, width)...)
	}
	return out
}

// undoing is what undoing a row would do. A running step may come to have something to undo before it stops.
func (s *detail) undoing(idx int) string {
	if text := s.undo[idx]; text != "nothing to undo" || s.saga.Rows[idx].Status != engine.RowRunning {
		return text
	}
	return "nothing to undo so far"
}

// brief is the list where there are only a few lines for it: no headings, no names, only what would be undone or is left.
func (d *dialog) brief(env *Env, width int) []string {
	undoes := !slices.Contains([]keys.Command{keys.CmdPause, keys.CmdResume, keys.CmdSkip, keys.CmdProceed, keys.CmdPostpone, keys.CmdGlass}, d.verb)
	if !undoes || !d.one() || d.seen[d.ids[0]] == nil || d.unfit(env, d.ids[0]) != "" {
		return d.list(env, width)
	}
	s := d.seen[d.ids[0]]
	rows := s.saga.ToUndo()
	switch {
	case s.saga.Status == engine.Failed && d.verb != keys.CmdResolve:
		rows = say.Residue(s.saga)
		slices.Reverse(rows)
	case d.verb == keys.CmdResolve:
		rows = []int{d.row}
	case len(rows) == 0:
		return d.list(env, width)
	}
	var out []string
	for _, i := range rows {
		lead, text := strconv.Itoa(i)+" ", s.undoing(i)
		if d.verb == keys.CmdResolve {
			text = "not done: " + text
		}
		for n, l := range widget.Wrap(text, width-len(lead)) {
			if n == 0 {
				l = env.Theme.Faint.Paint(lead) + l
			} else {
				l = widget.Spaces(len(lead)) + l
			}
			out = append(out, l)
		}
		out = append(out, whyLeft(env.Theme, &s.saga.Rows[i], width)...)
	}
	return out
}

// dialogRow is a row of the ledger with what happens to it: beside its name where that fits, else under it.
func dialogRow(t *theme.Theme, idx int, name, text string, wide, width int) []string {
	lead := widget.FitRight(strconv.Itoa(idx), 2) + "  "
	room := width - len(lead) - wide - 3
	if widget.Width(text) <= room {
		return []string{t.Faint.Paint(lead) + widget.Fit(name, wide) + "   " + text}
	}
	out := []string{t.Faint.Paint(lead) + widget.Cut(name, width-len(lead))}
	for _, l := range widget.Wrap(text, width-len(lead)) {
		out = append(out, widget.Spaces(len(lead))+l)
	}
	return out
}

// whyLeft is the error of a row that could not be undone; of a conflict the three states, one under the other.
func whyLeft(t *theme.Theme, r *engine.Row, width int) []string {
	c := r.Compensation
	if c == nil {
		return nil
	}
	const pad = "    "
	var out []string
	if x := c.Conflict; x != nil {
		what := "somebody else has changed " + x.Subject
		if x.Why != "" {
			what = x.Subject + ": " + x.Why
		}
		out = append(out, painted(t.Failed, indented(pad, widget.Wrap(what, width-4)))...)
		for _, p := range [][2]string{{"prior", x.Prior}, {"written", x.Written}, {"live", x.Live}} {
			for i, l := range widget.Wrap(p[1], width-4-9) {
				label := ""
				if i == 0 {
					label = p[0]
				}
				out = append(out, pad+t.Faint.Paint(widget.Fit(label, 9))+l)
			}
		}
		return out
	}
	text := c.Error
	if c.Attempts > 1 {
		text += fmt.Sprintf(" (%d attempts)", c.Attempts)
	}
	return painted(t.Failed, indented(pad, widget.Wrap(text, width-4)))
}

// marked lists the sagas that a verb for the marked ones hits, and those that it passes over.
func (d *dialog) marked(env *Env, width int) []string {
	t := env.Theme
	var hit, miss []string
	for _, id := range d.ids {
		s := d.heads[id]
		seen := d.seen[id]
		if seen != nil {
			s = seen.saga.Summary
		}
		line := s.Short + "  " + s.Kind + "  " + s.Target
		if why := d.unfit(env, id); why != "" {
			miss = append(miss, t.Faint.Paint(widget.Cut(line+"  "+t.Symbols.Dash+" "+why, width)))
			continue
		}
		hit = append(hit, widget.Sides(widget.Cut(line, width-16), t.Faint.Paint(undoCount(len(seen.saga.ToUndo()))), width))
		if d.verb == keys.CmdRollback || d.verb == keys.CmdCancel {
			hit = append(hit, indented("    ", seen.rows(t, seen.saga.ToUndo(), width-4))...)
		}
	}
	out := []string{t.Faint.Paint(strings.ToLower(dialogVerbs[d.verb].title) + ": " + strconv.Itoa(len(d.ids)-len(miss)) + " of " + strconv.Itoa(len(d.ids)))}
	out = append(out, hit...)
	if len(miss) > 0 {
		out = append(out, t.Faint.Paint("LEFT AS THEY ARE"))
		out = append(out, miss...)
	}
	return out
}

func undoCount(n int) string {
	if n == 0 {
		return "nothing to undo"
	}
	return strconv.Itoa(n) + say.Plural(n, " row", " rows") + " to undo"
}

func painted(ink widget.Ink, lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = ink.Paint(l)
	}
	return out
}

func indented(pad string, lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = pad + l
	}
	return out
}
