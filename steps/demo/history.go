package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"arcadia/engine"
	"arcadia/steps"
)

// Ledger is where the past is written. An engine.Store is one.
type Ledger interface {
	Append(ctx context.Context, b engine.Batch) error
}

// past is one saga of the day before. Nothing of it is left to undo: what it wrote was written over since.
type past struct {
	ago       time.Duration
	kind      string
	target    string
	value     string
	was       string
	by        string
	why       string
	took      time.Duration
	steps     []string
	inputs    engine.Inputs
	made      string
	monthly   float64
	failed    string // why its last step failed: then it was rolled back
	canceled  string // by whom, while its last step was at work
	put       map[string]string
	retriedAt int // the step that needed a second attempt, counted from 1
}

// History writes a day of what went on before anybody looks, by several operators, as it stood in the ledger then. It is for a store
// in which nothing is yet.
func History(ctx context.Context, l Ledger, cloud steps.Cloud, now time.Time) error {
	machines, err := cloud.Droplets(ctx)
	if err != nil {
		return err
	}
	for i, p := range day(machines) {
		if err := p.write(ctx, l, i, now); err != nil {
			return fmt.Errorf("write the past of %s: %w", p.target, err)
		}
	}
	return nil
}

// day is what went on, the oldest first.
func day(machines []steps.Droplet) []past {
	dns := func(ago time.Duration, by, kind, name, value, was, why string) past {
		in := record(kind, name, value)
		return past{
			ago: ago, kind: "upsert_dns_record", target: kind + " " + name + "." + zone, value: value, was: was, by: by, why: why, took: 380 * time.Millisecond,
			steps: []string{"upsert_dns_record"}, inputs: in, put: map[string]string{"dns_outcome": "updated"},
		}
	}
	gone := func(ago time.Duration, by, kind, name, why string) past {
		p := dns(ago, by, kind, name, "", "", why)
		p.kind, p.steps, p.put = "delete_dns_record", []string{"delete_dns_record"}, map[string]string{"dns_outcome": "deleted"}
		return p
	}
	shot := func(at int, ago time.Duration, by, made string, usd float64, why string) past {
		d := machines[at%len(machines)]
		return past{
			ago: ago, kind: "snapshot_droplet", target: fmt.Sprintf("%s (%d)", d.Name, d.ID), by: by, why: why, took: 9*time.Second + time.Duration(at)*170*time.Millisecond,
			steps: []string{"create_droplet_snapshot"}, inputs: engine.Inputs{"droplet_id": fmt.Sprint(d.ID)}, made: made, monthly: usd,
		}
	}
	const h, m = time.Hour, time.Minute
	moved := dns(23*h, "ops4", "A", "blog", "203.0.113.88", "203.0.113.66", "the blog moves, OPS-201")
	late := dns(19*h+20*m, "ops2", "MX", "@", "mail.example.com", "mx.example.net", "the mail comes back to us")
	late.retriedAt = 1
	wrong := shot(3, 17*h, "ops3", "", 0, "before the upgrade")
	wrong.canceled = "ops3"
	broken := past{
		ago: 14 * h, kind: "adhoc", target: "CNAME cdn." + zone, value: "edge.example.net", by: "ops4", why: "trying the new edge", took: 700 * time.Millisecond,
		steps: []string{"upsert_dns_record", "fail"}, inputs: record("CNAME", "cdn", "edge.example.net"), failed: "fail",
	}
	if len(machines) == 0 {
		return []past{moved, late, broken}
	}
	return []past{
		moved, shot(0, 22*h+10*m, "ops1", "18.4 GB", 1.10, "weekly"), shot(1, 22*h+9*m, "ops1", "15.1 GB", 0.91, "weekly"), late, wrong,
		dns(16*h+5*m, "ops3", "TXT", "_note", "v=2", "v=1", ""), broken, shot(2, 12*h, "ops2", "20.2 GB", 1.21, "before the move of the database"),
		dns(11*h+30*m, "ops2", "A", "db", "203.0.113.44", "203.0.113.43", "the database moves, OPS-211"), gone(9*h, "ops2", "A", "db-old", "nothing points there any more"),
		shot(4, 8*h+2*m, "sched", "9.8 GB", 0.59, ""), shot(5, 8*h+m, "sched", "11.3 GB", 0.68, ""), shot(0, 8*h, "sched", "18.5 GB", 1.11, ""),
		dns(6*h+40*m, "ops1", "CNAME", "www", "app.example.com", "web.example.com", "OPS-214"), dns(5*h, "ops3", "AAAA", "img", "2001:db8::41", "2001:db8::40", ""),
		gone(3*h+12*m, "ops4", "TXT", "_acme-challenge", "the certificate is there"), shot(1, 2*h+30*m, "ops4", "15.3 GB", 0.92, "before the upgrade, OPS-219"),
		dns(95*m, "ops1", "A", "status", "203.0.113.70", "203.0.113.71", ""), dns(48*m, "ops2", "A", "api-eu", "203.0.113.52", "203.0.113.51", "OPS-223"), shot(0, 31*m, "ops1", "18.6 GB", 1.12, "before the resize, OPS-228"),
	}
}

// write writes one saga into the ledger: what it did, when, and how it ended.
func (p *past) write(ctx context.Context, l Ledger, n int, now time.Time) error {
	at := now.Add(-p.ago)
	ms := at.UnixMilli()
	id := engine.ID(fmt.Sprintf("%08x-%04x-7%03x-8%03x-%012x", ms>>16, ms&0xffff, n, n, 0x5f00_0000_0000|uint64(n*2654435761)&0xffff_ffff))
	actor := &engine.Actor{Name: p.by, Role: engine.Operator}
	var all []engine.Entry
	add := func(later time.Duration, e engine.Entry) {
		at = at.Add(later)
		e.V, e.Seq, e.At = 2, uint64(len(all)+1), engine.At(at)
		all = append(all, e)
	}
	each := p.took / time.Duration(len(p.steps))
	add(0, engine.Entry{Type: engine.EntryCreated, By: actor, Why: p.why, Created: &engine.Created{
		ID: id, Kind: p.kind, StepNames: p.steps, Target: p.target, Inputs: p.inputs, Value: p.value, Was: p.was, Monthly: p.bill(),
	}})
	last := len(p.steps) - 1
	for i := range p.steps {
		add(15*time.Millisecond, engine.Entry{Type: engine.EntryStepStarted, Idx: i, Attempt: 1, Undoable: p.steps[i] != "fail"})
		attempt := 1
		if p.retriedAt == i+1 {
			again := engine.At(at.Add(each + 8*time.Second))
			add(each, engine.Entry{Type: engine.EntryAttemptFailed, Idx: i, Attempt: 1, Error: "429 Too Many Requests", Next: &again})
			add(8*time.Second, engine.Entry{Type: engine.EntryStepStarted, Idx: i, Attempt: 2, Undoable: true})
			attempt = 2
		}
		switch {
		case i == last && p.canceled != "":
			add(each/2, engine.Entry{Type: engine.EntryCancelRequested, By: &engine.Actor{Name: p.canceled, Role: engine.Operator}, Why: "wrong droplet"})
			add(100*time.Millisecond, engine.Entry{Type: engine.EntryStepFailed, Idx: i, Attempt: 1, Error: "canceled"})
		case i == last && p.failed != "":
			add(each, engine.Entry{Type: engine.EntryStepFailed, Idx: i, Attempt: 1, Error: p.failed})
		default:
			e := engine.Entry{Type: engine.EntryStepCompleted, Idx: i, Attempt: attempt, Put: p.output()}
			if p.made != "" {
				e.Made = &engine.Made{Text: p.made, MonthlyUSD: p.monthly}
			}
			add(each, e)
		}
	}
	p.end(add, last)
	s, err := engine.Fold(all)
	if err != nil {
		return err
	}
	return l.Append(ctx, engine.Batch{ID: id, Entries: all, Summary: s.Summary})
}

// end ends the saga, after everything was undone when it did not go well.
func (p *past) end(add func(later time.Duration, e engine.Entry), last int) {
	if p.failed == "" && p.canceled == "" {
		add(4*time.Millisecond, engine.Entry{Type: engine.EntrySagaCompleted})
		return
	}
	reason := "step_failed:" + p.failed
	if p.canceled != "" {
		reason = "canceled"
	}
	add(4*time.Millisecond, engine.Entry{Type: engine.EntryRollbackStarted, From: &last, Reason: reason})
	for i := last; i >= 0; i-- {
		if p.steps[i] == "fail" {
			continue
		}
		add(5*time.Millisecond, engine.Entry{Type: engine.EntryCompensating, Idx: i, Attempt: 1})
		add(240*time.Millisecond, engine.Entry{Type: engine.EntryCompensated, Idx: i, Attempt: 1})
	}
	add(3*time.Millisecond, engine.Entry{Type: engine.EntryVerified, Left: []string{}})
	add(2*time.Millisecond, engine.Entry{Type: engine.EntrySagaRolledBack})
}

// output is what the steps have put into the context.
func (p *past) output() map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for k, v := range p.put {
		out[k], _ = json.Marshal(v) // a text
	}
	return out
}

// bill is what the steps add to that of a month; nil when nothing.
func (p *past) bill() []float64 {
	if p.monthly == 0 {
		return nil
	}
	out := make([]float64, len(p.steps))
	out[0] = p.monthly
	return out
}
