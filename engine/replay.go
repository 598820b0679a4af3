package engine

import "slices"

// Replay gives the batches by which a saga's ledger comes to be again in another store: header, resources, moves and traces change
// with the entries with which they changed at first. Entries that change nothing else go with those after them, as far as a
// batch has room. Locks and documents are not in them.
func Replay(entries []Entry) ([]Batch, error) {
	var all []Batch
	saga := &Saga{}
	open := false // the last batch takes more
	for i := range entries {
		e := &entries[i]
		stood := saga.stands
		after := saga.Seq
		if err := saga.Apply(e); err != nil {
			return nil, err
		}
		next := Batch{ID: saga.ID, After: after, Entries: []Entry{*e}, Summary: saga.Summary, Resources: e.Resources, Moves: e.Moves}
		if after == 0 {
			next.Key = saga.Key
		}
		switch {
		case saga.stands && !stood:
			next.Traces.Leave = saga.Standing()
		case stood && !saga.stands:
			next.Traces.Lift = true
		}
		if open {
			joined := all[len(all)-1]
			joined.Entries = append(slices.Clip(joined.Entries), *e)
			joined.Summary, joined.Resources, joined.Moves, joined.Traces = next.Summary, next.Resources, next.Moves, next.Traces
			if joined.Fits() == nil {
				all[len(all)-1] = joined
			} else {
				all = append(all, next)
			}
		} else {
			all = append(all, next)
		}
		open = after > 0 && len(next.Resources) == 0 && len(next.Moves) == 0 && !next.Traces.Lift && len(next.Traces.Leave) == 0
	}
	return all, nil
}
