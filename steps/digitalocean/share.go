package digitalocean

import (
	"time"

	"golang.org/x/time/rate"
)

// Share says how this process stands among those that use the same tokens.
type Share struct {
	Drives bool // its calls are those of steps
	Others int  // processes besides it
}

// tenths of each allowance are this process's: one for each process that only reads and plans, the rest for the one that drives.
func (s Share) tenths() int {
	if !s.Drives {
		return 1
	}
	return max(1, 10-s.Others)
}

// Divide lets processes share the tokens: f says at each request how this one stands. Call it before the first request. Without
// it all of every allowance is this process's.
func (c *Client) Divide(f func() Share) {
	c.reads.bucket.standing, c.writes.bucket.standing = f, f
}

// wordTime is for how long the service's word counts that little is left.
const wordTime = time.Minute

// adapt gives the limiters this process's share, and refuses when the service says that only what belongs to the process that drives is left.
func (b *bucket) adapt(now time.Time) error {
	if b.standing == nil {
		return nil
	}
	s := b.standing()
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := s.tenths(); n != b.tenths {
		b.tenths = n
		for i, a := range b.allowances() {
			a.tenths(n).set(b.all[i])
			a.tenths(n).tenths(9).set(b.ordinary[i])
		}
	}
	if until := b.heard.Add(wordTime); !s.Drives && b.left >= 0 && b.left < b.limit/10 && now.Before(until) {
		return &waitError{wait: until.Sub(now), kept: true}
	}
	return nil
}

// allowance is how many requests are allowed in a window. A fifth of them may be sent at once, and the rest flows in evenly.
type allowance struct {
	n      int
	window time.Duration
}

func (b *bucket) allowances() []allowance {
	return []allowance{{b.perMinute, time.Minute}, {b.perHour, time.Hour}}
}

func (a allowance) tenths(n int) allowance { return allowance{max(1, a.n*n/10), a.window} }

func (a allowance) flow() (rate.Limit, int) {
	burst := max(1, a.n/5)
	return rate.Limit(float64(max(1, a.n-burst)) / a.window.Seconds()), burst
}

func (a allowance) set(l *rate.Limiter) {
	limit, burst := a.flow()
	l.SetLimit(limit)
	l.SetBurst(burst)
}
