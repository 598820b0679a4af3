package say

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// Tries are how many attempts of a step may fail in each direction; 0 when that is not known.
type Tries struct{ Forward, Backward int }

// Row says in one line what is worth knowing about a ledger row now, and whether that is bad news. undo is what undoing the
// row does.
func (n Now) Row(s *engine.Saga, idx int, undo string, most Tries) (string, bool) {
	r := &s.Rows[idx]
	switch r.Status {
	case engine.RowRunning:
		if text := n.NotYet(r, most); text != "" {
			return text, true
		}
		if s.Live != "" {
			return s.Live, false
		}
		if text := n.untilMoment(s); text != "" {
			return text, false
		}
		return r.Note, false
	case engine.RowCompleted:
		if (s.Status == engine.RolledBack || s.Status == engine.Failed) && !r.Undoable {
			return "nothing to undo", false
		}
		return Pairs(r.Output), false
	case engine.RowFailed:
		if r.Error == r.Name { // that it failed is in its status
			return "", true
		}
		return r.Error, true
	case engine.RowCompensating:
		if text := n.NotYet(r, most); text != "" {
			return text, true
		}
		if r.Note != "" {
			return r.Note + ", then " + undo, false
		}
		return undo, false
	case engine.RowCompensated:
		return "", false
	case engine.RowCompensationFailed:
		if c := r.Compensation; c != nil {
			return c.Error, true
		}
	case engine.RowResolved:
		if c := r.Compensation; c != nil {
			return "resolved by " + c.By + `: "` + c.Reason + `"`, false
		}
	}
	return r.Error, r.Error != ""
}

// untilMoment says of a saga that waits for a moment when it goes on, and how much a cancel takes back.
func (n Now) untilMoment(s *engine.Saga) string {
	at := slices.IndexFunc(s.Waiting, func(w engine.Waiting) bool { return w.Because == engine.BecauseMoment })
	if at < 0 {
		return ""
	}
	text := "goes on in " + Short(max(0, s.Waiting[at].Until.Sub(n.Clock.Now)))
	undo := 0
	for _, i := range s.ToUndo() {
		if s.Rows[i].Status == engine.RowCompleted {
			undo++
		}
	}
	switch undo {
	case 0:
		return text + "; a cancel has nothing to undo"
	case 1:
		return text + "; a cancel undoes 1 step"
	}
	return text + "; a cancel undoes " + strconv.Itoa(undo) + " steps"
}

// NoReturn names the line before the step after which there is no way back.
const NoReturn = "point of no return"

// NotYet says of a row that waits for its next attempt which one failed, when the next comes, and why; of another nothing.
func (n Now) NotYet(r *engine.Row, most Tries) string {
	if c := r.Compensation; r.Status == engine.RowCompensating && c != nil {
		return n.retry(r.NextAttemptAt.Time, c.Attempts, most.Backward, c.Error)
	}
	return n.retry(r.NextAttemptAt.Time, r.Attempts, most.Forward, r.Error)
}

// retry says which attempt of how many failed, when the next comes, and why. Those that only something outside could help
// are not counted against the budget, so that there may be more than it.
func (n Now) retry(next time.Time, attempts, most int, why string) string {
	if why == "" || next.IsZero() {
		return ""
	}
	text := "attempt " + strconv.Itoa(attempts)
	if attempts <= most {
		text += " of " + strconv.Itoa(most)
	}
	text += " failed"
	if wait := next.Sub(n.Clock.Now); n.Frozen != nil && n.Frozen.Width == 0 {
		text += ", next when it is thawed"
	} else if wait > 0 {
		text += ", next in " + Short(wait+time.Second-1)
	}
	return text + ": " + why
}

// Pairs writes an output as name value pairs in one line. Whole objects are left out beside plain values: they are kept
// for undoing, and the row's own page shows them. The short ones come first, so that most of them fit.
func Pairs(out map[string]json.RawMessage) string {
	var plain, all []string
	for _, k := range slices.Sorted(maps.Keys(out)) {
		text := k + " " + Value(out[k])
		all = append(all, text)
		if raw := strings.TrimSpace(string(out[k])); !strings.HasPrefix(raw, "{") && !strings.HasPrefix(raw, "[") {
			plain = append(plain, text)
		}
	}
	if len(plain) > 0 {
		all = plain
	}
	slices.SortStableFunc(all, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
	return strings.Join(all, ", ")
}

// Value writes a JSON value short: a string without its quotes.
func Value(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return visible.Text(s)
	}
	return string(raw)
}
