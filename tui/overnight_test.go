package tui

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/engine/notify"
	"arcadia/engine/schedule"
)

// put stores a document.
func (x *exhibit) put(collection, name string, v any) {
	x.tb.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		x.tb.Fatal(err)
	}
	d := engine.Doc{Collection: collection, Name: name, Body: body, By: engine.Actor{Name: "ops1"}, UpdatedAt: engine.At(noon.Add(-day))}
	if err := x.store.PutDocs(x.tb.Context(), engine.DocChange{Doc: d}); err != nil {
		x.tb.Fatal(err)
	}
}

// copied is the completion of a step that has made copies and deleted others.
func copied(made, deleted int, usd float64) engine.Entry {
	e := engine.Entry{Type: engine.EntryStepCompleted, Idx: 0, Attempt: 1, Made: &engine.Made{Text: "15.4 GB", MonthlyUSD: usd}}
	for i := range made {
		e.Resources = append(e.Resources, engine.ResourceChange{After: &engine.Resource{Type: "droplet_snapshot", ExternalID: fmt.Sprint(i)}})
	}
	for i := range deleted {
		e.Resources = append(e.Resources, engine.ResourceChange{Before: &engine.Resource{Type: "droplet_snapshot", ExternalID: fmt.Sprint(1000 + i)}})
	}
	return e
}

// overnight fills in two weeks of nights: a schedule for each droplet of a tag, of which one failed in the last night, one of each hour,
// one that was missed, what people did by hand, and who is told.
func (x *exhibit) overnight() *exhibit {
	x.tb.Helper()
	x.put(notify.Targets, "ops", notify.Target{URL: "https://ops.example.com", Format: notify.FormatText, Events: []notify.Event{notify.Failed, notify.LastNight}})
	x.put(notify.Targets, "pager", notify.Target{URL: "https://pager.example.com", Format: notify.FormatText, Events: []notify.Event{notify.NeedsYou}})
	x.put(notify.Deliveries, "last_night/2026-11-23/ops", notify.Delivery{
		ID: "last_night/2026-11-23/ops", Target: "ops", Note: notify.Note{Event: notify.LastNight, At: engine.At(noon.Add(-7 * time.Hour))},
		Sent: engine.At(noon.Add(-7 * time.Hour)), Answer: "204",
	})
	state := schedule.State{}
	first := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC) // 02:00 in Berlin
	for night := 13; night >= 0; night-- {
		at := first.Add(-time.Duration(night) * day)
		o := schedule.Outcome{At: engine.At(at), Result: schedule.Fired}
		for i, name := range []string{"web-01 (482913)", "web-02 (482914)", "web-03 (482915)", "web-05 (482917)"} {
			c := x.carve(fmt.Sprintf("7ab2%02x%02x", night, i), "snapshot_droplet", name, schedule.Actor("backup-web"), noon.Sub(at), "create_droplet_snapshot").start(0)
			if night == 0 && i == 2 {
				c.failed(0, "would prune 5 of 14, at most 25%: nothing was deleted").back(-1, "step_failed:prunes_too_many").later(time.Second).end(engine.EntrySagaRolledBack)
			} else {
				c.later(3 * time.Minute).add(copied(1, (night+i)%3, 0.9-0.31*float64((night+i)%3))).end(engine.EntrySagaCompleted)
			}
			o.Sagas = append(o.Sagas, c.keep().ID)
		}
		state.Outcomes = append(state.Outcomes, o)
	}
	state.DecidedUntil = state.Outcomes[13].At
	x.put(schedule.Collection, "backup-web", schedule.Schedule{
		Kind: "snapshot_droplet", ForEach: "tag:web", Cron: "0 2 * * *", Zone: "Europe/Berlin", Misfire: schedule.MisfireOnce, Since: engine.At(noon.Add(-90 * day)),
	})
	x.put(schedule.States, "backup-web", state)
	for h := range 14 {
		at := time.Date(2026, 11, 22, 17+h, 0, 0, 0, time.UTC)
		x.carve(fmt.Sprintf("cac4e0%02x", h), "snapshot_droplet", "cache-01 (482920)", schedule.Actor("cache-hourly"), noon.Sub(at), "create_droplet_snapshot").
			start(0).later(time.Minute).add(copied(1, 1, -0.04)).end(engine.EntrySagaCompleted).keep()
	}
	x.put(schedule.Collection, "stage-up", schedule.Schedule{Kind: "upsert_dns_record", Cron: "45 7 * * *", Zone: "Europe/Berlin", Since: engine.At(noon.Add(-90 * day))})
	x.put(schedule.States, "stage-up", schedule.State{Outcomes: []schedule.Outcome{
		{At: engine.At(time.Date(2026, 11, 23, 6, 45, 0, 0, time.UTC)), Result: schedule.Missed, Why: "later than its window of 1h"},
	}})
	hand := time.Date(2026, 11, 22, 22, 12, 0, 0, time.UTC)
	x.carve("94ee10cb", "snapshot_droplet", "web-06 (482918)", "ops4", noon.Sub(hand), "create_droplet_snapshot").start(0).later(20*time.Second).
		cancel("ops4", "wrong region").failed(0, "canceled").back(0, "canceled").undoing(0).later(time.Second).undone(0).end(engine.EntrySagaRolledBack).keep()
	return x
}

// byTag lists the droplets of park that carry a tag.
func byTag(context.Context, string, string) ([]map[string]string, error) {
	return []map[string]string{{"id": "482913", "name": "web-01"}, {"id": "482914", "name": "web-02"}, {"id": "482915", "name": "web-03"}}, nil
}

func onNight(t *testing.T, width, height int, f func(*stage)) {
	t.Helper()
	backend := func() Backend { return newExhibit(t).overnight().session(enginetest.Ops) }
	onStage(t, width, height, backend, func(c *Config) { c.Inventory, c.Things, c.Drifts = park{}, byTag, newBeat() }, f)
}

func TestNightsLookAsDrawn(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string][]string{
		"last-night":     {"8", "w"},
		"nights":         {"8"},
		"nights-more":    {"8", "down"},
		"schedule-form":  {"8", "n", "s", "n", "a", "p", "enter"},
		"night-before":   {"w", "left", "down"},
		"last-night-end": {"w", "G"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pages := newAlbum(t, name)
			for _, size := range sizes {
				onNight(t, size.w, size.h, func(s *stage) {
					s.press(keys...)
					pages.add(s)
				})
			}
			pages.compare()
		})
	}
}

func TestTheLastNightLeadsToWhatHasToBeLookedAt(t *testing.T) {
	t.Parallel()
	onNight(t, 120, 40, func(s *stage) {
		s.press("w")
		s.has("Last night")
		s.has("Sun 22 Nov 18:00 to Mon 08:00, Europe/Berlin")
		s.has("17 completed")
		s.has("2 rolled back")
		s.has("1 missed")
		s.has(`canceled by ops4: "wrong region"`)
		s.has("would prune 5 of 14")
		s.has("told ops ")
		s.press("y")
		s.has("the night as text sent to your terminal's clipboard")
		s.press("down", "enter") // web-03
		s.has("7ab20002")
		s.press("esc", "down", "enter")
		s.has("schedules")
		s.has("LAST RUNS")
		if r := s.app.screen().(*schedules).Current(); r == nil || r.Key != "stage-up" {
			t.Errorf("it leads to %+v", r)
		}
		s.press("1", "w", "right")
		s.has("this is the last night")
		s.press("left")
		s.has("The night to Sun 22 Nov")
		s.has("4 completed")
		s.has("Nothing went wrong.")
		s.press("right")
		s.has("Last night")
		s.press("esc")
		s.hasNot("LOOK AT THESE")
	})
}

func TestBelowTheSchedulesStandsWhatComesAndWhatWas(t *testing.T) {
	t.Parallel()
	onNight(t, 120, 40, func(s *stage) {
		s.press("8")
		for _, want := range []string{
			"snapshot_droplet for every droplet tagged web, at 02:00 Europe/Berlin", "If the last still runs skip", "After an outage newest only",
			"Tue 24 Nov  01:00", "DROPLETS TAGGED web", "tells ops and pager", "rolls back, tries again next time", "web-03   would prune 5 of 14", "4 of 4", "$/MONTH",
		} {
			s.has(want)
		}
		s.press("down", "down")
		s.has("4 schedules, 1 paused, 1 missed")
		s.has("stage-up  upsert_dns_record, at 07:45 Europe/Berlin")
		s.has("missed  later than its window")
		s.hasNot("web-03   would prune")
	})
}

func TestALaunchBecomesAScheduleFromItsForm(t *testing.T) {
	t.Parallel()
	onNight(t, 120, 40, func(s *stage) {
		s.press("n")
		s.write("upsert")
		s.press("enter")
		s.has("Run this every…")
		s.app.screen().(*launch).form.Start("no such input") // all that it needs is there in this build
		s.press("right", "enter")
		s.has("Run this every …")
		s.has("Launches upsert_dns_record")
		s.write("Bad Name")
		s.press("tab")
		s.has("small letters")
		s.press("shift+tab", "ctrl+u")
		s.write("every-night")
		s.press("tab", "tab", "ctrl+u")
		s.write("30 2 30 2 *")
		s.press("tab")
		s.has("never happens")
		s.press("shift+tab", "ctrl+u")
		s.write("15 3 * * *")
		s.press("tab", "ctrl+u")
		s.write("Europe/Berlyn")
		s.press("tab")
		s.has("is not known")
		s.press("shift+tab", "ctrl+u")
		s.write("Europe/Berlin")
		x := s.app.screen().(*scheduling)
		x.form.Start("no such input") // the button
		s.press("enter")
		s.has("15 3 * * * Europe/Berlin")
		s.has("it would launch one saga")
		s.has("2026-11-24 02:15:00 UTC")
		s.press("tab", "enter")
		s.has("every-night is added")
		v, err := schedule.Get(s.app.ctx, s.app.cfg.Backend, "every-night")
		if err != nil || v.Cron != "15 3 * * *" || v.Zone != "Europe/Berlin" || v.Kind != "upsert_dns_record" || v.Overlap != schedule.OverlapSkip {
			t.Errorf("%+v %v", v, err)
		}
		if r := s.app.screen().(*schedules).Current(); r == nil || r.Key != "every-night" {
			t.Errorf("the cursor is on %+v\n%s", r, s.text())
		}
		s.run(s.app.do(Open{newScheduling(engine.Launch{Kind: "upsert_dns_record"})}))
		s.send(resize(120, 40))
		x = s.app.screen().(*scheduling)
		x.form.Find(schedName).Put("every-night", "")
		x.form.Start("no such input")
		s.press("enter", "tab", "enter")
		s.has("there is a schedule every-night already: give it another name")
	})
}

func TestASagaLeadsToAScheduleThatIsRefusedWhereItsKindDoesNotTakeIt(t *testing.T) {
	t.Parallel()
	onNight(t, 120, 40, func(s *stage) {
		id, err := s.app.cfg.Backend.Find(s.app.ctx, "7ab20d00")
		if err != nil {
			t.Fatal(err)
		}
		s.run(s.app.do(Open{newSaga(&engine.Summary{ID: id, Short: "7ab20d00"}, false)}))
		s.send(resize(120, 40))
		s.press("a")
		s.has("run every")
		s.press("esc", ":")
		s.write("run every")
		s.press("enter")
		s.has("Launches snapshot_droplet droplet_id=482913")
		x := s.app.screen().(*scheduling)
		x.form.Start("no such input") // the button
		s.press("enter")
		s.has("input droplet_id: no such input: it takes none") // of the steps of this exhibit
		if all, err := schedule.List(s.app.ctx, s.app.cfg.Backend, noon); err != nil || len(all) != 4 {
			t.Errorf("%d schedules, %v", len(all), err)
		}
	})
	onStage(t, 120, 40, func() Backend { return newExhibit(t).overnight().session(enginetest.Ops) }, func(c *Config) { c.ReadOnly = true }, func(s *stage) {
		s.press("8", "n")
		s.hasNot("What shall be done")
		s.press("w")
		s.has("Last night") // who only looks sees all of it
	})
}

func TestALaunchForEachThingNamesNoneItself(t *testing.T) {
	t.Parallel()
	kinds := []engine.Kind{{Name: "rotate", On: engine.Subject{Type: "droplet", Inputs: map[string]string{"droplet_id": "id"}}}}
	l := engine.Launch{Kind: "rotate", Inputs: engine.Inputs{"droplet_id": "7", "keep_daily": "3"}}
	in := engine.Inputs{
		schedName: "each-web", schedEach: "tag:web", schedCron: "30 2 * * *", schedOverlap: "queue", schedMisfire: onlyOnce, schedFailure: pauses,
		schedWindow: "2h", schedJitter: "10m",
	}
	s, err := scheduleOf(l, in, kinds)
	if err != nil || len(s.Inputs) != 1 || s.Inputs["keep_daily"] != "3" || s.Overlap != schedule.OverlapQueue || s.Misfire != schedule.MisfireOnce ||
		s.OnFailure != engine.OnFailurePause || s.Window.String() != "2h" || s.Jitter.String() != "10m" {
		t.Errorf("%+v %v", s, err)
	}
	delete(in, schedEach)
	if s, err = scheduleOf(l, in, kinds); err != nil || s.Inputs["droplet_id"] != "7" || l.Inputs["droplet_id"] != "7" {
		t.Errorf("%+v %v", s, err)
	}
	in[schedJitter] = "3h"
	if _, err = scheduleOf(l, in, kinds); err == nil || !strings.Contains(err.Error(), "less than the window") {
		t.Error(err)
	}
}

func TestAScheduleIsApprovedAndRefusedByKey(t *testing.T) {
	t.Parallel()
	hash := engine.HashOf([]byte("the definition"))
	ops2 := engine.Actor{Name: "ops2", Key: "SHA256:opstwo", Role: "operator,approver"}
	backend := func() Backend {
		x := newExhibit(t).overnight()
		x.put(engine.Definitions, schedule.Of("backup-web"), engine.Approval{
			Demand: engine.Demand{Need: 1}, Hash: hash, By: engine.Actor{Name: "ops1", Key: "SHA256:opsone"}, AskedAt: engine.At(noon.Add(-time.Hour)),
		})
		return x.session(ops2)
	}
	onStage(t, 120, 40, backend, func(c *Config) { c.Things = byTag }, func(s *stage) {
		get := func() *engine.Approval {
			t.Helper()
			v, err := schedule.Get(s.app.ctx, s.app.cfg.Backend, "backup-web")
			if err != nil {
				t.Fatal(err)
			}
			return v.Definition
		}
		s.press("8")
		s.has("approved 0 of 1, " + hash.Short())
		s.press("v")
		s.has("Approve schedule backup-web")
		s.has("for_each=tag:web, 0 2 * * * Europe/Berlin. Definition " + hash.Short())
		s.press("tab", "enter")
		if a := get(); len(a.Votes) != 0 {
			t.Fatalf("approved without its name: %+v", a)
		}
		s.write("backup-web") // the focus is on what was missing
		x := s.app.overlays[0].(*question)
		x.Focus = doIt
		s.press("enter")
		s.has("backup-web is approved by you")
		if a := get(); len(a.Votes) != 1 || a.Votes[0].Name != "ops2" || a.Granted.IsZero() {
			t.Fatalf("%+v\n%s", a, s.text())
		}
		s.has("approved by ops2 until ")
		s.press("v")
		s.has("it is approved already")
		s.press(":")
		s.write("refuse")
		s.press("enter")
		s.write("not in December")
		s.app.overlays[0].(*question).Focus = doIt
		s.press("enter")
		s.has("refused by ops2")
		s.press("down", "v")
		s.has("nobody has to agree to what it launches")
	})
}

func TestTheTimetableFitsEveryWidth(t *testing.T) {
	t.Parallel()
	onNight(t, 120, 40, func(s *stage) {
		s.press("w")
		for _, w := range []int{40, 59, 60, 79, 80, 99, 100, 119, 156, 200} {
			s.send(resize(w, 30))
			for l := range strings.SplitSeq(s.text(), "\n") {
				if n := len([]rune(l)); n > w {
					t.Fatalf("at %d: a line of %d cells: %q", w, n, l)
				}
			}
		}
	})
}
