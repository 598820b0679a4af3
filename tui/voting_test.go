package tui

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/engine/schedule"
	"arcadia/tui/keys"
)

// asked is an exhibit with two resizes of before, and a third that stands for an approval.
func asked(tb testing.TB) *exhibit {
	tb.Helper()
	x := newExhibit(tb)
	steps := []string{"create_droplet_snapshot", "verify_snapshot", "power_off_droplet", "resize_droplet", "grow_droplet_disk", "power_on_droplet", "wait_for"}
	for _, before := range []struct {
		short, by string
		age, took time.Duration
	}{{"b00000a1", "ops2", 190 * day, 192 * time.Second}, {"b00000a2", "ops4", 100 * day, 170 * time.Second}} {
		c := x.carve(before.short, "resize_droplet", "web-01 (482913)", before.by, before.age, steps...)
		for at := range steps {
			c.start(at).later(time.Second)
			if at == 3 {
				c.later(before.took - 4*time.Second)
			}
			c.done(at, "")
		}
		c.end(engine.EntrySagaCompleted).keep()
	}
	plan := []engine.PlanStep{
		{Idx: 0, Name: steps[0], Why: "a copy to go back to", Change: engine.Change{Action: engine.ActCreate, Subject: "snapshot of web-01 (482913)", Note: "about 18 GB", MonthlyUSD: 1.1, Undo: "deletes it"}},
		{Idx: 1, Name: steps[1], Why: "is it whole?", Change: engine.Change{Action: engine.ActRun, Subject: "the snapshot", Undo: "nothing to undo"}},
		{Idx: 2, Name: steps[2], Why: "a resize needs it off", Change: engine.Change{Action: engine.ActUpdate, Subject: "power of web-01 (482913)", Fields: []engine.FieldChange{{Name: "status", From: "active", To: "off"}}, Undo: "switches it on again", Service: engine.ServiceStops}},
		{Idx: 3, Name: steps[3], Why: "asked for", Change: engine.Change{Action: engine.ActUpdate, Subject: "size of web-01 (482913)", Fields: []engine.FieldChange{{Name: "size", From: "s-2vcpu-4gb", To: "s-4vcpu-8gb"}}, MonthlyUSD: 24, Undo: "resizes it back"}},
		{Idx: 4, Name: steps[4], Why: "asked for (Disk yes)", Change: engine.Change{Action: engine.ActUpdate, Subject: "disk of web-01 (482913)", Fields: []engine.FieldChange{{Name: "disk", From: "80 GB", To: "160 GB"}}, Undo: "cannot be undone", Final: "after it web-01 never fits a size with less than 160 GB of disk again"}},
		{Idx: 5, Name: steps[5], Why: "as it was before", Change: engine.Change{Action: engine.ActUpdate, Subject: "power of web-01 (482913)", Fields: []engine.FieldChange{{Name: "status", From: "off", To: "active"}}, Undo: "shuts it down", Service: engine.ServiceStarts}},
		{Idx: 6, Name: steps[6], Why: "3 good within 10 m", Change: engine.Change{Action: engine.ActWait, Subject: "for http://app.example.com/healthz", Undo: "nothing to undo"}},
	}
	c := x.carve("c41f08aa", "resize_droplet", "web-01 (482913)", "ops2", 5*time.Minute+45*time.Second, steps...)
	c.entries[0].By, c.entries[0].Why = &engine.Actor{Name: "ops2", Key: "SHA256:1f9a6b7c8d9e0f11c2", From: "203.0.113.140"}, "black friday, OPS-228"
	c.add(engine.Entry{Type: engine.EntryApprovalRequested, Idx: -1, Approval: &engine.Asked{
		Demand: engine.Demand{Need: 1, From: []string{"ops1", "ops3"}, Within: engine.Span(day)}, Hash: engine.HashOf([]byte("the plan")), Until: engine.At(noon.Add(day - 6*time.Minute)), Plan: plan,
	}}).keep()
	return x
}

// planner is a backend that answers what the saga would do now.
type planner struct {
	Backend
	hash  engine.PlanHash
	err   error
	plans *atomic.Int32
}

func (p planner) PlanAgain(context.Context, engine.ID) (engine.Plan, error) {
	if p.plans != nil {
		p.plans.Add(1)
	}
	return engine.Plan{Hash: p.hash, Locks: []string{"droplet:482913"}}, p.err
}

var ops1Approves = engine.Actor{Name: "ops1", Role: "operator,approver", Key: "SHA256:77b0a1b2c3d4e5f6e4"}

// votes is a stage on which the saga that is asked about is open.
func votes(t *testing.T, width, height int, p planner, f func(*stage)) {
	t.Helper()
	backend := func() Backend { p.Backend = asked(t).session(ops1Approves); return p }
	onStage(t, width, height, backend, func(c *Config) {
		c.Inventory = park{}
		c.Key, c.Env, c.Live, c.Context, c.Color = ops1Approves.Key, "My Team", true, "prod", "red"
	}, func(s *stage) {
		s.press("home", "d")
		f(s)
	})
}

func TestTheApprovalLooksAsDrawn(t *testing.T) {
	t.Parallel()
	same := engine.HashOf([]byte("the plan"))
	for name, c := range map[string]struct {
		now  planner
		play func(*stage)
	}{
		"approval": {planner{hash: same}, func(*stage) {}},
		"approval-vote": {planner{hash: same}, func(s *stage) {
			s.press("v")
			s.write("web-0")
		}},
		"approval-other":  {planner{hash: engine.HashOf([]byte("another"))}, func(*stage) {}},
		"approval-untold": {planner{err: errors.New("GET /v2/droplets/482913: 503 Service Unavailable")}, func(*stage) {}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pages := newAlbum(t, name)
			for _, size := range sizes {
				votes(t, size.w, size.h, c.now, func(s *stage) {
					c.play(s)
					pages.add(s)
				})
			}
			pages.compare()
		})
	}
}

func TestThePlanOfAnApprovalIsMadeAgainWhileSomebodyLooks(t *testing.T) {
	t.Parallel()
	now, plans := noon, new(atomic.Int32)
	p := planner{hash: engine.HashOf([]byte("the plan")), plans: plans}
	votes(t, 120, 40, p, func(s *stage) {
		s.app.cfg.Now = func() time.Time { return now }
		s.has("still the same")
		s.press("r")
		if n := plans.Load(); n != 2 {
			t.Errorf("planned %d times, want 2: at first, and when asked for", n)
		}
		s.run(s.app.deliver(s.app.screen(), Ticked{}))
		s.send(nil)
		if n := plans.Load(); n != 2 {
			t.Errorf("planned %d times at once", n)
		}
		now = now.Add(replanEvery)
		s.run(s.app.deliver(s.app.screen(), Ticked{}))
		s.send(nil)
		if n := plans.Load(); n != 3 {
			t.Errorf("planned %d times, want 3 after %s", n, replanEvery)
		}
		s.has("read again at 14:04:36")
	})
}

func TestTheGlassIsBrokenFromTheMenuWithTheNameTyped(t *testing.T) {
	t.Parallel()
	t.Run("looks", func(t *testing.T) {
		t.Parallel()
		pages := newAlbum(t, "dialog-glass")
		for _, size := range sizes {
			glass(t, size.w, size.h, func(s *stage, _ *broken) {
				s.write("web-0")
				pages.add(s)
			})
		}
		pages.compare()
	})
	t.Run("asks", func(t *testing.T) {
		t.Parallel()
		glass(t, 120, 40, func(s *stage, b *broken) {
			s.has("goes on without them")
			s.press("tab", "enter")
			s.has("type web-01 first")
			s.write("web-01")
			s.press("enter")
			s.write("the shop is down")
			s.press("enter", "enter")
			if got := b.why.Load(); got == nil || *got != "the shop is down" {
				t.Errorf("it was broken because of %v\n%s", got, s.text())
			}
		})
	})
}

func TestAnExportHoldsWhatWasAskedAndSaid(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	backend := func() Backend { return asked(t).session(ops1Approves) }
	onStage(t, 120, 40, backend, func(c *Config) { c.Dir = dir }, func(s *stage) {
		s.press("home", "d", "s")
		s.command("export md asked.md")
		s.command("export json asked.json")
		if text := string(contents(t, dir, "asked.md")); !strings.Contains(text, "approval requested: 1 approval of ops1, ops3, plan") {
			t.Errorf("what was asked is not in\n%s", text)
		}
		var got struct {
			Approval *engine.Approval `json:"approval"`
		}
		if err := json.Unmarshal(contents(t, dir, "asked.json"), &got); err != nil || got.Approval == nil || got.Approval.Need != 1 || got.Approval.By.Key == "" {
			t.Errorf("%v: %s", err, contents(t, dir, "asked.json"))
		}
	})
}

// broken keeps why the glass was broken.
type broken struct {
	Backend
	why atomic.Pointer[string]
}

func (b *broken) BreakGlass(_ context.Context, _ engine.ID, q engine.Request) error {
	b.why.Store(&q.Reason)
	return nil
}

// glass is a stage on which the dialog is open.
func glass(t *testing.T, width, height int, f func(*stage, *broken)) {
	t.Helper()
	b := new(broken)
	backend := func() Backend {
		b.Backend = asked(t).session(engine.Actor{Name: "ops4", Role: engine.Operator})
		return b
	}
	onStage(t, width, height, backend, nil, func(s *stage) {
		s.press("home", "down", "down", "down", "down")
		s.run(s.app.do(Press{keys.CmdGlass}))
		s.send(nil)
		f(s, b)
	})
}

func TestAScheduleIsForAMachineByItsTagOrItsId(t *testing.T) {
	t.Parallel()
	web := estate.Machine{Droplet: estate.Droplet{ID: 482913, Name: "web-01"}, Tags: []string{"web", "prod"}}
	for what, c := range map[string]struct {
		of   schedule.Schedule
		want bool
	}{
		"its tag":                {schedule.Schedule{Kind: "snapshot_droplet", ForEach: "tag:prod"}, true},
		"another tag":            {schedule.Schedule{Kind: "snapshot_droplet", ForEach: "tag:db"}, false},
		"its id":                 {schedule.Schedule{Kind: "snapshot_droplet", Inputs: engine.Inputs{"droplet_id": "482913"}}, true},
		"another id":             {schedule.Schedule{Kind: "snapshot_droplet", Inputs: engine.Inputs{"droplet_id": "482914"}}, false},
		"a kind of other things": {schedule.Schedule{Kind: "upsert_dns_record", Inputs: engine.Inputs{"droplet_id": "482913"}}, false},
		"a kind of later":        {schedule.Schedule{Kind: "none", ForEach: "tag:prod"}, false},
	} {
		if got := isFor(&c.of, exhibitKinds(), &web); got != c.want {
			t.Errorf("%s: %v", what, got)
		}
	}
}
