package steps

import (
	"fmt"
	"slices"

	"arcadia/engine"
)

// errChanged is the refusal to go on with a change whose records are no longer what it was planned on.
const errChanged = engine.Reason("changed_by_someone_else")

// resume says how far the change has come, given the live records, after an attempt that was cut off or got no clear
// answer. It is pure. A create counts as done when its record is there once more than before; an error means that
// somebody else has changed what is still to be written.
func (c change) resume(done []progress, live []Record) ([]progress, error) {
	done = slices.Clone(done)
	_, _, now := at(c.Zone, c.Name, c.Type, live)
	for i, o := range c.Ops {
		if done[i].Done {
			continue
		}
		known := func(id int64) bool {
			return slices.ContainsFunc(c.Before, func(r Record) bool { return r.ID == id }) ||
				slices.ContainsFunc(done, func(p progress) bool { return p.ID == id })
		}
		if o.Do == opCreate {
			for _, r := range now {
				if !done[i].Refused && !known(r.ID) && r.canonical(c.Zone).same(*o.After) {
					done[i] = progress{ID: r.ID, Done: true, Kept: done[i].Kept}
					break
				}
			}
			continue
		}
		at := slices.IndexFunc(now, func(r Record) bool { return r.ID == o.ID })
		switch {
		case at < 0 && o.Do == opDelete:
			done[i] = progress{Done: true}
		case at < 0:
			return nil, fmt.Errorf("%w: %s %s is gone: launch again", errChanged, o.Before.title(c.Zone), o.Before.describe())
		case o.Do == opUpdate && now[at].canonical(c.Zone).same(*o.After) && now[at].TTL == o.After.TTL:
			done[i] = progress{Done: true, Kept: done[i].Kept}
		case !now[at].canonical(c.Zone).same(o.Before.canonical(c.Zone)):
			return nil, fmt.Errorf("%w: %s was %s and is %s: launch again",
				errChanged, o.Before.title(c.Zone), o.Before.describe(), now[at].describe())
		}
	}
	return done, nil
}
