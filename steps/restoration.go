package steps

import (
	"context"
	"fmt"
	"slices"

	"arcadia/engine/visible"
)

// restoration is what restoring a record makes true: the record says again what is wanted of it.
type restoration struct {
	zone string
	rec  Record  // wanted, canonical, under the id that the store knows
	sent *Record // what the provider turned into rec; nil: rec itself
}

func (w restoration) planner(_ context.Context, live []Record) (change, error) { return w.plan(live) }

// plan decides how to write the wanted record back. It is pure. The record with the known id is updated in place; when it
// is gone, one that says the same takes its place, or else a new one is created beside whatever is there. Nobody else's
// record is ever changed: what stands in the way is a refusal that says what to choose instead.
func (w restoration) plan(live []Record) (change, error) {
	set, rivals, all := at(w.zone, w.rec.Name, w.rec.Type, live)
	c := change{Zone: w.zone, Name: w.rec.Name, Type: w.rec.Type, Before: all, Outcome: outcomeNoop}
	title := w.rec.title(w.zone)
	known := slices.IndexFunc(set, func(r Record) bool { return r.ID == w.rec.ID })
	equal := slices.IndexFunc(set, func(r Record) bool { return r.canonical(w.zone).same(w.rec) })
	if known >= 0 && set[known].canonical(w.zone).same(w.rec) {
		equal = known
	}
	switch {
	case known >= 0 && equal >= 0 && equal != known:
		return c, fmt.Errorf("%w: record %d was changed to %s, and record %d says what is wanted: accept what record %d says, or forget it",
			errAmbiguous, w.rec.ID, set[known].value(), set[equal].ID, w.rec.ID)
	case equal < 0 && known < 0 && len(rivals) > 0:
		return c, fmt.Errorf("%w: %s cannot stand beside %s: upsert it with dns_record_mode=replace, or forget it", errInTheWay, title, summary(w.zone, rivals))
	case equal < 0 && known < 0 && w.rec.Type == "CNAME" && len(set) > 0:
		return c, fmt.Errorf("%w: a name has one CNAME, and %s is there: upsert it to change it, or forget this one", errInTheWay, summary(w.zone, set))
	}
	keep := known
	if keep < 0 {
		keep = equal
	}
	after := w.rec
	switch {
	case keep < 0:
		after.ID = 0
		c.Ops, c.Outcome = []op{{Do: opCreate, After: &after, Sent: w.sent}}, outcomeCreated
	case equal < 0 || set[keep].TTL != w.rec.TTL:
		before := set[keep]
		after.ID = before.ID
		c.Ops, c.Outcome = []op{{Do: opUpdate, ID: before.ID, Before: &before, After: &after, Sent: w.sent}}, outcomeUpdated
	}
	return c, nil
}

// kept is the id of the record that is to say what is wanted, after the change; 0 when the change creates it.
func (w restoration) kept(c change) int64 {
	if len(c.Ops) > 0 {
		return c.Ops[0].ID
	}
	set, _, _ := at(w.zone, w.rec.Name, w.rec.Type, c.Before)
	same := slices.DeleteFunc(set, func(r Record) bool { return !r.canonical(w.zone).same(w.rec) })
	if slices.ContainsFunc(same, func(r Record) bool { return r.ID == w.rec.ID }) {
		return w.rec.ID
	}
	if len(same) == 0 {
		return 0
	}
	return same[0].ID
}

// aside says which records of the name and type a created record stands beside.
func (w restoration) aside(c change) string {
	set, _, _ := at(w.zone, w.rec.Name, w.rec.Type, c.Before)
	if len(set) == 0 {
		return ""
	}
	return "beside " + visible.Short(summary(w.zone, set), 160)
}
