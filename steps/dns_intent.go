package steps

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"arcadia/engine"
)

// mostPiece bounds one value of a row, in bytes of JSON: a large set of records is kept in pieces of this size, so that no
// entry of the ledger grows with it.
const mostPiece = 32 << 10

// intent is a change as a row keeps it. Every record is there once: those that the change updates or deletes under
// keyPrior, the others under keyOthers, each list in pieces. Rows of older builds hold all of it in one value, with the
// records inside.
type intent struct {
	change
	Prior  int `json:"prior_pieces,omitempty"` // 0: the records are inside
	Others int `json:"other_pieces,omitempty"`
}

// pieceKey is the key of piece n of a list, from 0. The first is that of the list itself.
func pieceKey(key string, n int) string {
	if n == 0 {
		return key
	}
	return fmt.Sprintf("%s_%d", key, n+1)
}

// inPieces cuts a list so that each piece has at most mostPiece bytes of JSON. There is at least one.
func inPieces[T any](list []T) ([][]T, error) {
	pieces, size := [][]T{{}}, 0
	for _, v := range list {
		raw, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		last := len(pieces) - 1
		if size+len(raw) > mostPiece && len(pieces[last]) > 0 {
			pieces, last, size = append(pieces, nil), last+1, 0
		}
		pieces[last] = append(pieces[last], v)
		size += len(raw) + 1
	}
	return pieces, nil
}

// prior are the records that the change updates or deletes, as they were; others are the rest.
func (c change) split() (prior, others []Record) {
	touched := map[int64]bool{}
	for _, o := range c.Ops {
		if o.Before != nil {
			prior = append(prior, *o.Before)
			touched[o.ID] = true
		}
	}
	for _, r := range c.Before {
		if !touched[r.ID] {
			others = append(others, r)
		}
	}
	return prior, others
}

// form is the change as it is kept, by key.
func (c change) form() (map[string]any, error) {
	prior, others := c.split()
	out := map[string]any{}
	lay := func(key string, list []Record) (int, error) {
		pieces, err := inPieces(list)
		for n, piece := range pieces {
			out[pieceKey(key, n)] = piece
		}
		return len(pieces), err
	}
	in := intent{change: c}
	var err error
	if in.Prior, err = lay(keyPrior, prior); err != nil {
		return nil, err
	}
	if len(others) > 0 {
		if in.Others, err = lay(keyOthers, others); err != nil {
			return nil, err
		}
	}
	in.Before = nil
	in.Ops = slices.Clone(c.Ops)
	for i := range in.Ops {
		in.Ops[i].Before = nil
	}
	out[keyIntent] = in
	return out, nil
}

// rowReader is a row as far as reading its change goes.
type rowReader interface {
	Saved(key string, v any) (bool, error)
}

// changeOf reads the change of a row, and how far it has come. begun is false for a row that has none.
func changeOf(s rowReader) (c change, done []progress, begun bool, err error) {
	var in intent
	if begun, err = s.Saved(keyIntent, &in); err != nil || !begun {
		return c, nil, begun, err
	}
	c = in.change
	for _, list := range []struct {
		key string
		n   int
	}{{keyPrior, in.Prior}, {keyOthers, in.Others}} {
		for n := range list.n {
			var piece []Record
			if ok, err := s.Saved(pieceKey(list.key, n), &piece); err != nil || !ok {
				return c, nil, true, fmt.Errorf("read the records before the change: piece %d of %s is missing: undo it by hand: %w", n+1, list.key, err)
			}
			c.Before = append(c.Before, piece...)
		}
	}
	before := map[int64]*Record{}
	for i := range c.Before {
		before[c.Before[i].ID] = &c.Before[i]
	}
	for i := range c.Ops {
		if o := &c.Ops[i]; o.Do != opCreate && o.Before == nil {
			o.Before = before[o.ID]
			if o.Before == nil {
				return c, nil, true, fmt.Errorf("the intent of the row does not say what record %d was: undo it by hand", o.ID)
			}
		}
	}
	_, _, c.Before = at(c.Zone, c.Name, c.Type, c.Before)
	if done, err = progressOf(s, len(c.Ops)); err != nil {
		return c, nil, true, err
	}
	c.asKept(done)
	return c, done, true, nil
}

// course is a list of progress as a row keeps it: short, since it is written again after each write.
type course struct {
	Ops     int            `json:"ops"`
	Done    int            `json:"done"`              // so many from the first one are done
	Also    []int          `json:"also,omitempty"`    // and these
	IDs     map[int]int64  `json:"ids,omitempty"`     // what creates have made
	Kept    map[int]Record `json:"kept,omitempty"`    // what the provider keeps otherwise than it was sent
	Refused []int          `json:"refused,omitempty"` // what it has refused
}

func courseOf(done []progress) course {
	c := course{Ops: len(done), IDs: map[int]int64{}, Kept: map[int]Record{}}
	for i, p := range done {
		switch {
		case p.Done && i == c.Done:
			c.Done++
		case p.Done:
			c.Also = append(c.Also, i)
		}
		if p.ID != 0 {
			c.IDs[i] = p.ID
		}
		if p.Kept != nil {
			c.Kept[i] = *p.Kept
		}
		if p.Refused {
			c.Refused = append(c.Refused, i)
		}
	}
	return c
}

// progressOf reads how far a change of n ops has come.
func progressOf(s rowReader, n int) ([]progress, error) {
	var raw json.RawMessage
	if _, err := s.Saved(keyProgress, &raw); err != nil {
		return nil, err
	}
	done := make([]progress, n)
	if len(raw) > 0 && raw[0] == '[' { // of an older build
		done = nil
		if err := json.Unmarshal(raw, &done); err != nil {
			return nil, fmt.Errorf("read %q: %w", keyProgress, err)
		}
		if len(done) != n {
			return nil, fmt.Errorf("the intent of the row has %d writes and its progress %d: undo it by hand", n, len(done))
		}
		return done, nil
	}
	var c course
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &c); err != nil {
			return nil, fmt.Errorf("read %q: %w", keyProgress, err)
		}
	}
	touched := slices.Concat(c.Also, c.Refused, slices.Collect(maps.Keys(c.IDs)), slices.Collect(maps.Keys(c.Kept)))
	if c.Ops != n || c.Done > n || slices.ContainsFunc(touched, func(i int) bool { return i < 0 || i >= n }) {
		return nil, fmt.Errorf("the intent of the row has %d writes and its progress %d: undo it by hand", n, c.Ops)
	}
	for i := range c.Done {
		done[i].Done = true
	}
	for _, i := range c.Also {
		done[i].Done = true
	}
	for i, id := range c.IDs {
		done[i].ID = id
	}
	for i, r := range c.Kept {
		done[i].Kept = &r
	}
	for _, i := range c.Refused {
		done[i].Refused = true
	}
	return done, nil
}

// room is how many bytes of JSON a change may take in its row. The rest of the row's output is for what carrying it out
// and taking it back will add: ids of records, resources.
const room = engine.MaxOutput * 3 / 4

// fits refuses a change that its row could not keep, with the number of records that it could.
func (c change) fits() error {
	const forEach = 96 // ids and progress of one record, forward and back
	size := len(c.Ops) * forEach
	form, err := c.form()
	if err != nil {
		return err
	}
	raw, err := json.Marshal(form)
	if err != nil {
		return err
	}
	size += len(raw)
	if size <= room {
		return nil
	}
	n := max(len(c.Before), len(c.Ops))
	return fmt.Errorf("%w: the %d records at %s take %d KiB in the ledger, which keeps what undoing needs, and %d KiB fit: about %d records of this size",
		engine.ErrTooLarge, n, visibleName(c), size>>10, room>>10, n*(room-1<<10)/size)
}

func visibleName(c change) string { return Record{Type: c.Type, Name: c.Name}.title(c.Zone) }
