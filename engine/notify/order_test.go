package notify_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/engine/notify"
)

// TestWhatHappenedToASagaFirstIsToldFirst: what comes later is due at once, while what came before still waits for its next try.
func TestWhatHappenedToASagaFirstIsToldFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ops(notify.NeedsYou, notify.Completed))
		up := time.Now().Add(3 * time.Hour)
		w.post.down = func() bool { return time.Now().Before(up) }
		w.fails = true
		sg, err := w.Start(t.Context(), engine.Launch{Kind: enginetest.Kind.Name, Steps: []string{"work"}, OnFailure: engine.OnFailurePause})
		if err != nil {
			t.Fatal(err)
		}
		enginetest.Until(t, w.Session, sg.ID, func(sg *engine.Saga) bool { return sg.NeedsOperator() })
		w.send(t, 2*time.Hour+59*time.Minute) // the fourth try has failed, the next is two hours later
		w.fails = false
		if err := w.Retry(t.Context(), sg.ID, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		enginetest.Rest(t, w.Session, sg.ID)
		w.saga(t, false)
		time.Sleep(2 * time.Minute)
		w.send(t, time.Minute)
		if !slices.Equal(w.post.events, []notify.Event{notify.Completed}) {
			t.Errorf("the receiver is there again and was told %v, want the other saga's end alone", w.post.events)
		}
		w.send(t, 7*time.Hour)
		if !slices.Equal(w.post.events, []notify.Event{notify.Completed, notify.NeedsYou, notify.Completed}) {
			t.Errorf("told %v", w.post.events)
		}
	})
}
