package steps

import (
	"fmt"
	"slices"
	"strconv"

	"arcadia/engine"
)

// undoText says in one line what taking a row back would do, from what the row recorded.
func (d dnsWriter) undoText(s *engine.State) string {
	c, _, begun, err := changeOf(s)
	if err != nil || !begun {
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
	prior, _ := c.split()
	if back := len(prior); o.Do == opCreate && back > 0 {
		text += ", recreates " + summary(c.Zone, prior)
	} else if back > 1 {
		text += fmt.Sprintf(" and recreates %d more", back-1)
	}
	return text
}

// mostFields bounds how many deleted records a plan lists one by one.
const mostFields = 100

// show is the change as a plan shows it, with notes that the records alone do not give.
func (c change) show(about Record, notes ...string) engine.Change {
	out := engine.Change{Subject: about.title(c.Zone), Action: engine.ActNone, Undo: c.undoText()}
	ttl := ""
	gone := c.deleted()
	for _, o := range c.Ops {
		switch o.Do {
		case opCreate:
			out.Action = engine.ActCreate
			if len(gone) > 0 {
				out.Action = engine.ActUpdate
			}
			out.Value = o.After.value()
			out.Fields = append(out.Fields, engine.FieldChange{Name: "data", To: o.After.value()}, engine.FieldChange{Name: "ttl", To: strconv.Itoa(o.After.TTL)})
			ttl = c.ttlNote(o)
		case opUpdate:
			out.Action = engine.ActUpdate
			if was := o.Before.canonical(c.Zone); was.value() != o.After.value() { // a TTL alone changes nothing that a list names
				out.Value = o.After.value()
			}
			out.Fields = append(out.Fields, differences(o.Before.canonical(c.Zone), *o.After)...)
			ttl = c.ttlNote(o)
		case opDelete:
			if out.Action == engine.ActNone {
				out.Action = engine.ActDelete
			}
		}
	}
	for _, r := range gone[:min(len(gone), mostFields)] {
		out.Fields = append(out.Fields, engine.FieldChange{Name: "record", From: r.Type + " " + r.describe(), Note: "deleted"})
	}
	if more := len(gone) - mostFields; more > 0 {
		out.Fields = append(out.Fields, engine.FieldChange{Name: "record", From: count(more, "more record"), Note: "deleted"})
	}
	note := c.Note
	switch {
	case len(gone) == 1 && c.Outcome == outcomeDeleted:
		note = ""
	case len(gone) == 1:
		note = "1 record is deleted"
	case len(gone) > 1:
		note = count(len(gone), "record") + " are deleted" // which ones the fields say
	}
	out.Note = joined(append([]string{note, ttl, c.lossNote()}, notes...)...)
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
		if r.Type == o.After.Type && r.ID != o.ID && r.TTL != o.After.TTL && !c.deletes(r.ID) {
			n, from = n+1, r.TTL
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("the ttl of %s of this name and type moves from %d to %d", count(n, "other record"), from, o.After.TTL)
}

// deletes reports whether the change deletes a record.
func (c change) deletes(id int64) bool {
	return slices.ContainsFunc(c.Ops, func(o op) bool { return o.Do == opDelete && o.ID == id })
}
