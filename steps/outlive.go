package steps

import (
	"context"
	"errors"
	"time"

	"arcadia/engine"
)

// outliveTime is how long what cannot be taken back goes on after a cancel, to learn what has become of it: less than the engine
// waits for a step to return.
const outliveTime = 25 * time.Second

// outlive is the context of a request that cannot be taken back, and of the look after it: it ends outliveTime after ctx, or with
// end, which the caller owes. A shutdown ends it at once: the next start looks.
func outlive(ctx context.Context) (own context.Context, end func()) {
	own, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	release := context.AfterFunc(ctx, func() {
		cause := context.Cause(ctx)
		if !errors.Is(cause, engine.ErrShutdown) && !errors.Is(cause, engine.ErrDeposed) {
			_ = pause(own, outliveTime)
		}
		cancel(cause)
	})
	return own, func() {
		release()
		cancel(nil)
	}
}
