package steps

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"arcadia/engine"
)

// lateWrite is how long a compensation waits before it looks again for a write that was cut off on its way: such a
// request may still arrive.
const lateWrite = 3 * time.Second

// compensate takes back what execute did, however far it came. After a write without a clear answer the next attempt
// starts over with a fresh look.
func (d dnsWriter) compensate(ctx context.Context, s *engine.State) error {
	ctx = Urgent(ctx)
	c, done, begun, err := changeOf(s)
	if err != nil || !begun {
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
		live, err := d.look(ctx, c.Zone, c.Name)
		if err != nil && !absent(err) {
			return verdict(ctx, err)
		}
		live = slices.DeleteFunc(live, func(r Record) bool { return vanished[r.ID] })
		c.recognize(done, live)
		todo, refusal := c.undo(done, live, ids.known)
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
		ids.notOurs(todo.Theirs)
		if err := d.announce(ctx, s, todo, ids); err != nil {
			return err
		}
		c.worded(todo.Ops, ids.became)
		again, err := d.carryOut(ctx, s, c, todo, ids, vanished)
		if err != nil {
			return err
		}
		if !again {
			for _, id := range slices.Sorted(maps.Keys(vanished)) {
				ids.lost(id)
			}
			return d.account(ctx, s, c, done, ids)
		}
	}
}

// carryOut makes the writes of an undo. It asks for another look when a record turned out to be gone. One that was to be
// deleted is not known to be lost yet: it may not have been this saga that deleted it, and be back under another id.
func (d dnsWriter) carryOut(ctx context.Context, s *engine.State, c change, todo undoing, ids *idBook, vanished map[int64]bool) (again bool, err error) {
	say := pace{total: len(todo.Ops)}
	for i, o := range todo.Ops {
		if ctx.Err() != nil {
			return false, context.Cause(ctx)
		}
		stored, err := d.write(ctx, c.Zone, o)
		switch {
		case o.Do == opUpdate && absent(err) && !ids.gone[o.ID]:
			ids.lost(o.ID)
			return true, nil
		case o.Do == opDelete && absent(err):
			vanished[o.ID] = true
			return true, nil
		case err != nil:
			if o.Do == opCreate && refused(err) {
				ids.unposted(o.ID)
			}
			return false, verdict(ctx, err)
		case o.Do == opDelete:
			ids.lost(o.ID)
		case o.Do == opCreate:
			ids.moved(o.ID, stored.ID)
			if err := s.Save(context.WithoutCancel(ctx), say.line(i+1)...); err != nil {
				return false, err
			}
		}
		if o.Do != opDelete {
			if err := c.astray(o, stored); err != nil {
				return false, err
			}
		}
	}
	return false, nil
}

// announce makes durable which records are about to be put back, so that one that says the same is known for ours when the
// answer to its POST is lost, and for somebody else's when there was no POST.
func (d dnsWriter) announce(ctx context.Context, s *engine.State, todo undoing, ids *idBook) error {
	fresh := false
	for _, o := range todo.Ops {
		if o.Do == opCreate && !ids.posted[o.ID] {
			ids.post(o.ID)
			fresh = true
		}
	}
	if !fresh {
		return nil
	}
	return s.Save(ctx)
}

// owned are the resources among the records that a change updates or deletes.
func (d dnsWriter) owned(ctx context.Context, c change) ([]engine.Resource, error) {
	var keys []string
	for _, o := range c.Ops {
		if o.ID != 0 {
			keys = append(keys, engine.Resource{Type: dnsResource, ExternalID: itoa(o.ID)}.Key())
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	return d.ledger.Resources(ctx, keys...)
}

// account moves the resources of records that are back under another id to that id. What is back under its own id, the
// engine takes back by itself.
func (d dnsWriter) account(ctx context.Context, s *engine.State, c change, done []progress, ids *idBook) error {
	var owned []engine.Resource
	if _, err := s.Saved(keyOwned, &owned); err != nil {
		return err
	}
	for i, o := range c.Ops {
		old := c.made(i, done)
		now := present(old, ids.became)
		if now == old {
			continue
		}
		here := engine.Resource{Type: dnsResource, ExternalID: itoa(now)}
		live, taken, err := accounted(ctx, d.ledger, here.Key())
		if err != nil {
			return err
		}
		if o.Do == opCreate {
			if taken {
				s.Withdraw(here.Type, here.ExternalID) // it was deleted under the id that a later step's undo gave it
			}
			continue
		}
		at := slices.IndexFunc(owned, func(r engine.Resource) bool { return r.ExternalID == itoa(old) })
		if at < 0 && !taken {
			continue
		}
		s.Withdraw(dnsResource, itoa(old))
		switch {
		case taken && live.SagaID != s.Saga():
		case at < 0:
			s.Withdraw(here.Type, here.ExternalID)
		default:
			spec, err := recordOf(owned[at])
			if err != nil {
				return err
			}
			moved, err := resource(spec.Domain, now, spec.Record, spec.Sent)
			if err != nil {
				return err
			}
			s.Provision(moved)
		}
	}
	return nil
}
