package tui

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

// rowText says in one line what is worth knowing about a ledger row now, and whether that is bad news.
func (e *Env) rowText(d *detail, idx int) (string, bool) {
	r := &d.saga.Rows[idx]
	switch r.Status {
	case engine.RowRunning:
		if text := e.notYet(r, d.tries[idx]); text != "" {
			return text, true
		}
		if r.Note != "" {
			return r.Note, false
		}
		return "", false
	case engine.RowCompleted:
		if s := d.saga.Status; (s == engine.RolledBack || s == engine.Failed) && !r.Undoable {
			return "nothing to undo", false
		}
		return pairs(r.Output), false
	case engine.RowFailed:
		if r.Error == r.Name { // that it failed is in its status
			return "", true
		}
		return r.Error, true
	case engine.RowCompensating:
		if text := e.notYet(r, d.tries[idx]); text != "" {
			return text, true
		}
		if r.Note != "" {
			return r.Note + ", then " + d.undo[idx], false
		}
		return d.undo[idx], false
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

// notYet says of a row that waits for its next attempt which one failed, when the next comes, and why; of another nothing.
func (e *Env) notYet(r *engine.Row, t tries) string {
	if c := r.Compensation; r.Status == engine.RowCompensating && c != nil {
		return e.retry(r.NextAttemptAt.Time, c.Attempts, t.backward, c.Error)
	}
	return e.retry(r.NextAttemptAt.Time, r.Attempts, t.forward, r.Error)
}

// tries are how many attempts of a step may fail in each direction; 0 when that is not known.
type tries struct{ forward, backward int }

// retry says which attempt of how many failed, when the next comes, and why. Those that only something outside could help
// are not counted against the budget, so that there may be more than it.
func (e *Env) retry(next time.Time, attempts, most int, why string) string {
	if why == "" || next.IsZero() {
		return ""
	}
	text := "attempt " + strconv.Itoa(attempts)
	if attempts <= most {
		text += " of " + strconv.Itoa(most)
	}
	text += " failed"
	if wait := next.Sub(e.Clock.Now); e.State != nil && e.State.Frozen != nil && e.State.Frozen.Width == 0 {
		text += ", next when it is thawed"
	} else if wait > 0 {
		text += ", next in " + short(wait+time.Second-1)
	}
	return text + ": " + why
}

// pairs writes an output as name value pairs in one line. Whole objects are left out beside plain values: they are kept
// for undoing, and the row's own page shows them. The short ones come first, so that most of them fit.
func pairs(out map[string]json.RawMessage) string {
	var plain, all []string
	for _, k := range slices.Sorted(maps.Keys(out)) {
		text := k + " " + value(out[k])
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

// value writes a JSON value short: a string without its quotes.
func value(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return visible.Text(s)
	}
	return string(raw)
}
