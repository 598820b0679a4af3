package tui

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/tui/clean"
	"arcadia/tui/list"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// holding is a listing of things of which each row says which saga holds it.
type holding struct {
	listing
	holds  holds
	column int                      // of who holds it
	lock   func(r *list.Row) string // what a saga takes that changes the row; empty: none does
}

// Update takes what holds the rows, and what every listing takes.
func (h *holding) Update(env *Env, msg tea.Msg) Action {
	switch msg := msg.(type) {
	case holdsMsg:
		again := h.holds.take(msg)
		h.Refill(func(r *list.Row) {
			if lock := h.lock(r); lock != "" {
				r.Cells[h.column] = h.holds.word(lock)
			}
		})
		if again {
			return h.holds.look(h.to)
		}
		return nil
	case Changed:
		return h.holds.look(h.to)
	case Shown, rowsMsg:
		return Batch{h.listing.Update(env, msg), h.holds.look(h.to)}
	}
	return h.listing.Update(env, msg)
}

// holder draws who holds a row.
func (h *holding) holder(env *Env, r *list.Row) widget.Cell {
	by := h.holds.of(h.lock(r))
	if len(by) == 0 {
		return widget.Cell{}
	}
	return heldCell(env, &by[0])
}

// holds says which sagas stand in the queues of the locks, for screens that show who holds a thing.
type holds struct {
	by          map[string][]engine.Summary // by lock, the holder first
	busy, stale bool
}

// holdsMsg answers a look at the locks.
type holdsMsg struct {
	by  map[string][]engine.Summary
	err error
}

// look reads the locks; one look at a time.
func (h *holds) look(to Receiver) Action {
	if h.busy {
		h.stale = true
		return nil
	}
	h.busy, h.stale = true, false
	return Ask{To: to, Read: func(ctx context.Context, b Backend) tea.Msg {
		by, err := holders(ctx, b)
		return holdsMsg{by, err}
	}}
}

// queued is how many of a queue are shown.
const queued = 4

// holders are the first sagas in the queues of all locks but those of records, of which a zone has thousands.
func holders(ctx context.Context, b Reader) (map[string][]engine.Summary, error) {
	locks, err := b.Locks(ctx)
	if err != nil {
		return nil, err
	}
	length := map[string]int{}
	locks = slices.DeleteFunc(locks, func(l engine.Lock) bool {
		length[l.Name]++
		return length[l.Name] > queued || strings.HasPrefix(l.Name, "dns:")
	})
	var ids []engine.ID
	for _, l := range locks {
		ids = append(ids, l.Saga)
	}
	slices.Sort(ids)
	all, err := b.Summaries(ctx, slices.Compact(ids)...)
	if err != nil {
		return nil, err
	}
	known := map[engine.ID]engine.Summary{}
	for i := range all {
		clean.Summary(&all[i])
		known[all[i].ID] = all[i]
	}
	out := map[string][]engine.Summary{}
	for _, l := range locks { // by name, and then in the order of the queue
		if s, ok := known[l.Saga]; ok {
			out[l.Name] = append(out[l.Name], s)
		}
	}
	return out, nil
}

// take keeps what was read, and reports whether it is out of date already. What cannot be read leaves what was known.
func (h *holds) take(m holdsMsg) (again bool) {
	h.busy = false
	if m.err == nil {
		h.by = m.by
	}
	return h.stale
}

// of are the sagas in the queue of a lock, the holder first.
func (h *holds) of(lock string) []engine.Summary { return h.by[lock] }

// word is how a filter finds what is held: the kind and the short id of the holder.
func (h *holds) word(lock string) string {
	if by := h.by[lock]; len(by) > 0 {
		return by[0].Kind + " " + by[0].Short + " " + say.StandOf(&by[0]).Word()
	}
	return ""
}
