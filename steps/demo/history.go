package demo

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"arcadia/engine"
	"arcadia/steps"
	"arcadia/steps/digitalocean"
)

// History is a day of what went on in a simulated account before anybody looks, by several operators. It is true: an engine of its own has
// done it, and the account is as that has left it.
type History struct {
	Account *Account
	Scratch engine.Store // an empty one, thrown away afterwards
	Log     *slog.Logger
}

// Write lets the day go on and writes it into a store in which nothing is yet.
func (h History) Write(ctx context.Context, into Ledger) error {
	cloud, err := digitalocean.New(digitalocean.Config{Token: "demo-past", Transport: past{h.Account}, PerMinute: 1 << 20, PerHour: 1 << 20})
	if err != nil {
		return err
	}
	defer cloud.Close()
	catalog, kinds := steps.Catalog(cloud, h.Scratch, Sight{Cloud: cloud})
	eng, err := engine.New(h.Scratch, engine.Config{Steps: catalog, Kinds: kinds, Account: cloud.Owner, Log: h.Log})
	if err != nil {
		return err
	}
	driving, stop := context.WithCancel(steps.Passing(ctx, h.Account.clock.pass))
	driven := make(chan error, 1)
	go func() { driven <- eng.Run(driving) }()
	err = h.live(ctx, Demo{Engine: eng, Cloud: cloud, Log: h.Log})
	stop()
	if ran := <-driven; err == nil {
		err = ran
	}
	if err != nil {
		return fmt.Errorf("play a day of the account: %w", err)
	}
	return h.keep(ctx, into)
}

// live lets everything go on, the oldest first, each at its time. Then it is now.
func (h History) live(ctx context.Context, d Demo) error {
	today := time.Now()
	at := func(ago time.Duration) { h.Account.clock.set(today.Add(-ago)) }
	defer at(0)
	at(26 * time.Hour)
	if err := d.before(ctx); err != nil {
		return err
	}
	machines, err := d.Cloud.Droplets(ctx)
	if err != nil {
		return err
	}
	for _, e := range day(machines) {
		at(e.ago)
		id, err := d.run(ctx, e.by, e.Launch)
		if err == nil && e.regret != "" {
			h.Account.clock.pass(time.Minute)
			err = d.as(e.by).Rollback(ctx, id, engine.Request{Reason: e.regret})
			if err == nil {
				err = d.rest(ctx, id)
			}
		}
		if err != nil {
			return fmt.Errorf("%s, %s ago: %w", e.Kind, e.ago, err)
		}
	}
	return nil
}

// before is what was in the zone when the day began.
func (d Demo) before(ctx context.Context) error {
	for _, r := range []steps.Record{
		{Type: "A", Name: "db", Data: "203.0.113.43"},
		{Type: "A", Name: "db-old", Data: "203.0.113.42"},
		{Type: "A", Name: "api-eu", Data: "203.0.113.51"},
		{Type: "AAAA", Name: "files", Data: "2001:db8::40"},
		{Type: "TXT", Name: "_acme-challenge", Data: "b2xkZXI"},
		{Type: "TXT", Name: "_build", Data: "v=1"},
	} {
		if _, err := d.Cloud.CreateRecord(ctx, zone, r); err != nil {
			return err
		}
	}
	return nil
}

// event is one saga of the day.
type event struct {
	engine.Launch

	ago    time.Duration
	by     string
	regret string // why it is rolled back afterwards
}

// day is what went on, the oldest first.
func day(machines []steps.Droplet) []event {
	dns := func(ago time.Duration, by, kind, name, value, why string) event {
		return event{ago: ago, by: by, Launch: engine.Launch{Kind: "upsert_dns_record", Inputs: record(kind, name, value), Reason: why}}
	}
	gone := func(ago time.Duration, by, kind, name, value, why string) event {
		return event{ago: ago, by: by, Launch: engine.Launch{Kind: "delete_dns_record", Inputs: record(kind, name, value), Reason: why}}
	}
	shot := func(ago time.Duration, by string, at int, why string) event {
		in := engine.Inputs{"droplet_id": fmt.Sprint(machines[at%len(machines)].ID)}
		return event{ago: ago, by: by, Launch: engine.Launch{Kind: "snapshot_droplet", Inputs: in, Reason: why}}
	}
	const h, m = time.Hour, time.Minute
	wrong := shot(17*h, "ops3", 3, "before the upgrade")
	wrong.regret = "wrong droplet"
	broken := event{ago: 14 * h, by: "ops4", Launch: engine.Launch{
		Kind: "adhoc", Steps: []string{"upsert_dns_record", "fail"}, Inputs: record("CNAME", "cdn", "edge.example.net"), Reason: "trying the new edge",
	}}
	return []event{
		dns(23*h, "ops4", "CNAME", "blog", "pages.example.net", "the blog moves, OPS-201"), shot(22*h+10*m, "ops1", 0, "weekly"), shot(22*h+9*m, "ops1", 1, "weekly"),
		dns(19*h+20*m, "ops2", "TXT", "_dmarc", "v=DMARC1; p=reject", "nobody else sends for us"), wrong, dns(16*h+5*m, "ops3", "TXT", "_build", "v=2", ""), broken,
		shot(12*h, "ops2", 2, "before the move of the database"), dns(11*h+30*m, "ops2", "A", "db", "203.0.113.44", "the database moves, OPS-211"),
		gone(9*h, "ops2", "A", "db-old", "203.0.113.42", "nothing points there any more"), shot(8*h+2*m, "sched", 3, ""), shot(8*h+m, "sched", 4, ""), shot(8*h, "sched", 0, ""),
		dns(6*h+40*m, "ops1", "CNAME", "www", "app.example.com", "OPS-214"), dns(5*h, "ops3", "AAAA", "files", "2001:db8::41", ""),
		gone(3*h+12*m, "ops4", "TXT", "_acme-challenge", "b2xkZXI", "the certificate is there"), shot(2*h+30*m, "ops4", 1, "before the upgrade, OPS-219"),
		dns(95*m, "ops1", "CNAME", "status", "state.example.org", ""), dns(48*m, "ops2", "A", "api-eu", "203.0.113.52", "OPS-223"), shot(31*m, "ops1", 0, "before the resize, OPS-228"),
		dns(26*m, "ops3", "TXT", "_build", "v=3", ""),
	}
}
