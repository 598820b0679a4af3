package notify_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/notify"
)

func TestTheMorningIsToldOnceToThoseWhoAskForIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // begins at midnight UTC
		other := ops()
		other.Name = "other" // asks for nothing in particular, and so not for this
		w := newWorld(t, other)
		ctx, stop := context.WithCancel(t.Context())
		var over sync.WaitGroup
		for range 2 { // two hosts
			over.Go(func() { notify.Morning{Book: w.Session, Night: w.Session}.Run(ctx) })
		}
		time.Sleep(12 * time.Hour)
		if err := notify.Put(t.Context(), w.Session, ops(notify.LastNight)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(11 * time.Hour) // 23:00
		w.saga(t, false)
		if all := w.all(t); len(all) != 0 {
			t.Errorf("told of a night before anybody asked: %+v", all)
		}
		time.Sleep(34 * time.Hour) // 09:00, two mornings later
		stop()
		over.Wait()
		all := w.all(t)
		if len(all) != 2 || all[1].ID != "last_night/2000-01-02/ops" || all[0].ID != "last_night/2000-01-03/ops" {
			t.Fatalf("%+v", all)
		}
		if n := all[1].Note.Night; n.Completed != 1 || n.To.Format("02T15:04") != "02T08:00" || all[0].Note.Night.Completed != 0 {
			t.Errorf("%+v", n)
		}
		told, err := notify.OfNight(t.Context(), w.Session, time.Date(2000, 1, 3, 8, 0, 0, 0, time.UTC))
		if err != nil || len(told) != 1 || told[0].ID != all[0].ID {
			t.Errorf("%+v %v", told, err)
		}
	})
}

func TestAMorningSurvivesADeathAroundItsTelling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ops(notify.LastNight))
		look := func() error { return notify.Morning{Book: w.post, Night: w.Session}.Look(t.Context(), time.Now()) }
		if err := look(); err != nil {
			t.Fatal(err)
		}
		for die := 1; die <= 2; die++ {
			time.Sleep(24*time.Hour + 9*time.Hour)
			w.post.calls, w.post.die = 0, die
			if err := look(); !errors.Is(err, errDead) {
				t.Errorf("%v", err)
			}
			w.post.die = 0
			for range 2 {
				if err := look(); err != nil {
					t.Fatal(err)
				}
			}
		}
		var ids []string
		for _, d := range w.all(t) {
			ids = append(ids, d.ID)
		}
		if !slices.Equal(ids, []string{"last_night/2000-01-03/ops", "last_night/2000-01-02/ops"}) {
			t.Errorf("%q", ids)
		}
	})
}

func TestATargetHearsOfAKindWhatItAsksFor(t *testing.T) {
	t.Parallel()
	all, done, other := ops(), ops(notify.Completed), ops(notify.Failed)
	other.Kinds = []string{"other"}
	if !all.Hears("work") || done.Hears("work") || other.Hears("work") || !other.Hears("other") {
		t.Error("not as asked")
	}
	if err := (notify.Target{Name: "x", URL: "https://x.example.com", Format: notify.FormatText, Events: []notify.Event{"last_nigth"}}).Check(); !errors.Is(err, engine.ErrInput) {
		t.Error(err)
	}
}
