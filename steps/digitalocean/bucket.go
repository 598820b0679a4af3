package digitalocean

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"arcadia/steps"
)

// patience is the longest wait for the budget within a call. Beyond it the call fails as retryable, so that the saga shows
// what it waits for instead of seeming to run.
const patience = time.Minute

// longestPause caps a pause for which the service gave no end.
const longestPause = time.Minute

// bucket is the budget of one token, shared by everything that uses it.
//
// A fifth of each allowance may be used at once and the rest flows in evenly, so that no window of a minute or an hour
// holds more requests than allowed. Ordinary calls may use nine tenths of it; the rest is kept for compensation.
type bucket struct {
	all, ordinary []*rate.Limiter

	perMinute, perHour int
	standing           func() Share // nil: all of it is this process's

	mu      sync.Mutex // guards the fields below; never held while waiting
	tenths  int        // of each allowance are this process's
	minute  tally      // requests let through
	hour    tally
	until   time.Time // no request before this
	strikes int       // refusals in a row that gave no time
	limit   int
	left    int
	heard   time.Time // when left was said
	reset   time.Time
}

func newBucket(perMinute, perHour int) *bucket {
	b := &bucket{
		perMinute: perMinute, perHour: perHour, tenths: 10,
		minute: tally{window: time.Minute}, hour: tally{window: time.Hour},
		limit: perHour, left: -1,
	}
	for _, a := range b.allowances() {
		b.all = append(b.all, rate.NewLimiter(a.flow()))
		b.ordinary = append(b.ordinary, rate.NewLimiter(a.tenths(9).flow()))
	}
	return b
}

// take waits until one more request may be sent, and counts it. An error means that none may be, and that none was counted.
func (b *bucket) take(ctx context.Context) error {
	limiters := b.all
	if !steps.IsUrgent(ctx) {
		limiters = append(slices.Clip(b.ordinary), b.all...)
	}
	now := time.Now()
	if err := b.adapt(now); err != nil {
		return err
	}
	held := make([]*rate.Reservation, len(limiters))
	wait := b.pause(now)
	for i, l := range limiters {
		held[i] = l.ReserveN(now, 1)
		wait = max(wait, held[i].DelayFrom(now))
	}
	giveBack := func() {
		for _, r := range held {
			r.Cancel()
		}
	}
	if wait > patience {
		giveBack()
		return &waitError{wait: wait}
	}
	for wait > 0 {
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			giveBack()
			return context.Cause(ctx)
		case <-t.C:
		}
		wait = b.pause(time.Now()) // the service may have asked for quiet meanwhile
		if wait > patience {
			giveBack()
			return &waitError{wait: wait}
		}
	}
	b.count(time.Now())
	return nil
}

// count books a request that is let through.
func (b *bucket) count(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.minute.add(now)
	b.hour.add(now)
}

// waitError says that the budget is used up for longer than a call waits.
type waitError struct {
	wait time.Duration
	kept bool // what is left is for another process
}

func (e *waitError) Error() string {
	if e.kept {
		return fmt.Sprintf("what is left of this token's rate limit is kept for the host that drives: asked again after %s", time.Now().Add(e.wait).UTC().Format("15:04:05 MST"))
	}
	return fmt.Sprintf("the rate limit of this token is used up until %s (for %s)", time.Now().Add(e.wait).UTC().Format("15:04:05 MST"), e.wait.Round(time.Second))
}

// untilText says until when nothing is asked, for an error's text.
func (b *bucket) untilText(now time.Time) string {
	wait := b.pause(now)
	if wait <= 0 {
		return ""
	}
	return ": asked again after " + now.Add(wait).UTC().Format("15:04:05 MST")
}

func (b *bucket) pause(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.until.Sub(now)
}

// learn notes what an answer says about the budget.
func (b *bucket) learn(status int, h http.Header) {
	now := time.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	if n, err := strconv.Atoi(h.Get("ratelimit-limit")); err == nil {
		b.limit = n
	}
	if n, err := strconv.Atoi(h.Get("ratelimit-remaining")); err == nil {
		b.left, b.heard = n, now
	}
	if n, err := strconv.ParseInt(h.Get("ratelimit-reset"), 10, 64); err == nil {
		b.reset = time.Unix(n, 0)
	}
	if status != http.StatusTooManyRequests {
		b.strikes = 0
		return
	}
	wait, told := retryAfter(h, now)
	if !told {
		// ratelimit-reset is no help: it says when the oldest request is forgotten, and is often in the past.
		wait = min(time.Second<<min(b.strikes, 10), longestPause)
		b.strikes++
	}
	if until := now.Add(wait); until.After(b.until) {
		b.until = until
	}
}

// retryAfter reads the header in its two forms, seconds and a date.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	text := h.Get("retry-after")
	if n, err := strconv.Atoi(text); err == nil && n >= 0 {
		return min(time.Duration(n)*time.Second, time.Hour), true
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(now), 0), time.Hour), true
	}
	return 0, false
}
