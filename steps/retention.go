package steps

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// retention says which of a thing's copies stay: the newest ones, and of each of the newest days, weeks and months that have one
// the newest. Days begin at midnight UTC, weeks on Monday.
type retention struct{ last, daily, weekly, monthly int }

// stored is one copy of a thing, as far as a retention asks.
type stored struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Created  time.Time `json:"created_at"`
	SizeGB   float64   `json:"size_gigabytes"`
	Verified bool      `json:"verified,omitempty"`
	Keep     bool      `json:"keep,omitempty"`  // somebody has said that it stays
	Fresh    bool      `json:"fresh,omitempty"` // the saga itself has made it, so that its rollback takes it away
}

const (
	inKeepLast    = "keep_last"
	inKeepDaily   = "keep_daily"
	inKeepWeekly  = "keep_weekly"
	inKeepMonthly = "keep_monthly"
	inMaxDelete   = "max_delete"

	maxKept        = 1000
	defaultMaxLoss = "25%"
)

// retentionFields declare a retention and its brake.
func retentionFields() []engine.Field {
	fields := []engine.Field{
		{Name: inKeepLast, Label: "Keep last", Help: "how many of the newest stay"},
		{Name: inKeepDaily, Label: "Keep daily", Help: "for how many days with a snapshot the newest of the day stays"},
		{Name: inKeepWeekly, Label: "Keep weekly", Help: "for how many weeks the newest of the week stays"},
		{Name: inKeepMonthly, Label: "Keep monthly", Help: "for how many months the newest of the month stays"},
	}
	for i := range fields {
		fields[i].Type, fields[i].Check = engine.IntField, checkKept
	}
	return append(fields, engine.Field{
		Name: inMaxDelete, Label: "At most", Type: engine.TextField, Default: defaultMaxLoss, Check: checkMaxDelete,
		Help: "more than this is never deleted at once: a share, 25%, or a number; one may always go",
	})
}

func checkKept(value string, _ engine.Inputs) error {
	if n, err := strconv.Atoi(value); err != nil || n < 0 || n > maxKept {
		return fmt.Errorf("%q: a number from 0 to %d", visible.Short(value, 20), maxKept)
	}
	return nil
}

func checkMaxDelete(value string, _ engine.Inputs) error {
	_, err := most(value, 0)
	return err
}

// retentionOf reads the inputs. One that keeps nothing is refused.
func retentionOf(in engine.Inputs) (retention, error) {
	var r retention
	for name, n := range map[string]*int{inKeepLast: &r.last, inKeepDaily: &r.daily, inKeepWeekly: &r.weekly, inKeepMonthly: &r.monthly} {
		if in[name] == "" {
			continue
		}
		if err := checkKept(in[name], in); err != nil {
			return r, named(name, err)
		}
		*n, _ = strconv.Atoi(in[name])
	}
	if r == (retention{}) {
		return r, named(inKeepLast, fmt.Errorf("this keeps nothing: give %s, %s, %s or %s", inKeepLast, inKeepDaily, inKeepWeekly, inKeepMonthly))
	}
	return r, nil
}

// most is how many of n copies may be deleted at once.
func most(value string, n int) (int, error) {
	number, share := strings.CutSuffix(cmp.Or(value, defaultMaxLoss), "%")
	k, err := strconv.Atoi(number)
	switch {
	case err != nil, k < 1, share && k > 100, k > 10*maxKept:
		return 0, fmt.Errorf("%q: write a share from 1%% to 100%%, or a number", visible.Short(value, 20))
	case share:
		return max(1, n*k/100), nil
	}
	return k, nil
}

// newestFirst orders copies. The provider's times have seconds: of one second the saga's own copy is the newest, since nobody else has
// made one meanwhile; the ids of droplets' copies grow.
func newestFirst(a, b stored) int {
	if n := b.Created.Compare(a.Created); n != 0 {
		return n
	}
	switch {
	case a.Fresh && !b.Fresh:
		return -1
	case b.Fresh && !a.Fresh:
		return 1
	}
	return cmp.Or(cmp.Compare(len(b.ID), len(a.ID)), cmp.Compare(b.ID, a.ID))
}

// stays says of each copy that stays why, by id. It is pure. What somebody keeps takes no place of the retention's. The newest
// verified copy stays whatever the retention says, and so does the newest that the saga has not made itself: should it be rolled
// back, that one is the last good copy.
func (r retention) stays(all []stored) map[string]string {
	all = slices.SortedFunc(slices.Values(all), newestFirst)
	why := map[string]string{}
	keep := func(c stored, because string) {
		if why[c.ID] == "" {
			why[c.ID] = because
		}
	}
	pool := slices.DeleteFunc(slices.Clone(all), func(c stored) bool { return c.Keep })
	for i, c := range pool[:min(r.last, len(pool))] {
		keep(c, fmt.Sprintf("%d of the last %d", i+1, r.last))
	}
	for _, p := range []struct {
		n  int
		of func(time.Time) string
	}{{r.daily, dayOf}, {r.weekly, weekOf}, {r.monthly, monthOf}} {
		seen := map[string]bool{}
		for _, c := range pool {
			period := p.of(c.Created.UTC())
			if seen[period] || len(seen) == p.n {
				continue
			}
			seen[period] = true
			keep(c, "the newest of "+period)
		}
	}
	own, old := false, false // one verified copy has been seen, and one that is not this saga's
	for _, c := range all {
		if c.Keep {
			keep(c, "somebody keeps it")
		}
		if c.Verified && !own {
			keep(c, "the newest verified one")
		}
		if c.Verified && !c.Fresh && !old {
			keep(c, "the newest verified one of before this saga")
		}
		own, old = own || c.Verified, old || c.Verified && !c.Fresh
	}
	return why
}

func dayOf(t time.Time) string   { return t.Format("Mon 2 Jan 2006") }
func monthOf(t time.Time) string { return t.Format("January 2006") }

func weekOf(t time.Time) string {
	year, week := t.ISOWeek()
	return fmt.Sprintf("week %d of %d", week, year)
}

// goes are the copies that do not stay, the oldest first. It fails, before anything is lost, when they are more than may go at
// once.
func (r retention) goes(all []stored, maxDelete string) ([]stored, error) {
	why := r.stays(all)
	pool := 0
	var out []stored
	for _, c := range all {
		if !c.Keep {
			pool++
		}
		if why[c.ID] == "" {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b stored) int { return newestFirst(b, a) })
	limit, err := most(maxDelete, pool)
	if err != nil {
		return nil, named(inMaxDelete, err)
	}
	if len(out) > limit {
		return nil, fmt.Errorf("%w: would prune %d of %d, at most %s: nothing was deleted: look at them, then give a larger %s",
			errTooMany, len(out), pool, cmp.Or(maxDelete, defaultMaxLoss), inMaxDelete)
	}
	return out, nil
}

const errTooMany = engine.Reason("prunes_too_many")
