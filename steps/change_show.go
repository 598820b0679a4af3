package steps

import (
	"fmt"
	"slices"
	"strconv"

	"arcadia/engine"
)

// undoText says in one line what taking a row back would do, from what the row recorded.
func (d dnsWriter) undoText(s *engine.State) string {
	var c change
	if ok, err := s.Saved(keyIntent, &c); err != nil || !ok {
		return nothingToUndo
	}
	return c.undoText()
}

func (c change) undoText() string {
	if len(c.Ops) == 0 {
		return nothingToUndo
	}
	o := c.Ops[len(c.Ops)-1]
	if at := slices.IndexFunc(c.Ops, func(o op) bool { return o.Do == opUpdate }); at >= 0 {
		o = c.Ops[at]
	}
	text := ""
	switch o.Do {
	case opCreate:
		text = "deletes " + o.After.title(c.Zone)
	case opUpdate:
		text = "restores " + o.Before.title(c.Zone) + " to " + o.Before.describe()
	case opDelete:
		text = "recreates " + o.Before.title(c.Zone) + " " + o.Before.describe()
	}
	if back := len(c.prior()); o.Do == opCreate && back > 0 {
		text += ", recreates " + summary(c.Zone, c.prior())
	} else if back > 1 {
		text += fmt.Sprintf(" and recreates %d more", back-1)
	}
	return text
}

// show is the change as a plan shows it.
func (c change) show(about Record) engine.Change {
	out := engine.Change{Subject: about.title(c.Zone), Action: engine.ActNone, Undo: c.undoText()}
	for _, o := range c.Ops {
		switch o.Do {
		case opCreate:
			if out.Action = engine.ActCreate; len(c.prior()) > 0 {
				out.Action = engine.ActUpdate
			}
			out.Fields = append(out.Fields, engine.FieldChange{Name: "data", To: o.After.value()}, engine.FieldChange{Name: "ttl", To: strconv.Itoa(o.After.TTL)})
			out.Note = c.ttlNote(o)
		case opUpdate:
			out.Action = engine.ActUpdate
			out.Fields = append(out.Fields, differences(o.Before.canonical(c.Zone), *o.After)...)
			out.Note = c.ttlNote(o)
		case opDelete:
			if out.Action == engine.ActNone {
				out.Action = engine.ActDelete
			}
			out.Fields = append(out.Fields, engine.FieldChange{Name: "record", From: o.Before.Type + " " + o.Before.describe(), Note: "deleted"})
		}
	}
	return out
}

func differences(from, to Record) []engine.FieldChange {
	var out []engine.FieldChange
	if from.value() != to.value() || !from.same(to) {
		out = append(out, engine.FieldChange{Name: "data", From: from.value(), To: to.value()})
	}
	if from.TTL != to.TTL {
		out = append(out, engine.FieldChange{Name: "ttl", From: strconv.Itoa(from.TTL), To: strconv.Itoa(to.TTL)})
	}
	return out
}

// ttlNote says which other records a write moves along: the provider keeps one TTL for each name and type.
func (c change) ttlNote(o op) string {
	n, from := 0, 0
	for _, r := range c.Before {
		if r.Type == o.After.Type && r.ID != o.ID && r.TTL != o.After.TTL {
			n, from = n+1, r.TTL
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("the ttl of %d other records of this name and type moves from %d to %d", n, from, o.After.TTL)
}
