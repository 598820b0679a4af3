package steps

import (
	"slices"

	"arcadia/engine"
)

// recordIDs is what a saga's steps have learned about ids, for each other: a listing may lag behind what an earlier step
// deleted, and what a later step's compensation has put back has a new id. Ids are never used twice.
type recordIDs struct {
	Gone   []int64         `json:"gone,omitempty"`
	Became map[int64]int64 `json:"became,omitempty"` // old to new
}

// idBook is the ids of all steps of a saga. Each step writes under a key of its own: with one key for all, what a step
// wrote on its way forward would hide from it what others wrote since.
type idBook struct {
	s      *engine.State
	own    recordIDs
	gone   map[int64]bool
	became map[int64]int64
}

const keyIDs = "dns_record_ids_at_step_"

// mostSteps bounds the search for what other steps wrote; no saga has more.
const mostSteps = 256

func readIDs(s *engine.State) (*idBook, error) {
	b := &idBook{s: s, gone: map[int64]bool{}, became: map[int64]int64{}}
	for i := range mostSteps {
		var ids recordIDs
		if ok, err := s.Get(keyIDs+itoa(int64(i)), &ids); err != nil {
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
		for from, to := range ids.Became {
			b.became[from] = to
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

func (b *idBook) put() { b.s.Put(keyIDs+itoa(int64(b.s.Idx())), b.own) }

// present drops from a listing what is known to be gone.
func (b *idBook) present(live []Record) []Record {
	return slices.DeleteFunc(live, func(r Record) bool { return b.gone[r.ID] })
}
