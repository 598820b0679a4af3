package main

import (
	"context"
	"sync"

	"arcadia/engine"
	"arcadia/steps"
	"arcadia/tui"
	"arcadia/tui/cli"
)

// inventory is the account as the console lists it.
type inventory struct{ cloud steps.Cloud }

func (i inventory) Droplets(ctx context.Context) ([]tui.Droplet, error) {
	all, err := i.cloud.Droplets(ctx)
	out := make([]tui.Droplet, 0, len(all))
	for _, d := range all {
		out = append(out, tui.Droplet{
			ID: d.ID, Name: d.Name, Status: d.Status, Region: d.Region, Size: d.Size, Image: d.Image, IPv4: d.IPv4,
		})
	}
	return out, err
}

func (i inventory) Domains(ctx context.Context) ([]string, error) {
	return steps.NewInventory(i.cloud, nil).Domains(ctx)
}

func (i inventory) Records(ctx context.Context, domain string) ([]tui.Record, error) {
	all, err := i.cloud.AllRecords(ctx, domain)
	out := make([]tui.Record, 0, len(all))
	for _, r := range all {
		out = append(out, tui.Record{
			ID: r.ID, Domain: domain, Type: r.Type, Name: r.Name, Data: r.Data, TTL: r.TTL, Priority: r.Priority,
		})
	}
	return out, err
}

// account lets commands look at what is in the account.
func account(p *cli.Place, inv steps.Inventory) {
	p.Provider = inv
	p.Drift = func(ctx context.Context, r engine.Resource) cli.Drift {
		d, _ := inv.Check(ctx, r) // the error is its note
		return cli.Drift{State: string(d.State), Changes: d.Changes, Note: d.Note, CheckedAt: d.CheckedAt}
	}
	p.Orphans = func(ctx context.Context, accountedFor func(string) bool) ([]cli.Orphan, error) {
		found, err := inv.Orphans(ctx, accountedFor)
		out := make([]cli.Orphan, 0, len(found))
		for _, o := range found {
			out = append(out, cli.Orphan(o))
		}
		return out, err
	}
}

// orphans lists what no saga accounts for, as the console shows it.
func orphans(inv steps.Inventory) func(context.Context, func(string) bool) ([]tui.Orphan, error) {
	return func(ctx context.Context, accountedFor func(string) bool) ([]tui.Orphan, error) {
		found, err := inv.Orphans(ctx, accountedFor)
		out := make([]tui.Orphan, 0, len(found))
		for _, o := range found {
			out = append(out, tui.Orphan{ID: o.ID, Droplet: o.Droplet, Name: o.Name, Created: o.Created, SizeGB: o.SizeGB, MonthlyUSD: o.MonthlyUSD})
		}
		return out, err
	}
}

// drifts is what a patrol finds, as the console shows it.
type drifts struct{ *steps.Patrol }

func (d drifts) Drifts() map[string]tui.Drift {
	found := d.Patrol.Drifts()
	out := make(map[string]tui.Drift, len(found))
	for key, f := range found {
		out[key] = tui.Drift{State: string(f.State), Changes: f.Changes, Note: f.Note, CheckedAt: f.CheckedAt.Time}
	}
	return out
}

// patrolled runs f with the patrol on its rounds, which only a process that stays has time for, and with what else goes on
// meanwhile. All of it has ended when it returns.
func patrolled(ctx context.Context, found tui.Drifts, besides func(context.Context), f func() error) error {
	ctx, stop := context.WithCancel(ctx)
	var group sync.WaitGroup
	if d, ok := found.(drifts); ok {
		group.Go(func() { d.Run(ctx) })
	}
	if besides != nil {
		group.Go(func() { besides(ctx) })
	}
	err := f()
	stop()
	group.Wait()
	return err
}
