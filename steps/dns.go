package steps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"arcadia/engine"
)

// Keys under which a DNS step puts what it did.
const (
	keyOutcome  = "outcome"           // created, noop, updated, deleted, absent
	keyRecordID = "dns_record_id"     // the record that an upsert has made right
	keyPrior    = "dns_prior_records" // the records that were changed or deleted, as they were before
	keyIntent   = "dns_intent"        // the change
	keyProgress = "dns_progress"      // how far each of its ops has come
	keyOwned    = "dns_resources"     // the resources among the records that were changed or deleted, as they were before
)

// dnsWriter carries out changes and takes them back.
type dnsWriter struct {
	zones  Zones
	ledger Ledger
}

// execute makes true what plan decides, or goes on with what an earlier attempt had begun. The intent is durable before
// the first write, the progress after each.
func (d dnsWriter) execute(ctx context.Context, s *engine.State, zone, name string, plan func(live []Record) (change, error)) (change, []progress, error) {
	var c change
	resumed, err := s.Saved(keyIntent, &c)
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
		owned, err := d.owned(ctx, c)
		if err != nil {
			return c, nil, err
		}
		if len(owned) > 0 {
			s.Put(keyOwned, owned)
		}
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
	if _, err := s.Saved(keyProgress, &done); err != nil {
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
