package schedule

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
)

// zones are those whose clocks change, and some that do strange things.
var zones = []string{
	"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu", "UTC",
	"Europe/London", "Europe/Dublin", "Europe/Lisbon", "Europe/Athens", "Europe/Istanbul", "Europe/Moscow", "Atlantic/Azores", "America/St_Johns",
	"America/Havana", "America/Santiago", "America/Asuncion", "America/Sao_Paulo", "America/Caracas", "America/Los_Angeles", "America/Phoenix",
	"America/Anchorage", "America/Adak", "America/Nuuk", "America/Scoresbysund", "Africa/Cairo", "Africa/El_Aaiun", "Africa/Johannesburg", "Asia/Beirut",
	"Asia/Jerusalem", "Asia/Gaza", "Asia/Tehran", "Asia/Kolkata", "Asia/Tokyo", "Asia/Pyongyang", "Australia/Sydney", "Australia/Eucla",
	"Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia",
}

// field is one field of an expression: its text, and the values that it means.
type field struct {
	text string
	set  uint64
	star bool
}

func randomField(rng *rand.Rand, low, high int) field {
	var f field
	add := func(from, to, step int) {
		for v := from; v <= to; v += step {
			f.set |= 1 << v
		}
	}
	switch rng.IntN(6) {
	case 0, 1:
		f.text, f.star = "*", true
		add(low, high, 1)
	case 2:
		step := 2 + rng.IntN(min(14, high-low-1))
		f.text, f.star = fmt.Sprintf("*/%d", step), true
		add(low, high, step)
	case 3:
		from := low + rng.IntN(high-low+1)
		to := from + rng.IntN(high-from+1)
		f.text = fmt.Sprintf("%d-%d", from, to)
		add(from, to, 1)
	default:
		var parts []string
		for range 1 + rng.IntN(3) {
			v := low + rng.IntN(high-low+1)
			parts = append(parts, fmt.Sprint(v))
			f.set |= 1 << v
		}
		f.text = strings.Join(parts, ",")
	}
	return f
}

// expression is a cron expression with what it means, from the same draw: the oracle parses nothing.
type expression struct{ minute, hour, day, month, weekday field }

func randomExpression(rng *rand.Rand) expression {
	return expression{randomField(rng, 0, 59), randomField(rng, 0, 23), randomField(rng, 1, 31), randomField(rng, 1, 12), randomField(rng, 0, 6)}
}

func (e expression) String() string {
	return strings.Join([]string{e.minute.text, e.hour.text, e.day.text, e.month.text, e.weekday.text}, " ")
}

// wall is a minute of local time as clocks and calendars show it.
type wall struct{ minute, hour, day, month, weekday uint8 }

func wallOf(t time.Time) wall {
	return wall{uint8(t.Minute()), uint8(t.Hour()), uint8(t.Day()), uint8(t.Month()), uint8(t.Weekday())}
}

// matches reports whether a local time is named.
func (e *expression) matches(w wall) bool {
	if e.minute.set&(1<<w.minute) == 0 || e.hour.set&(1<<w.hour) == 0 || e.month.set&(1<<w.month) == 0 {
		return false
	}
	day, weekday := e.day.set&(1<<w.day) != 0, e.weekday.set&(1<<w.weekday) != 0
	if e.day.star || e.weekday.star {
		return day && weekday
	}
	return day || weekday
}

// shown is what clocks show, minute by minute: each minute of local time that they reach for the first time, with those that
// they have skipped just before it.
type shown struct {
	at      int64 // Unix time
	wall    wall
	skipped []wall
}

func clocks(zone *time.Location, from, to time.Time) []shown {
	var out []shown
	var latest time.Time
	for at := from; at.Before(to); at = at.Add(time.Minute) {
		l := at.In(zone)
		now := time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), 0, 0, time.UTC)
		if !latest.IsZero() && !now.After(latest) {
			continue // shown before
		}
		s := shown{at: at.Unix(), wall: wallOf(now)}
		for skipped := latest.Add(time.Minute); !latest.IsZero() && skipped.Before(now); skipped = skipped.Add(time.Minute) {
			s.skipped = append(s.skipped, wallOf(skipped))
		}
		out, latest = append(out, s), now
	}
	return out
}

func TestARuleOccursWhenTheClocksOnTheWallSaySo(t *testing.T) {
	t.Parallel()
	years, some, each := 1, zones[:6], 20
	if os.Getenv("ARCADIA_TORTURE") != "" {
		years, some, each = 10, zones, 200
	}
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	to := from.AddDate(years, 0, 0)
	for i, name := range some {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone, err := time.LoadLocation(name)
			if err != nil {
				t.Fatal(err)
			}
			minutes := clocks(zone, from.Add(-48*time.Hour), to)
			rng := rand.New(rand.NewPCG(uint64(i), 1))
			occurrences := 0
			for range each {
				e := randomExpression(rng)
				rule, err := Cron(e.String(), name)
				if err != nil {
					if strings.Contains(err.Error(), "never happens") && never(e) {
						continue
					}
					t.Fatalf("%s: %v", e, err)
				}
				next := rule.Next(from.Add(-time.Second))
				expected := next.Unix()
				for i := range minutes {
					m := &minutes[i]
					if m.at < from.Unix() {
						continue
					}
					occurs := e.matches(m.wall) || slices.ContainsFunc(m.skipped, e.matches)
					if occurs != (expected == m.at) {
						at := time.Unix(m.at, 0)
						t.Fatalf("%s in %s: at %s (%s) the clocks say %v, and the rule says next is %s", e, name, at.UTC(), at.In(zone), occurs, next)
					}
					if occurs {
						occurrences++
						next = rule.Next(next)
						expected = next.Unix()
					}
				}
			}
			t.Logf("%d occurrences agree", occurrences)
		})
	}
}

// never reports whether an expression names no day that there is.
func never(e expression) bool {
	for day := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2100; day = day.AddDate(0, 0, 1) {
		d := expression{field{set: 1}, field{set: 1}, e.day, e.month, e.weekday}
		if d.matches(wallOf(day)) {
			return false
		}
	}
	return true
}

func TestTheClockThatSkipsAnHourAndTheOneThatShowsItTwice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		expression, zone, after string
		want                    []string
	}{
		{"30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", []string{"2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}},
		{"30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", []string{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}},
		{"*/20 2 * * *", "America/New_York", "2026-03-08T00:00:00Z", []string{"2026-03-08T07:00:00Z", "2026-03-09T06:00:00Z"}},
		{"0 3 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", []string{"2026-03-29T01:00:00Z", "2026-03-30T01:00:00Z"}},
		{"15 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", []string{"2028-02-29T00:15:00Z", "2032-02-29T00:15:00Z"}},
		{"0 0 * * 7", "UTC", "2026-11-27T00:00:00Z", []string{"2026-11-29T00:00:00Z", "2026-12-06T00:00:00Z"}},
		{"0 12 13 * 5", "UTC", "2026-11-01T00:00:00Z", []string{"2026-11-06T12:00:00Z", "2026-11-13T12:00:00Z", "2026-11-20T12:00:00Z"}},
		{"0 0 */14 8 6", "UTC", "2026-08-30T00:00:00Z", []string{"2037-08-01T00:00:00Z", "2037-08-15T00:00:00Z"}},
		{"0 0 29 2 */7", "UTC", "2088-03-01T00:00:00Z", []string{"2128-02-29T00:00:00Z"}},
		{"0 22-1 * * *", "UTC", "2026-11-29T21:00:00Z", []string{"2026-11-29T22:00:00Z", "2026-11-29T23:00:00Z", "2026-11-30T00:00:00Z", "2026-11-30T01:00:00Z", "2026-11-30T22:00:00Z"}},
		{"0 0 30 12 *", "Pacific/Apia", "2011-12-01T00:00:00Z", []string{"2011-12-30T10:00:00Z"}}, // the day that Samoa left out
	} {
		rule, err := Cron(c.expression, c.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, c.after)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			at = rule.Next(at)
			if got := at.Format(time.RFC3339); got != want {
				t.Errorf("%s in %s: %s, want %s", c.expression, c.zone, got, want)
			}
		}
	}
}

func TestIntervalsAreTheSameEverywhere(t *testing.T) {
	t.Parallel()
	r, err := Every(6 * time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 29, 0, 0, 1, 0, time.UTC)
	for _, want := range []string{"06:00", "12:00", "18:00", "00:00"} {
		at = r.Next(at)
		if at.Format("15:04") != want {
			t.Errorf("%s, want %s", at, want)
		}
	}
}

func TestRulesThatMeanNothingAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{"30 2 30 2 *", "UTC"},
		{"0 0 31 4,6 *", "UTC"},
		{"* * * *", "UTC"},
		{"* * * * * *", "UTC"},
		{"@daily", "UTC"},
		{"", "UTC"},
		{"60 * * * *", "UTC"},
		{"* 24 * * *", "UTC"},
		{"* * 0 * *", "UTC"},
		{"* * * 13 *", "UTC"},
		{"* * * * 8", "UTC"},
		{"TZ=UTC 0 0 * *", "UTC"},
		{"x * * * *", "UTC"},
		{"*/0 * * * *", "UTC"},
		{"0 0 L * *", "UTC"},
		{"* * * * *", "Europe/Berlyn"},
		{"* * * * *", "Local"},
		{"* * * * *", "../etc/passwd"},
	} {
		if _, err := Cron(c[0], c[1]); !errors.Is(err, engine.ErrInput) {
			t.Errorf("%q in %s: %v", c[0], c[1], err)
		}
	}
	for _, d := range []time.Duration{0, -time.Hour, 30 * time.Second, time.Minute + time.Millisecond} {
		if _, err := Every(d); !errors.Is(err, engine.ErrInput) {
			t.Errorf("every %s: %v", d, err)
		}
	}
	if !(Rule{}).Next(time.Now()).IsZero() {
		t.Error("the zero rule occurs")
	}
}
