package notify_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/notify"
)

// look lets a lookout look once.
func (w *world) look(t *testing.T, drifts map[string]notify.Adrift) {
	t.Helper()
	l := notify.Lookout{Book: w.post, Freezes: w.Freezes, Drifts: func() map[string]notify.Adrift { return drifts }}
	if err := l.Look(t.Context()); err != nil && !errors.Is(err, errDead) {
		t.Fatal(err)
	}
}

// told are the events that wait in the outbox or were sent, the oldest first.
func (w *world) told(t *testing.T) []notify.Event {
	t.Helper()
	var out []notify.Event
	for _, d := range slices.Backward(w.all(t)) {
		out = append(out, d.Note.Event)
	}
	return out
}

func TestFreezesTheirEndsAndDriftAreToldOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		v := engine.Request{Reason: "the provider is down"}
		freeze := func() {
			t.Helper()
			time.Sleep(time.Minute)
			if err := w.Freeze(t.Context(), v); err != nil {
				t.Fatal(err)
			}
		}
		thaw := func() {
			t.Helper()
			time.Sleep(time.Minute)
			if err := w.Thaw(t.Context(), v); err != nil {
				t.Fatal(err)
			}
		}
		w.look(t, nil)
		freeze()
		thaw() // before there is anybody to tell
		if err := notify.Put(t.Context(), w.Session, ops()); err != nil {
			t.Fatal(err)
		}
		w.look(t, nil)
		if got := w.told(t); len(got) != 0 {
			t.Fatalf("told of what was over before: %v", got)
		}
		freeze()
		drifts := map[string]notify.Adrift{"dns_record/7": {State: "modified", At: engine.At(time.Now())}}
		for range 3 {
			w.look(t, drifts)
		}
		thaw()
		freeze()
		thaw()
		time.Sleep(time.Minute)
		drifts["dns_record/7"] = notify.Adrift{State: "deleted", At: engine.At(time.Now())}
		for range 3 {
			w.look(t, drifts)
		}
		time.Sleep(time.Minute)
		w.look(t, nil)
		drifts["dns_record/7"] = notify.Adrift{State: "deleted", At: engine.At(time.Now())}
		w.look(t, drifts)
		want := []notify.Event{notify.Drift, notify.Frozen, notify.Thawed, notify.Frozen, notify.Thawed, notify.Drift, notify.Drift}
		got := w.told(t)
		if slices.Sort(got[:2]); !slices.Equal(got, want) {
			t.Errorf("told %v, want %v", got, want)
		}
	})
}

func TestManyThingsAtOnceAreToldInTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ops())
		drifts := map[string]notify.Adrift{}
		for c := 'a'; c <= 'z'; c++ {
			drifts["dns_record/"+string(c)] = notify.Adrift{State: "deleted", At: engine.At(time.Now())}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		notify.Lookout{Book: w.post, Freezes: w.Freezes, Watch: w.Watch, Drifts: func() map[string]notify.Adrift { return drifts }}.Run(ctx)
		if got := w.told(t); len(got) != 26 {
			t.Errorf("%d were told of", len(got))
		}
	})
}

func TestWhoeverDiesInALookTellsEachThingOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ops())
		if err := w.Freeze(t.Context(), engine.Request{Reason: "a test"}); err != nil {
			t.Fatal(err)
		}
		drifts := map[string]notify.Adrift{"droplet_snapshot/1": {State: "deleted", At: engine.At(time.Now())}}
		for die := 1; die <= 4; die++ { // before and after each transaction
			w.post.calls, w.post.die = 0, die
			w.look(t, drifts)
		}
		w.post.die = 0
		w.look(t, drifts)
		if got := w.told(t); len(got) != 2 {
			t.Errorf("%v", got)
		}
	})
}

func TestATokenThatIsRefusedIsAnEventOfItsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ops(notify.TokenRefused), notify.Target{Name: "all", URL: "https://all.example.com", Format: notify.FormatText, Events: []notify.Event{notify.Frozen}})
		freezes := []engine.Freeze{{N: 1, At: engine.At(time.Now()), Auto: true, Refused: true, Why: "401"}}
		l := notify.Lookout{Book: w.post, Freezes: func(context.Context, int) ([]engine.Freeze, error) { return freezes, nil }}
		if err := l.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := map[string]notify.Event{}
		for _, d := range w.all(t) {
			got[d.Target] = d.Note.Event
		}
		if got["ops"] != notify.TokenRefused || got["all"] != notify.Frozen {
			t.Errorf("%v", got)
		}
		freezes[0].EndedAt = engine.At(time.Now().Add(time.Minute))
		freezes = []engine.Freeze{{N: 2, At: freezes[0].EndedAt, Why: "taken over", By: &engine.Actor{Name: "ops1"}}, freezes[0]} // newest first
		if err := l.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, d := range w.all(t) {
			if d.Note.Event == notify.Thawed {
				t.Errorf("a freeze that was taken over counts as an end: %+v", d)
			}
		}
	})
}

func TestWhatWasGivenUpNeedsSomebodyUntilItIsSentAgainOrDropped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ops(notify.Failed))
		w.post.down = func() bool { return true }
		id := w.saga(t, true)
		w.saga(t, true)
		for _, wait := range []time.Duration{0, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour} {
			time.Sleep(wait)
			if err := (notify.Sender{Book: w.post, Carrier: w.post}).Look(t.Context(), time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		given, err := notify.NotDelivered(t.Context(), w.Session)
		if err != nil || len(given) != 2 || given[0].Tries != 6 {
			t.Fatalf("%+v %v", given, err)
		}
		saga, err := w.Saga(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		told, err := notify.OfSaga(t.Context(), w.Session, id, saga.Seq)
		if err != nil || len(told) != 1 || told[0].Answer != errDown.Error() || !told[0].Sent.IsZero() {
			t.Fatalf("%+v %v", told, err)
		}
		if err := notify.Drop(t.Context(), w.Session, given[0].ID); err != nil {
			t.Fatal(err)
		}
		if err := notify.Again(t.Context(), w.Session, given[1].ID); err != nil {
			t.Fatal(err)
		}
		w.post.down = nil
		w.send(t, time.Minute)
		given, err = notify.NotDelivered(t.Context(), w.Session)
		all := w.all(t)
		if err != nil || len(given) != 0 || len(all) != 2 || len(w.post.got) != 1 {
			t.Errorf("%+v %v, %d sent: %+v", given, err, len(w.post.got), all)
		}
	})
}
