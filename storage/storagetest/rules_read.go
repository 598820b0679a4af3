package storagetest

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
)

// fill creates sagas 0..n-1 and takes each to the status that its number gives.
func fill(t *testing.T, s engine.Store, n int) []engine.Summary {
	t.Helper()
	var all []engine.Summary
	for i := range n {
		b := Creation(i)
		must(t, s.Append(t.Context(), b))
		if to := engine.Statuses()[i%6]; to != engine.Pending {
			b = After(b.Summary, to, 1)
			must(t, s.Append(t.Context(), b))
		}
		all = append(all, b.Summary)
	}
	return all
}

// pages walks a query to its end, page by page.
func pages(t *testing.T, s engine.Store, q engine.Query) []engine.Summary {
	t.Helper()
	var all []engine.Summary
	for {
		p := got(s.List(t.Context(), q))(t)
		all = append(all, p.Items...)
		if !p.More {
			return all
		}
		if len(p.Items) != q.Limit {
			t.Fatalf("a page of %d with more to come", len(p.Items))
		}
		q.From = p.Items[len(p.Items)-1].ID
	}
}

func listPages(t *testing.T, s engine.Store) {
	same(t, "empty", got(s.List(t.Context(), engine.Query{}))(t), engine.Page{})
	all := fill(t, s, 23)
	for limit := 1; limit < 26; limit++ {
		same(t, "old to new", pages(t, s, engine.Query{Oldest: true, Limit: limit}), all)
		reversed := slices.Clone(all)
		slices.Reverse(reversed)
		same(t, "new to old", pages(t, s, engine.Query{Limit: limit}), reversed)
	}
}

func listFilters(t *testing.T, s engine.Store) {
	all := fill(t, s, 60)
	for _, statuses := range [][]engine.Status{nil, {engine.Failed}, {engine.Running, engine.Completed, engine.Running}, {"nonsense"}} {
		for _, kind := range []string{"", "echo", "nonsense"} {
			for _, by := range []string{"", "ada", "nonsense"} {
				var want []engine.Summary
				for _, h := range all {
					if (len(statuses) == 0 || slices.Contains(statuses, h.Status)) && (kind == "" || h.Kind == kind) && (by == "" || h.CreatedBy == by) {
						want = append(want, h)
					}
				}
				q := engine.Query{Statuses: statuses, Kind: kind, By: by, Oldest: true, Limit: 3}
				same(t, "old to new", pages(t, s, q), want)
				q.Oldest = false
				slices.Reverse(want)
				same(t, "new to old", pages(t, s, q), want)
			}
		}
	}
}

func listFromElsewhere(t *testing.T, s engine.Store) {
	for _, n := range []int{0, 2, 4} {
		must(t, s.Append(t.Context(), Creation(n)))
	}
	ids := func(q engine.Query) (found []engine.ID) {
		for _, h := range got(s.List(t.Context(), q))(t).Items {
			found = append(found, h.ID)
		}
		return found
	}
	same(t, "below 3", ids(engine.Query{From: ID(3)}), []engine.ID{ID(2), ID(0)})
	same(t, "above 1", ids(engine.Query{From: ID(1), Oldest: true}), []engine.ID{ID(2), ID(4)})
	same(t, "above all", ids(engine.Query{From: ID(9), Oldest: true}), []engine.ID{})
	same(t, "below all", ids(engine.Query{From: ID(0)}), []engine.ID{})
	lowest, highest := engine.ID("00000000-0000-0000-0000-000000000000"), engine.ID("ffffffff-ffff-ffff-ffff-ffffffffffff")
	same(t, "below the lowest", ids(engine.Query{From: lowest}), []engine.ID{})
	same(t, "above the highest", ids(engine.Query{From: highest, Oldest: true}), []engine.ID{})
	same(t, "below the highest", ids(engine.Query{From: highest}), []engine.ID{ID(4), ID(2), ID(0)})
}

func listLimits(t *testing.T, s engine.Store) {
	var batches []engine.Batch
	for n := range 1005 {
		batches = append(batches, Creation(n))
	}
	same(t, "winners", wins(t, s, batches, nil), 1005)
	for limit, want := range map[int]int{0: 50, 1: 1, 1000: 1000, 5000: 1000} {
		p := got(s.List(t.Context(), engine.Query{Limit: limit}))(t)
		same(t, "items", len(p.Items), want)
		same(t, "more", p.More, true)
	}
}

func find(t *testing.T, s engine.Store) {
	ctx := t.Context()
	all := fill(t, s, 40)
	for _, h := range all {
		bare := strings.ReplaceAll(string(h.ID), "-", "")
		for _, exact := range []string{h.Short, string(h.ID), bare, bare[20:], strings.ToUpper(h.Short)} {
			same(t, "find "+exact, got(s.Find(ctx, exact, 2))(t), []engine.ID{h.ID})
		}
		for n := range 8 {
			suffix := h.Short[n:]
			var want []engine.ID
			for _, other := range all {
				if strings.HasSuffix(string(other.ID), suffix) {
					want = append(want, other.ID)
				}
			}
			same(t, "find "+suffix, got(s.Find(ctx, suffix, 100))(t), want)
			same(t, "find 2 of "+suffix, got(s.Find(ctx, suffix, 2))(t), want[:min(2, len(want))])
		}
	}
	same(t, "nobody", got(s.Find(ctx, "ffffffff", 2))(t), []engine.ID{})
	same(t, "no digits", got(s.Find(ctx, "xyz", 2))(t), []engine.ID{})
	same(t, "too many digits", got(s.Find(ctx, strings.Repeat("0", 33), 2))(t), []engine.ID{})
	same(t, "no limit", got(s.Find(ctx, all[0].Short, 0))(t), []engine.ID{})
	same(t, "everybody", len(got(s.Find(ctx, "", 7))(t)), 7)
}

func countsFollow(t *testing.T, s engine.Store) {
	ctx := t.Context()
	same(t, "empty", got(s.Counts(ctx))(t), engine.Counts{ByStatus: map[engine.Status]int{}})
	b := Creation(1)
	must(t, s.Append(ctx, b))
	must(t, s.Append(ctx, Creation(2)))
	for _, to := range []engine.Status{engine.Running, engine.Running, engine.Compensating, engine.Failed, engine.Compensating, engine.RolledBack} {
		b = After(b.Summary, to, 1)
		must(t, s.Append(ctx, b))
		same(t, "counts", got(s.Counts(ctx))(t), engine.Counts{Total: 2, ByStatus: map[engine.Status]int{engine.Pending: 1, to: 1}})
	}
}

func summariesOrder(t *testing.T, s engine.Store) {
	all := fill(t, s, 4)
	found := got(s.Summaries(t.Context(), ID(3), ID(77), ID(0), ID(3)))(t)
	same(t, "headers", found, []engine.Summary{all[3], all[0], all[3]})
	same(t, "none", got(s.Summaries(t.Context()))(t), []engine.Summary{})
}

func locksQueue(t *testing.T, s engine.Store) {
	ctx := t.Context()
	order := []int{0, 1, 2} // in which they enter: their tickets order them, and not their ids
	if _, shared := s.(engine.Elector); shared {
		order = []int{1, 2, 0} // there nobody enters before another
	}
	for _, n := range order {
		b := Creation(n)
		b.Locks = engine.LockChange{Ticket: []uint64{300, 2, 256}[n], Take: []string{"droplet:1", "dns:example.com/www"}}
		must(t, s.Append(ctx, b))
	}
	queue := func(name string, order ...int) (q []engine.Lock) {
		for _, n := range order {
			q = append(q, engine.Lock{Name: name, Ticket: []uint64{300, 2, 256}[n], Saga: ID(n)})
		}
		return q
	}
	same(t, "queues", got(s.Locks(ctx))(t), append(queue("dns:example.com/www", 1, 2, 0), queue("droplet:1", 1, 2, 0)...))
	leave := After(Creation(1).Summary, engine.Completed, 1)
	leave.Locks = engine.LockChange{Drop: []string{"droplet:1", "dns:example.com/www", "never:taken"}}
	must(t, s.Append(ctx, leave))
	same(t, "queues", got(s.Locks(ctx))(t), append(queue("dns:example.com/www", 2, 0), queue("droplet:1", 2, 0)...))
}

func lockTakenAgain(t *testing.T, s engine.Store) {
	ctx := t.Context()
	b := Creation(1)
	b.Locks = engine.LockChange{Ticket: 5, Take: []string{"droplet:1", "droplet:1"}}
	must(t, s.Append(ctx, b))
	b = After(b.Summary, engine.Compensating, 1)
	b.Locks = engine.LockChange{Ticket: 9, Take: []string{"droplet:1"}}
	must(t, s.Append(ctx, b))
	same(t, "queue", got(s.Locks(ctx))(t), []engine.Lock{{Name: "droplet:1", Ticket: 9, Saga: b.ID}})
}

func lockPrefixes(t *testing.T, s engine.Store) {
	ctx := t.Context()
	b := Creation(1)
	b.Locks = engine.LockChange{Ticket: 5, Take: []string{"droplet:10", "droplet:1", "droplet:1\x01"}}
	must(t, s.Append(ctx, b))
	b = After(b.Summary, engine.Completed, 1)
	b.Locks = engine.LockChange{Drop: []string{"droplet:1"}}
	must(t, s.Append(ctx, b))
	same(t, "locks", got(s.Locks(ctx))(t), []engine.Lock{{Name: "droplet:1\x01", Ticket: 5, Saga: b.ID}, {Name: "droplet:10", Ticket: 5, Saga: b.ID}})
}

func resourcesChange(t *testing.T, s engine.Store) {
	ctx := t.Context()
	b := Creation(1)
	must(t, s.Append(ctx, b))
	for _, step := range []struct {
		before, after *engine.Resource
		want          []engine.Resource
	}{
		{nil, Resource("a", 1, 1), []engine.Resource{*Resource("a", 1, 1)}},
		{Resource("a", 1, 1), Resource("a", 1, 2), []engine.Resource{*Resource("a", 1, 2)}},
		{nil, Resource("b", 1, 1), []engine.Resource{*Resource("a", 1, 2), *Resource("b", 1, 1)}},
		{Resource("a", 1, 2), Resource("c", 1, 3), []engine.Resource{*Resource("b", 1, 1), *Resource("c", 1, 3)}},
		{Resource("b", 1, 1), nil, []engine.Resource{*Resource("c", 1, 3)}},
		{Resource("gone", 1, 1), nil, []engine.Resource{*Resource("c", 1, 3)}},
	} {
		b = After(b.Summary, engine.Running, 1)
		b.Resources = []engine.ResourceChange{{Before: step.before, After: step.after}}
		must(t, s.Append(ctx, b))
		same(t, "resources", got(s.Resources(ctx))(t), step.want)
	}
}

func resourcesOrder(t *testing.T, s engine.Store) {
	ctx := t.Context()
	b := Creation(1)
	for _, name := range []string{"b", "a", "ab"} {
		b.Resources = append(b.Resources, engine.ResourceChange{After: Resource(name, 1, 1)})
	}
	must(t, s.Append(ctx, b))
	same(t, "all", got(s.Resources(ctx))(t), []engine.Resource{*Resource("a", 1, 1), *Resource("ab", 1, 1), *Resource("b", 1, 1)})
	same(t, "some", got(s.Resources(ctx, "dns_record/b", "dns_record/zz", "", "dns_record/a"))(t), []engine.Resource{*Resource("b", 1, 1), *Resource("a", 1, 1)})
}

func nothingShared(t *testing.T, s engine.Store) {
	ctx := t.Context()
	b := Creation(1)
	must(t, s.Append(ctx, b))
	b.Entries[0].Created.StepNames[0] = "spoiled" // the caller's own
	b.Summary.StepNames[1] = "spoiled"
	first := got(s.Summaries(ctx, b.ID))(t)
	first[0].StepNames[0] = "spoiled"
	got(s.Counts(ctx))(t).ByStatus[engine.Failed] = 7
	want := Creation(1)
	same(t, "header", got(s.Summaries(ctx, b.ID))(t), []engine.Summary{want.Summary})
	same(t, "entries", got(s.Entries(ctx, b.ID, 0))(t), want.Entries)
	same(t, "counts", got(s.Counts(ctx))(t).ByStatus[engine.Failed], 0)
}

func freezes(t *testing.T, s engine.Store) {
	ctx := t.Context()
	same(t, "none", len(got(s.Freezes(ctx, 0))(t)), 0)
	ops := &engine.Actor{Name: "ops1", Role: engine.Operator}
	moment := func(n int) engine.Time { return engine.At(epoch.Add(time.Duration(n) * time.Second)) }
	first := engine.Freeze{N: 1, At: moment(1), By: ops, Why: "<maintenance>"}
	second := engine.Freeze{N: 2, At: moment(3), Why: "token refused", Auto: true}
	must(t, s.PutFreeze(ctx, first))
	first.EndedAt, first.EndedBy, first.EndedWhy = moment(2), ops, "over"
	must(t, s.PutFreeze(ctx, first))
	must(t, s.PutFreeze(ctx, second))
	for _, n := range []uint64{0, 1, 4} {
		f := second
		f.N = n
		if err := s.PutFreeze(ctx, f); !errors.Is(err, engine.ErrConflict) {
			t.Errorf("freeze %d after 2: %v, want a conflict", n, err)
		}
	}
	same(t, "all", got(s.Freezes(ctx, 0))(t), []engine.Freeze{second, first})
	same(t, "the newest", got(s.Freezes(ctx, 1))(t), []engine.Freeze{second})
}
