package say

import (
	"strconv"
	"time"
)

// Format is how times are written.
type Format int

// The formats, in the order in which T goes through them.
const (
	Age Format = iota
	Local
	UTC
)

// String names the format.
func (f Format) String() string {
	switch f {
	case Local:
		return "local"
	case UTC:
		return "UTC"
	case Age:
	}
	return "age"
}

// Clock writes times. Its Now moves only when something else redraws or a tick is worth showing, so that a screen on
// which nothing happens stays as it is.
type Clock struct {
	Now      time.Time
	Fine     bool // seconds are shown: something is at work and ticks
	Format   Format
	Location *time.Location
}

// Stamp writes t in the chosen format, in at most nine cells: "12s", "14:03:22", "Nov 23".
func (c Clock) Stamp(t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case c.Format == Age:
		return c.Age(t)
	}
	t = t.In(c.Zone())
	if c.Now.Sub(t) < 20*time.Hour {
		return t.Format("15:04:05")
	}
	return t.Format("Jan 02")
}

// Time writes the time of day of t to the second, in UTC when that is chosen.
func (c Clock) Time(t time.Time) string { return c.write(t, "15:04:05") }

// Precise writes the time of day of t to the millisecond.
func (c Clock) Precise(t time.Time) string { return c.write(t, "15:04:05.000") }

// Moment writes t in twelve cells: the time of day to the millisecond, or the date and the minute of another day.
func (c Clock) Moment(t time.Time) string {
	if c.Now.Sub(t) < 20*time.Hour {
		return c.Precise(t)
	}
	return c.write(t, "Jan 02 15:04")
}

// When writes a time of day to the second, with its day when that is not today.
func (c Clock) When(t time.Time) string { return c.day(t, "15:04:05") }

// WhenMinute is When to the minute, with the day in three letters or as a date.
func (c Clock) WhenMinute(t time.Time) string {
	if name := c.Day(t); name != "" {
		return name + " " + c.Minute(t)
	}
	return c.Minute(t)
}

func (c Clock) day(t time.Time, layout string) string {
	name := c.Day(t)
	if t.In(c.Zone()).Format(time.DateOnly) == c.Now.In(c.Zone()).AddDate(0, 0, -1).Format(time.DateOnly) {
		name = "yesterday"
	}
	if name != "" {
		name += " "
	}
	return name + c.write(t, layout)
}

// Day names the day of a time that has been: nothing today, "Mon" within a week, else "2 Nov".
func (c Clock) Day(t time.Time) string {
	at, now := t.In(c.Zone()), c.Now.In(c.Zone())
	switch {
	case t.IsZero() || at.Format(time.DateOnly) == now.Format(time.DateOnly):
		return ""
	case now.Sub(at) < 6*24*time.Hour:
		return at.Format("Mon")
	}
	return at.Format("2 Jan")
}

// Full writes date, time and zone.
func (c Clock) Full(t time.Time) string { return c.write(t, "2006-01-02 15:04:05 MST") }

// Minute writes the time of day of t to the minute.
func (c Clock) Minute(t time.Time) string { return c.write(t, "15:04") }

func (c Clock) write(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.In(c.Zone()).Format(layout)
}

// Zone is where the times are of.
func (c Clock) Zone() *time.Location {
	if c.Format == UTC || c.Location == nil {
		return time.UTC
	}
	return c.Location
}

// Age is how long ago t was, to the minute at the finest unless the clock is fine.
func (c Clock) Age(t time.Time) string {
	d := max(0, c.Now.Sub(t))
	if d < time.Minute && !c.Fine {
		return "<1m"
	}
	return Short(d)
}

// Short writes a duration in its largest unit: 12s, 9m, 2h, 3d, 5w.
func Short(d time.Duration) string {
	switch {
	case d < time.Minute:
		return strconv.Itoa(int(d/time.Second)) + "s"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + "m"
	case d < 24*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + "h"
	case d < 14*24*time.Hour:
		return strconv.Itoa(int(d/(24*time.Hour))) + "d"
	}
	return strconv.Itoa(int(d/(7*24*time.Hour))) + "w"
}

// Took writes how long something took: 340ms, 36.2s, 4m10s, 2h05m.
func Took(d time.Duration) string {
	switch {
	case d < 0:
		return ""
	case d < time.Second:
		return strconv.Itoa(int(d/time.Millisecond)) + "ms"
	case d < time.Minute:
		return strconv.FormatFloat(float64(d/(100*time.Millisecond))/10, 'f', 1, 64) + "s"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + "m" + two(int(d/time.Second)%60) + "s"
	}
	return strconv.Itoa(int(d/time.Hour)) + "h" + two(int(d/time.Minute)%60) + "m"
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}
