package tui

import (
	"encoding/json"
	"slices"
	"strings"

	"arcadia/engine"
)

// cleanSummary cleans what came from outside in a header.
func cleanSummary(s *engine.Summary) {
	s.Short, s.Kind, s.Target = Clean(s.Short), Clean(s.Kind), Clean(s.Target)
	s.CreatedBy, s.WaitingOn = Clean(s.CreatedBy), Clean(s.WaitingOn)
	s.StepNames = cleanAll(s.StepNames)
	if s.Error != nil {
		e := *s.Error
		e.Reason, e.By, e.Why = Clean(e.Reason), Clean(e.By), Clean(e.Why)
		s.Error = &e
	}
}

// cleanSaga returns a copy of the saga that is safe to show. Outputs stay JSON, with everything unseen escaped.
func cleanSaga(s *engine.Saga) *engine.Saga {
	c := *s
	cleanSummary(&c.Summary)
	c.Inputs = make(engine.Inputs, len(s.Inputs))
	for k, v := range s.Inputs {
		c.Inputs[Clean(k)] = Clean(v)
	}
	c.Context = cleanJSON(s.Context)
	c.Rows = slices.Clone(s.Rows)
	for i := range c.Rows {
		r := &c.Rows[i]
		r.Name, r.Error, r.Note = Clean(r.Name), Clean(r.Error), Clean(r.Note)
		r.Stack = strings.Join(CleanLines(r.Stack), "\n")
		r.Output = cleanJSON(r.Output)
		if r.Compensation != nil {
			k := *r.Compensation
			k.Error, k.Reason, k.By = Clean(k.Error), Clean(k.Reason), Clean(k.By)
			k.Stack = strings.Join(CleanLines(k.Stack), "\n")
			k.Conflict = cleanConflict(k.Conflict)
			r.Compensation = &k
		}
	}
	c.Locks, c.Left = cleanAll(s.Locks), cleanAll(s.Left)
	return &c
}

func cleanConflict(c *engine.Conflict) *engine.Conflict {
	if c == nil {
		return nil
	}
	return &engine.Conflict{Subject: Clean(c.Subject), Prior: Clean(c.Prior), Written: Clean(c.Written), Live: Clean(c.Live)}
}

// cleanEntry cleans an entry in place.
func cleanEntry(e *engine.Entry) {
	if e.By != nil {
		by := *e.By
		by.Name, by.Key, by.From = Clean(by.Name), Clean(by.Key), Clean(by.From)
		e.By = &by
	}
	e.Type = engine.EntryType(Clean(string(e.Type)))
	e.Why, e.Reason, e.Error = Clean(e.Why), Clean(e.Reason), Clean(e.Error)
	e.On, e.Text = Clean(e.On), Clean(e.Text)
	e.Left = cleanAll(e.Left)
	e.Stack = strings.Join(CleanLines(e.Stack), "\n")
	e.Conflict = cleanConflict(e.Conflict)
	e.Put = cleanJSON(e.Put)
	if e.Created != nil {
		c := *e.Created
		c.Kind, c.Target, c.Key = Clean(c.Kind), Clean(c.Target), Clean(c.Key)
		c.StepNames, c.Locks = cleanAll(c.StepNames), cleanAll(c.Locks)
		c.Inputs = make(engine.Inputs, len(e.Created.Inputs))
		for k, v := range e.Created.Inputs {
			c.Inputs[Clean(k)] = Clean(v)
		}
		e.Created = &c
	}
}

func cleanAll(in []string) []string {
	for i, s := range in {
		if !clean(s) {
			out := slices.Clone(in)
			for j := i; j < len(out); j++ {
				out[j] = Clean(out[j])
			}
			return out
		}
	}
	return in
}

// cleanJSON keeps valid JSON valid: what is unseen inside its strings becomes the escape that JSON has for it.
func cleanJSON(in map[string]json.RawMessage) map[string]json.RawMessage {
	if in == nil {
		return nil
	}
	out := make(map[string]json.RawMessage, len(in))
	for k, v := range in {
		if s := string(v); !clean(s) {
			v = json.RawMessage(Clean(strings.NewReplacer("\n", " ", "\r", " ", "\t", " ").Replace(s)))
		}
		out[Clean(k)] = v
	}
	return out
}

func cleanKinds(in []engine.Kind) []engine.Kind {
	out := slices.Clone(in)
	for i := range out {
		out[i].Name, out[i].Summary, out[i].Undo = Clean(out[i].Name), Clean(out[i].Summary), Clean(out[i].Undo)
		out[i].Steps = cleanAll(out[i].Steps)
	}
	return out
}

// pasted makes the content of a paste fit for a one-line field.
func pasted(s string) string {
	s = strings.TrimRight(s, "\r\n")
	return Clean(strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ").Replace(s))
}
