package night_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/engine/night"
	"arcadia/engine/schedule"
	"arcadia/storage/storagetest"
)

// copier makes a copy that costs 1.50 a month.
type copier struct{}

func (copier) Name() string { return "copy" }

func (copier) Target(context.Context, engine.Inputs) (string, error) { return "web-01 (7)", nil }

func (copier) Execute(_ context.Context, s *engine.State) error {
	s.Provision(engine.Resource{Type: "copy", ExternalID: string(s.Saga()), Name: "a copy", Spec: json.RawMessage(`{}`)})
	s.Made("1.0 GB", 1.5)
	return nil
}

func (copier) Compensate(context.Context, *engine.State) error { return nil }

// dropper deletes one copy.
type dropper struct{}

func (dropper) Name() string { return "drop" }

func (dropper) Inputs() []engine.Field {
	return []engine.Field{{Name: "id", Label: "Copy", Type: engine.TextField, Help: "which"}}
}

func (dropper) Execute(_ context.Context, s *engine.State) error {
	s.Withdraw("copy", s.Input("id"))
	s.Made("", -1.5)
	return nil
}

var errFull = errors.New("the disk is full")

func newStore(t *testing.T) *engine.Engine {
	t.Helper()
	fails := enginetest.Step("fails", func(context.Context, *engine.State) error { return errFull }, nil)
	e, _ := enginetest.Drive(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{copier{}, dropper{}, fails}})
	return e
}

func until(day, hour, minute int) {
	time.Sleep(time.Until(time.Date(2000, 1, day, hour, minute, 0, 0, time.UTC)))
}

func TestANightIsWhatRanWhatWentWrongAndWhatItCosts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newStore(t)
		ops := e.As(enginetest.Ops)
		k := schedule.Keeper{As: func(name string) schedule.Engine {
			return e.As(engine.Actor{Name: schedule.Actor(name), Role: engine.Operator})
		}}
		look := func() {
			t.Helper()
			if _, err := k.Look(t.Context(), time.Now()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		until(1, 17, 30)
		before := enginetest.Launch(t, ops, "copy") // no part of the night
		s := schedule.Schedule{Name: "hourly", Kind: "adhoc", Steps: []string{"copy"}, Cron: "0 * * * *"}
		if err := schedule.Put(t.Context(), ops, s, 0); err != nil {
			t.Fatal(err)
		}
		until(1, 18, 5)
		look()
		until(1, 21, 30) // 19:00 and 20:00 are too late by now
		look()
		until(1, 23, 30)
		if err := schedule.SetPause(t.Context(), ops, "hourly", &schedule.Pause{By: "ops1", Why: "audit"}); err != nil {
			t.Fatal(err)
		}
		if _, err := ops.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"drop"}, Inputs: engine.Inputs{"id": string(before)}}); err != nil {
			t.Fatal(err)
		}
		until(2, 2, 0)
		look() // what is too late is missed, what is not is held by the pause, which is no trouble
		failed := enginetest.Launch(t, ops, "copy", "fails")
		enginetest.Rest(t, ops, failed)
		until(2, 7, 10)
		if err := ops.Freeze(t.Context(), engine.Request{Reason: "storm"}); err != nil {
			t.Fatal(err)
		}
		until(2, 9, 42)
		enginetest.Launch(t, ops, "copy") // the day has begun

		from, to, err := night.When(t.Context(), ops, time.Now(), time.UTC, 0)
		if err != nil {
			t.Fatal(err)
		}
		n, err := night.Read(t.Context(), ops, from, to)
		if err != nil {
			t.Fatal(err)
		}
		if n.Completed != 3 || n.RolledBack != 1 || n.Failed+n.Open != 0 || n.Missed != 2 || n.More {
			t.Errorf("%+v", n)
		}
		if want := (night.Things{Type: "copy", Made: 2, Deleted: 1}); len(n.Things) != 1 || n.Things[0] != want || n.MonthlyUSD != 1.5 {
			t.Errorf("%+v, %.2f a month", n.Things, n.MonthlyUSD)
		}
		var looks []string
		for _, x := range n.Look {
			looks = append(looks, fmt.Sprintf("%s %s %s %s", x.At.Format("15:04"), x.By, x.Outcome, x.Why))
		}
		want := []string{
			"19:00 hourly missed later than its window of 1h, and 1 more after it",
			"22:00 hourly missed later than its window of 1h, and 2 more after it",
			"02:00 ops1  the disk is full",
		}
		if !slices.Equal(looks, want) {
			t.Errorf("%q", looks)
		}
		var rows []string
		for _, r := range n.Rows {
			rows = append(rows, fmt.Sprint(r.Schedule, " ", len(r.Runs)))
		}
		if !slices.Equal(rows, []string{" 2", "hourly 4"}) {
			t.Errorf("%q", rows)
		}
		if len(n.Freezes) != 1 || len(n.Subjects) != 2 || n.Subjects[1].Name != "web-01 (7)" || n.Subjects[1].MonthlyUSD != 3 {
			t.Errorf("%+v %+v", n.Freezes, n.Subjects)
		}
		back, err := night.Read(t.Context(), ops, from.AddDate(0, 0, 1), to.AddDate(0, 0, 1))
		if err != nil || back.Completed+back.Missed != 0 {
			t.Errorf("another night has the same: %+v %v", back, err)
		}
		if err := ops.Thaw(t.Context(), engine.Request{Reason: "over"}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestANightIsBetweenAnEveningAndTheNextMorningByTheClocksOfItsZone(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		now      string
		back     int
		from, to string
	}{
		{"2026-11-26T09:42:00+01:00", 0, "2026-11-25T18:00:00+01:00", "2026-11-26T08:00:00+01:00"},
		{"2026-11-26T23:59:00+01:00", 0, "2026-11-25T18:00:00+01:00", "2026-11-26T08:00:00+01:00"},
		{"2026-11-27T00:01:00+01:00", 0, "2026-11-26T18:00:00+01:00", "2026-11-27T08:00:00+01:00"}, // it lasts
		{"2026-11-26T23:30:00Z", 0, "2026-11-26T18:00:00+01:00", "2026-11-27T08:00:00+01:00"},
		{"2026-12-01T12:00:00+01:00", 1, "2026-11-29T18:00:00+01:00", "2026-11-30T08:00:00+01:00"},
		{"2026-03-29T12:00:00+02:00", 0, "2026-03-28T18:00:00+01:00", "2026-03-29T08:00:00+02:00"}, // of 13 hours
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		from, to := night.Span(now, berlin, c.back)
		if from.Format(time.RFC3339) != c.from || to.Format(time.RFC3339) != c.to {
			t.Errorf("at %s, %d back: %s to %s", c.now, c.back, from, to)
		}
	}
}

func TestTheZoneOfTheNightIsThatOfMostSchedules(t *testing.T) {
	t.Parallel()
	of := func(zones ...string) string {
		var all []schedule.View
		for _, z := range zones {
			all = append(all, schedule.View{Schedule: schedule.Schedule{Zone: z}})
		}
		return night.Zone(all, time.UTC).String()
	}
	for _, c := range [][2]string{
		{of(), "UTC"},
		{of("", "", "Europe/Berlin"), "Europe/Berlin"},
		{of("Asia/Tokyo", "Europe/Berlin", "Asia/Tokyo"), "Asia/Tokyo"},
		{of("Europe/Berlin", "Asia/Tokyo"), "Asia/Tokyo"},
		{of("Nowhere/At_All"), "UTC"},
	} {
		if c[0] != c[1] {
			t.Errorf("%s, want %s", c[0], c[1])
		}
	}
}

func TestANightForAMessageIsBounded(t *testing.T) {
	t.Parallel()
	n := night.Night{Look: make([]night.Trouble, 500), Subjects: make([]night.Subject, 500), Freezes: make([]engine.Freeze, 50), Rows: make([]night.Row, 9)}
	for i := range n.Look {
		n.Look[i].Saga = &engine.Summary{}
	}
	raw, err := json.Marshal(n.Short())
	if err != nil || len(raw) > 32<<10 {
		t.Errorf("%d bytes, %v", len(raw), err)
	}
}
