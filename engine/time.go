package engine

import (
	"encoding/json"
	"fmt"
	"time"
)

// timeLayout is RFC 3339 in UTC with exactly three digits of milliseconds.
const timeLayout = "2006-01-02T15:04:05.000Z"

// Time is an instant as the ledger keeps it: UTC, whole milliseconds, null in JSON when it is not set.
type Time struct{ time.Time }

// At rounds t down to what the ledger keeps.
func At(t time.Time) Time {
	return Time{t.UTC().Truncate(time.Millisecond)}
}

// MarshalJSON writes RFC 3339 UTC with milliseconds, or null for the zero time.
func (t Time) MarshalJSON() ([]byte, error) {
	return t.appendJSON(make([]byte, 0, len(timeLayout)+2)), nil
}

// UnmarshalJSON reads what MarshalJSON wrote, and any other RFC 3339 time.
func (t *Time) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*t = Time{}
		return nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("read a time: %w", err)
	}
	v, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return fmt.Errorf("read a time: %w", err)
	}
	*t = At(v)
	return nil
}
