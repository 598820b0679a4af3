package steps

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

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
	outcomeCreated  = "created"
	outcomeUpdated  = "updated"
	outcomeReplaced = "replaced" // created, and records of other types that cannot stand beside it deleted
	outcomeNoop     = "noop"
	outcomeDeleted  = "deleted"
	outcomeAbsent   = "absent"
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

	Sent  *Record `json:"sent,omitempty"`  // what is sent so that the provider keeps After; nil: After itself
	Words *Record `json:"words,omitempty"` // the same of Before, for the way back
}

// change is what a DNS step does to the records of one name: its intent. It is saved before the first write and never
// changes afterwards; how far the writes have come is a list of progress beside it.
type change struct {
	Zone    string   `json:"zone"`
	Name    string   `json:"name"` // relative
	Type    string   `json:"type"`
	Outcome string   `json:"outcome"`
	Note    string   `json:"note,omitempty"`   // what the outcome alone does not say
	Kept    int64    `json:"kept,omitempty"`   // the record that says what is wanted and is not written; 0 when one is
	Before  []Record `json:"before,omitempty"` // all records at the name before the first write, as listed
	Ops     []op     `json:"ops"`
}

// progress is how far one op has come. Without either flag it may or may not have happened.
type progress struct {
	ID      int64 `json:"id,omitempty"` // the record that a create made, once it is known
	Done    bool  `json:"done,omitempty"`
	Refused bool  `json:"refused,omitempty"` // the provider has said that it did not do it

	Kept *Record `json:"kept,omitempty"` // what the provider has stored, canonical, when that is not what was sent
}

// made is the id of the record that op i writes, 0 when it is not known.
func (c change) made(i int, done []progress) int64 {
	if c.Ops[i].Do == opCreate {
		return done[i].ID
	}
	return c.Ops[i].ID
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

func deletion(r Record) op {
	return op{Do: opDelete, ID: r.ID, Before: &r}
}

// Refusals of a plan. Their texts are the reasons in the ledger.
const (
	errAmbiguous  = engine.Reason("several_records")
	errInTheWay   = engine.Reason("records_in_the_way")
	errNoSuch     = engine.Reason("no_such_record")
	errThere      = engine.Reason("value_is_there_already")
	errIncomplete = engine.Reason("incomplete_record")
)

func summary(zone string, records []Record) string {
	s := records[0].title(zone) + " " + records[0].value()
	if n := len(records) - 1; n > 0 {
		s += fmt.Sprintf(" and %d more", n)
	}
	return s
}

// deleted are the records that a change deletes.
func (c change) deleted() []Record {
	var out []Record
	for _, o := range c.Ops {
		if o.Do == opDelete && o.Before != nil {
			out = append(out, *o.Before)
		}
	}
	return out
}

// deletions names deleted records with their types: "A 192.0.2.1; TXT hello".
func deletions(records []Record) string {
	var parts []string
	for _, r := range records[:min(len(records), mostListed)] {
		parts = append(parts, r.Type+" "+r.value())
	}
	if more := len(records) - mostListed; more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(parts, "; ")
}

// either joins names for a sentence: "a", "a or b", "a, b or c".
func either(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
