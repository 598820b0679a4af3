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
	back      engine.Time // rolled back after it was completed; zero: never
	conflict  bool        // a row was resolved because somebody else had changed what it would undo
	asked     bool        // a cancel was acknowledged
}

// read takes from a ledger what the oracle needs.
func (d *told) read(entries []engine.Entry) error {
	sg, err := engine.Fold(entries)
	if err != nil {
		return err
	}
	d.id, d.status = sg.ID, sg.Status
	for _, e := range entries {
		switch e.Type {
		case engine.EntrySagaCompleted:
			d.completed = e.At
		case engine.EntrySagaRolledBack:
			if !d.completed.IsZero() {
				d.back = e.At
			}
		case engine.EntryResolved:
			d.conflict = true
		default:
		}
	}
	return nil
}

// zoneBook follows the lines at one name through the sagas that had its lock, one after the other.
type zoneBook struct {
	states map[string][]line // all that the name may hold now, by their text
	past   []map[string][]line
}

// before and after a saga at its name, as far as that is certain.
type passage struct{ pre, post []line }

// oracle says what every name may hold at the end, given what each saga came to. Its answer is empty when the truth is among
// that.
func oracle(sagas []*told, start, truth map[string][]line) []string {
	var wrong []string
	type event struct {
		at   engine.Time
		d    *told
		back bool
	}
	var events []event
	for _, d := range sagas {
		if d.name == "" || d.completed.IsZero() {
			continue
		}
		events = append(events, event{d.completed, d, false})
		if !d.back.IsZero() {
			events = append(events, event{d.back, d, true})
		}
	}
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at.Time) })
	books := map[string]*zoneBook{}
	for name, lines := range start {
		books[name] = &zoneBook{states: map[string][]line{text(lines): lines}}
	}
	passages := map[*told]map[string]passage{} // by the text of the state after it
	for _, e := range events {
		b := books[e.d.name]
		b.past = append(b.past, b.states)
		next := map[string][]line{}
		if !e.back {
			passages[e.d] = map[string]passage{}
			for _, lines := range b.states {
				if after, ok := e.d.on(lines); ok {
					next[text(after)] = after
					passages[e.d][text(after)] = passage{lines, after}
				}
			}
			if len(next) == 0 {
				wrong = append(wrong, fmt.Sprintf("saga %s %+v is completed over %v, which it must refuse", e.d.id.Short(), e.d.wish, keys(b.states)))
				return wrong
			}
			b.states = next
			continue
		}
		for now, lines := range b.states {
			for after, p := range passages[e.d] {
				if e.d.conflict {
					if after != now || len(b.states) > 1 || len(passages[e.d]) > 1 {
						next[now] = lines // somebody had changed it
					}
					continue
				}
				undone := p.undo(lines)
				next[text(undone)] = undone
				if b.wasGone(e.d, p) {
					next[now] = lines // what is there is another record that says the same
				}
			}
		}
		if len(next) == 0 {
			wrong = append(wrong, fmt.Sprintf("saga %s %+v reports a conflict, and all is as it left it: %v", e.d.id.Short(), e.d.wish, keys(b.states)))
			return wrong
		}
		b.states = next
	}
	for name, b := range books {
		if have := text(truth[name]); b.states[have] == nil && !(have == "" && hasKey(b.states, "")) {
			wrong = append(wrong, fmt.Sprintf("%s holds [%s], it may hold %v", name, have, keys(b.states)))
		}
	}
	return wrong
}

// undo takes back what a passage wrote, as far as it is there, and puts back what it removed.
func (p passage) undo(now []line) []line {
	out := slices.Clone(now)
	for _, l := range without(p.post, p.pre) {
		if i := slices.Index(out, l); i >= 0 {
			out = slices.Delete(out, i, i+1)
		}
	}
	for _, l := range without(p.pre, p.post) {
		if !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

// wasGone reports whether something that the passage wrote was not there in between, so that what says the same now is
// another record, under another id.
func (b *zoneBook) wasGone(_ *told, p passage) bool {
	for _, l := range without(p.post, p.pre) {
		for _, states := range b.past {
			for _, lines := range states {
				if !slices.Contains(lines, l) {
					return true
				}
			}
		}
	}
	return false
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

func hasKey(states map[string][]line, k string) bool { _, ok := states[k]; return ok }

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
