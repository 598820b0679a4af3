// Package demo plays what has gone on in a simulated account before anybody looks at it.
package demo

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"

	"arcadia/engine"
	"arcadia/steps"
)

// Demo is what goes on in the simulated account before anybody looks, by several operators: records that were written and deleted, a
// saga that failed and was rolled back, one that could not be because somebody else had changed its record, a record that has drifted,
// a snapshot that nobody accounts for, a change that waits for an old TTL, a snapshot under way, one that is being taken back, and
// one that waits for it. All of it is real: sagas of the engine on the simulator.
type Demo struct {
	Engine Engine
	Cloud  steps.Cloud
	Log    *slog.Logger
}

// Engine is who the operators act through. *engine.Engine is one.
type Engine interface {
	As(a engine.Actor) *engine.Session
}

// zone is a domain of the simulated account.
const zone = "example.com"

// Play launches everything and returns when all of it is at rest, waits, or ctx ends. What is quick comes one after the other, so
// that the same is there each time.
func (d Demo) Play(ctx context.Context) {
	acted := func(act func(context.Context) error) {
		if err := act(ctx); err != nil && ctx.Err() == nil {
			d.Log.Warn("the demonstration is not whole", "error", err)
		}
	}
	for _, act := range []func(context.Context) error{d.written, d.replaced, d.failed, d.drifted, d.crossed, d.orphan} {
		acted(act)
	}
	var acts sync.WaitGroup
	for _, act := range []func(context.Context) error{d.cutover, d.snapshot, d.takenBack} {
		acts.Go(func() { acted(act) })
	}
	acts.Wait()
}

// as is one of the operators.
func (d Demo) as(name string) *engine.Session {
	return d.Engine.As(engine.Actor{Name: name, Role: engine.Operator})
}

func record(kind, name, data string) engine.Inputs {
	return engine.Inputs{"dns_domain": zone, "dns_record_type": kind, "dns_record_name": name, "dns_record_data": data}
}

func (d Demo) written(ctx context.Context) error {
	_, err := d.run(ctx, "ops1", engine.Launch{Kind: "upsert_dns_record", Inputs: record("TXT", "_note", "hello")})
	return err
}

// replaced is a record that one operator has written and another has deleted.
func (d Demo) replaced(ctx context.Context) error {
	in := record("TXT", "_acme", "dG9rZW4")
	if _, err := d.run(ctx, "ops4", engine.Launch{Kind: "upsert_dns_record", Inputs: in, Reason: "proves the domain to the authority"}); err != nil {
		return err
	}
	_, err := d.run(ctx, "ops2", engine.Launch{Kind: "delete_dns_record", Inputs: in, Reason: "the certificate is there"})
	return err
}

func (d Demo) failed(ctx context.Context) error {
	_, err := d.run(ctx, "ops3", engine.Launch{Kind: "adhoc", Steps: []string{"upsert_dns_record", "fail"}, Inputs: record("TXT", "_trial", "one")})
	return err
}

// drifted is a record that somebody has changed at the provider since.
func (d Demo) drifted(ctx context.Context) error {
	if _, err := d.run(ctx, "ops2", engine.Launch{Kind: "upsert_dns_record", Inputs: record("A", "img", "203.0.113.41")}); err != nil {
		return err
	}
	return d.change(ctx, "img", "198.51.100.44")
}

// change changes a record at the provider, past all sagas.
func (d Demo) change(ctx context.Context, name, data string) error {
	at, err := d.Cloud.RecordsAt(ctx, zone, name)
	if err != nil {
		return err
	}
	if len(at) == 0 {
		return fmt.Errorf("find the record %s", name)
	}
	at[0].Data = data
	_, err = d.Cloud.UpdateRecord(ctx, zone, at[0])
	return err
}

// crossed is rolled back after somebody else has changed its record: that must not be overwritten, so a person is asked.
func (d Demo) crossed(ctx context.Context) error {
	id, err := d.run(ctx, "ops1", engine.Launch{Kind: "upsert_dns_record", Inputs: record("A", "shop", "203.0.113.20"), Reason: "the shop moves"})
	if err != nil {
		return err
	}
	if err := d.change(ctx, "shop", "198.51.100.7"); err != nil {
		return err
	}
	if err := d.as("ops1").Rollback(ctx, id, engine.Request{Reason: "the shop moves next week"}); err != nil {
		return err
	}
	return d.rest(ctx, id)
}

// droplet is one of the account, by its place in the list.
func (d Demo) droplet(ctx context.Context, at int) (string, int64, error) {
	all, err := d.Cloud.Droplets(ctx)
	if err != nil {
		return "", 0, err
	}
	if at >= len(all) {
		return "", 0, fmt.Errorf("find droplet %d of %d", at, len(all))
	}
	return strconv.FormatInt(all[at].ID, 10), all[at].ID, nil
}

// orphan is a snapshot with our name that no saga accounts for.
func (d Demo) orphan(ctx context.Context) error {
	_, id, err := d.droplet(ctx, 2)
	if err != nil {
		return err
	}
	_, err = d.Cloud.SnapshotDroplet(ctx, id, fmt.Sprintf("arcadia-snap-%d-0badcafe", id))
	return err
}

// cutover waits until the old TTL of a record is over.
func (d Demo) cutover(ctx context.Context) error {
	if _, err := d.run(ctx, "ops2", engine.Launch{Kind: "upsert_dns_record", Inputs: record("A", "news", "203.0.113.88")}); err != nil {
		return err
	}
	in := record("A", "news", "203.0.113.90")
	in["tcp"] = "203.0.113.90:443"
	_, err := d.as("ops2").Start(ctx, engine.Launch{Kind: "dns_cutover", Inputs: in, Reason: "the news move to the new droplet"})
	return err
}

func (d Demo) snapshot(ctx context.Context) error {
	id, _, err := d.droplet(ctx, 0)
	if err != nil {
		return err
	}
	_, err = d.run(ctx, "ops3", engine.Launch{Kind: "snapshot_droplet", Inputs: engine.Inputs{"droplet_id": id}})
	return err
}

// takenBack is a snapshot of the wrong droplet: it is canceled while it is under way, and another saga waits for its end.
func (d Demo) takenBack(ctx context.Context) error {
	id, _, err := d.droplet(ctx, 1)
	if err != nil {
		return err
	}
	launch := engine.Launch{Kind: "snapshot_droplet", Inputs: engine.Inputs{"droplet_id": id}}
	wrong, err := d.as("ops1").Start(ctx, launch)
	if err != nil {
		return err
	}
	if err := d.until(ctx, wrong.ID, func(s *engine.Summary) bool { return len(s.Waiting) > 0 && s.Status == engine.Running }); err != nil {
		return err
	}
	if _, err := d.as("ops4").Start(ctx, launch); err != nil {
		return err
	}
	if err := d.as("ops2").Cancel(ctx, wrong.ID, engine.Request{Reason: "wrong droplet"}); err != nil {
		return err
	}
	return d.rest(ctx, wrong.ID)
}

// run launches a saga by an operator and waits for its end.
func (d Demo) run(ctx context.Context, by string, l engine.Launch) (engine.ID, error) {
	s, err := d.as(by).Start(ctx, l)
	if err != nil {
		return "", err
	}
	return s.ID, d.rest(ctx, s.ID)
}

// rest waits until a saga is at rest.
func (d Demo) rest(ctx context.Context, id engine.ID) error {
	return d.until(ctx, id, func(s *engine.Summary) bool { return s.Status.Terminal() })
}

// until waits until a saga is as wanted.
func (d Demo) until(ctx context.Context, id engine.ID, ok func(*engine.Summary) bool) error {
	session := d.as("ops1")
	feed := session.Watch()
	defer feed.Close()
	for {
		all, err := session.Summaries(ctx, id)
		if err != nil || len(all) == 1 && (ok(&all[0]) || all[0].Status.Terminal()) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-feed.Ready():
			feed.Take()
		}
	}
}
