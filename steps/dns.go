package steps

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"arcadia/engine"
)

// Keys under which a DNS step puts what it did.
const (
	keyOutcome  = "outcome"           // created, noop, updated, replaced, deleted, absent
	keyNote     = "note"              // what the outcome leaves out, for a person
	keyDeleted  = "deleted_records"   // how many records an upsert has deleted
	keyRecordID = "dns_record_id"     // the record that an upsert has made right
	keyPrior    = "dns_prior_records" // the records that were changed or deleted, as they were before
	keyOthers   = "dns_other_records" // the other records at the name
	keyIntent   = "dns_intent"        // the change
	keyProgress = "dns_progress"      // how far each of its ops has come
)

// dnsWriter carries out changes and takes them back.
type dnsWriter struct {
	zones  Zones
	ledger Ledger
}

// Deadline leaves room for a set of a thousand records while others use the provider's allowance too.
func (dnsWriter) Deadline() time.Duration { return 2 * time.Hour }

// planner decides a change from the live records at a name.
type planner func(ctx context.Context, live []Record) (change, error)

// planned is the change that would be made now, refused when its row could not keep it.
func (d dnsWriter) planned(ctx context.Context, zone, name string, plan planner) (change, error) {
	live, err := d.look(ctx, zone, name)
	if err != nil {
		return change{}, err
	}
	c, err := plan(ctx, live)
	if err != nil {
		return c, err
	}
	return c, d.holds(ctx, c)
}

// holds refuses a change that its row, or one entry of the ledger, could not hold.
func (d dnsWriter) holds(ctx context.Context, c change) error {
	if err := c.fits(); err != nil {
		return err
	}
	return d.affords(ctx, c)
}

// look lists the records at a name now. A domain is not gone because of one answer that says so.
func (d dnsWriter) look(ctx context.Context, zone, name string) ([]Record, error) {
	return again(ctx, func() ([]Record, error) { return d.recordsAt(ctx, zone, name) })
}

// execute makes true what plan decides, or goes on with what an earlier attempt had begun. The intent is durable before
// the first write, the progress after each.
func (d dnsWriter) execute(ctx context.Context, s *engine.State, zone, name string, plan planner) (change, []progress, error) {
	c, done, resumed, err := changeOf(s)
	if err != nil {
		return c, nil, err
	}
	ids, err := ownIDs(s)
	if err != nil {
		return c, nil, err
	}
	if resumed && underWay(done) { // it may arrive after the look
		if err := pause(ctx, lateWrite); err != nil {
			return c, nil, err
		}
	}
	live, err := unhurried(ctx, s, func() ([]Record, error) { return d.look(ctx, zone, name) })
	if err != nil {
		return c, nil, verdict(ctx, err)
	}
	live = ids.present(live)
	if resumed {
		c.recognize(done, live)
		if done, err = c.resume(done, live); err != nil {
			return c, nil, err
		}
	} else {
		if c, err = plan(ctx, live); err != nil {
			return c, nil, err
		}
		if err := d.holds(ctx, c); err != nil {
			return c, nil, err
		}
		done = make([]progress, len(c.Ops))
	}
	if err := d.begin(ctx, s, c, done, resumed); err != nil {
		return c, nil, err
	}
	say := pace{total: len(c.Ops)}
	for i := range c.Ops {
		if done[i].Done {
			continue
		}
		if ctx.Err() != nil {
			return c, nil, context.Cause(ctx)
		}
		if err := d.step(ctx, s, &c, ids, done, i, &say); err != nil {
			return c, nil, err
		}
	}
	c.tell(s)
	return c, done, nil
}

// tell puts what the change comes to. It is put with the intent, and again at the end: the line that says the step is done
// says how it ended.
func (c change) tell(s *engine.State) {
	s.Put(keyOutcome, c.Outcome)
	if note := joined(c.Note, c.otherwise()); note != "" {
		s.Put(keyNote, note)
	}
	if gone := c.deleted(); len(gone) > 0 && c.Outcome != outcomeDeleted {
		s.Put(keyDeleted, len(gone))
	}
}

// begin makes the intent durable before the first write. A refusal noted by an earlier attempt is taken back with it: from
// here on the write may happen.
func (d dnsWriter) begin(ctx context.Context, s *engine.State, c change, done []progress, resumed bool) error {
	form, err := c.form()
	if err != nil {
		return fmt.Errorf("keep what undoing needs: %w", err)
	}
	c.tell(s)
	if len(c.Ops) == 0 {
		s.Put(keyPrior, []Record{})
		return nil
	}
	if !resumed {
		for _, key := range slices.Sorted(maps.Keys(form)) {
			s.Put(key, form[key])
		}
	}
	for i := range done {
		done[i].Refused = false
	}
	s.Put(keyProgress, courseOf(done))
	return s.Save(ctx)
}

// step makes one write of a change and records what came of it. When the provider has stored something else than it was
// sent, that is what was written.
func (d dnsWriter) step(ctx context.Context, s *engine.State, c *change, ids *idBook, done []progress, i int, say *pace) error {
	o := c.Ops[i]
	stored, err := unhurried(ctx, s, func() (Record, error) { return d.write(ctx, c.Zone, o) })
	if o.Do == opDelete && absent(err) {
		err = nil
	}
	switch {
	case err == nil:
		done[i] = progress{Done: true}
		lines := say.line(i + 1)
		switch o.Do {
		case opCreate:
			done[i].ID = stored.ID
		case opDelete:
			ids.lost(o.ID)
		case opUpdate:
		}
		if o.After != nil {
			done[i].keep(c.Zone, *o.After, stored)
		}
		if done[i].Kept != nil {
			c.asKept(done)
			s.Put(keyNote, joined(c.Note, c.otherwise()))
			lines = append(lines, c.otherwise())
		}
		s.Put(keyProgress, courseOf(done))
		// Crash here: the record exists and its id is not recorded. The next attempt finds it by content.
		return s.Save(context.WithoutCancel(ctx), lines...)
	case refused(err):
		done[i].Refused = true
		s.Put(keyProgress, courseOf(done))
	}
	return verdict(ctx, err)
}

// write makes one write in wire form and returns the record as it is stored then; of a delete it knows the id alone.
func (d dnsWriter) write(ctx context.Context, zone string, o op) (Record, error) {
	var r Record
	if o.Do != opDelete {
		r = *o.After
		if o.Sent != nil {
			r = *o.Sent
		}
		r = r.wire()
	}
	r.ID = o.ID
	return again(ctx, func() (Record, error) {
		switch o.Do {
		case opCreate:
			r.ID = 0
			return d.zones.CreateRecord(ctx, zone, r)
		case opUpdate:
			return d.zones.UpdateRecord(ctx, zone, r)
		case opDelete:
			return r, d.zones.DeleteRecord(ctx, zone, o.ID)
		}
		return r, fmt.Errorf("unknown write %q of a record: use the build that began this saga", o.Do)
	})
}

// absent reports whether the provider has answered that there is no such thing.
func absent(err error) bool { return err != nil && ClassOf(err) == NotFound }

// refused reports whether the provider has answered a write, and said no.
func refused(err error) bool {
	var e *CloudError
	return errors.As(err, &e) && e.Class != Unknown
}

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

// joined is a sentence of the parts that say something.
func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "; ")
}

// pace says now and then how far a long change has come.
type pace struct {
	total int
	due   time.Time
}

const (
	paceOver  = 50               // a change of more writes says how far it has come
	paceEvery = 20 * time.Second // so often
)

// line is the line for the saga's log after so many writes, mostly none.
func (p *pace) line(n int) []string {
	if p.total <= paceOver {
		return nil
	}
	now := time.Now()
	if p.due.IsZero() {
		p.due = now.Add(paceEvery)
	}
	if n < p.total && now.Before(p.due) {
		return nil
	}
	p.due = now.Add(paceEvery)
	return []string{fmt.Sprintf("%d of %d records written", n, p.total)}
}
