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
	ids, err := d.readIDs(ctx, s, c, done)
	if err != nil {
		return err
	}
	for _, own := range ids.own {
		for from, to := range own.Became {
			ids.tell(from, to) // an earlier attempt has learned it
		}
	}
	ids.over = s.MayOverwrite
	vanished := map[int64]bool{} // listed, and found to be gone
	for looked := false; ; {
		live, err := unhurried(ctx, s, func() ([]Record, error) { return d.look(ctx, c.Zone, c.Name) })
		if err != nil && !absent(err) {
			return verdict(ctx, err)
		}
		live = slices.DeleteFunc(live, func(r Record) bool { return vanished[r.ID] })
		c.recognize(done, live)
		todo, refusal := c.undo(done, live, ids.known)
		undone := c
		if s.Idx() > 0 && (refusal != nil || len(todo.Theirs) > 0) {
			whole, direct, able, err := d.throughout(ctx, s, c, done, live, ids.known, refusal != nil)
			if err != nil {
				return err
			}
			if able {
				undone, todo, refusal = whole, direct, nil
			}
		}
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
		ids.notOurs(todo.Theirs)
		for from, to := range todo.Became {
			ids.moved(from, to)
		}
		if err := d.announce(ctx, s, todo, ids); err != nil {
			return err
		}
		undone.worded(todo.Ops, ids.became)
		again, err := d.carryOut(ctx, s, c, todo, ids, vanished)
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
func (d dnsWriter) carryOut(ctx context.Context, s *engine.State, c change, todo undoing, ids *idBook, vanished map[int64]bool) (again bool, err error) {
	say := pace{total: len(todo.Ops)}
	for i, o := range todo.Ops {
		if ctx.Err() != nil {
			return false, context.Cause(ctx)
		}
		stored, err := unhurried(ctx, s, func() (Record, error) { return d.write(ctx, c.Zone, o) })
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

// announce makes durable which records are about to be put back or stand for what was there, so that one that says the same is known for ours when the
// answer to its POST is lost, and for somebody else's when there was no POST.
func (d dnsWriter) announce(ctx context.Context, s *engine.State, todo undoing, ids *idBook) error {
	fresh := len(todo.Became) > 0 && len(todo.Ops) > 0
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
