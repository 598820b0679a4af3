package engine

import (
	"fmt"
	"strings"
	"time"
)

// ParseMoment reads a moment that a person has written: "2026-12-01 08:00", with a T in place of the blank and seconds if one likes, in
// the given zone; with an offset as RFC 3339 has it; or "+2h30m" from now. A time of day that the zone leaves out when its clocks
// change, or has twice, is refused.
func ParseMoment(text string, zone *time.Location, now time.Time) (time.Time, error) {
	text = strings.TrimSpace(text)
	if after, ok := strings.CutPrefix(text, "+"); ok {
		d, err := time.ParseDuration(after)
		if err != nil || d < 0 {
			return time.Time{}, fmt.Errorf("%q is not a time from now: write it as +2h30m", clip(text, 40))
		}
		return now.Add(d), nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	for _, form := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		plain := strings.Replace(text, " ", "T", 1)
		at, err := time.ParseInLocation(form, plain, zone)
		if err != nil {
			continue
		}
		if at.Format(form) != plain {
			return time.Time{}, fmt.Errorf("there is no %s in %s: its clocks change then", text, zone)
		}
		if other, twice := again(at); twice {
			return time.Time{}, fmt.Errorf("%s is twice in %s, for its clocks are set back then: write %s or %s", text, zone, at.Format(time.RFC3339), other.Format(time.RFC3339))
		}
		return at, nil
	}
	return time.Time{}, fmt.Errorf("%q is not a moment: write it as 2026-12-01 08:00, or +2h", clip(text, 40))
}

// again is the other moment at which the clocks of a time's zone show the same, if there is one.
func again(at time.Time) (other time.Time, twice bool) {
	_, own := at.Zone()
	began, ends := at.ZoneBounds()
	for _, beside := range []time.Time{began.Add(-time.Second), ends} {
		_, offset := beside.Zone()
		other = at.Add(time.Duration(own-offset) * time.Second)
		if own != offset && other.Format(time.DateTime) == at.Format(time.DateTime) {
			return other, true
		}
	}
	return time.Time{}, false
}
