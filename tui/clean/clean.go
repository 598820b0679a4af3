// Package clean makes safe to show what came from outside: nothing that it has cleaned can steer a terminal, or hide.
package clean

import (
	"encoding/json"
	"slices"
	"strings"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// Summary cleans what came from outside in a header.
func Summary(s *engine.Summary) {
	s.Short, s.Kind, s.Target = visible.Text(s.Short), visible.Text(s.Kind), visible.Text(s.Target)
	s.Value, s.Was, s.Made = visible.Text(s.Value), visible.Text(s.Was), visible.Text(s.Made)
	s.CreatedBy, s.Waiting = visible.Text(s.CreatedBy), cleanWaiting(s.Waiting)
	s.StepNames = All(s.StepNames)
	if s.Error != nil {
		e := *s.Error
		e.Reason, e.By, e.Why = visible.Text(e.Reason), visible.Text(e.By), visible.Text(e.Why)
		s.Error = &e
	}
}

// Saga returns a copy of the saga that is safe to show. Outputs stay JSON, with everything unseen escaped.
func Saga(s *engine.Saga) *engine.Saga {
	c := *s
	Summary(&c.Summary)
	c.Inputs = make(engine.Inputs, len(s.Inputs))
	for k, v := range s.Inputs {
		c.Inputs[visible.Text(k)] = visible.Text(v)
	}
	c.Context = JSON(s.Context)
	c.Rows = slices.Clone(s.Rows)
	for i := range c.Rows {
		r := &c.Rows[i]
		r.Name, r.Error, r.Note = visible.Text(r.Name), visible.Text(r.Error), visible.Text(r.Note)
		r.Stack = strings.Join(visible.Lines(r.Stack), "\n")
		r.Output = JSON(r.Output)
		if r.Compensation != nil {
			k := *r.Compensation
			k.Error, k.Reason, k.By = visible.Text(k.Error), visible.Text(k.Reason), visible.Text(k.By)
			k.Stack = strings.Join(visible.Lines(k.Stack), "\n")
			k.Conflict = Conflict(k.Conflict)
			r.Compensation = &k
		}
	}
	c.Locks, c.Left, c.Live = All(s.Locks), All(s.Left), visible.Text(s.Live)
	return &c
}

// Conflict returns a copy that is safe to show.
func Conflict(c *engine.Conflict) *engine.Conflict {
	if c == nil {
		return nil
	}
	return &engine.Conflict{Subject: visible.Text(c.Subject), Prior: visible.Text(c.Prior), Written: visible.Text(c.Written), Live: visible.Text(c.Live), Why: visible.Text(c.Why), Overwritable: c.Overwritable}
}

// cleanWaiting is what a saga waits for, clean.
func cleanWaiting(all []engine.Waiting) []engine.Waiting {
	out := slices.Clone(all)
	for i := range out {
		w := &out[i]
		w.Saga, w.Step, w.By, w.Text = visible.Text(w.Saga), visible.Text(w.Step), visible.Text(w.By), visible.Text(w.Text)
	}
	return out
}

// cleanLeft is what is left behind, clean.
func cleanLeft(all []engine.LeftBehind) []engine.LeftBehind {
	out := slices.Clone(all)
	for i := range out {
		l := &out[i]
		l.Type, l.ID, l.Name = visible.Text(l.Type), visible.Text(l.ID), visible.Text(l.Name)
	}
	return out
}

// Entry cleans an entry in place.
func Entry(e *engine.Entry) {
	if e.By != nil {
		by := *e.By
		by.Name, by.Key, by.From = visible.Text(by.Name), visible.Text(by.Key), visible.Text(by.From)
		e.By = &by
	}
	e.Type = engine.EntryType(visible.Text(string(e.Type)))
	e.Why, e.Reason, e.Error = visible.Text(e.Why), visible.Text(e.Reason), visible.Text(e.Error)
	e.Waiting, e.On, e.Text = cleanWaiting(e.Waiting), visible.Text(e.On), visible.Text(e.Text)
	e.LeftBehind = cleanLeft(e.LeftBehind)
	e.Left = All(e.Left)
	e.Stack = strings.Join(visible.Lines(e.Stack), "\n")
	e.Conflict = Conflict(e.Conflict)
	e.Put = JSON(e.Put)
	if e.Created != nil {
		c := *e.Created
		c.Kind, c.Target, c.Key = visible.Text(c.Kind), visible.Text(c.Target), visible.Text(c.Key)
		c.Value, c.Was = visible.Text(c.Value), visible.Text(c.Was)
		c.StepNames, c.Locks = All(c.StepNames), All(c.Locks)
		c.Inputs = make(engine.Inputs, len(e.Created.Inputs))
		for k, v := range e.Created.Inputs {
			c.Inputs[visible.Text(k)] = visible.Text(v)
		}
		e.Created = &c
	}
}

// All cleans each of the texts.
func All(in []string) []string {
	for i, s := range in {
		if !visible.Plain(s) {
			out := slices.Clone(in)
			for j := i; j < len(out); j++ {
				out[j] = visible.Text(out[j])
			}
			return out
		}
	}
	return in
}

// JSON keeps valid JSON valid: what is unseen inside its strings becomes the escape that JSON has for it.
func JSON(in map[string]json.RawMessage) map[string]json.RawMessage {
	if in == nil {
		return nil
	}
	out := make(map[string]json.RawMessage, len(in))
	for k, v := range in {
		if s := string(v); !visible.Plain(s) {
			v = json.RawMessage(visible.Text(strings.NewReplacer("\n", " ", "\r", " ", "\t", " ").Replace(s)))
		}
		out[visible.Text(k)] = v
	}
	return out
}

// Kinds returns a copy that is safe to show.
func Kinds(in []engine.Kind) []engine.Kind {
	out := slices.Clone(in)
	for i := range out {
		out[i].Name, out[i].Summary, out[i].Undo = visible.Text(out[i].Name), visible.Text(out[i].Summary), visible.Text(out[i].Undo)
		out[i].Steps = All(out[i].Steps)
	}
	return out
}

// Paste makes the content of a paste fit for a one-line field.
func Paste(s string) string {
	s = strings.TrimRight(s, "\r\n")
	return visible.Text(strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ").Replace(s))
}

// Frozen is a copy that is safe to show.
func Frozen(f *engine.Frozen) *engine.Frozen {
	if f == nil {
		return nil
	}
	c := *f
	c.Why = visible.Text(c.Why)
	if f.By != nil {
		by := *f.By
		by.Name = visible.Text(by.Name)
		c.By = &by
	}
	return &c
}

// Plan returns a copy that is safe to show.
func Plan(in engine.Plan) engine.Plan {
	out := in
	out.Kind, out.Target = visible.Text(in.Kind), visible.Text(in.Target)
	out.Locks, out.WaitsFor = All(in.Locks), All(in.WaitsFor)
	out.Steps = make([]engine.PlanStep, len(in.Steps))
	for i, s := range in.Steps {
		s.Name, s.Error = visible.Text(s.Name), visible.Text(s.Error)
		c := &s.Change
		c.Action, c.Subject = engine.Action(visible.Text(string(c.Action))), visible.Text(c.Subject)
		c.Note, c.Undo, c.Final = visible.Text(c.Note), visible.Text(c.Undo), visible.Text(c.Final)
		fields := make([]engine.FieldChange, len(c.Fields))
		for j, f := range c.Fields {
			fields[j] = engine.FieldChange{Name: visible.Text(f.Name), From: visible.Text(f.From), To: visible.Text(f.To), Note: visible.Text(f.Note)}
		}
		c.Fields = fields
		out.Steps[i] = s
	}
	return out
}
