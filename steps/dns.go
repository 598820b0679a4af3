package steps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"arcadia/engine"
)

// Keys under which a DNS step puts what it did.
const (
	keyOutcome  = "outcome"           // created, noop, updated, deleted, absent
	keyRecordID = "dns_record_id"     // the record that an upsert has made right
	keyPrior    = "dns_prior_records" // the records that were changed or deleted, as they were before
	keyIntent   = "dns_intent"        // the change
	keyProgress = "dns_progress"      // how far each of its ops has come
)

// lateWrite is how long a compensation waits before it looks again for a write that was cut off on its way: such a
// request may still arrive.
const lateWrite = 3 * time.Second

// dnsWriter carries out changes and takes them back.
type dnsWriter struct {
	zones  Zones
	ledger Ledger
}

// execute makes true what plan decides, or goes on with what an earlier attempt had begun. The intent is durable before
// the first write, the progress after each.
func (d dnsWriter) execute(ctx context.Context, s *engine.State, zone, name string, plan func(live []Record) (change, error)) (change, []progress, error) {
	var c change
	resumed, err := s.Own(keyIntent, &c)
	if err != nil {
		return c, nil, err
	}
	ids, err := readIDs(s)
	if err != nil {
		return c, nil, err
	}
	var done []progress
	if resumed {
		if done, err = c.progress(s); err != nil {
			return c, nil, err
		}
		if underWay(done) { // it may arrive after the look
			if err := pause(ctx, lateWrite); err != nil {
				return c, nil, err
			}
		}
	}
	live, err := d.zones.RecordsAt(ctx, zone, name)
	if err != nil {
		return c, nil, verdict(ctx, err)
	}
	live = ids.present(live)
	if resumed {
		if done, err = c.resume(done, live); err != nil {
			return c, nil, err
		}
	} else {
		if c, err = plan(live); err != nil {
			return c, nil, err
		}
		done = make([]progress, len(c.Ops))
	}
	s.Put(keyOutcome, c.Outcome)
	s.Put(keyPrior, c.prior())
	if len(c.Ops) == 0 {
		return c, done, nil
	}
	// The intent goes in before the first write. A refusal noted by an earlier attempt is taken back with it: from here on
	// the write may happen.
	for i := range done {
		done[i].Refused = false
	}
	if !resumed {
		s.Put(keyIntent, c)
	}
	s.Put(keyProgress, done)
	if err := s.Save(ctx); err != nil {
		return c, nil, err
	}
	for i, o := range c.Ops {
		if done[i].Done {
			continue
		}
		if ctx.Err() != nil {
			return c, nil, context.Cause(ctx)
		}
		if err := d.step(ctx, s, zone, ids, o, done, i); err != nil {
			return c, nil, err
		}
	}
	return c, done, nil
}

// step makes one write of a change and records what came of it.
func (d dnsWriter) step(ctx context.Context, s *engine.State, zone string, ids *idBook, o op, done []progress, i int) error {
	id, err := d.write(ctx, zone, o)
	if o.Do == opDelete && absent(err) {
		err = nil
	}
	switch {
	case err == nil:
		done[i] = progress{Done: true}
		switch o.Do {
		case opCreate:
			done[i].ID = id
		case opDelete:
			ids.lost(id)
		case opUpdate:
		}
		s.Put(keyProgress, done)
		// Crash here: the record exists and its id is not recorded. The next attempt finds it by content.
		return s.Save(context.WithoutCancel(ctx))
	case refused(err):
		done[i].Refused = true
		s.Put(keyProgress, done)
	}
	return verdict(ctx, err)
}

// write makes one write in wire form and returns the id of the record.
func (d dnsWriter) write(ctx context.Context, zone string, o op) (int64, error) {
	switch o.Do {
	case opCreate:
		r := o.After.wire()
		r.ID = 0
		got, err := d.zones.CreateRecord(ctx, zone, r)
		return got.ID, err
	case opUpdate:
		r := o.After.wire()
		r.ID = o.ID
		_, err := d.zones.UpdateRecord(ctx, zone, r)
		return o.ID, err
	case opDelete:
		return o.ID, d.zones.DeleteRecord(ctx, zone, o.ID)
	}
	return 0, fmt.Errorf("unknown write %q of a record: use the build that began this saga", o.Do)
}

// absent reports whether the provider has answered that there is no such thing.
func absent(err error) bool { return err != nil && ClassOf(err) == NotFound }

// refused reports whether the provider has answered a write, and said no.
func refused(err error) bool {
	var e *CloudError
	return errors.As(err, &e) && e.Class != Unknown
}

// progress reads how far the change of a row has come.
func (c change) progress(s *engine.State) ([]progress, error) {
	done := make([]progress, 0, len(c.Ops))
	if _, err := s.Own(keyProgress, &done); err != nil {
		return nil, err
	}
	if len(done) != len(c.Ops) {
		return nil, fmt.Errorf("the intent of step %d has %d writes and its progress %d: undo it by hand", s.Idx(), len(c.Ops), len(done))
	}
	return done, nil
}

func (c change) prior() []Record {
	prior := []Record{}
	for _, o := range c.Ops {
		if o.Before != nil {
			prior = append(prior, *o.Before)
		}
	}
	return prior
}

// compensate takes back what execute did, however far it came. After a write without a clear answer the next attempt
// starts over with a fresh look.
func (d dnsWriter) compensate(ctx context.Context, s *engine.State) error {
	ctx = Urgent(ctx)
	var c change
	if ok, err := s.Own(keyIntent, &c); err != nil || !ok {
		return err
	}
	done, err := c.progress(s)
	if err != nil {
		return err
	}
	if underWay(done) || s.Attempt() > 1 { // a write of the step, or of an earlier attempt to undo it, may still arrive
		if err := pause(ctx, lateWrite); err != nil {
			return err
		}
	}
	ids, err := readIDs(s)
	if err != nil {
		return err
	}
	vanished := map[int64]bool{} // listed, and found to be gone
	for looked := false; ; {
		live, err := d.zones.RecordsAt(ctx, c.Zone, c.Name)
		if err != nil && !absent(err) {
			return verdict(ctx, err)
		}
		live = slices.DeleteFunc(live, func(r Record) bool { return vanished[r.ID] })
		todo, refusal := c.undo(done, live, ids.became, ids.gone)
		switch {
		case refusal != nil:
			return refusal
		case todo.Unsure && !looked:
			looked = true
			if err := pause(ctx, lateWrite); err != nil {
				return err
			}
			continue
		case err != nil && len(todo.Ops) > 0:
			return fmt.Errorf("put back the records of %s: %w: the domain is gone, so resolve this row when that is meant to be", c.Zone, err)
		}
		for from, to := range todo.Became {
			ids.moved(from, to)
		}
		again, err := d.carryOut(ctx, s, c.Zone, todo, ids, vanished)
		if err != nil {
			return err
		}
		if !again {
			for _, id := range slices.Sorted(maps.Keys(vanished)) {
				ids.lost(id)
			}
			return nil
		}
	}
}

// carryOut makes the writes of an undo. It asks for another look when a record turned out to be gone. One that was to be
// deleted is not known to be lost yet: it may not have been this saga that deleted it, and be back under another id.
func (d dnsWriter) carryOut(ctx context.Context, s *engine.State, zone string, todo undoing, ids *idBook, vanished map[int64]bool) (again bool, err error) {
	for _, o := range todo.Ops {
		if ctx.Err() != nil {
			return false, context.Cause(ctx)
		}
		id, err := d.write(ctx, zone, o)
		switch {
		case o.Do == opUpdate && absent(err) && !ids.gone[o.ID]:
			ids.lost(o.ID)
			return true, nil
		case o.Do == opDelete && absent(err):
			vanished[o.ID] = true
			return true, nil
		case err != nil:
			return false, verdict(ctx, err)
		case o.Do == opDelete:
			ids.lost(id)
		case o.Do == opCreate:
			ids.moved(o.ID, id)
			if err := s.Save(context.WithoutCancel(ctx)); err != nil {
				return false, err
			}
		}
	}
	return false, nil
}

// undoText says in one line what taking a row back would do, from what the row recorded.
func (d dnsWriter) undoText(s *engine.State) string {
	var c change
	if ok, err := s.Own(keyIntent, &c); err != nil || !ok {
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

// resource is a record as the saga wants it.
func resource(zone string, id int64, r Record) (engine.Resource, error) {
	spec, err := json.Marshal(recordSpec{zone, r})
	if err != nil {
		return engine.Resource{}, fmt.Errorf("describe %s: %w", r.title(zone), err)
	}
	return engine.Resource{Type: dnsResource, ExternalID: itoa(id), Name: r.title(zone), Spec: spec}, nil
}

// dnsResource is the type of resource that the DNS steps provision.
const dnsResource = "dns_record"

func itoa(id int64) string { return strconv.FormatInt(id, 10) }

// underWay reports whether a write may still be on its way to the provider: it was begun and nobody said what became of it.
func underWay(done []progress) bool {
	for _, p := range done {
		if !p.Done {
			return !p.Refused
		}
	}
	return false
}
