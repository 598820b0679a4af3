package steps

import (
	"context"
	"fmt"
	"slices"

	"arcadia/engine"
)

// moves are the records that a change leaves alone but for their TTL: the provider keeps one for each name and type, and
// the last write counts. They are as they will be.
func (c change) moves() []Record {
	var out []Record
	for _, r := range c.Before {
		ttl, touched := r.TTL, false
		for _, o := range c.Ops {
			touched = touched || o.ID == r.ID
			if o.After != nil && o.After.Type == r.Type {
				ttl = o.After.TTL
			}
		}
		if !touched && ttl != r.TTL {
			r.TTL = ttl
			out = append(out, r)
		}
	}
	return out
}

// neighbors records on the resources of other records of the set, whoever wrote them, that a change has moved their TTL:
// what one saga does to another's resource is no drift. One that had drifted before is left as it is.
func (d dnsWriter) neighbors(ctx context.Context, s *engine.State, c change) error {
	moved := c.moves()
	if len(moved) == 0 {
		return nil
	}
	owned, err := d.ledger.Resources(ctx, recordKeys(moved)...)
	if err != nil {
		return fmt.Errorf("read whose records the ttl of %s is: %w", visibleName(c), err)
	}
	for _, r := range owned {
		spec, err := recordOf(r)
		if err != nil {
			return err
		}
		now := moved[slices.IndexFunc(moved, func(m Record) bool { return m.ID == spec.ID })]
		was := c.Before[slices.IndexFunc(c.Before, func(b Record) bool { return b.ID == spec.ID })]
		if spec.TTL != was.TTL {
			continue
		}
		rec := spec.Record
		rec.TTL = now.TTL
		after, err := resource(c.Zone, spec.ID, rec, spec.Sent)
		if err != nil {
			return err
		}
		s.Provision(after)
	}
	return nil
}

func recordKeys(records []Record) []string {
	keys := make([]string, len(records))
	for i, r := range records {
		keys[i] = engine.Resource{Type: dnsResource, ExternalID: itoa(r.ID)}.Key()
	}
	return keys
}

// withdraw notes that deleted records are no resources any more, as far as they were.
func (d dnsWriter) withdraw(ctx context.Context, s *engine.State, gone []Record) error {
	if len(gone) == 0 {
		return nil
	}
	owned, err := d.ledger.Resources(ctx, recordKeys(gone)...)
	if err != nil {
		return fmt.Errorf("read whose the deleted records are: %w", err)
	}
	for _, r := range owned {
		s.Withdraw(r.Type, r.ExternalID)
	}
	return nil
}

// mostOwned is how many resources one change may write beside that of its own record: a step can change so many.
const mostOwned = engine.MaxChanges - engine.MaxLocks - 2

// affords refuses a change that writes more resources than one entry of the ledger takes.
func (d dnsWriter) affords(ctx context.Context, c change) error {
	var touched []Record
	for _, o := range c.Ops {
		if o.Before != nil {
			touched = append(touched, *o.Before)
		}
	}
	touched = append(touched, c.moves()...)
	if len(touched) <= mostOwned {
		return nil
	}
	owned, err := d.ledger.Resources(ctx, recordKeys(touched)...)
	if err != nil {
		return fmt.Errorf("read whose records those of %s are: %w", visibleName(c), err)
	}
	if len(owned) <= mostOwned {
		return nil
	}
	return fmt.Errorf("%w: sagas account for %d of the records at %s that this changes, and one step can change %d of those: delete or forget some first",
		engine.ErrTooLarge, len(owned), visibleName(c), mostOwned)
}
