package steps

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

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
	over   func(subject, live string) bool // whether an operator lets what is there be lost; nil: nobody does
}

// idBook is the ids of all steps of a saga. Each step writes under keys of its own: with one key for all, what a step
// wrote on its way forward would hide from it what others wrote since. It writes in pieces, so that a change of a thousand
// records does not write all their ids again with each.
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

// readIDs reads what the steps of the saga know, and which of the change's records the undo of other sagas has put back since.
func (d dnsWriter) readIDs(ctx context.Context, s *engine.State, c change, done []progress) (*idBook, error) {
	b, err := ownIDs(s)
	if err != nil {
		return nil, err
	}
	keys := map[string]int64{}
	for _, r := range c.Before {
		keys[dnsKey(r.ID)] = r.ID
	}
	for i := range c.Ops {
		if id := c.made(i, done); id != 0 {
			keys[dnsKey(id)] = id
		}
	}
	if len(keys) == 0 {
		return b, nil
	}
	moves, err := d.ledger.Moves(ctx, slices.Sorted(maps.Keys(keys))...)
	if err != nil {
		return nil, fmt.Errorf("look where the records of %s are now: %w", c.Zone, err)
	}
	for key, to := range moves {
		id, err := strconv.ParseInt(strings.TrimPrefix(to, dnsResource+"/"), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s has moved to %q, which is no record", key, to)
		}
		b.became[keys[key]] = id
	}
	return b, nil
}

// recordsAt are the records at a name, without those that an undo has put back under another id since: a listing may lag.
func (d dnsWriter) recordsAt(ctx context.Context, zone, name string) ([]Record, error) {
	live, err := d.zones.RecordsAt(ctx, zone, name)
	if err != nil || len(live) == 0 {
		return live, err
	}
	keys := make([]string, len(live))
	for i, r := range live {
		keys[i] = dnsKey(r.ID)
	}
	moves, err := d.ledger.Moves(ctx, keys...)
	if err != nil {
		return nil, fmt.Errorf("look which records of %s were put back: %w", zone, err)
	}
	return slices.DeleteFunc(live, func(r Record) bool { return moves[dnsKey(r.ID)] != "" }), nil
}

// dnsKey is the resource key of a record.
func dnsKey(id int64) string { return dnsResource + "/" + itoa(id) }

// ownIDs reads what the steps of the saga know.
func ownIDs(s *engine.State) (*idBook, error) {
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
	b.tell(from, to)
}

// tell makes known to all sagas that a record is back under a new id, unless it is somebody else's.
func (b *idBook) tell(from, to int64) {
	if !b.theirs[to] {
		b.s.Moved(dnsResource, itoa(from), itoa(to))
	}
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
