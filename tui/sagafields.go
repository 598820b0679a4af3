package tui

import (
	"strings"

	"arcadia/engine"
	"arcadia/tui/say"
)

// sagaFields are the fields of a saga's row.
var sagaFields = []string{"status", "kind", "by", "target", "saga", "step", "error"}

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
