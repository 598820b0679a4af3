package steps

import (
	"cmp"
	"fmt"
	"slices"

	"arcadia/engine"
)

// undoing is what taking a change back still needs, from where the zone stands now.
type undoing struct {
	Ops []op
	// Became names records that are back already under a new id, by their old one.
	Became map[int64]int64
	// Theirs are records that stand for deleted ones and that nobody of this saga has written.
	Theirs []int64
	// Unsure: a create was never answered and nothing of it is to be seen. It may still arrive.
	Unsure bool
}

// undo decides how to take c back: which writes lead from the live records to those before c. It is pure, and may be asked
// again after any part of its answer was carried out.
//
// ids.became maps the ids of deleted records to those under which they were put back, by this undo or by that of a later
// step; ids.posted holds those of which that was begun, and ids.theirs the new ids of those that somebody else has put
// back. ids.gone holds ids that are known not to exist whatever the listing says, since it may lag.
//
// A live record that is neither as it was before nor as c wrote it belongs to somebody else: the answer is then an
// *engine.Conflict and no writes, so that a conflict never leaves half an undo behind.
func (c change) undo(done []progress, live []Record, ids known) (undoing, error) {
	u := undo{change: c, done: done, known: ids, ours: map[int64]bool{}}
	u.out.Became = map[int64]int64{}
	_, _, u.model = at(c.Zone, c.Name, c.Type, live)
	u.model = slices.DeleteFunc(u.model, func(r Record) bool { return ids.gone[r.ID] })
	for _, r := range c.Before {
		u.ours[r.ID], u.ours[u.now(r.ID)] = true, true
	}
	for i := range c.Ops {
		u.ours[u.now(c.made(i, done))] = true
	}
	for i := u.attempted() - 1; i >= 0; i-- {
		var err error
		switch o := c.Ops[i]; o.Do {
		case opCreate:
			err = u.create(i, o)
		case opUpdate:
			err = u.update(o)
		case opDelete:
			err = u.delete(i, o)
		}
		if err != nil {
			return undoing{}, err
		}
	}
	u.ttls()
	return u.out, nil
}

// undo is the working state of change.undo: the zone as the writes decided so far will leave it.
type undo struct {
	change
	known
	done  []progress
	model []Record
	ours  map[int64]bool // ids that were there before, or that the change or its undo made
	out   undoing
	fresh int64 // stand-in ids of records to be created, below 0
}

// attempted is how many ops may have had an effect: they run one after the other, so nothing behind the first one that is
// not done has been tried.
func (u *undo) attempted() int {
	for i, p := range u.done {
		if p.Done {
			continue
		}
		if p.Refused {
			return i
		}
		return i + 1
	}
	return len(u.done)
}

func (u *undo) now(id int64) int64 { return present(id, u.became) }

// present is the present id of a record that had this one.
func present(id int64, became map[int64]int64) int64 {
	for range len(became) + 1 {
		next, ok := became[id]
		if !ok {
			break
		}
		id = next
	}
	return id
}

func (u *undo) find(id int64) int {
	return slices.IndexFunc(u.model, func(r Record) bool { return r.ID == id })
}

// alone reports whether the record is the only one of its name and type. Others share its TTL, so that their owners may
// have moved it.
func (u *undo) alone(r Record) bool {
	return !slices.ContainsFunc(u.model, func(o Record) bool { return o.ID != r.ID && o.Type == r.Type })
}

// stranger finds a live record that says what want says and that was neither there before nor is accounted for.
func (u *undo) stranger(want Record) int {
	return slices.IndexFunc(u.model, func(r Record) bool {
		return !u.ours[r.ID] && r.canonical(u.Zone).same(want) && (r.TTL == want.TTL || !u.alone(r))
	})
}

// elsewhere is how a conflict shows what says the same as a record whose id is gone; empty when nothing does. The undo of
// another saga may have put ours back under a new id, or somebody may have written the same again: only a person can tell.
func (u *undo) elsewhere(want Record) string {
	at := u.stranger(want)
	if at < 0 {
		return ""
	}
	return underAnother(u.model[at])
}

func underAnother(r Record) string {
	return fmt.Sprintf("%s under another id (%d)", r.describe(), r.ID)
}

func (u *undo) create(i int, o op) error {
	id := u.now(u.done[i].ID)
	at := u.find(id)
	if id == 0 {
		at = u.stranger(*o.After)
		if at < 0 {
			u.out.Unsure = !u.done[i].Done
		}
	}
	if at < 0 {
		if live := u.elsewhere(*o.After); id != 0 && !u.gone[id] && live != "" {
			return u.conflict(*o.After, "absent", o.After.describe(), live)
		}
		return nil
	}
	r := u.model[at]
	if u.theirs[r.ID] {
		return u.conflict(*o.After, "absent", o.After.describe(), underAnother(r))
	}
	if changed := !r.canonical(u.Zone).same(*o.After) || r.TTL != o.After.TTL && u.alone(r); changed && !u.overruled(*o.After, r) {
		return u.overwritable(*o.After, "absent", o.After.describe(), r.describe())
	}
	u.remove(at)
	return nil
}

func (u *undo) update(o op) error {
	if id := u.now(o.ID); u.theirs[id] { // somebody else's record stands for it: ours goes, as far as it is still what we wrote
		if at := u.find(u.kept(o.ID)); at >= 0 && u.model[at].canonical(u.Zone).same(*o.After) {
			u.remove(at)
			return nil
		}
	}
	at := u.find(u.now(o.ID))
	if at < 0 {
		return u.conflict(*o.After, o.Before.describe(), o.After.describe(), cmp.Or(u.elsewhere(*o.After), "absent"))
	}
	r := u.model[at]
	rc, bc := r.canonical(u.Zone), o.Before.canonical(u.Zone)
	old := *o.Before
	old.ID = r.ID
	moved := rc.same(*o.After) && !u.alone(r) && r.TTL != old.TTL && !u.wrote(r.Type, r.TTL)
	if moved {
		old.TTL = r.TTL // the set's, which somebody has moved since: it stands
	}
	switch {
	case r == old:
		return nil
	case u.theirs[r.ID]:
		return u.conflict(*o.After, o.Before.describe(), o.After.describe(), underAnother(r))
	case moved, rc.same(bc) && (r.TTL == old.TTL || r.TTL == o.After.TTL && !u.alone(r)),
		rc.same(*o.After) && (r.TTL == o.After.TTL || r.TTL == old.TTL && !u.alone(r)):
		// Either TTL among several: a neighbor has moved it along, on the way there or back. One that stands alone and has the
		// data of one side with the TTL of the other is somebody's later choice. The same data in another spelling is put back.
		if !rc.same(bc) {
			if other := u.stranger(bc); other >= 0 { // as in delete: no second one that says the same
				u.standsFor(o.ID, u.model[other].ID)
				u.remove(at)
				return nil
			}
			if b, t, turned := u.turned(bc); turned {
				live := fmt.Sprintf("%s, and %s in record %d, which said %s", r.describe(), t.describe(), t.ID, b.describe())
				return u.conflict(*o.After, o.Before.describe(), o.After.describe(), live)
			}
		}
		u.write(r, old)
		return nil
	case u.overruled(*o.After, r):
		u.write(r, old)
		return nil
	}
	return u.overwritable(*o.After, o.Before.describe(), o.After.describe(), r.describe())
}

// remove deletes a live record.
func (u *undo) remove(at int) {
	r := u.model[at]
	u.model = slices.Delete(u.model, at, at+1)
	u.out.Ops = append(u.out.Ops, op{Do: opDelete, ID: r.ID, Before: &r})
}

// standsFor notes that a live record says what the one with the old id said.
func (u *undo) standsFor(old, id int64) {
	u.out.Became[old] = id
	u.ours[id] = true
	if !u.posted[old] {
		u.out.Theirs = append(u.out.Theirs, id)
	}
}

// kept is the last id of a record under which it was ours.
func (u *undo) kept(id int64) int64 {
	for range len(u.became) + 1 {
		next, ok := u.became[id]
		if !ok || u.theirs[next] {
			break
		}
		id = next
	}
	return id
}

// write puts a record's old values back under its present id.
func (u *undo) write(r, old Record) {
	old.ID = r.ID
	u.out.Ops = append(u.out.Ops, op{Do: opUpdate, ID: r.ID, Before: &r, After: &old})
	u.model[u.find(r.ID)] = old
	u.rectify(old)
}

func (u *undo) delete(i int, o op) error {
	id := u.now(o.ID)
	if at := u.find(id); at >= 0 {
		r := u.model[at]
		switch {
		case id != o.ID:
			return nil // it is back already
		case u.done[i].Done:
			u.model = slices.Delete(u.model, at, at+1) // the listing lags
		case !r.canonical(u.Zone).same(o.Before.canonical(u.Zone)):
			return nil // never deleted, and somebody else's by now
		default:
			// The delete was never answered and the listing may lag behind it. Writing the record as it was settles
			// that without a gap: the provider says that it is gone, or nothing changes.
			old := *o.Before
			old.TTL = r.TTL
			u.write(r, old)
			return nil
		}
	}
	want := o.Before.canonical(u.Zone)
	if at := u.stranger(want); at >= 0 {
		u.standsFor(o.ID, u.model[at].ID)
		return nil
	}
	if b, r, turned := u.turned(want); turned {
		live := fmt.Sprintf("%s in record %d, which said %s", r.describe(), r.ID, b.describe())
		return u.conflict(want, o.Before.describe(), "absent", live)
	}
	if r, taken := u.taken(want); taken {
		return u.conflict(want, o.Before.describe(), "absent", r.Type+" "+r.describe())
	}
	old := *o.Before
	if at := slices.IndexFunc(u.model, func(r Record) bool { return r.Type == want.Type }); at >= 0 && !u.wrote(want.Type, u.model[at].TTL) {
		old.TTL = u.model[at].TTL // it belongs to the records that are left, and somebody may have moved it since
	}
	u.out.Ops = append(u.out.Ops, op{Do: opCreate, ID: o.ID, After: &old})
	u.fresh--
	old.ID = u.fresh
	u.ours[old.ID] = true
	u.model = append(u.model, old)
	u.rectify(old)
	return nil
}

// turned finds a record that was there before with other data and has since been made to say what want says. Putting want
// back beside it would make an exact duplicate.
func (u *undo) turned(want Record) (before, live Record, found bool) {
	for _, b := range u.Before {
		at := u.find(u.now(b.ID))
		if at >= 0 && u.model[at].canonical(u.Zone).same(want) && !b.canonical(u.Zone).same(want) {
			return b, u.model[at], true
		}
	}
	return Record{}, Record{}, false
}

// familiar reports whether a live record says what one did that the change left alone: it stands for that one, under
// whatever id.
func (u *undo) familiar(r Record) bool {
	c := r.canonical(u.Zone)
	return slices.ContainsFunc(u.Before, func(b Record) bool {
		return b.canonical(u.Zone).same(c) && !slices.ContainsFunc(u.Ops, func(o op) bool { return o.ID == b.ID })
	})
}

// taken finds what somebody else has put into the place that a deleted record left: a record that cannot stand beside it,
// or a new one where the change had left none of the type.
func (u *undo) taken(want Record) (Record, bool) {
	emptied := !slices.ContainsFunc(u.model, func(r Record) bool { return r.Type == want.Type && (u.ours[r.ID] || u.familiar(r)) })
	for _, r := range u.model {
		c := r.canonical(u.Zone)
		switch {
		case c.Type == "SOA":
		case c.Type != want.Type && (c.Type == "CNAME" || want.Type == "CNAME"),
			c.Type == want.Type && want.Type == "CNAME",
			c.Type == want.Type && emptied:
			return r, true
		}
	}
	return Record{}, false
}

// rectify does to the model what the provider does: one TTL for each name and type, the last one written.
func (u *undo) rectify(r Record) {
	for i := range u.model {
		if u.model[i].Type == r.Type {
			u.model[i].TTL = r.TTL
		}
	}
}

// ttls puts back the TTL of the records that c left alone but for it.
func (u *undo) ttls() {
	for _, before := range u.Before {
		at := u.find(u.now(before.ID))
		if at < 0 || u.model[at].TTL == before.TTL || !u.wrote(before.Type, u.model[at].TTL) {
			continue
		}
		r := u.model[at]
		old := r
		old.TTL = before.TTL
		u.write(r, old)
	}
}

// wrote reports whether the change moved the TTL of a type to this value, so that putting it back undoes nobody else.
func (u *undo) wrote(recordType string, ttl int) bool {
	for _, o := range u.Ops[:u.attempted()] {
		if o.After != nil && o.After.Type == recordType && o.After.TTL == ttl {
			return true
		}
	}
	return false
}

// overruled reports whether an operator has said that what stands there now may be lost.
func (u *undo) overruled(about, live Record) bool {
	return u.over != nil && u.over(about.title(u.Zone), live.describe())
}

// overwritable is a conflict that an operator can overrule: one record says something else than was written.
func (u *undo) overwritable(about Record, prior, written, live string) error {
	return &engine.Conflict{Subject: about.title(u.Zone), Prior: prior, Written: written, Live: live, Overwritable: true}
}

func (u *undo) conflict(about Record, prior, written, live string) error {
	return &engine.Conflict{Subject: about.title(u.Zone), Prior: prior, Written: written, Live: live}
}
