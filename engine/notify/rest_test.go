package notify_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/notify"
)

// watched is a book that counts how often it is read.
type watched struct {
	notify.Book
	reads atomic.Int64
}

func (w *watched) Docs(ctx context.Context, collection string, names ...string) ([]engine.Doc, error) {
	w.reads.Add(1)
	return w.Book.Docs(ctx, collection, names...)
}

// TestASenderRestsUntilSomethingIsDue lets nothing happen for an hour, then something that is delivered at the second try.
func TestASenderRestsUntilSomethingIsDue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ops(notify.Failed))
		book := &watched{Book: w.post}
		ctx, stop := context.WithCancel(t.Context())
		var over sync.WaitGroup
		over.Go(func() { notify.Sender{Book: book, Carrier: w.post, Watch: w.Watch}.Run(ctx) })
		time.Sleep(time.Hour)
		if n := book.reads.Load(); n > 40 {
			t.Errorf("it has read %d times in an hour of nothing", n)
		}
		first := true
		w.post.down = func() bool { down := first; first = false; return down }
		at := time.Now()
		w.saga(t, true)
		time.Sleep(2 * time.Minute)
		stop()
		over.Wait()
		if len(w.post.at) != 1 {
			t.Fatalf("%d deliveries", len(w.post.at))
		}
		if d := w.post.at[0].Sub(at); d < time.Minute || d > time.Minute+5*time.Second {
			t.Errorf("the second try was %s after it happened, want a minute", d)
		}
	})
}

// TestALookoutRestsUntilSomethingChanges lets nothing happen for an hour, then a freeze.
func TestALookoutRestsUntilSomethingChanges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ops(notify.Frozen))
		book := &watched{Book: w.post}
		ctx, stop := context.WithCancel(t.Context())
		var over sync.WaitGroup
		over.Go(func() { notify.Lookout{Book: book, Freezes: w.Freezes, Watch: w.Watch}.Run(ctx) })
		time.Sleep(time.Hour)
		if n := book.reads.Load(); n > 150 {
			t.Errorf("it has read %d times in an hour of nothing", n)
		}
		if err := w.Freeze(t.Context(), engine.Request{Reason: "a test"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(6 * time.Second)
		stop()
		over.Wait()
		if got := w.told(t); len(got) != 1 || got[0] != notify.Frozen {
			t.Errorf("told %v", got)
		}
	})
}
