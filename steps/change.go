package steps

import (
	"cmp"
	"fmt"
	"slices"

	"arcadia/engine"
)

// The modes of upsert and delete.
const (
	modeSingle  = "single"
	modeAdd     = "add"
	modeReplace = "replace"
	modeAll     = "all"
)

// The outcomes that a DNS step puts.
const (
	outcomeCreated = "created"
	outcomeUpdated = "updated"
	outcomeNoop    = "noop"
	outcomeDeleted = "deleted"
	outcomeAbsent  = "absent"
)

// nothingToUndo is the undo of a step that leaves the world as it is.
const nothingToUndo = "nothing to undo"

// opKind is one of the three writes.
type opKind string

const (
	opCreate opKind = "create"
	opUpdate opKind = "update"
	opDelete opKind = "delete"
)

// op is one write to a zone, with all that taking it back needs.
type op struct {
	Do     opKind  `json:"do"`
	ID     int64   `json:"id,omitempty"`     // the record; 0 for a create
	Before *Record `json:"before,omitempty"` // as the provider listed it; nil for a create
	After  *Record `json:"after,omitempty"`  // canonical, or as listed when a record is put back; nil for a delete
}

// change is what a DNS step does to the records of one name: its intent. It is saved before the first write and never
// changes afterwards; how far the writes have come is a list of progress beside it.
type change struct {
	Zone    string   `json:"zone"`
	Name    string   `json:"name"` // relative
	Type    string   `json:"type"`
	Outcome string   `json:"outcome"`
	Before  []Record `json:"before"` // all records at the name before the first write, as listed
	Ops     []op     `json:"ops"`
}

// progress is how far one op has come. Without either flag it may or may not have happened.
type progress struct {
	ID      int64 `json:"id,omitempty"` // the record that a create made, once it is known
	Done    bool  `json:"done,omitempty"`
	Refused bool  `json:"refused,omitempty"` // the provider has said that it did not do it
}

// made is the id of the record that op i writes, 0 when it is not known.
func (c change) made(i int, done []progress) int64 {
	if c.Ops[i].Do == opCreate {
		return done[i].ID
	}
	return c.Ops[i].ID
}

// want is what an upsert makes true: one canonical record, and how it relates to others of its name and type.
type want struct {
	zone string
	mode string
	rec  Record
}

// at splits the live records at a name into those of the wanted type and those that cannot stand beside it. Records at
// other names are dropped, whatever the provider's filter let through.
func at(zone, name, recordType string, live []Record) (set, rivals, all []Record) {
	for _, r := range live {
		c := r.canonical(zone)
		if c.Name != name {
			continue
		}
		all = append(all, r)
		switch {
		case c.Type == recordType:
			set = append(set, r)
		case c.Type == "CNAME", recordType == "CNAME" && c.Type != "SOA":
			rivals = append(rivals, r)
		}
	}
	byID := func(a, b Record) int { return cmp.Compare(a.ID, b.ID) }
	slices.SortFunc(set, byID)
	slices.SortFunc(rivals, byID)
	slices.SortFunc(all, byID)
	return set, rivals, all
}

// plan decides which writes make w true among the live records. It is pure: Plan shows what it says and Execute does it.
// Records at the name are only ever written with their listed id; the order is deletes that must make room, updates,
// creates, deletes of what is left over. An error is a refusal and names what to choose instead.
func (w want) plan(live []Record) (change, error) {
	set, rivals, all := at(w.zone, w.rec.Name, w.rec.Type, live)
	c := change{Zone: w.zone, Name: w.rec.Name, Type: w.rec.Type, Before: all}
	equal := slices.IndexFunc(set, func(r Record) bool { return r.canonical(w.zone).same(w.rec) })
	title := w.rec.title(w.zone)

	switch {
	case w.mode == modeSingle && len(set) > 1 && (equal < 0 || set[equal].TTL != w.rec.TTL):
		return c, fmt.Errorf("%w: %d records are at %s: choose dns_record_mode=add to add this value or dns_record_mode=replace to make it the only one",
			errAmbiguous, len(set), title)
	case w.mode == modeAdd && len(rivals) > 0:
		return c, fmt.Errorf("%w: %s cannot stand beside %s: choose dns_record_mode=replace to delete what is there",
			errInTheWay, title, summary(w.zone, rivals))
	case w.mode == modeAdd && w.rec.Type == "CNAME" && len(set) > 0 && equal < 0:
		return c, fmt.Errorf("%w: a name has one CNAME, and %s is there: choose dns_record_mode=single to change it", errInTheWay, summary(w.zone, set))
	}

	for _, r := range rivals {
		c.Ops = append(c.Ops, deletion(r))
	}
	keep, spare := equal, set
	if keep < 0 && w.mode != modeAdd && len(set) > 0 {
		keep = 0
	}
	if keep >= 0 {
		spare = slices.Delete(slices.Clone(set), keep, keep+1)
		if old := set[keep]; keep != equal || old.TTL != w.rec.TTL {
			c.Ops = append(c.Ops, w.update(old))
		}
	} else {
		after := w.rec
		c.Ops = append(c.Ops, op{Do: opCreate, After: &after})
	}
	if w.mode == modeReplace {
		for _, r := range spare {
			c.Ops = append(c.Ops, deletion(r))
		}
	}

	switch {
	case len(c.Ops) == 0:
		c.Outcome = outcomeNoop
	case keep < 0:
		c.Outcome = outcomeCreated
	default:
		c.Outcome = outcomeUpdated
	}
	return c, nil
}

// kept is the id of the record that a change without writes found to be right already, 0 when it is not there.
func (w want) kept(live []Record) int64 {
	set, _, _ := at(w.zone, w.rec.Name, w.rec.Type, live)
	for _, r := range set {
		if r.canonical(w.zone).same(w.rec) {
			return r.ID
		}
	}
	return 0
}

func (w want) update(old Record) op {
	before, after := old, w.rec
	after.ID = old.ID
	return op{Do: opUpdate, ID: old.ID, Before: &before, After: &after}
}

func deletion(r Record) op {
	return op{Do: opDelete, ID: r.ID, Before: &r}
}

// unwanted is what a delete makes true: no record of a name and type, or none with a value.
type unwanted struct {
	zone, name, recordType string
	data                   string // as given; empty: any
	all                    bool
}

// about is a record that stands for the name and type.
func (u unwanted) about() Record { return Record{Type: u.recordType, Name: u.name} }

// plan decides which records to delete. It is pure.
func (u unwanted) plan(live []Record) (change, error) {
	set, _, all := at(u.zone, u.name, u.recordType, live)
	c := change{Zone: u.zone, Name: u.name, Type: u.recordType, Before: all, Outcome: outcomeDeleted}
	if u.data != "" {
		set = slices.DeleteFunc(set, func(r Record) bool {
			rc := r.canonical(u.zone)
			return rc.Data != canonicalData(u.zone, u.recordType, rc.Tag, u.data)
		})
	}
	if len(set) > 1 && !u.all {
		return c, fmt.Errorf("%w: %d records are at %s: choose one with dns_record_data, or all of them with dns_record_mode=all",
			errAmbiguous, len(set), u.about().title(u.zone))
	}
	for _, r := range set {
		c.Ops = append(c.Ops, deletion(r))
	}
	if len(set) == 0 {
		c.Outcome = outcomeAbsent
	}
	return c, nil
}

// Refusals of a plan. Their texts are the reasons in the ledger.
const (
	errAmbiguous = engine.Reason("several_records")
	errInTheWay  = engine.Reason("records_in_the_way")
)

func summary(zone string, records []Record) string {
	s := records[0].title(zone) + " " + records[0].value()
	if n := len(records) - 1; n > 0 {
		s += fmt.Sprintf(" and %d more", n)
	}
	return s
}
