package storagetest

import (
	"fmt"
	"testing"

	"arcadia/engine"
)

// leaves appends to a saga's ledger and files it under names.
func leaves(t *testing.T, s engine.Store, h engine.Summary, names ...string) engine.Summary {
	t.Helper()
	b := After(h, engine.Completed, 1)
	b.Traces.Leave = names
	must(t, s.Append(t.Context(), b))
	return b.Summary
}

func tracesFollow(t *testing.T, s engine.Store) {
	heads := fill(t, s, 4)
	later := func(of engine.Summary, limit int, names ...string) []engine.ID {
		return got(s.Later(t.Context(), of.ID, limit, names...))(t)
	}
	// The order is that in which they were left, not that of the ids.
	for _, i := range []int{2, 0, 3, 1} {
		heads[i] = leaves(t, s, heads[i], "www", fmt.Sprintf("part %d", i%2))
	}
	for _, c := range []struct {
		of    int
		limit int
		names []string
		want  []engine.ID
	}{
		{2, 9, []string{"www"}, []engine.ID{ID(1), ID(3), ID(0)}},
		{2, 2, []string{"www"}, []engine.ID{ID(1), ID(3)}},
		{2, 9, []string{"part 0"}, []engine.ID{ID(0)}},
		{2, 9, []string{"part 0", "part 1", "www"}, []engine.ID{ID(1), ID(3), ID(0)}},
		{1, 9, []string{"www"}, nil},
		{0, 0, []string{"www"}, nil},
		{2, 9, []string{"ww", "www ", "part", ""}, nil},
		{2, 9, nil, nil},
	} {
		same(t, fmt.Sprintf("later than %d under %q", c.of, c.names), later(heads[c.of], c.limit, c.names...), c.want)
	}
	same(t, "later than a saga that left none", got(s.Later(t.Context(), ID(40), 9, "www"))(t), []engine.ID{ID(1), ID(3), ID(0), ID(2)})
	same(t, "under a name", got(s.Traces(t.Context(), "part 1"))(t), []engine.Trace{{Name: "part 1", Saga: ID(3)}, {Name: "part 1", Saga: ID(1)}})
	b := After(heads[3], engine.RolledBack, 1)
	b.Traces.Lift = true
	must(t, s.Append(t.Context(), b))
	same(t, "after one was lifted", later(heads[2], 9, "www"), []engine.ID{ID(1), ID(0)})
	heads[0] = leaves(t, s, heads[0], "www") // again: it is the latest now
	same(t, "after one was left again", later(heads[2], 9, "www"), []engine.ID{ID(0), ID(1)})
	if n := len(got(s.Traces(t.Context()))(t)); n != 5 {
		t.Errorf("%d traces, want 5", n)
	}
}

func movesFollow(t *testing.T, s engine.Store) {
	heads := fill(t, s, 2)
	for i, moves := range [][]engine.Moved{{{From: "dns_record/5", To: "dns_record/9"}}, {{From: "dns_record/9", To: "dns_record/12"}, {From: "dns_record/1", To: "dns_record/13"}}} {
		b := After(heads[i], engine.RolledBack, 1)
		b.Moves = moves
		must(t, s.Append(t.Context(), b))
	}
	same(t, "moved", got(s.Moves(t.Context(), "dns_record/5", "dns_record/1", "dns_record/2"))(t),
		map[string]string{"dns_record/5": "dns_record/12", "dns_record/1": "dns_record/13"})
	same(t, "all moves", got(s.Moves(t.Context()))(t),
		map[string]string{"dns_record/5": "dns_record/9", "dns_record/9": "dns_record/12", "dns_record/1": "dns_record/13"})
}
