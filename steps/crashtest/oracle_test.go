package crashtest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// told is what the ledger of one saga of the model says happened, and when.
type told struct {
	wish
	id        engine.ID
	status    engine.Status
	completed engine.Time // zero: never
	end       engine.Time // the last entry
	back      engine.Time // rolled back after it was completed; zero: never
	conflict  bool        // a row was resolved because somebody else had changed what it would undo
	asked     bool        // a cancel was acknowledged
	withdrew  bool        // a cancel or another saga's write has withdrawn its rollback
	retries   int         // of a residue that nobody else has caused
	resolved  int         // rows that an operator accepted
	skipped   map[string]bool
}

// read takes from a ledger what the oracle needs.
func (d *told) read(entries []engine.Entry) error {
	sg, err := engine.Fold(entries)
	if err != nil {
		return err
	}
	d.id, d.status, d.end, d.skipped = sg.ID, sg.Status, entries[len(entries)-1].At, map[string]bool{}
	for _, e := range entries {
		switch e.Type {
		case engine.EntrySkipped:
			d.skipped[sg.StepNames[e.Idx]] = true
		case engine.EntrySagaCompleted:
			d.completed = e.At
		case engine.EntrySagaRolledBack:
			if !d.completed.IsZero() {
				d.back = e.At
			}
		case engine.EntryRollbackWithdrawn:
			d.withdrew = true
		case engine.EntryResolved:
			d.conflict = d.conflict || sg.StepNames[e.Idx] != "create_droplet_snapshot"
			d.resolved++
		default:
		}
	}
	return nil
}

// book follows the lines at one name through the sagas that had its lock, one after the other.
type book struct {
	states map[string][]line // all that the name may hold now, by their text
	past   []map[string][]line
}

// passage is what a saga found at its name and what it made of it, as one of the ways in which that may have been.
type passage struct {
	pre, post []line
	since     int // how long the book's past was then
}

// happening is one moment at which what a name holds may have changed.
type happening struct {
	at   engine.Time
	d    *told
	what string // "completed", "back" or, for a saga that never completed, "churned": all may have been gone for a while
}

func happenings(sagas []*told) []happening {
	var out []happening
	for _, d := range sagas {
		switch {
		case d.name == "" || d.skipped["upsert_dns_record"] || d.skipped["delete_dns_record"]: // it has written nothing
		case d.completed.IsZero():
			out = append(out, happening{d.end, d, "churned"})
		default:
			out = append(out, happening{d.completed, d, "completed"})
			if !d.back.IsZero() {
				out = append(out, happening{d.back, d, "back"})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b happening) int { return a.at.Compare(b.at.Time) })
	return out
}

// oracle says what every name may hold at the end, given what each saga came to. Its answer is empty when the truth is among
// that.
func oracle(sagas []*told, start, truth map[string][]line) []string {
	books := map[string]*book{}
	for name, lines := range start {
		books[name] = &book{states: map[string][]line{text(lines): lines}}
	}
	passages := map[*told][]passage{}
	for _, h := range happenings(sagas) {
		b := books[h.d.name]
		b.past = append(b.past, b.states)
		next := map[string][]line{}
		switch h.what {
		case "churned":
			b.past = append(b.past, map[string][]line{"": nil})
			continue
		case "completed":
			for _, lines := range b.states {
				if after, ok := h.d.on(lines); ok {
					next[text(after)] = after
					passages[h.d] = append(passages[h.d], passage{lines, after, len(b.past)})
				}
			}
		case "back":
			for _, lines := range b.states {
				for _, p := range passages[h.d] {
					for _, after := range p.back(h.d, b, lines) {
						next[text(after)] = after
					}
				}
			}
		}
		if len(next) == 0 {
			return []string{fmt.Sprintf("saga %s %+v is %s (conflict %v) over %v, which must not be", h.d.id.Short(), h.d.wish, h.what, h.d.conflict, keys(b.states))}
		}
		b.states = next
	}
	var wrong []string
	for name, b := range books {
		if _, may := b.states[text(truth[name])]; !may {
			wrong = append(wrong, fmt.Sprintf("%s holds [%s], it may hold %v", name, text(truth[name]), keys(b.states)))
		}
	}
	return wrong
}

// back is what a name that holds now may hold after the passage's saga was rolled back; nothing when that must not be.
func (p passage) back(d *told, b *book, now []line) [][]line {
	if d.conflict {
		// What says the same now may be another record, under another id: then asking is right.
		if b.wasGone(p) || text(now) != text(p.post) {
			return [][]line{now}
		}
		return nil // all is as the saga left it: there is nothing to be in conflict with
	}
	out := [][]line{p.undo(now, false)}
	if !d.del {
		out = append(out, p.undo(now, true)) // its own record says again what it said, whoever else says the same by now
	}
	return out
}

// wasGone reports whether something that the passage found or wrote was not there in between.
func (b *book) wasGone(p passage) bool {
	for _, states := range b.past[p.since:] {
		for _, lines := range states {
			if len(without(slices.Concat(p.post, without(p.pre, p.post)), lines)) > 0 && text(lines) != text(p.post) {
				return true
			}
		}
	}
	return false
}

// undo takes back what a passage wrote, as far as it is there, and puts back what it removed, if need be a second time.
func (p passage) undo(now []line, twice bool) []line {
	out := slices.Clone(now)
	for _, l := range without(p.post, p.pre) {
		if i := slices.Index(out, l); i >= 0 {
			out = slices.Delete(out, i, i+1)
		}
	}
	for _, l := range without(p.pre, p.post) {
		if twice || !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

func without(a, b []line) []line {
	return slices.DeleteFunc(slices.Clone(a), func(l line) bool { return slices.Contains(b, l) })
}

func text(lines []line) string {
	sorted := slices.Clone(lines)
	slices.SortFunc(sorted, func(a, b line) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.data, b.data), cmp.Compare(a.ttl, b.ttl))
	})
	parts := make([]string, len(sorted))
	for i, l := range sorted {
		parts[i] = fmt.Sprintf("%s %s %d", l.kind, l.data, l.ttl)
	}
	return strings.Join(parts, ", ")
}

func keys(states map[string][]line) []string {
	var out []string
	for k := range states {
		out = append(out, "["+k+"]")
	}
	slices.Sort(out)
	return out
}

// linesAt are the records of the zone by name, as the model keeps them.
func linesAt(records []dosim.Record, names ...string) map[string][]line {
	out := map[string][]line{}
	for _, n := range names {
		out[n] = nil
		for _, r := range records {
			if r.Name == n {
				out[n] = append(out[n], line{r.Type, r.Data, r.TTL})
			}
		}
	}
	return out
}
