package say

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
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

// Pairs writes an output as name value pairs in one line. What has parts is left out beside plain values: it is kept for undoing,
// and the row's own page shows it. The short ones come first, so that most of them fit.
func Pairs(out map[string]json.RawMessage) string {
	var plain, all []string
	for _, k := range slices.Sorted(maps.Keys(out)) {
		text := Words(k) + " " + Value(out[k])
		all = append(all, text)
		if !composed(out[k]) {
			plain = append(plain, text)
		}
	}
	if len(plain) > 0 {
		all = plain
	}
	slices.SortStableFunc(all, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
	return strings.Join(all, ", ")
}

// composed reports whether a JSON value has parts.
func composed(raw json.RawMessage) bool {
	text := strings.TrimSpace(string(raw))
	return strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[")
}

// Value writes a JSON value short: a text without its quotes, and what has parts in words, without the signs of JSON.
func Value(raw json.RawMessage) string {
	var x any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber() // an id is no number to calculate with
	if d.Decode(&x) != nil {
		return visible.Text(string(raw))
	}
	return visible.Text(parts(x))
}

// parts writes what JSON has told: "(name arcadia-snap-1, action 2)", "1, 2", "none".
func parts(x any) string {
	var all []string
	switch x := x.(type) {
	case nil:
		return "none"
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(x)) {
			if text := parts(x[k]); text != "" && text != "none" {
				all = append(all, Words(k)+" "+text)
			}
		}
	case []any:
		for _, v := range x {
			all = append(all, parts(v))
		}
	default:
		return fmt.Sprint(x)
	}
	if len(all) == 0 {
		return "none"
	}
	return "(" + strings.Join(all, ", ") + ")"
}
