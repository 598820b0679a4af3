package engine

import (
	"math/rand/v2"
	"time"
)

// RetryPolicy says when the next attempt may start. It is pure: it returns when, and never waits.
type RetryPolicy struct {
	First    time.Duration // the first wait
	Factor   float64       // growth per failure
	Most     time.Duration // longest wait
	Attempts int           // how many attempts may fail before it gives up
	Within   time.Duration // give up when it has been tried for so long since the first failure; 0: no such limit
}

// ForwardRetry is the policy of Execute for a step that does not say otherwise.
var ForwardRetry = RetryPolicy{First: time.Second, Factor: 2, Most: time.Minute, Attempts: 5, Within: 15 * time.Minute}

// BackwardRetry is the policy of Compensate for a step that does not say otherwise.
var BackwardRetry = RetryPolicy{First: 2 * time.Second, Factor: 2, Most: 5 * time.Minute, Attempts: 10}

// Next returns how long to wait after the failures-th failure (1 is the first), or false when the budget is spent. The
// wait is drawn between 0 and the exponential bound (full jitter, so that sagas which failed together do not come back
// together); after, the wait that the other side asked for, wins when it is longer. jitter draws from [0, 1).
func (p RetryPolicy) Next(failures int, since time.Duration, after time.Duration, jitter func() float64) (time.Duration, bool) {
	if failures >= p.Attempts || (p.Within > 0 && since >= p.Within) {
		return 0, false
	}
	return max(p.bound(failures, jitter), after), true
}

func (p RetryPolicy) bound(failures int, jitter func() float64) time.Duration {
	bound := float64(p.First)
	for range failures - 1 {
		bound *= p.Factor
		if bound >= float64(p.Most) {
			bound = float64(p.Most)
			break
		}
	}
	return time.Duration(bound * jitter())
}

// blockedWait is how long to wait before asking again when only something outside can help: at least 5 s, at most a minute.
func blockedWait(failures int, after time.Duration) time.Duration {
	wait := 5 * time.Second << min(failures, 4)
	return min(max(wait, after, 5*time.Second), time.Minute)
}

func policiesOf(s Step) (forward, backward RetryPolicy) {
	if r, ok := s.(Retrier); ok {
		return r.RetryPolicies()
	}
	return ForwardRetry, BackwardRetry
}

// Tries is how many attempts of a step may fail before it gives up, in each direction; 0 for a step that this build does
// not have. An attempt that only something outside can help (see Blocked) is not counted.
func (e *Engine) Tries(step string) (forward, backward int) {
	s := e.steps[step]
	if s == nil {
		return 0, 0
	}
	f, b := policiesOf(s)
	return f.Attempts, b.Attempts
}

// jitter is the random source of the policies. Waits decide nothing but pace, so it needs no seed.
func jitter() float64 { return rand.Float64() } //nolint:gosec // pace, not secrecy
