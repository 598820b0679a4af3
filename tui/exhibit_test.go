package tui

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/engine/schedule"
	"arcadia/storage/storagetest"
)

// noon is the clock of all pictures.
var noon = time.Date(2026, 11, 23, 14, 4, 6, 0, time.UTC)

// exhibit is a store with one saga in every state worth a picture, made of hand-written entries.
type exhibit struct {
	tb    testing.TB
	store *storagetest.Memory
	n     int
}

// piece is a saga in the making.
type carving struct {
	x       *exhibit
	at      time.Time
	entries []engine.Entry
}

func undoing(name, text string) engine.Step { return &undoer{name, text} }

// undoer is a step that only says what undoing it would do.
type undoer struct{ name, text string }

func (u *undoer) Name() string                                    { return u.name }
func (u *undoer) Execute(context.Context, *engine.State) error    { return errors.New("never run") }
func (u *undoer) Compensate(context.Context, *engine.State) error { return errors.New("never run") }
func (u *undoer) DescribeUndo(*engine.State) string               { return u.text }

func exhibitSteps() []engine.Step {
	return []engine.Step{
		undoing("create_droplet_snapshot", "deletes the snapshot"),
		undoing("upsert_dns_record", "restores 203.0.113.9"),
		undoing("delete_dns_record", "creates the record again"),
		enginetest.Echo(), enginetest.Fail(),
	}
}

func exhibitKinds() []engine.Kind {
	record := func(verb string) engine.Subject {
		return engine.Subject{Type: "dns_record", Verb: verb, Inputs: map[string]string{
			"dns_domain": "domain", "dns_record_type": "type", "dns_record_name": "name", "dns_record_data": "data",
		}}
	}
	return []engine.Kind{
		{Name: "snapshot_droplet", Summary: "take a snapshot of a droplet", Undo: "deletes the snapshot", Steps: []string{"create_droplet_snapshot"}, On: engine.Subject{Type: "droplet", Verb: "snapshot", Inputs: map[string]string{"droplet_id": "id"}}},
		{Name: "upsert_dns_record", Summary: "make a DNS record be so", Undo: "restores what was there", Steps: []string{"upsert_dns_record"}, On: record("change")},
		{Name: "delete_dns_record", Summary: "delete a DNS record", Undo: "creates it again", Steps: []string{"delete_dns_record"}, On: record("delete")},
		{Name: "snapshot_then_dns", Summary: "snapshot first, then change a record", Undo: "both, in reverse", Steps: []string{"create_droplet_snapshot", "upsert_dns_record"}},
	}
}

func newExhibit(tb testing.TB) *exhibit {
	tb.Helper()
	x := &exhibit{tb: tb, store: storagetest.NewMemory()}
	x.fill()
	x.timetable()
	return x
}

const day = 24 * time.Hour

// timetable fills in two schedules and what became of them.
func (x *exhibit) timetable() {
	x.tb.Helper()
	put := func(name string, s schedule.Schedule, state schedule.State) {
		s.Since = engine.At(noon.Add(-90 * day))
		for collection, v := range map[string]any{schedule.Collection: s, schedule.States: state} {
			body, err := json.Marshal(v)
			if err != nil {
				x.tb.Fatal(err)
			}
			d := engine.Doc{Collection: collection, Name: name, Body: body, By: engine.Actor{Name: "ops1"}, UpdatedAt: engine.At(noon.Add(-day))}
			if err := x.store.PutDocs(x.tb.Context(), engine.DocChange{Doc: d}); err != nil {
				x.tb.Fatal(err)
			}
		}
	}
	var nights []schedule.Outcome
	for i := range 16 {
		nights = append(nights, schedule.Outcome{At: engine.At(noon.Add(time.Duration(i-16) * day)), Result: schedule.Fired})
	}
	nights[9] = schedule.Outcome{At: nights[9].At, Result: schedule.Skipped, Why: "frozen by ops2"}
	nights[12] = schedule.Outcome{At: nights[12].At, Result: schedule.Missed, Why: "later than its window of 1h"}
	put("nightly-web", schedule.Schedule{
		Kind: "snapshot_droplet", ForEach: "tag:web", Cron: "30 2 * * *", Zone: "Europe/Berlin",
	}, schedule.State{DecidedUntil: nights[15].At, Outcomes: nights})
	put("ttl-low", schedule.Schedule{
		Kind: "upsert_dns_record", Inputs: engine.Inputs{"dns_record_name": "app", "dns_domain": "example.com"}, Every: schedule.Span(6 * time.Hour),
		Paused: &schedule.Pause{By: "ops2", Why: "audit until Friday", At: engine.At(noon.Add(-day))},
	}, schedule.State{})
}

func (x *exhibit) session(a engine.Actor) *engine.Session {
	x.tb.Helper()
	e, err := engine.New(x.store, engine.Config{Steps: exhibitSteps(), Kinds: exhibitKinds()})
	if err != nil {
		x.tb.Fatal(err)
	}
	return e.As(a)
}

// carve begins a saga that was created some time before noon.
func (x *exhibit) carve(short, kind, target, by string, age time.Duration, steps ...string) *carving {
	at := noon.Add(-age)
	ms := at.UnixMilli()
	x.n++
	id := engine.ID(fmt.Sprintf("%08x-%04x-7%03x-8000-0000%s", ms>>16, ms&0xffff, x.n, short))
	c := &carving{x: x, at: at}
	return c.add(engine.Entry{
		Type: engine.EntryCreated, By: &engine.Actor{Name: by},
		Created: &engine.Created{ID: id, Kind: kind, StepNames: steps, Target: target, Inputs: engine.Inputs{"droplet_id": "482913"}},
	})
}

func (c *carving) add(e engine.Entry) *carving {
	e.V, e.Seq, e.At = 1, uint64(len(c.entries)+1), engine.At(c.at)
	c.entries = append(c.entries, e)
	return c
}

// worth says what the target becomes, and what that costs a month.
func (c *carving) worth(value string, usd float64) *carving {
	c.entries[0].Created.Value, c.entries[0].Created.Monthly = value, []float64{usd}
	return c
}

func (c *carving) later(d time.Duration) *carving { c.at = c.at.Add(d); return c }

func (c *carving) start(idx int) *carving {
	return c.add(engine.Entry{Type: engine.EntryStepStarted, Idx: idx, Attempt: 1, Undoable: c.entries[0].Created.StepNames[idx] != "fail"})
}

func (c *carving) saved(idx int, put string) *carving {
	return c.add(engine.Entry{Type: engine.EntryStepSaved, Idx: idx, Attempt: 1, Put: object(put)})
}

func (c *carving) log(idx int, text string) *carving {
	return c.add(engine.Entry{Type: engine.EntryLogged, Idx: idx, Text: text})
}

func (c *carving) done(idx int, put string) *carving {
	return c.add(engine.Entry{Type: engine.EntryStepCompleted, Idx: idx, Attempt: 1, Put: object(put)})
}

func (c *carving) failed(idx int, text string) *carving {
	return c.add(engine.Entry{Type: engine.EntryStepFailed, Idx: idx, Attempt: 1, Error: text})
}

func (c *carving) cancel(by, why string) *carving {
	return c.add(engine.Entry{Type: engine.EntryCancelRequested, By: &engine.Actor{Name: by}, Why: why})
}

func (c *carving) back(from int, reason string) *carving {
	return c.add(engine.Entry{Type: engine.EntryRollbackStarted, From: &from, Reason: reason})
}

func (c *carving) undoing(idx int) *carving {
	return c.add(engine.Entry{Type: engine.EntryCompensating, Idx: idx, Attempt: 1})
}

func (c *carving) undone(idx int) *carving {
	return c.add(engine.Entry{Type: engine.EntryCompensated, Idx: idx, Attempt: 1})
}

func (c *carving) end(t engine.EntryType) *carving { return c.add(engine.Entry{Type: t}) }

func object(text string) map[string]json.RawMessage {
	if text == "" {
		return nil
	}
	out := map[string]json.RawMessage{}
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		panic(err)
	}
	return out
}

// keep stores the saga.
func (c *carving) keep() engine.Summary {
	c.x.tb.Helper()
	s, err := engine.Fold(c.entries)
	if err != nil {
		c.x.tb.Fatal(err)
	}
	b := engine.Batch{ID: s.ID, Entries: c.entries, Summary: s.Summary}
	if r := s.Context["snapshot_id"]; r != nil && s.Status != engine.RolledBack {
		now := engine.At(c.at)
		b.Resources = []engine.ResourceChange{{After: &engine.Resource{
			Type: "droplet_snapshot", ExternalID: string(r), Name: "arcadia-snap-" + s.Short, Spec: json.RawMessage(`{"droplet_id":482914}`),
			SpecVersion: 1, SagaID: s.ID, CreatedAt: now, UpdatedAt: now,
		}}}
	}
	if err := c.x.store.Append(context.Background(), b); err != nil {
		c.x.tb.Fatal(err)
	}
	return s.Summary
}

// fill makes the sagas of the design's picture, and some more.
func (x *exhibit) fill() {
	snap, dns := "create_droplet_snapshot", "upsert_dns_record"
	done := func(short, kind, target, by string, age time.Duration, step string) {
		x.carve(short, kind, target, by, age, step).start(0).later(3*time.Second).done(0, `{"outcome":"created","record_id":"3352896"}`).end(engine.EntrySagaCompleted).keep()
	}
	for i := range 30 {
		done(fmt.Sprintf("%08x", 0x51a00000+i*7919), "upsert_dns_record", fmt.Sprintf("A host-%02d.example.com", i), "ops1", time.Duration(31-i)*day, dns)
	}
	x.carve("0aa2d941", "upsert_dns_record", "CNAME www.example.com", "ops2", day, dns, "fail").start(0).later(time.Second).
		done(0, `{"outcome":"updated"}`).start(1).failed(1, "fail").back(0, "step_failed:fail").undoing(0).later(time.Second).undone(0).end(engine.EntrySagaRolledBack).keep()
	done("93b1c7ff", "snapshot_droplet", "web-02 (482914)", "ops1", 5*time.Hour, snap)
	x.carve("4d52e6a0", "snapshot_droplet", "db-01 (482976)", "ops2", 5*time.Hour-time.Minute, snap).worth("", 9.6).start(0).later(41 * time.Second).
		add(engine.Entry{Type: engine.EntryStepCompleted, Idx: 0, Attempt: 1, Made: &engine.Made{Text: "18.4 GB", MonthlyUSD: 1.1}}).end(engine.EntrySagaCompleted).keep()
	done("b8810f3c", "upsert_dns_record", "MX example.com", "ops1", 3*time.Hour, dns)
	x.carve("e01c93d4", "snapshot_then_dns", "web-02 (482914)", "ops1", 2*time.Hour, snap, dns).start(0).later(40*time.Second).
		done(0, `{"snapshot_id":229305609,"snapshot_name":"arcadia-snap-482914-e01c93d4"}`).start(1).later(2*time.Second).
		done(1, `{"outcome":"updated"}`).end(engine.EntrySagaCompleted).later(20*time.Second).back(1, "rollback_requested").
		undoing(1).later(3 * time.Second).undone(1).undoing(0).later(4 * time.Second).undone(0).
		later(time.Second).add(engine.Entry{Type: engine.EntryVerified, Left: []string{}}).end(engine.EntrySagaRolledBack).keep()
	done("51b7f0e9", "delete_dns_record", "TXT _acme.example.com", "ops1", time.Hour, "delete_dns_record")
	x.carve("77e0b1d2", "snapshot_droplet", "db-02 (482977)", "ops1", 9*time.Minute, snap, "fail").start(0).
		saved(0, `{"snapshot_name":"arcadia-snap-482977-77e0b1d2"}`).later(31*time.Second).
		done(0, `{"snapshot_id":229305611,"snapshot_name":"arcadia-snap-482977-77e0b1d2"}`).start(1).failed(1, "fail").
		back(0, "step_failed:fail").undoing(0).later(10 * time.Second).
		add(engine.Entry{Type: engine.EntryCompensationFailed, Idx: 0, Attempt: 10, Error: "DELETE /v2/snapshots/229305611: 503 Service Unavailable (request 5f2d9c): gave up after 10 attempts"}).
		end(engine.EntrySagaFailed).keep()
	x.carve("3f9c2a1b", "snapshot_droplet", "web-01 (482913)", "ops1", 44*time.Second, snap, "fail").start(0).later(283*time.Millisecond).
		saved(0, `{"snapshot_name":"arcadia-snap-482913-3f9c2a1b"}`).later(311*time.Millisecond).log(0, "action 36804636 accepted").
		later(35*time.Second).cancel("ops2", "wrong droplet").failed(0, "canceled").back(0, "canceled").undoing(0).
		log(0, "waits for action 36804636").keep()
	x.carve("9ad01c77", "snapshot_then_dns", "A app.example.com", "ops2", 12*time.Second, snap, dns).worth("203.0.113.20", 0.92).start(0).later(5*time.Second).
		done(0, `{"snapshot_id":229305620}`).start(1).keep()
	x.carve("0c4411aa", "snapshot_droplet", "web-01 (482913)", "ops1", 2*time.Second, snap).
		add(engine.Entry{Type: engine.EntryWaiting, On: "saga 3f9c2a1b"}).keep()
}

func jsonText(s string) json.RawMessage {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return raw
}
