package steps

import (
	"context"
	"errors"
	"net/http"
	"time"

	"arcadia/engine"
)

type passes struct{} // the key of a context's func(time.Duration)

// Passing makes a context in which steps do not pause: they tell pass how long they would have, as where the clock of a simulated account
// can be put forward.
func Passing(ctx context.Context, pass func(d time.Duration)) context.Context {
	return context.WithValue(ctx, passes{}, pass)
}

// pause waits for d or until ctx ends, whichever comes first, and returns the cause of the latter.
func pause(ctx context.Context, d time.Duration) error {
	if pass, is := ctx.Value(passes{}).(func(time.Duration)); is {
		pass(d)
		d = 0
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}

// pollPauses are the waits between looks at a running action. The last one repeats. They grow because the provider's limit
// of 5,000 requests an hour is shared: ten actions polled every 5 s would use it up.
var pollPauses = [...]time.Duration{5 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second}

func pollPause(n int) time.Duration {
	return pollPauses[min(n, len(pollPauses)-1)]
}

// A snapshot appears in the listing some seconds after its action has completed.
const (
	lookups     = 12
	lookupPause = 5 * time.Second
)

// again asks a second and a third time when the provider says that there is no such thing: one such answer about what was
// there a moment ago is more often a mistake of the provider's than the truth. A refused write has changed nothing, so that
// this is safe for writes too.
func again[T any](ctx context.Context, ask func() (T, error)) (T, error) {
	for i := 1; ; i++ {
		v, err := ask()
		if !absent(err) || i == absences {
			return v, err
		}
		if err := pause(ctx, absencePause); err != nil {
			return v, err
		}
	}
}

const (
	absences     = 3
	absencePause = 2 * time.Second
)

// unhurried makes a request, and waits for as long as the provider's allowance is used up: that changes nothing, costs no
// attempt and holds nobody up.
func unhurried[T any](ctx context.Context, s *engine.State, ask func() (T, error)) (T, error) {
	for {
		v, err := ask()
		var e *CloudError
		if !errors.As(err, &e) || e.Class != Retryable || e.Cause != nil || e.Status != http.StatusTooManyRequests && (e.Status != 0 || e.After == 0) {
			return v, err
		}
		wait := max(e.After, limitPause)
		err = s.Idle(ctx, "the rate limit of the provider", time.Now().Add(wait), func(ctx context.Context) error { return pause(ctx, wait) })
		if err != nil {
			return v, err
		}
	}
}

// limitPause is the shortest wait for an allowance that is used up.
const limitPause = 5 * time.Second
