package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"arcadia/engine"
	"arcadia/steps"
)

// demo is what has gone on in the simulated account before anybody looks: a record that was written, a saga that failed and
// was rolled back, one that could not be because somebody else had changed its record, and a snapshot that is under way.
// All of it is real: sagas of the engine on the simulator.
type demo struct {
	eng   *engine.Session
	cloud steps.Cloud
	log   *slog.Logger
}

// demoZone is a domain of the simulated account.
const demoZone = "example.com"

// play launches everything and returns when all of it is at rest or ctx ends.
func (d demo) play(ctx context.Context) {
	var acts sync.WaitGroup
	for _, act := range []func(context.Context) error{d.written, d.failed, d.crossed, d.snapshot} {
		acts.Go(func() {
			if err := act(ctx); err != nil && ctx.Err() == nil {
				d.log.Warn("the demonstration is not whole", "error", err)
			}
		})
	}
	acts.Wait()
}

func record(kind, name, data string) engine.Inputs {
	return engine.Inputs{"dns_domain": demoZone, "dns_record_type": kind, "dns_record_name": name, "dns_record_data": data}
}

func (d demo) written(ctx context.Context) error {
	_, err := d.run(ctx, engine.Launch{Kind: "upsert_dns_record", Inputs: record("TXT", "_note", "hello")})
	return err
}

func (d demo) failed(ctx context.Context) error {
	_, err := d.run(ctx, engine.Launch{Kind: "adhoc", Steps: []string{"upsert_dns_record", "fail"}, Inputs: record("TXT", "_trial", "one")})
	return err
}

// crossed is rolled back after somebody else has changed its record: that must not be overwritten, so a person is asked.
func (d demo) crossed(ctx context.Context) error {
	id, err := d.run(ctx, engine.Launch{Kind: "upsert_dns_record", Inputs: record("A", "shop", "203.0.113.20")})
	if err != nil {
		return err
	}
	at, err := d.cloud.RecordsAt(ctx, demoZone, "shop")
	if err != nil || len(at) == 0 {
		return fmt.Errorf("find the record of %s: %w", id.Short(), err)
	}
	at[0].Data = "198.51.100.7"
	if _, err := d.cloud.UpdateRecord(ctx, demoZone, at[0]); err != nil {
		return err
	}
	if err := d.eng.Rollback(ctx, id, engine.Verb{Reason: "the shop moves next week"}); err != nil {
		return err
	}
	return d.rest(ctx, id)
}

func (d demo) snapshot(ctx context.Context) error {
	all, err := d.cloud.Droplets(ctx)
	if err != nil || len(all) == 0 {
		return fmt.Errorf("find a droplet: %w", err)
	}
	_, err = d.run(ctx, engine.Launch{Kind: "snapshot_droplet", Inputs: engine.Inputs{"droplet_id": fmt.Sprint(all[0].ID)}})
	return err
}

// run launches a saga and waits for its end.
func (d demo) run(ctx context.Context, l engine.Launch) (engine.ID, error) {
	s, err := d.eng.Start(ctx, l)
	if err != nil {
		return "", err
	}
	return s.ID, d.rest(ctx, s.ID)
}

// rest waits until a saga is at rest.
func (d demo) rest(ctx context.Context, id engine.ID) error {
	feed := d.eng.Watch()
	defer feed.Close()
	for {
		all, err := d.eng.Summaries(ctx, id)
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
