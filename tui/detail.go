package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/clean"
	"arcadia/tui/say"
)

// detail is one saga whole, as it was at one entry. Everything in it is clean and shared by nobody.
type detail struct {
	saga    *engine.Saga
	undo    []string    // per row, what compensating it would do or does
	tries   []say.Tries // per row
	entries []engine.Entry
	labels  say.Labels // of its inputs
	told    []told     // who was told of it, when its log was read too
}

// detailMsg answers a read of a saga.
type detailMsg struct {
	id     engine.ID
	detail *detail
	after  uint64 // entries after this one were read
	err    string
}

// readWhole reads a saga, without its entries. It runs in a command.
func readWhole(ctx context.Context, b Backend, id engine.ID) (*detail, error) {
	raw, err := b.Saga(ctx, id)
	if err != nil {
		return nil, err
	}
	d := &detail{saga: clean.Saga(raw), undo: make([]string, len(raw.Rows)), tries: make([]say.Tries, len(raw.Rows))}
	for i := range raw.Rows {
		d.tries[i].Forward, d.tries[i].Backward = b.Tries(raw.Rows[i].Name)
		d.undo[i] = visible.Text(b.UndoText(raw, i))
	}
	steps, fields, err := b.Fields(raw.Kind, nil)
	if err != nil { // put together for this saga alone
		steps, fields, err = b.Fields(raw.Kind, raw.StepNames)
	}
	if err == nil { // else the kind is not in this build: its inputs have no labels
		d.labels = say.LabelsOf(fields)
		d.labels.Whole = steps == nil
	}
	return d, nil
}

// rowText says what is worth knowing about a row now, and whether that is bad news.
func (d *detail) rowText(env *Env, idx int) (string, bool) {
	return env.now().Row(d.saga, idx, d.undo[idx], d.tries[idx])
}

// readDetail reads a saga, and its entries after the given one when log is set.
func readDetail(id engine.ID, log bool, after uint64) func(context.Context, Backend) tea.Msg {
	return func(ctx context.Context, b Backend) tea.Msg {
		m := detailMsg{id: id, after: after}
		d, err := readWhole(ctx, b, id)
		if err != nil {
			m.err = visible.Text(err.Error())
			return m
		}
		if log {
			d.entries, err = b.Entries(ctx, id, after)
			if err != nil {
				m.err = visible.Text(err.Error())
				return m
			}
			for i := range d.entries {
				clean.Entry(&d.entries[i])
			}
			if d.told, err = readTold(ctx, b, d.saga); err != nil {
				m.err = visible.Text(err.Error())
				return m
			}
		}
		m.detail = d
		return m
	}
}

// watched keeps the detail of one saga fresh: one read at a time, another when news came meanwhile.
type watched struct {
	id     engine.ID // what is wanted
	detail *detail   // what is there; of another saga while the wanted one is read
	log    bool      // with its entries
	err    string

	stale bool // what is there may not be the newest
	busy  bool
}

// point turns to a saga, which is at entry seq as far as is known; 0 when nothing is.
func (w *watched) point(id engine.ID, seq uint64) {
	switch {
	case w.id != id:
		w.id, w.err, w.stale = id, "", true
		if d := w.shown(); d != nil {
			w.stale = d.saga.Seq < seq
		}
	case w.detail != nil && w.detail.saga.ID == id && w.detail.saga.Seq < seq:
		w.stale = true
	}
}

// news notes what a change says about the saga.
func (w *watched) news(f Fresh) {
	w.stale = w.stale || f.All
	for i := range f.Summaries {
		if s := &f.Summaries[i]; s.ID == w.id {
			w.point(s.ID, s.Seq)
			have := w.shown()
			w.stale = w.stale || have != nil && len(have.saga.Waiting) > 0 // what a wait shows of itself is in no entry
		}
	}
}

// follow takes what keeps the saga fresh, and reports whether it was that. to gets the answers.
func (w *watched) follow(msg tea.Msg, to Receiver) (Action, bool) {
	switch msg := msg.(type) {
	case Shown:
	case Changed:
		w.news(msg.Fresh)
	case detailMsg:
		return w.take(msg, to), true
	default:
		return nil, false
	}
	return w.look(to), true
}

// look asks for the saga when what is there is stale. to gets the answer.
func (w *watched) look(to Receiver) Action {
	if w.id == "" || w.busy || !w.stale {
		return nil
	}
	w.busy, w.stale = true, false
	after := uint64(0)
	if d := w.shown(); d != nil && len(d.entries) > 0 {
		after = d.entries[len(d.entries)-1].Seq
	}
	return Ask{To: to, Read: readDetail(w.id, w.log, after)}
}

// take takes an answer, unless it is older than what is there, and asks again when that is needed.
func (w *watched) take(m detailMsg, to Receiver) Action {
	w.busy = false
	have := w.shown()
	switch {
	case m.id != w.id:
	case m.err != "":
		w.err = m.err
	case have == nil:
		w.detail, w.err = m.detail, ""
	case m.detail.saga.Seq >= have.saga.Seq:
		m.detail.entries = join(have.entries, m.detail.entries)
		w.detail, w.err = m.detail, ""
	}
	return w.look(to)
}

// join appends the entries that follow.
func join(have, more []engine.Entry) []engine.Entry {
	last := uint64(0)
	if n := len(have); n > 0 {
		last = have[n-1].Seq
	}
	for i := range more {
		if more[i].Seq > last {
			have = append(have, more[i])
		}
	}
	return have
}

// shown is the detail when it is that of the wanted saga.
func (w *watched) shown() *detail {
	if w.detail != nil && w.detail.saga.ID == w.id {
		return w.detail
	}
	return nil
}

// whole is the wanted saga with its rows, or nil while it has not been read.
func (w *watched) whole() *engine.Saga {
	if d := w.shown(); d != nil {
		return d.saga
	}
	return nil
}
