package cli

import (
	"strings"
	"time"

	"arcadia/engine"
)

func title(s *engine.Saga) string { return strings.TrimRight(s.Kind+"  "+s.Target, " ") }

// clock is a moment of today as plain lines show it: UTC, to the second.
func clock(t engine.Time) string { return t.UTC().Format("15:04:05") }

// moment is any moment: UTC, to the second.
func moment(t engine.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

// took is how long something took, or has taken so far.
func took(from, to engine.Time) string {
	if from.IsZero() || to.IsZero() {
		return ""
	}
	d := to.Sub(from.Time)
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
