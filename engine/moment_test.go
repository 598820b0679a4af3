package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// sleeps is a step that waits for three days from its first start.
func sleeps(early *bool) engine.Step {
	return enginetest.Step("sleep", func(ctx context.Context, s *engine.State) error {
		end := engine.At(time.Now().Add(72 * time.Hour))
		if saved, err := s.Saved("end", &end); err != nil {
			return err
		} else if !saved {
			s.Put("end", end)
			if err := s.Save(ctx); err != nil {
				return err
			}
		}
		_, ended, err := s.Await(ctx, "its time", end.Time)
		*early = ended
		return err
	}, nil)
}

func TestAWaitOfThreeDaysEndsInTimeWhateverDies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var early bool
		store := storagetest.NewMemory()
		begun := time.Now()
		var id engine.ID
		for i := range 100 {
			s, stop := enginetest.Host(t, store, engine.Config{Steps: []engine.Step{sleeps(&early)}})
			if i == 0 {
				id = enginetest.Launch(t, s, "sleep")
			}
			time.Sleep(30 * time.Minute)
			if err := stop(); err != nil {
				t.Fatal(err)
			}
		}
		s, _ := enginetest.Host(t, store, engine.Config{Steps: []engine.Step{sleeps(&early)}})
		sg := enginetest.Rest(t, s, id)
		wantSaga(t, sg, engine.Completed, "completed")
		if late := sg.FinishedAt.Sub(begun.Add(72 * time.Hour)); late < 0 || late > time.Second || early {
			t.Errorf("it ended %s after its time, early %v", late, early)
		}
	})
}

func TestAWaitIsEndedAndMovedByOperatorsOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var early bool
		store := storagetest.NewMemory()
		e, stop := enginetest.Drive(t, store, engine.Config{Steps: []engine.Step{sleeps(&early), enginetest.Echo()}})
		s := e.As(engine.Actor{Name: "ops1", Role: engine.Operator})
		id := enginetest.Launch(t, s, "sleep")
		other := enginetest.Launch(t, s, "echo")
		synctest.Wait()
		begun, why := time.Now(), engine.Request{Reason: "the customer asked"}
		viewer := e.As(engine.Actor{Name: "eve", Role: engine.Viewer})
		for what, err := range map[string]error{
			"a viewer ends it":       viewer.Proceed(t.Context(), id, why),
			"a viewer moves it":      viewer.Postpone(t.Context(), id, begun.Add(time.Hour), why),
			"no reason":              s.Proceed(t.Context(), id, engine.Request{}),
			"no reason for a move":   s.Postpone(t.Context(), id, begun.Add(time.Hour), engine.Request{Reason: " "}),
			"the past":               s.Postpone(t.Context(), id, begun.Add(-time.Second), why),
			"years":                  s.Postpone(t.Context(), id, begun.Add(400*24*time.Hour), why),
			"one that does not wait": s.Proceed(t.Context(), other, why),
		} {
			if err == nil {
				t.Errorf("%s: not refused", what)
			}
		}
		if err := s.Postpone(t.Context(), id, begun.Add(100*time.Hour), why); err != nil {
			t.Fatal(err)
		}
		time.Sleep(80 * time.Hour)
		sg, err := s.Saga(t.Context(), id)
		if err != nil || sg.Status != engine.Running || len(sg.Waiting) != 1 || !sg.Waiting[0].Until.Equal(begun.Add(100*time.Hour)) {
			t.Fatalf("%s, waits for %+v (%v)", sg.Status, sg.Waiting, err)
		}
		if err := stop(); err != nil { // what was said holds for the next attempt too
			t.Fatal(err)
		}
		e, _ = enginetest.Drive(t, store, engine.Config{Steps: []engine.Step{sleeps(&early), enginetest.Echo()}})
		s = e.As(engine.Actor{Name: "ops1", Role: engine.Operator})
		time.Sleep(10 * time.Hour)
		if sg, err = s.Saga(t.Context(), id); err != nil || sg.Status != engine.Running {
			t.Fatalf("%s (%v)", sg.Status, err)
		}
		if err := s.Proceed(t.Context(), id, why); err != nil {
			t.Fatal(err)
		}
		sg = enginetest.Rest(t, s, id)
		wantSaga(t, sg, engine.Completed, "completed")
		if at := sg.FinishedAt.Sub(begun); at > 90*time.Hour+time.Second || !early {
			t.Errorf("it ended after %s, early %v", at, early)
		}
		if err := s.Proceed(t.Context(), id, why); !errors.Is(err, engine.ErrRefused) {
			t.Errorf("ended twice: %v", err)
		}
		entries, err := s.Entries(t.Context(), id, 0)
		if err != nil {
			t.Fatal(err)
		}
		said := ""
		for _, x := range entries {
			if x.Type == engine.EntryWaitEnded || x.Type == engine.EntryWaitMoved {
				said += string(x.Type) + " by " + x.By.Name + ": " + x.Why + "; "
			}
		}
		if want := "wait_moved by ops1: the customer asked; wait_ended by ops1: the customer asked; "; said != want {
			t.Errorf("the ledger says %q, want %q", said, want)
		}
	})
}

func TestWhatAWaitShowsIsSeenAndNotStored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		step := enginetest.Step("look", func(ctx context.Context, s *engine.State) error {
			return s.Idle(ctx, "a bus", time.Time{}, func(ctx context.Context) error {
				s.Show("2 of 3 good")
				return sleep(ctx, time.Hour)
			})
		}, nil)
		store := storagetest.NewMemory()
		s, _ := enginetest.Host(t, store, engine.Config{Steps: []engine.Step{step}})
		id := enginetest.Launch(t, s, "look")
		synctest.Wait()
		during, err := s.Saga(t.Context(), id)
		if err != nil || during.Live != "2 of 3 good" {
			t.Errorf("it shows %q (%v)", during.Live, err)
		}
		if after := enginetest.Rest(t, s, id); after.Live != "" {
			t.Errorf("it shows %q after its end", after.Live)
		}
	})
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func TestMomentsAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	zurich, err := time.LoadLocation("Europe/Zurich")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"2026-12-01T08:00":          "2026-12-01T07:00:00Z",
		"2026-12-01 08:00":          "2026-12-01T07:00:00Z",
		"2026-12-01 08:00:30":       "2026-12-01T07:00:30Z",
		"2026-12-01T08:00:00+05:00": "2026-12-01T03:00:00Z",
		"+2h30m":                    "2026-11-29T14:30:00Z",
		"2027-03-28 02:30":          "its clocks change",
		"2027-10-31 02:30":          "is twice in Europe/Zurich, for its clocks are set back then: write 2027-10-31T02:30:00+0",
		"2027-10-31 02:00":          "or 2027-10-31T02:00:00+0",
		"2027-10-31T02:30:00+01:00": "2027-10-31T01:30:00Z",
		"2027-10-31 01:59:59":       "2027-10-30T23:59:59Z",
		"2027-10-31 03:00":          "2027-10-31T02:00:00Z",
		"2027-03-28 03:00":          "2027-03-28T01:00:00Z",
		"tomorrow":                  "not a moment",
		"+soon":                     "not a time from now",
		"2026-13-01 08:00":          "not a moment",
		"":                          "not a moment",
	} {
		at, err := engine.ParseMoment(text, zurich, now)
		got := at.UTC().Format(time.RFC3339)
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
