package steps

import (
	"context"
	"slices"

	"arcadia/engine"
)

// Verify looks whether a record that the row created is still there. What the row changed or deleted is not looked at:
// the compensations of the rows below it have written since, each to what it found.
func (d dnsWriter) Verify(ctx context.Context, s *engine.State) ([]string, error) {
	ctx = Urgent(ctx)
	c, done, begun, err := changeOf(s)
	if err != nil || !begun {
		return nil, err
	}
	ids, err := d.readIDs(ctx, s, c, done)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(c.Ops, func(o op) bool { return o.Do == opCreate }) {
		return nil, nil
	}
	return settled(ctx, func() ([]string, error) {
		live, err := d.look(ctx, c.Zone, c.Name)
		if err != nil && ClassOf(err) != NotFound {
			return nil, err
		}
		c.recognize(done, live)
		return c.left(done, live, ids.became), nil
	})
}

// left names what the change created and is still among the live records. It is pure. A create without a known id is
// known by its content, as far as that was neither there before nor put back since.
func (c change) left(done []progress, live []Record, became map[int64]int64) []string {
	known := map[int64]bool{}
	for _, r := range c.Before {
		known[r.ID] = true
	}
	for _, id := range became {
		known[id] = true
	}
	var left []string
	_, _, now := at(c.Zone, c.Name, c.Type, live)
	for i, o := range c.Ops {
		if o.Do != opCreate || done[i].Refused {
			continue
		}
		for _, r := range now {
			if r.ID == present(done[i].ID, became) || done[i].ID == 0 && !known[r.ID] && r.canonical(c.Zone).same(*o.After) && r.TTL == o.After.TTL {
				left = append(left, r.title(c.Zone)+" "+r.describe())
			}
		}
	}
	return left
}

// Verify looks whether the snapshot is still there.
func (c CreateDropletSnapshot) Verify(ctx context.Context, s *engine.State) ([]string, error) {
	ctx = Urgent(ctx)
	droplet, err := dropletOf(s.Inputs())
	if err != nil {
		return nil, err
	}
	w := snapshotWork{cloud: c.cloud, s: s, intent: snapshotIntent{Droplet: droplet, Name: snapshotName(droplet, s.Saga())}}
	var id int64
	known, err := s.Saved(keySnapshotID, &id)
	if err != nil {
		return nil, err
	}
	begun, err := s.Saved(keySnapshotIntent, &snapshotIntent{})
	if err != nil || !known && !begun {
		return nil, err
	}
	return settled(ctx, func() ([]string, error) { return w.left(ctx, id) })
}

// settled looks until nothing is left, for as long as a listing may lag, and returns what the last look found.
func settled(ctx context.Context, look func() ([]string, error)) (left []string, err error) {
	for i := range lookups {
		if i > 0 {
			if err := pause(ctx, lookupPause); err != nil {
				return left, err
			}
		}
		if left, err = look(); err != nil || len(left) == 0 {
			return left, err
		}
	}
	return left, nil
}
