package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"arcadia/engine"
)

// A saga may write one name in several rows, and its undo goes back through what was there between them. What somebody else
// has written since may leave no room for such a moment in between, though it leaves room for what was there before the
// saga: then the row is undone straight to that, and the rows before it find that there is nothing left to undo.

// from is c as if the rows before it, the last one first, had been one with it: what it changed is taken back to what was there
// before the saga, or to what somebody else wrote in between. ok is false when no row before it has a part in it, or when it is not
// known how far c has come. It is pure.
func (c change) from(earlier []part, done []progress) (whole change, left []progress, ok bool) {
	whole = c
	whole.Before, whole.Ops = slices.Clone(c.Before), nil
	for i, o := range c.Ops {
		if done[i].Refused {
			break
		}
		if !done[i].Done {
			return c, done, false
		}
		whole.Ops, left = append(whole.Ops, o), append(left, done[i])
	}
	for _, e := range earlier {
		if e.Zone == c.Zone && e.Name == c.Name {
			left = whole.behind(e, left)
			ok = true
		}
	}
	return whole, left, ok
}

// part is a row's change and how far it has come.
type part struct {
	change
	done []progress
}

// behind takes what c found back to what e found, record by record, and returns the progress of the writes that are left.
func (c *change) behind(e part, done []progress) []progress {
	made := map[int64]bool{}
	was := map[int64]op{}
	for i := range c.Before {
		b := &c.Before[i]
		switch old, found := e.found(*b); {
		case !found:
		case old.Before == nil:
			made[b.ID] = true
		default:
			*b, was[b.ID] = *old.Before, old
		}
	}
	c.Before = slices.DeleteFunc(c.Before, func(r Record) bool { return made[r.ID] })
	ops := c.Ops
	c.Ops = nil
	var left []progress
	for i, o := range ops {
		p := done[i]
		old, moved := was[o.ID]
		switch {
		case made[o.ID] && o.Do == opDelete:
			continue
		case made[o.ID]:
			p.ID = o.ID
			o = op{Do: opCreate, After: o.After, Sent: o.Sent}
		case moved:
			o.Before, o.Words = old.Before, old.Words
		}
		c.Ops, left = append(c.Ops, o), append(left, p)
	}
	return left
}

// found is how e found the record b, which was there when e had ended: Before is nil when e created it. It is not found when
// somebody else has written it in between.
func (e part) found(b Record) (op, bool) {
	now := b.canonical(e.Zone)
	for i, o := range e.Ops {
		if e.made(i, e.done) == b.ID && e.done[i].Done {
			return o, o.After != nil && now.same(*o.After)
		}
	}
	at := slices.IndexFunc(e.Before, func(r Record) bool { return r.ID == b.ID && r.canonical(e.Zone).same(now) })
	if at < 0 {
		return op{}, false
	}
	return op{Before: &e.Before[at]}, true
}

// throughout is how c is undone when there is no room for what was there just before it (refused), or when somebody else's record
// would have to stand for it, if what was there before the saga can be put back. Where the saga alone had made it, and somebody else has made
// the same again, a person is asked as ever.
func (d dnsWriter) throughout(ctx context.Context, s *engine.State, c change, done []progress, live []Record, ids known, refused bool) (change, undoing, bool, error) {
	rows, err := d.earlier(ctx, s)
	if err != nil {
		return c, undoing{}, false, err
	}
	whole, left, ok := c.from(rows, done)
	older := slices.ContainsFunc(whole.Ops, func(o op) bool { return o.Before != nil })
	if !ok || !refused && !older {
		return c, undoing{}, false, nil
	}
	todo, refusal := whole.undo(left, live, ids)
	return whole, todo, refusal == nil, nil
}

// earlier reads from the ledger what the rows before this one have changed, the last one first.
func (d dnsWriter) earlier(ctx context.Context, s *engine.State) ([]part, error) {
	if s.Idx() == 0 {
		return nil, nil
	}
	entries, err := d.ledger.Entries(ctx, s.Saga(), 0)
	if err != nil {
		return nil, fmt.Errorf("read what the steps before have changed: %w", err)
	}
	saga, err := engine.Fold(entries)
	if err != nil {
		return nil, fmt.Errorf("read what the steps before have changed: %w", err)
	}
	var out []part
	for i := min(s.Idx(), len(saga.Rows)) - 1; i >= 0; i-- {
		c, done, begun, err := changeOf(output(saga.Rows[i].Output))
		if err != nil {
			return nil, fmt.Errorf("read what step %d has changed: %w", i, err)
		}
		if begun {
			out = append(out, part{c, done})
		}
	}
	return out, nil
}

// output is what a row has put.
type output map[string]json.RawMessage

// Saved is as engine.State has it.
func (o output) Saved(key string, v any) (bool, error) {
	raw, ok := o[key]
	if !ok {
		return false, nil
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return false, fmt.Errorf("read %q: %w", key, err)
	}
	return true, nil
}
