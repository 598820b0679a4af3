package engine

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// AppendJSON appends the entry as encoding/json would write it. A store encodes several entries for every transition, and
// reflection was the largest part of a transition's cost (measured); a test compares the two for every field. It fails when
// one of the messages in Put or Resources is not JSON.
func (e *Entry) AppendJSON(b []byte) ([]byte, error) {
	o := object{b: append(b, '{')}
	o.int("v", int64(e.V))
	o.uint("seq", e.Seq)
	o.time("at", e.At)
	o.string("type", string(e.Type))
	o.intOr("idx", e.Idx)
	o.intOr("attempt", e.Attempt)
	if e.By != nil {
		o.name("by")
		o.b = e.By.appendJSON(o.b)
	}
	o.stringOr("why", e.Why)
	o.stringOr("reason", e.Reason)
	o.stringOr("error", e.Error)
	if e.Failure != nil {
		o.any("failure", e.Failure)
	}
	o.stringOr("stack", e.Stack)
	if e.Conflict != nil {
		o.any("conflict", e.Conflict)
	}
	if e.Next != nil {
		o.time("next_attempt_at", *e.Next)
	}
	o.boolOr("blocked", e.Blocked)
	o.boolOr("asks", e.Asks)
	o.boolOr("resumed", e.Resumed)
	o.boolOr("undoable", e.Undoable)
	o.stringOr("final", e.Final)
	o.stringOr("passed", e.Passed)
	if e.Made != nil {
		o.any("made", e.Made)
	}
	if e.From != nil {
		o.int("from", int64(*e.From))
	}
	if len(e.Waiting) > 0 {
		o.any("waiting", e.Waiting)
	}
	o.stringOr("on", e.On)
	o.stringOr("text", e.Text)
	if len(e.Left) > 0 {
		o.any("left", e.Left)
	}
	if e.Ticket != 0 {
		o.uint("ticket", e.Ticket)
	}
	if e.Touched != nil {
		o.any("touched", e.Touched)
	}
	if len(e.Moves) > 0 {
		o.any("moves", e.Moves)
	}
	if len(e.LeftBehind) > 0 {
		o.any("left_behind", e.LeftBehind)
	}
	if e.Approval != nil {
		o.any("approval", e.Approval)
	}
	o.stringOr("hash", string(e.Hash))
	if len(e.Put) > 0 {
		o.messages("put", e.Put)
	}
	if len(e.Resources) > 0 {
		o.any("resources", e.Resources)
	}
	if e.Created != nil {
		o.name("created")
		o.b = e.Created.appendJSON(o.b)
	}
	return append(o.b, '}'), o.err
}

func (a *Actor) appendJSON(b []byte) []byte {
	o := object{b: append(b, '{')}
	o.string("name", a.Name)
	o.stringOr("key", a.Key)
	o.stringOr("from", a.From)
	return append(o.b, '}')
}

func (c *Created) appendJSON(b []byte) []byte {
	o := object{b: append(b, '{')}
	o.string("id", string(c.ID))
	o.string("kind", c.Kind)
	o.strings("step_names", c.StepNames)
	o.inputs("inputs", c.Inputs)
	if len(c.From) > 0 {
		o.any("from", c.From)
	}
	o.stringOr("target", c.Target)
	o.stringOr("key", c.Key)
	o.stringOr("on_failure", string(c.OnFailure))
	if len(c.Locks) > 0 {
		o.strings("locks", c.Locks)
	}
	o.stringOr("plan", string(c.Plan))
	o.stringOr("value", c.Value)
	o.stringOr("was", c.Was)
	if len(c.Monthly) > 0 {
		o.any("monthly_usd", c.Monthly)
	}
	o.intOr("pivot", c.Pivot)
	if len(c.Lifted) > 0 {
		o.strings("lifted", c.Lifted)
	}
	if c.Agreed != nil {
		o.any("agreed", c.Agreed)
	}
	return append(o.b, '}')
}

// AppendFields appends the members of the header's JSON object, each after a comma and without the
// braces, in the form that encoding/json reads. Left out are id and short, which a store's key says, and what is empty.
func (s *Summary) AppendFields(b []byte) []byte {
	o := object{b: b, more: true}
	o.string("kind", s.Kind)
	o.string("status", string(s.Status))
	o.strings("step_names", s.StepNames)
	o.intOr("current_step_idx", s.CurrentStepIdx)
	if s.Error != nil {
		o.any("error", s.Error)
	}
	o.boolOr("cancel_requested", s.CancelRequested)
	o.stringOr("target", s.Target)
	o.stringOr("value", s.Value)
	o.stringOr("was", s.Was)
	o.stringOr("made", s.Made)
	if s.MonthlyUSD != 0 {
		o.any("monthly_usd", s.MonthlyUSD)
	}
	o.stringOr("created_by", s.CreatedBy)
	o.time("created_at", s.CreatedAt)
	o.timeOr("started_at", s.StartedAt)
	o.timeOr("finished_at", s.FinishedAt)
	o.time("updated_at", s.UpdatedAt)
	if s.Waiting != nil {
		o.any("waiting", s.Waiting)
	}
	o.boolOr("paused", s.Paused)
	o.stringOr("passed", s.Passed)
	if s.Approval != nil {
		o.any("approval", s.Approval)
	}
	o.stringOr("glass_broken_by", s.Glass)
	o.intOr("residue", s.Residue)
	o.intOr("accepted", s.Accepted)
	o.intOr("undone", s.Undone)
	o.intOr("undo_total", s.UndoTotal)
	o.uint("seq", s.Seq)
	return o.b
}

// object is a JSON object being written, after its opening brace.
type object struct {
	b    []byte
	more bool
	err  error
}

func (o *object) name(n string) {
	if o.more {
		o.b = append(o.b, ',')
	}
	o.more = true
	o.b = append(append(append(o.b, '"'), n...), '"', ':')
}

func (o *object) int(n string, v int64) {
	o.name(n)
	o.b = strconv.AppendInt(o.b, v, 10)
}

func (o *object) uint(n string, v uint64) {
	o.name(n)
	o.b = strconv.AppendUint(o.b, v, 10)
}

func (o *object) bool(n string, v bool) {
	o.name(n)
	o.b = strconv.AppendBool(o.b, v)
}

func (o *object) string(n, v string) {
	o.name(n)
	o.b = appendString(o.b, v)
}

func (o *object) intOr(n string, v int) {
	if v != 0 {
		o.int(n, int64(v))
	}
}

func (o *object) boolOr(n string, v bool) {
	if v {
		o.bool(n, v)
	}
}

func (o *object) stringOr(n, v string) {
	if v != "" {
		o.string(n, v)
	}
}

func (o *object) time(n string, v Time) {
	o.name(n)
	o.b = v.appendJSON(o.b)
}

func (o *object) timeOr(n string, v Time) {
	if !v.IsZero() {
		o.time(n, v)
	}
}

func (o *object) strings(n string, v []string) {
	o.name(n)
	if v == nil {
		o.b = append(o.b, "null"...)
		return
	}
	o.b = append(o.b, '[')
	for i, s := range v {
		if i > 0 {
			o.b = append(o.b, ',')
		}
		o.b = appendString(o.b, s)
	}
	o.b = append(o.b, ']')
}

func (o *object) inputs(n string, v Inputs) {
	o.name(n)
	if v == nil {
		o.b = append(o.b, "null"...)
		return
	}
	in := object{b: append(o.b, '{')}
	for _, k := range slices.Sorted(maps.Keys(v)) {
		if in.more {
			in.b = append(in.b, ',')
		}
		in.more = true
		in.b = append(appendString(in.b, k), ':')
		in.b = appendString(in.b, v[k])
	}
	o.b = append(in.b, '}')
}

func (o *object) messages(n string, v map[string]json.RawMessage) {
	o.name(n)
	var room [8]string
	names := room[:0]
	for k := range v {
		names = append(names, k)
	}
	slices.Sort(names)
	o.b = append(o.b, '{')
	for i, k := range names {
		if i > 0 {
			o.b = append(o.b, ',')
		}
		o.b = append(appendString(o.b, k), ':')
		if raw := v[k]; plain(raw) {
			o.b = append(o.b, raw...)
		} else if compact, err := json.Marshal(raw); err == nil {
			o.b = append(o.b, compact...)
		} else if o.err == nil {
			o.err = fmt.Errorf("encode %s of %s: %w", k, n, err)
		}
	}
	o.b = append(o.b, '}')
}

// plain reports whether a message is a string without escapes or a whole number: what most of them are, and what
// encoding/json leaves as it is.
func plain(raw json.RawMessage) bool {
	if len(raw) >= 2 && raw[0] == '"' && raw[len(raw)-1] == '"' {
		return !slices.ContainsFunc(raw[1:len(raw)-1], special)
	}
	for _, c := range raw {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(raw) == 1 || len(raw) > 1 && raw[0] != '0'
}

// special reports whether a string with this byte in it is left to encoding/json.
func special(c byte) bool {
	return c < 0x20 || c > 0x7e || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&'
}

// any writes what is rare, or comes from outside, the long way.
func (o *object) any(n string, v any) {
	o.name(n)
	raw, err := json.Marshal(v)
	if err != nil && o.err == nil {
		o.err = fmt.Errorf("encode %s: %w", n, err)
	}
	o.b = append(o.b, raw...)
}

// appendString writes what needs no escape at once, and leaves the rest to encoding/json.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if special(s[i]) {
			raw, err := json.Marshal(s)
			if err != nil {
				panic("encode a string: " + err.Error()) // impossible
			}
			return append(b, raw...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

func (t Time) appendJSON(b []byte) []byte {
	if t.IsZero() {
		return append(b, "null"...)
	}
	u := t.UTC()
	year, month, day := u.Date()
	if year < 1000 || year > 9999 {
		return append(u.AppendFormat(append(b, '"'), timeLayout), '"')
	}
	hour, minute, second := u.Clock()
	b = strconv.AppendInt(append(b, '"'), int64(year), 10)
	b = append(twoDigits(append(b, '-'), int(month)), '-')
	b = append(twoDigits(b, day), 'T')
	b = append(twoDigits(b, hour), ':')
	b = append(twoDigits(b, minute), ':')
	b = append(twoDigits(b, second), '.')
	ms := u.Nanosecond() / int(time.Millisecond)
	b = append(b, byte('0'+ms/100))
	return append(twoDigits(b, ms%100), 'Z', '"')
}

func twoDigits(b []byte, v int) []byte { return append(b, byte('0'+v/10), byte('0'+v%10)) }
