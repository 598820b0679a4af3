package etcd

import (
	"slices"
	"testing"
)

// TestWhatIsArchivedBringsAStoreToHalfOfItsQuota has what was removed and still counts not be removed twice.
func TestWhatIsArchivedBringsAStoreToHalfOfItsQuota(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ full, sagas, gone, want int }{
		{49, 1000, 0, 0},
		{50, 1000, 0, 0},
		{60, 1200, 0, 200},
		{60, 1000, 200, 0},
		{80, 1400, 200, 400},
		{60, 900, 300, -100},
		{100, 0, 0, 0},
	} {
		if have := surplus(c.full, c.sagas, c.gone); have != c.want {
			t.Errorf("at %d %% with %d sagas and %d gone: %d go, want %d", c.full, c.sagas, c.gone, have, c.want)
		}
	}
}

// TestWhoCannotShareARequestGoesInTheNext makes groups of appends, some of which touch the same keys.
func TestWhoCannotShareARequestGoesInTheNext(t *testing.T) {
	t.Parallel()
	of := func(keys ...string) *proposal {
		c := newChange()
		for _, k := range keys {
			c.put(k, "")
		}
		return &proposal{change: c, turn: make(chan bool, 1)}
	}
	large := of()
	for i := range groupOps + 1 {
		large.change.put(string(rune('0'+i)), "")
	}
	a, b, c, d := of("x"), of("y"), of("x", "z"), of("q")
	d.change.count("c/+running")
	a.change.count("c/+running") // counters are no reason: each counts in a slot of its own
	var g groups
	for i := range mostUnder {
		if !g.first(of()) {
			t.Fatalf("request %d waits", i)
		}
	}
	for _, p := range []*proposal{a, c, large, b, d} {
		if g.first(p) {
			t.Fatal("there are more requests under way than there should be")
		}
	}
	want := [][]*proposal{{a, b, d}, {c}, {large}}
	for _, w := range want {
		g.next()
		if len(w[0].turn) != 1 || !<-w[0].turn {
			t.Fatal("it is not the first one's turn")
		}
		if have := g.with(w[0]); !slices.Equal(have, w) {
			t.Errorf("a group of %d, want %d", len(have), len(w))
		}
	}
	if g.next(); g.under != mostUnder-1 {
		t.Errorf("%d requests under way", g.under)
	}
}
