package steps

import (
	"fmt"
	"slices"
)

// want is what an upsert makes true: a record, and how it relates to others of its name and type.
type want struct {
	zone string
	mode string
	rec  said
	was  *said            // the one record to be changed, as it is now; nil for the mode to say
	orID int64            // the id of that record, should none be as was says; 0: no such reading
	sent map[int64]Record // by id: what was sent for records that the provider keeps in other words (see answered)
}

// seen is a live record in the words in which it was asked for.
func (w want) seen(r Record) Record {
	if sent, ok := w.sent[r.ID]; ok {
		sent.ID = r.ID
		return sent
	}
	return r.canonical(w.zone)
}

// says reports whether a live record says what is wanted, whatever its TTL.
func (w want) says(r Record) bool { return w.rec.fits(w.seen(r)) }

// settled reports whether it needs no write at all.
func (w want) settled(r Record) bool {
	return w.says(r) && (!w.rec.has(fieldTTL) || w.seen(r).TTL == w.rec.TTL)
}

// plan decides which writes make w true among the live records. It is pure: Plan shows what it says and Execute does it.
// Records at the name are only ever written with their listed id; the order is deletes that must make room, updates,
// creates, deletes of what is left over. An error is a refusal and names what to choose instead.
func (w want) plan(live []Record) (change, error) {
	set, rivals, all := at(w.zone, w.rec.Name, w.rec.Type, live)
	c := change{Zone: w.zone, Name: w.rec.Name, Type: w.rec.Type, Before: all}
	if len(rivals) > 0 && w.mode != modeReplace {
		return c, fmt.Errorf("%w: %s cannot stand beside %s: choose dns_record_mode=replace to delete what is there",
			errInTheWay, w.rec.title(w.zone), summary(w.zone, rivals))
	}
	keep, err := w.choose(set)
	if err != nil {
		return c, err
	}
	for _, r := range rivals {
		c.Ops = append(c.Ops, deletion(r))
	}
	spare := set
	switch {
	case keep < 0:
		ttl := 0
		if len(set) > 0 {
			ttl = set[0].TTL
		}
		after, err := w.rec.fresh(ttl)
		if err != nil {
			return c, err
		}
		c.Ops = append(c.Ops, op{Do: opCreate, After: &after})
	default:
		spare = slices.Delete(slices.Clone(set), keep, keep+1)
		if w.settled(set[keep]) {
			c.Kept = set[keep].ID
		} else {
			c.Ops = append(c.Ops, w.update(set[keep]))
		}
	}
	if w.mode == modeReplace {
		for _, r := range spare {
			c.Ops = append(c.Ops, deletion(r))
		}
	}

	switch {
	case len(rivals) > 0:
		c.Outcome = outcomeReplaced
	case len(c.Ops) == 0:
		c.Outcome = outcomeNoop
	case keep < 0:
		c.Outcome = outcomeCreated
	default:
		c.Outcome = outcomeUpdated
	}
	c.Note = w.note(c, len(spare))
	c.inWords(w.sent)
	return c, nil
}

// choose picks the record of the set that is to say what is wanted; below 0 a new one is.
func (w want) choose(set []Record) (keep int, err error) {
	right := slices.IndexFunc(set, w.settled)
	if right < 0 {
		right = slices.IndexFunc(set, w.says)
	}
	title := w.rec.title(w.zone)
	switch {
	case w.was != nil:
		return w.member(set, right)
	case w.mode == modeAdd && right < 0 && w.rec.Type == "CNAME" && len(set) > 0:
		return 0, fmt.Errorf("%w: a name has one CNAME, and %s is there: choose dns_record_mode=single to change it", errInTheWay, summary(w.zone, set))
	case w.mode == modeAdd:
		return right, nil
	case w.mode == modeSingle && len(set) > 1 && (right < 0 || !w.settled(set[right])):
		return 0, fmt.Errorf("%w: %d records are at %s: %s: choose dns_record_mode=add to add this value, dns_record_mode=replace to make it the only one, or %s to change one of them",
			errAmbiguous, len(set), title, listing(set), inWas)
	case right < 0 && len(set) > 0:
		return 0, nil
	}
	return right, nil
}

// member picks the one record that was named by what it was. right is the place of one that says what is wanted already;
// when the named one is not there that is what this launch has done before.
func (w want) member(set []Record, right int) (int, error) {
	title := w.rec.title(w.zone)
	meant := func(r Record) bool { return w.was.fits(r.canonical(w.zone)) || w.was.fits(w.seen(r)) }
	picked := slices.DeleteFunc(slices.Clone(set), func(r Record) bool { return !meant(r) })
	if len(picked) == 0 && w.orID != 0 {
		picked = slices.DeleteFunc(slices.Clone(set), func(r Record) bool { return r.ID != w.orID })
	}
	alike := func(r Record) bool { return r.canonical(w.zone).same(picked[0].canonical(w.zone)) }
	switch {
	case len(picked) == 0 && right >= 0:
		return right, nil
	case len(picked) == 0 && len(set) == 0:
		return 0, fmt.Errorf("%w: nothing is at %s: leave out %s and %s to create it", errNoSuch, title, inWas, inRecordID)
	case len(picked) == 0:
		return 0, fmt.Errorf("%w: none of %s says that; there are: %s", errNoSuch, title, listing(set))
	case !slices.ContainsFunc(picked[1:], func(r Record) bool { return !alike(r) }):
	case right >= 0 && w.settled(set[right]) && meant(set[right]):
		return right, nil // one of several that said the same was changed: by this launch, made before
	default:
		return 0, fmt.Errorf("%w: %d records of %s say that: %s: choose one with %s", errAmbiguous, len(picked), title, listing(picked), inRecordID)
	}
	at := slices.IndexFunc(set, func(r Record) bool { return r.ID == picked[0].ID })
	if right >= 0 && !w.says(set[at]) {
		after := w.rec.over(set[at].canonical(w.zone))
		if other := slices.IndexFunc(set, func(r Record) bool { return w.seen(r).same(after) }); other >= 0 {
			return 0, fmt.Errorf("%w: id %d of %s says %s already: delete id %d instead", errThere, set[other].ID, title, set[other].value(), picked[0].ID)
		}
	}
	return at, nil
}

// kept is the id of a record that says what is wanted already, 0 when there is none.
func (w want) kept(live []Record) int64 {
	set, _, _ := at(w.zone, w.rec.Name, w.rec.Type, live)
	if i := slices.IndexFunc(set, w.says); i >= 0 {
		return set[i].ID
	}
	return 0
}

func (w want) update(old Record) op {
	before, after := old, w.rec.over(old.canonical(w.zone))
	after.ID = old.ID
	return op{Do: opUpdate, ID: old.ID, Before: &before, After: &after}
}

// note says what the outcome leaves out: which records were deleted with it, or stay beside it.
func (w want) note(c change, others int) string {
	gone := c.deleted()
	switch {
	case len(gone) > 0:
		return fmt.Sprintf("%s deleted: %s", count(len(gone), "record"), deletions(gone))
	case w.mode == modeSingle && w.was == nil && others > 0:
		stay := "stays"
		if others > 1 {
			stay = "stay"
		}
		return fmt.Sprintf("%s %s; dns_record_mode=replace makes it the only one", count(others, "other record"), stay)
	}
	return ""
}

// unwanted is what a delete makes true: no record of a name and type, or none of those that were picked.
type unwanted struct {
	zone string
	pick said // with type and name
	all  bool
	sent map[int64]Record // as in want
}

// about is a record that stands for the name and type.
func (u unwanted) about() Record { return Record{Type: u.pick.Type, Name: u.pick.Name} }

// plan decides which records to delete. It is pure.
func (u unwanted) plan(live []Record) (change, error) {
	set, _, all := at(u.zone, u.pick.Name, u.pick.Type, live)
	c := change{Zone: u.zone, Name: u.pick.Name, Type: u.pick.Type, Before: all, Outcome: outcomeDeleted}
	meant := func(r Record) bool {
		sent, ok := u.sent[r.ID]
		sent.ID = r.ID
		return u.pick.fits(r.canonical(u.zone)) || ok && u.pick.fits(sent)
	}
	picked := slices.DeleteFunc(slices.Clone(set), func(r Record) bool { return !meant(r) })
	switch {
	case len(picked) > 1 && !u.all:
		return c, fmt.Errorf("%w: %d records are at %s: %s: choose one with %s, or all of them with dns_record_mode=all",
			errAmbiguous, len(picked), u.about().title(u.zone), listing(picked), either(inputsThatDiffer(u.zone, picked)))
	case len(picked) == 0:
		c.Outcome = outcomeAbsent
		if len(set) > 0 {
			c.Note = "there are: " + listing(set)
		}
	}
	for _, r := range picked {
		c.Ops = append(c.Ops, deletion(r))
	}
	if len(picked) > 1 {
		c.Note = fmt.Sprintf("%s deleted: %s", count(len(picked), "record"), deletions(picked))
	}
	c.inWords(u.sent)
	return c, nil
}
