package steps

import (
	"slices"

	"arcadia/engine"
)

// Touches is the record's name and the types of record that were written or found to be right there. A CNAME excludes all
// other types, so that whoever writes one, or in the place of one, touches the whole name.
func (u UpsertDNSRecord) Touches(s *engine.State) []engine.Touch { return dnsTouches(s) }

// Touches is as of an upsert: what is absent as wanted is relied on as well.
func (d DeleteDNSRecord) Touches(s *engine.State) []engine.Touch { return dnsTouches(s) }

func dnsTouches(s *engine.State) []engine.Touch {
	zone, name := place(s.Inputs())
	c, _, begun, err := changeOf(s)
	if err != nil || !begun {
		return []engine.Touch{{Name: recordLock(zone, name), Part: canonicalType(s.Input(inType))}}
	}
	return c.touches()
}

func (c change) touches() []engine.Touch {
	types := []string{c.Type}
	for _, o := range c.Ops {
		for _, r := range []*Record{o.Before, o.After} {
			if r != nil {
				types = append(types, canonicalType(r.Type))
			}
		}
	}
	return recordTouches(c.Zone, c.Name, types...)
}

// recordTouches is some types of record at a name.
func recordTouches(zone, name string, types ...string) []engine.Touch {
	lock := recordLock(zone, name)
	if slices.Contains(types, "CNAME") {
		return []engine.Touch{{Name: lock}}
	}
	slices.Sort(types)
	var out []engine.Touch
	for _, t := range slices.Compact(types) {
		out = append(out, engine.Touch{Name: lock, Part: t})
	}
	return out
}

// Touches is the resource's thing, and what was written to bring it back.
func (r RestoreResource) Touches(s *engine.State) []engine.Touch {
	out := r.held.Touches(s)
	if c, _, begun, err := changeOf(s); err == nil && begun {
		out = append(out, c.touches()...)
	}
	return out
}

// Touches is the thing that the resource is about.
func (held) Touches(s *engine.State) []engine.Touch {
	var r engine.Resource
	if ok, err := s.Saved(keyResource, &r); err != nil || !ok {
		return nil
	}
	t, err := typeOf(r)
	if err != nil {
		return nil
	}
	return t.touches(r)
}

// Touches is the snapshot: other snapshots of the droplet have nothing to do with it, but whoever has made the droplet has.
func (CreateDropletSnapshot) Touches(s *engine.State) []engine.Touch {
	own := snapshotTouches(s)
	if len(own) == 0 {
		return nil
	}
	return append(own, engine.Touch{Name: madeOf(s.Input(inDroplet)), Part: own[0].Name})
}

// madeOf is the name under which things stand that were made of a droplet: none has to do with another, and all of them with
// the droplet's making.
func madeOf(droplet string) string { return "made_of_" + dropletLock(droplet) }

// Touches is the snapshot.
func (AdoptSnapshot) Touches(s *engine.State) []engine.Touch { return snapshotTouches(s) }

// Touches is nothing: what is gone for good stands in nobody's way.
func (DeleteSnapshot) Touches(*engine.State) []engine.Touch { return nil }
