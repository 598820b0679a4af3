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

// idBook is the ids of all steps of a saga. Each step writes under keys of its own: with one key for all, what a step
// wrote on its way forward would hide from it what others wrote since. It writes in pieces, so that a change of a thousand
// records does not write all their ids anew with each.
type idBook struct {
	s   *engine.State
	own []recordIDs
	known
}

// mostIDs is how many ids a piece takes.
const mostIDs = 100

func (r recordIDs) count() int { return len(r.Gone) + len(r.Became) + len(r.Posted) + len(r.Theirs) }

const keyIDs = "dns_record_ids_at_step_"

// mostSteps bounds the search for what other steps wrote; no saga has more.
const mostSteps = 256

func readIDs(s *engine.State) (*idBook, error) {
	b := &idBook{s: s, known: known{gone: map[int64]bool{}, became: map[int64]int64{}, posted: map[int64]bool{}, theirs: map[int64]bool{}}}
	for i := range mostSteps {
		for n := 0; ; n++ {
			var ids recordIDs
			if ok, err := s.Lookup(idsKey(i, n), &ids); err != nil {
				return nil, err
			} else if !ok {
				break
			}
			if i == s.Idx() {
				b.own = append(b.own, ids)
			}
			b.learn(ids)
		}
	}
	return b, nil
}

// idsKey is the key of piece n of what step idx has learned.
func idsKey(idx, n int) string { return pieceKey(keyIDs+itoa(int64(idx)), n) }

func (b *idBook) learn(ids recordIDs) {
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

// lost notes that a record does not exist any more.
func (b *idBook) lost(id int64) {
	if b.gone[id] {
		return
	}
	b.gone[id] = true
	b.add(func(ids *recordIDs) { ids.Gone = append(ids.Gone, id) })
}

// moved notes that a record is back under a new id.
func (b *idBook) moved(from, to int64) {
	b.became[from] = to
	for n := range b.own { // of two answers the last one counts
		delete(b.own[n].Became, from)
	}
	b.add(func(ids *recordIDs) {
		if ids.Became == nil {
			ids.Became = map[int64]int64{}
		}
		ids.Became[from] = to
	})
}

// post notes that a record is about to be put back.
func (b *idBook) post(id int64) {
	b.posted[id] = true
	b.add(func(ids *recordIDs) { ids.Posted = append(ids.Posted, id) })
}

// unposted notes that the provider has refused to put a record back.
func (b *idBook) unposted(id int64) {
	delete(b.posted, id)
	for n := range b.own {
		if slices.Contains(b.own[n].Posted, id) {
			b.own[n].Posted = slices.DeleteFunc(b.own[n].Posted, func(p int64) bool { return p == id })
			b.put(n)
		}
	}
}

// notOurs notes that no step has written these records.
func (b *idBook) notOurs(ids []int64) {
	for _, id := range ids {
		if !b.theirs[id] {
			b.theirs[id] = true
			b.add(func(ids *recordIDs) { ids.Theirs = append(ids.Theirs, id) })
		}
	}
}

// add writes into the last piece, or into a new one when that is full.
func (b *idBook) add(note func(*recordIDs)) {
	if last := len(b.own) - 1; last < 0 || b.own[last].count() >= mostIDs {
		b.own = append(b.own, recordIDs{})
	}
	last := len(b.own) - 1
	note(&b.own[last])
	b.put(last)
}

func (b *idBook) put(n int) { b.s.Put(idsKey(b.s.Idx(), n), b.own[n]) }

// present drops from a listing what is known to be gone.
func (b *idBook) present(live []Record) []Record {
	return slices.DeleteFunc(live, func(r Record) bool { return b.gone[r.ID] })
}
