// Package demo plays what has gone on in a simulated account before anybody looks at it.
package demo

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"arcadia/engine"
	"arcadia/steps"
)

// Demo is what has gone on in the simulated account before anybody looks: a record that was written, a saga that failed and
// was rolled back, one that could not be because somebody else had changed its record, and a snapshot that is under way.
// All of it is real: sagas of the engine on the simulator.
type Demo struct {
	Engine *engine.Session
	Cloud  steps.Cloud
	Log    *slog.Logger
}

// zone is a domain of the simulated account.
const zone = "example.com"

// Play launches everything and returns when all of it is at rest or ctx ends.
func (d Demo) Play(ctx context.Context) {
	var acts sync.WaitGroup
	for _, act := range []func(context.Context) error{d.written, d.failed, d.crossed, d.snapshot} {
		acts.Go(func() {
			if err := act(ctx); err != nil && ctx.Err() == nil {
				d.Log.Warn("the demonstration is not whole", "error", err)
			}
		})
	}
	acts.Wait()
}

func record(kind, name, data string) engine.Inputs {
	return engine.Inputs{"dns_domain": zone, "dns_record_type": kind, "dns_record_name": name, "dns_record_data": data}
}

func (d Demo) written(ctx context.Context) error {
	_, err := d.run(ctx, engine.Launch{Kind: "upsert_dns_record", Inputs: record("TXT", "_note", "hello")})
	return err
}

func (d Demo) failed(ctx context.Context) error {
	_, err := d.run(ctx, engine.Launch{Kind: "adhoc", Steps: []string{"upsert_dns_record", "fail"}, Inputs: record("TXT", "_trial", "one")})
	return err
}

// crossed is rolled back after somebody else has changed its record: that must not be overwritten, so a person is asked.
func (d Demo) crossed(ctx context.Context) error {
	id, err := d.run(ctx, engine.Launch{Kind: "upsert_dns_record", Inputs: record("A", "shop", "203.0.113.20")})
	if err != nil {
		return err
	}
	at, err := d.Cloud.RecordsAt(ctx, zone, "shop")
	if err != nil || len(at) == 0 {
		return fmt.Errorf("find the record of %s: %w", id.Short(), err)
	}
	at[0].Data = "198.51.100.7"
	if _, err := d.Cloud.UpdateRecord(ctx, zone, at[0]); err != nil {
		return err
	}
	if err := d.Engine.Rollback(ctx, id, engine.Request{Reason: "the shop moves next week"}); err != nil {
		return err
	}
	return d.rest(ctx, id)
}

func (d Demo) snapshot(ctx context.Context) error {
	all, err := d.Cloud.Droplets(ctx)
	if err != nil || len(all) == 0 {
		return fmt.Errorf("find a droplet: %w", err)
	}
	_, err = d.run(ctx, engine.Launch{Kind: "snapshot_droplet", Inputs: engine.Inputs{"droplet_id": fmt.Sprint(all[0].ID)}})
	return err
}

// run launches a saga and waits for its end.
func (d Demo) run(ctx context.Context, l engine.Launch) (engine.ID, error) {
	s, err := d.Engine.Start(ctx, l)
	if err != nil {
		return "", err
	}
	return s.ID, d.rest(ctx, s.ID)
}

// rest waits until a saga is at rest.
func (d Demo) rest(ctx context.Context, id engine.ID) error {
	feed := d.Engine.Watch()
	defer feed.Close()
	for {
		all, err := d.Engine.Summaries(ctx, id)
		if err != nil || len(all) == 1 && all[0].Status.Terminal() {
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
