package steps

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"arcadia/engine"
)

// modelStays says whether a copy stays by counting, for that one copy, what is newer than it. Days, weeks and months are numbers here.
func modelStays(r retention, all []stored, c stored) bool {
	day := func(t time.Time) int64 { return t.Unix() / 86400 }
	week := func(t time.Time) int64 { return (day(t) + 3) / 7 } // day 0 was a Thursday
	month := func(t time.Time) int64 { y, m, _ := t.UTC().Date(); return int64(y)*12 + int64(m) }
	newer := func(o stored) bool {
		if o.Created.Equal(c.Created) {
			if o.Fresh != c.Fresh {
				return o.Fresh
			}
			return o.ID > c.ID // the ids drawn are of equal length
		}
		return o.Created.After(c.Created)
	}
	anyNewer := func(if_ func(stored) bool) bool {
		for _, o := range all {
			if newer(o) && if_(o) {
				return true
			}
		}
		return false
	}
	if c.Keep {
		return true
	}
	if c.Verified && !anyNewer(func(o stored) bool { return o.Verified }) {
		return true
	}
	if c.Verified && !c.Fresh && !anyNewer(func(o stored) bool { return o.Verified && !o.Fresh }) {
		return true
	}
	ahead := 0
	for _, o := range all {
		if !o.Keep && newer(o) {
			ahead++
		}
	}
	if ahead < r.last {
		return true
	}
	for _, p := range []struct {
		n  int
		of func(time.Time) int64
	}{{r.daily, day}, {r.weekly, week}, {r.monthly, month}} {
		if anyNewer(func(o stored) bool { return !o.Keep && p.of(o.Created) == p.of(c.Created) }) {
			continue
		}
		later := map[int64]bool{}
		for _, o := range all {
			if !o.Keep && p.of(o.Created) > p.of(c.Created) {
				later[p.of(o.Created)] = true
			}
		}
		if len(later) < p.n {
			return true
		}
	}
	return false
}

func drawCopies(t *rapid.T) ([]stored, retention) {
	n := func(name string) int { return rapid.IntRange(0, 5).Draw(t, name) }
	r := retention{n("last"), n("daily"), n("weekly"), n("monthly")}
	start := time.Date(2024, 12, 20, 0, 0, 0, 0, time.UTC)
	all := make([]stored, rapid.IntRange(0, 40).Draw(t, "copies"))
	for i := range all {
		all[i] = stored{
			ID: fmt.Sprint(1000 + i), Created: start.Add(time.Duration(rapid.IntRange(0, 24*120).Draw(t, "hour")) * time.Hour),
			Verified: rapid.Bool().Draw(t, "verified"), Keep: rapid.IntRange(0, 9).Draw(t, "keep") == 0, Fresh: rapid.IntRange(0, 9).Draw(t, "fresh") == 0,
		}
	}
	return all, r
}

func TestWhatStaysIsWhatCountingSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all, r := drawCopies(t)
		why := r.stays(all)
		for _, c := range all {
			if got, want := why[c.ID] != "", modelStays(r, all, c); got != want {
				t.Fatalf("%+v of %+v: stays %v (%s), want %v", c, r, got, why[c.ID], want)
			}
		}
	})
}

func TestNothingGoesWhenMoreWouldGoThanMay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all, r := drawCopies(t)
		percent := rapid.IntRange(1, 100).Draw(t, "percent")
		goes, err := r.goes(all, fmt.Sprintf("%d%%", percent))
		pool, leave := 0, 0
		for _, c := range all {
			if !c.Keep {
				pool++
			}
			if !modelStays(r, all, c) {
				leave++
			}
		}
		switch tooMany := leave > 1 && leave*100 > pool*percent; {
		case tooMany != (err != nil), err != nil && goes != nil, err == nil && len(goes) != leave:
			t.Fatalf("%d of %d would go, at most %d%%: %d, %v", leave, pool, percent, len(goes), err)
		}
		for i := 1; i < len(goes); i++ {
			if goes[i].Created.Before(goes[i-1].Created) {
				t.Fatal("not the oldest first")
			}
		}
	})
}

func TestARetentionThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for _, in := range []engine.Inputs{
		{},
		{inKeepLast: "0", inKeepDaily: "0"},
		{inKeepLast: "-1"},
		{inKeepWeekly: "many"},
		{inKeepMonthly: "1001"},
	} {
		if r, err := retentionOf(in); err == nil {
			t.Errorf("%v is taken for %+v", in, r)
		}
	}
	for _, bad := range []string{"0", "0%", "101%", "-3", "some", "5 %"} {
		if err := checkMaxDelete(bad, nil); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestOfOneSecondTheOwnCopyIsTheNewest(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 26, 2, 0, 0, 0, time.UTC)
	all := []stored{ // ids of volumes' copies do not grow
		{ID: "ffff", Name: "first", Created: at, Verified: true},
		{ID: "aaaa", Name: "own", Created: at, Verified: true, Fresh: true},
		{ID: "cccc", Name: "second", Created: at, Verified: true},
	}
	goes, err := retention{last: 1}.goes(all, "1")
	if err != nil || len(goes) != 1 || goes[0].Fresh {
		t.Errorf("%+v %v", goes, err)
	}
}
