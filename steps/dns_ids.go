package steps

import (
	"maps"
	"slices"

	"arcadia/engine"
)

// recordIDs is what a saga's steps have learned about ids, for each other: a listing may lag behind what an earlier step
// deleted, and what a later step's compensation has put back has a new id. Ids are never used twice.
type recordIDs struct {
	Gone   []int64         `json:"gone,omitempty"`
	Became map[int64]int64 `json:"became,omitempty"` // old to new
	Posted []int64         `json:"posted,omitempty"` // by their old ids: records that an undo has begun to put back
	Theirs []int64         `json:"theirs,omitempty"` // records that stand for deleted ones, and that no step has written
}

// known is what a saga knows of ids, by all its steps.
type known struct {
	gone   map[int64]bool
	became map[int64]int64
	posted map[int64]bool
	theirs map[int64]bool
}

// idBook is the ids of all steps of a saga. Each step writes under a key of its own: with one key for all, what a step
// wrote on its way forward would hide from it what others wrote since.
type idBook struct {
	s   *engine.State
	own recordIDs
	known
}

const keyIDs = "dns_record_ids_at_step_"

// mostSteps bounds the search for what other steps wrote; no saga has more.
const mostSteps = 256

func readIDs(s *engine.State) (*idBook, error) {
	b := &idBook{s: s, known: known{gone: map[int64]bool{}, became: map[int64]int64{}, posted: map[int64]bool{}, theirs: map[int64]bool{}}}
	for i := range mostSteps {
		var ids recordIDs
		if ok, err := s.Lookup(keyIDs+itoa(int64(i)), &ids); err != nil {
			return nil, err
		} else if !ok {
			continue
		}
		if i == s.Idx() {
			b.own = ids
		}
		for _, id := range ids.Gone {
			b.gone[id] = true
		}
		maps.Copy(b.became, ids.Became)
		for _, id := range ids.Posted {
			b.posted[id] = true
		}
		for _, id := range ids.Theirs {
			b.theirs[id] = true
		}
	}
	return b, nil
}

// lost notes that a record does not exist any more.
func (b *idBook) lost(id int64) {
	if b.gone[id] {
		return
	}
	b.gone[id] = true
	b.own.Gone = append(b.own.Gone, id)
	b.put()
}

// moved notes that a record is back under a new id.
func (b *idBook) moved(from, to int64) {
	b.became[from] = to
	if b.own.Became == nil {
		b.own.Became = map[int64]int64{}
	}
	b.own.Became[from] = to
	b.put()
}

// post notes that a record is about to be put back.
func (b *idBook) post(id int64) {
	b.posted[id] = true
	b.own.Posted = append(b.own.Posted, id)
	b.put()
}

// unposted notes that the provider has refused to put a record back.
func (b *idBook) unposted(id int64) {
	delete(b.posted, id)
	b.own.Posted = slices.DeleteFunc(b.own.Posted, func(p int64) bool { return p == id })
	b.put()
}

// notOurs notes that no step has written these records.
func (b *idBook) notOurs(ids []int64) {
	for _, id := range ids {
		if !b.theirs[id] {
			b.theirs[id] = true
			b.own.Theirs = append(b.own.Theirs, id)
			b.put()
		}
	}
}

func (b *idBook) put() { b.s.Put(keyIDs+itoa(int64(b.s.Idx())), b.own) }

// present drops from a listing what is known to be gone.
func (b *idBook) present(live []Record) []Record {
	return slices.DeleteFunc(live, func(r Record) bool { return b.gone[r.ID] })
}
