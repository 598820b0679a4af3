package schedule

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // zones are known on any machine

	"github.com/netresearch/go-cron"

	"arcadia/engine"
)

// Rule says when a schedule occurs: at the minutes of local time that a cron expression names, or at equal intervals. The
// zero Rule never does. Rules are values without state, safe for concurrent use.
type Rule struct {
	minute, hour, day, month, weekday uint64 // bit n: the value n matches
	anyDay, anyWeekday                bool   // the field has a *
	zone                              *time.Location
	every                             time.Duration
}

// The shortest interval, and for how many days ahead an occurrence is looked for: 29 February on one weekday comes after forty
// years at the latest, when a century without a leap day lies between.
const (
	minEvery  = time.Minute
	horizon   = 41 * 366
	maxOffset = 26 * time.Hour
)

var parser = cron.MustNewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.DowOrDom)

// Cron is the rule of an expression of five fields (minute, hour, day of month, month, weekday) in the local time of a zone;
// empty: UTC. Of two day fields without a * either may match, as in crontab(5). An expression that never happens is refused.
// Errors are ErrInput.
func Cron(expression, zone string) (Rule, error) {
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return Rule{}, fmt.Errorf("%w: zone %.60q is not known: give a name such as Europe/Berlin", engine.ErrInput, zone)
	}
	fields := strings.Fields(expression)
	if len(fields) != 5 || strings.Contains(expression, "=") {
		return Rule{}, fmt.Errorf("%w: cron %.60q: give five fields: minute, hour, day of month, month, weekday", engine.ErrInput, expression)
	}
	parsed, err := parser.Parse(strings.Join(fields, " "))
	if err != nil {
		return Rule{}, fmt.Errorf("%w: cron %.60q: %w", engine.ErrInput, expression, err)
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return Rule{}, fmt.Errorf("%w: cron %.60q: give five fields", engine.ErrInput, expression)
	}
	r := Rule{
		minute: spec.Minute, hour: spec.Hour, day: spec.Dom, month: spec.Month, weekday: spec.Dow, zone: loc,
		anyDay: strings.ContainsAny(fields[2], "*?"), anyWeekday: strings.ContainsAny(fields[4], "*?"),
	}
	if r.Next(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return Rule{}, fmt.Errorf("%w: cron %.60q never happens", engine.ErrInput, expression)
	}
	return r, nil
}

// Every is the rule of equal intervals, counted from the beginning of 1970 in UTC, of a minute or more.
func Every(d time.Duration) (Rule, error) {
	if d < minEvery || d%time.Second != 0 {
		return Rule{}, fmt.Errorf("%w: every %s: give whole seconds, a minute or more", engine.ErrInput, d)
	}
	return Rule{every: d}, nil
}

// Next is the first occurrence after a moment, in UTC; zero when there is none.
func (r Rule) Next(after time.Time) time.Time {
	switch {
	case r.every > 0:
		step := int64(r.every / time.Second)
		at := after.Unix()
		if at < 0 {
			return time.Time{}
		}
		return time.Unix(at/step*step+step, 0).UTC()
	case r.zone == nil:
		return time.Time{}
	}
	local := after.In(r.zone)
	day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC) // a date, not a moment
	from := local.Hour()*60 + local.Minute()
	for range horizon {
		if r.on(day) {
			if at := r.within(day, from, after); !at.IsZero() {
				return at
			}
		}
		day, from = day.AddDate(0, 0, 1), 0
	}
	return time.Time{}
}

// on reports whether a date matches.
func (r Rule) on(day time.Time) bool {
	if r.month&(1<<day.Month()) == 0 {
		return false
	}
	monthday, weekday := r.day&(1<<day.Day()) != 0, r.weekday&(1<<day.Weekday()) != 0
	if r.anyDay || r.anyWeekday {
		return monthday && weekday
	}
	return monthday || weekday
}

// within is the first occurrence on a date that is after a moment, from a minute of its local day on. Later minutes of local
// time never come earlier, so that the first that fits is the first.
func (r Rule) within(day time.Time, from int, after time.Time) time.Time {
	for hour := from / 60; hour < 24; hour++ {
		if r.hour&(1<<hour) == 0 {
			continue
		}
		for minute := range 60 {
			if r.minute&(1<<minute) == 0 || hour*60+minute < from {
				continue
			}
			wall := day.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
			if at := moment(wall, r.zone); at.After(after) {
				return at
			}
		}
	}
	return time.Time{}
}

// moment is when clocks in a zone show a time, which is given as if it were UTC: a time that they show twice is the first
// of both, and one that they skip is the first moment after the gap.
func moment(wall time.Time, zone *time.Location) time.Time {
	guess := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), 0, 0, zone)
	start, end := guess.ZoneBounds()
	if (start.IsZero() || guess.Sub(start) > maxOffset) && (end.IsZero() || end.Sub(guess) > maxOffset) {
		return guess.UTC() // far from any change
	}
	for at := wall.Add(-2 * maxOffset).In(zone); ; {
		_, offset := at.Zone()
		shown := wall.Add(-time.Duration(offset) * time.Second) // the moment, if this offset holds then
		start, end := at.ZoneBounds()
		switch {
		case !start.IsZero() && shown.Before(start):
			return start.UTC() // the clocks have skipped it
		case end.IsZero() || shown.Before(end):
			return shown.UTC()
		}
		at = end
	}
}
