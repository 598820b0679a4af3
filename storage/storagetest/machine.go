package storagetest

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"arcadia/engine"
)

// machine drives a store and the model with the same appends and questions.
type machine struct {
	t      *testing.T
	store  engine.Store
	model  *Memory
	reopen Reopen
	heads  []engine.Summary // the last accepted header of each saga
	ticket uint64
}

const (
	idSpace   = 48 // few, so that ids, shorts and keys collide
	lockSpace = 4
)

// drive runs random sequences until rapid is content. Each has a store of its own.
func drive(t *testing.T, open func(*testing.T) engine.Store, reopen Reopen) {
	t.Helper()
	rapid.Check(t, func(r *rapid.T) {
		m := &machine{t: t, store: open(t), reopen: reopen}
		m.model = modelOf(m.store)
		actions := map[string]func(*rapid.T){
			"create": m.create, "append": m.append, "stale": m.stale, "group": m.group, "document": m.document, "ask": m.ask, "": m.check,
		}
		if reopen != nil {
			actions["reopen"] = func(*rapid.T) { m.store = m.reopen(m.t, m.store) }
		}
		r.Repeat(actions)
	})
}

// both appends to store and model; they must give the same kind of answer.
func (m *machine) both(r *rapid.T, b engine.Batch) {
	want, have := m.model.Append(m.t.Context(), b), m.store.Append(m.t.Context(), b)
	if kindOf(want) != kindOf(have) {
		r.Fatalf("append to %s after %d: model %v, store %v", b.ID, b.After, want, have)
	}
	if want == nil {
		m.accept(b.Summary)
	}
}

func (m *machine) accept(s engine.Summary) {
	for i := range m.heads {
		if m.heads[i].ID == s.ID {
			m.heads[i] = s
			return
		}
	}
	m.heads = append(m.heads, s)
}

// kindOf names an answer by what callers may test for.
func kindOf(err error) string {
	var taken *engine.KeyTakenError
	switch {
	case err == nil:
		return "done"
	case errors.Is(err, engine.ErrConflict):
		return "conflict"
	case errors.As(err, &taken):
		return "key of " + string(taken.ID)
	case errors.Is(err, engine.ErrShortTaken):
		return "short"
	case errors.Is(err, engine.ErrNotFound):
		return "not found"
	}
	return err.Error()
}

func (m *machine) create(r *rapid.T) { m.both(r, m.creation(r)) }

func (m *machine) creation(r *rapid.T) engine.Batch {
	b := Creation(rapid.IntRange(0, idSpace-1).Draw(r, "saga"))
	if rapid.IntRange(0, 9).Draw(r, "twin") == 0 {
		b = CreationOf(twin(b.ID), "echo", "")
	}
	if rapid.Bool().Draw(r, "keyed") {
		b.Key = fmt.Sprintf("form-%d", rapid.IntRange(0, idSpace).Draw(r, "key"))
	}
	return m.with(r, b)
}

// with adds random locks and resources to a batch.
func (m *machine) with(r *rapid.T, b engine.Batch) engine.Batch {
	names := rapid.SliceOfN(rapid.IntRange(0, lockSpace-1), 0, 3)
	for _, n := range names.Draw(r, "take") {
		b.Locks.Take = append(b.Locks.Take, fmt.Sprintf("droplet:%d", n))
	}
	for _, n := range names.Draw(r, "drop") {
		b.Locks.Drop = append(b.Locks.Drop, fmt.Sprintf("droplet:%d", n))
	}
	switch n := rapid.IntRange(0, 5).Draw(r, "trace"); n {
	case 0:
		b.Traces.Lift = true
	case 1, 2:
		for _, n := range names.Draw(r, "leave") {
			b.Traces.Leave = append(b.Traces.Leave, fmt.Sprintf("trace %d", n))
		}
	}
	if n := rapid.IntRange(0, 20).Draw(r, "move"); n < 8 { // upward only, as ids are
		b.Moves = []engine.Moved{{From: fmt.Sprintf("dns_record/%d", n), To: fmt.Sprintf("dns_record/%d", n+1+rapid.IntRange(0, 3).Draw(r, "by"))}}
	}
	m.ticket++
	b.Locks.Ticket = m.ticket
	if rapid.IntRange(0, 3).Draw(r, "change") == 0 {
		resource := func(label string) *engine.Resource {
			n := rapid.IntRange(0, 5).Draw(r, label)
			if n == 0 {
				return nil
			}
			return Resource(fmt.Sprintf("r%d", n), rapid.IntRange(0, idSpace-1).Draw(r, "owner"), n)
		}
		if c := (engine.ResourceChange{Before: resource("before"), After: resource("after")}); c.Before != nil || c.After != nil {
			b.Resources = append(b.Resources, c)
		}
	}
	return b
}

func (m *machine) next(r *rapid.T) engine.Batch {
	h := rapid.SampledFrom(m.heads).Draw(r, "head")
	to := rapid.SampledFrom(engine.Statuses()).Draw(r, "status")
	return m.with(r, After(h, to, rapid.IntRange(1, 3).Draw(r, "entries")))
}

func (m *machine) append(r *rapid.T) {
	if len(m.heads) == 0 {
		r.Skip("no saga yet")
	}
	m.both(r, m.next(r))
}

func (m *machine) stale(r *rapid.T) {
	if len(m.heads) == 0 {
		r.Skip("no saga yet")
	}
	h := rapid.SampledFrom(m.heads).Draw(r, "head")
	h.Seq = uint64(rapid.IntRange(1, 9).Draw(r, "after"))
	m.both(r, After(h, engine.Running, 1))
}

// group appends to different sagas at once; nobody's refusal may touch another's append.
func (m *machine) group(r *rapid.T) {
	if len(m.heads) == 0 {
		r.Skip("no saga yet")
	}
	seen := map[engine.ID]bool{}
	var batches []engine.Batch
	for range rapid.IntRange(2, 6).Draw(r, "size") {
		b := m.next(r)
		b.Resources, b.Locks, b.Traces, b.Moves = nil, engine.LockChange{}, engine.TraceChange{}, nil
		if rapid.IntRange(0, 3).Draw(r, "spoil") == 0 {
			b.After, b.Summary.Seq = b.After+7, b.Summary.Seq+7
			for i := range b.Entries {
				b.Entries[i].Seq += 7
			}
		}
		if !seen[b.ID] {
			seen[b.ID] = true
			batches = append(batches, b)
		}
	}
	answers := make(chan error, len(batches))
	kinds := map[string]int{}
	for _, b := range batches {
		go func() { answers <- m.store.Append(m.t.Context(), b) }()
	}
	for range batches {
		kinds[kindOf(<-answers)]++
	}
	for _, b := range batches {
		err := m.model.Append(m.t.Context(), b)
		if kinds[kindOf(err)]--; kinds[kindOf(err)] < 0 {
			r.Fatalf("group: the model says %v once more than the store", err)
		}
		if err == nil {
			m.accept(b.Summary)
		}
	}
}

func (m *machine) ask(r *rapid.T) {
	ctx := m.t.Context()
	q := engine.Query{
		Statuses: rapid.SliceOfN(rapid.SampledFrom(engine.Statuses()), 0, 3).Draw(r, "statuses"),
		Kind:     rapid.SampledFrom([]string{"", "", "echo", "snapshot_droplet", "none"}).Draw(r, "kind"),
		By:       rapid.SampledFrom([]string{"", "", "ada", "grace", "none"}).Draw(r, "by"),
		Oldest:   rapid.Bool().Draw(r, "oldest"),
		Limit:    rapid.IntRange(0, 7).Draw(r, "limit"),
	}
	if rapid.Bool().Draw(r, "from") {
		q.From = ID(rapid.IntRange(0, idSpace-1).Draw(r, "from"))
	}
	same(r, "list", got(m.store.List(ctx, q))(r), got(m.model.List(ctx, q))(r))
	short := ID(rapid.IntRange(0, idSpace-1).Draw(r, "find")).Short()
	suffix := short[rapid.IntRange(0, 8).Draw(r, "cut"):]
	limit := rapid.IntRange(0, 5).Draw(r, "most")
	same(r, "find", got(m.store.Find(ctx, suffix, limit))(r), got(m.model.Find(ctx, suffix, limit))(r))
	id := ID(rapid.IntRange(0, idSpace-1).Draw(r, "saga"))
	after := uint64(rapid.IntRange(0, 6).Draw(r, "after"))
	want, wantErr := m.model.Entries(ctx, id, after)
	have, haveErr := m.store.Entries(ctx, id, after)
	same(r, "entries", have, want)
	same(r, "answer", kindOf(haveErr), kindOf(wantErr))
}

// check compares everything that is small.
func (m *machine) check(r *rapid.T) {
	ctx := m.t.Context()
	same(r, "counts", got(m.store.Counts(ctx))(r), got(m.model.Counts(ctx))(r))
	same(r, "locks", got(m.store.Locks(ctx))(r), got(m.model.Locks(ctx))(r))
	same(r, "resources", got(m.store.Resources(ctx))(r), got(m.model.Resources(ctx))(r))
	same(r, "documents", got(m.store.Docs(ctx, "schedules"))(r), got(m.model.Docs(ctx, "schedules"))(r))
	same(r, "traces", got(m.store.Traces(ctx))(r), got(m.model.Traces(ctx))(r))
	same(r, "moves", got(m.store.Moves(ctx, "dns_record/0", "dns_record/3"))(r), got(m.model.Moves(ctx, "dns_record/0", "dns_record/3"))(r))
	for i := range m.heads {
		id := m.heads[i].ID
		same(r, "later", got(m.store.Later(ctx, id, 3, "trace 0", "trace 1"))(r), got(m.model.Later(ctx, id, 3, "trace 0", "trace 1"))(r))
	}
	ids := make([]engine.ID, len(m.heads))
	for i := range m.heads {
		ids[i] = m.heads[i].ID
	}
	same(r, "headers", got(m.store.Summaries(ctx, ids...))(r), got(m.model.Summaries(ctx, ids...))(r))
}
