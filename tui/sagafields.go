package tui

import (
	"slices"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/tui/say"
)

// sagaFields are the fields of a saga's row.
var sagaFields = []string{"status", "kind", "by", "target", "saga", "step", "error", "age", "waits"}

// sagaFieldAt is sagaField with the fields that depend on the time: how old the saga is, and for how long it has waited for a person.
func sagaFieldAt(now func() time.Time) func(s *engine.Summary, field string) string {
	return func(s *engine.Summary, field string) string {
		switch {
		case field == "age":
			return now().Sub(s.CreatedAt.Time).String()
		case field == "waits" && s.NeedsOperator():
			return now().Sub(s.UpdatedAt.Time).String()
		case field == "waits":
			return ""
		}
		return sagaField(s, field)
	}
}

// sagaValues are what a field of the rows can say, for completion.
func (s *sagas) sagaValues(env *Env, field string) []string {
	var out []string
	add := func(v string) {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	switch field {
	case "status":
		for _, x := range engine.Statuses() {
			add(string(x))
		}
	case "kind":
		for _, k := range env.State.Kinds {
			add(k.Name)
		}
	case "by":
		for i := range s.pages.Rows {
			add(s.pages.Rows[i].CreatedBy)
		}
	}
	return out
}

// sagaField is the text of one field of a saga.
func sagaField(s *engine.Summary, field string) string {
	switch field {
	case "status":
		return say.Words(string(s.Status)) + " " + string(s.Status)
	case "kind":
		return s.Kind
	case "by":
		return s.CreatedBy
	case "target":
		return s.Target
	case "saga":
		return string(s.ID)
	case "step":
		return strings.Join(s.StepNames, " ")
	case "error":
		if s.Error != nil {
			return s.Error.Reason + " " + s.Error.Why
		}
		return ""
	}
	text := s.Short + " " + say.Words(string(s.Status)) + " " + s.Kind + " " + s.Target + " " + s.CreatedBy + " " + say.WaitingOn(s.Waiting)
	if s.Error != nil {
		text += " " + s.Error.Reason
	}
	return text
}
