package digitalocean

import "time"

// Budget is what is left of a token's allowance: by our own count of what this client has sent, and as the service said,
// which counts everybody who uses the token. Limits by our own count are this process's share.
type Budget struct {
	MinuteLimit     int `json:"minute_limit"`     // requests in any 60 s
	MinuteRemaining int `json:"minute_remaining"` // by our own count
	MinuteLeft      int `json:"minute_burst"`     // how many of them may be sent at once now; the rest flows in evenly
	HourLimit       int `json:"hour_limit"`       // requests in any 60 min
	HourRemaining   int `json:"hour_remaining"`   // by our own count, or as the service said if that is less

	Limit     int       `json:"service_limit"`          // requests an hour, as the service said last; HourLimit before the first answer
	Remaining int       `json:"service_remaining"`      // as the service said last; -1 before the first answer
	Reset     time.Time `json:"service_reset,omitzero"` // when the oldest counted request is forgotten, as the service said; zero when it did not

	PausedUntil time.Time `json:"paused_until,omitzero"` // no request is sent before this; zero or past when none is held back
}

// Budget is what is left for the token that has less of it. It makes no request, waits for nobody and is safe for
// concurrent use.
func (c *Client) Budget() Budget {
	now := time.Now()
	a := c.reads.bucket.budget(now)
	if c.writes == c.reads {
		return a
	}
	b := c.writes.bucket.budget(now)
	if b.HourRemaining < a.HourRemaining || b.HourRemaining == a.HourRemaining && b.MinuteRemaining < a.MinuteRemaining {
		return b
	}
	return a
}

func (b *bucket) budget(now time.Time) Budget {
	_ = b.adapt(now) // what it refuses is a matter of requests
	atOnce := max(0, int(b.all[0].TokensAt(now)))
	b.mu.Lock()
	defer b.mu.Unlock()
	minute, hour := b.perMinute*b.tenths/10, b.perHour*b.tenths/10
	out := Budget{
		MinuteLimit: minute, MinuteRemaining: max(0, minute-b.minute.sum(now)), MinuteLeft: atOnce,
		HourLimit: hour, HourRemaining: max(0, hour-b.hour.sum(now)),
		Limit: b.limit, Remaining: b.left, Reset: b.reset, PausedUntil: b.until,
	}
	if b.left >= 0 && now.Sub(b.heard) < time.Hour {
		out.HourRemaining = min(out.HourRemaining, b.left)
	}
	return out
}
