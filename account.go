package main

import (
	"context"
	"strings"
	"sync/atomic"

	"arcadia/engine"
	"arcadia/engine/trial"
	"arcadia/steps"
	"arcadia/steps/digitalocean"
	"arcadia/steps/smoke"
	"arcadia/tui"
	"arcadia/tui/host"
	"arcadia/tui/sshd"
)

// connect lets commands, consoles and metrics look at what is in the account.
func connect(h *host.Host, cloud *digitalocean.Client, inv steps.Inventory) {
	p := h.Place
	p.Provider, p.Trials = inv, trial.Table{Of: smoke.Tests, Snapshot: steps.SnapshotNames, Tour: func(on trial.Subject, desk trial.Desk, simulated bool) trial.Tour {
		return smoke.NewTour(cloud, inv, on, desk, simulated)
	}}
	p.Things, h.Look.Things = inv.Tagged, inv.Tagged
	p.Drift = func(ctx context.Context, r engine.Resource) tui.Drift {
		d, _ := inv.Check(ctx, r) // the error is its note
		return driftOf(r.Type, d)
	}
	p.Orphans = func(ctx context.Context, accountedFor func(string) bool) ([]tui.Orphan, error) {
		found, err := inv.Orphans(ctx, accountedFor)
		return each(found, func(o steps.Orphan) tui.Orphan { return tui.Orphan(o) }), err
	}
	p.Inventory = inventory{cloud, inv}
	h.Look.Inventory, h.Look.Orphans = p.Inventory, p.Orphans
	h.Look.Budget = func() int { return cloud.Budget().HourRemaining }
	h.Budget = func() sshd.Budget { b := cloud.Budget(); return sshd.Budget{Limit: b.Limit, Remaining: b.Remaining} }
	h.Calls = func() []sshd.CallCount {
		return each(cloud.Calls(), func(c digitalocean.CallCount) sshd.CallCount { return sshd.CallCount(c) })
	}
	if p.Simulated {
		return
	}
	var name atomic.Value
	name.Store("")
	h.Look.Account = func() string { return name.Load().(string) } //nolint:forcetypeassert // nothing else is stored
	h.Beside = append(h.Beside, func(ctx context.Context) {
		if said, err := cloud.Account(ctx); err == nil {
			name.Store(said)
		}
	})
}

// inventory is the account as the console lists it.
type inventory struct {
	cloud steps.Cloud
	steps.Inventory
}

func (i inventory) Droplets(ctx context.Context) ([]tui.Droplet, error) {
	all, err := i.cloud.Droplets(ctx)
	return each(all, dropletOf), err
}

func (i inventory) Records(ctx context.Context, domain string) ([]tui.Record, error) {
	all, err := i.cloud.AllRecords(ctx, domain)
	return each(all, func(r steps.Record) tui.Record { return recordOf(domain, r) }), err
}

// Estate is the account in one reading, as the console shows it.
func (i inventory) Estate(ctx context.Context) (tui.Estate, error) {
	e, err := i.Inventory.Estate(ctx)
	names := map[int64]string{}
	for _, m := range e.Machines {
		names[m.ID] = m.Name
	}
	return tui.Estate{
		Machines: each(e.Machines, machineOf), Copies: each(e.Copies, copyOf), Walls: each(e.Walls, wallOf), Missing: e.Missing,
		Remains: each(e.Remains, func(r steps.Remains) tui.Remains {
			out := tui.Remains{ID: r.ID, Name: r.Name, Size: r.Size, Region: r.Region, Asleep: r.Asleep, WasUSD: r.WasUSD, Copies: each(r.Copies, copyOf)}
			for _, c := range r.Copies {
				out.MonthlyUSD += c.MonthlyUSD
			}
			return out
		}),
		Addresses: each(e.Addresses, func(r steps.ReservedIP) tui.Reserved {
			return tui.Reserved{IP: r.IP, Region: r.Region, Droplet: r.Droplet, Name: names[r.Droplet]}
		}),
	}, err
}

func machineOf(m steps.Machine) tui.Machine {
	return tui.Machine{
		Droplet: dropletOf(m.Droplet), Created: m.Created, Tags: m.Tags, MonthlyUSD: m.MonthlyUSD, Copies: each(m.Copies, copyOf), Walls: each(m.Walls, wallOf),
		Addresses: each(m.Addresses, func(a steps.Address) tui.Address { return tui.Address(a) }),
		Records:   each(m.Records, func(r steps.ZoneRecord) tui.Record { return recordOf(r.Domain, r.Record) }),
		Volumes: each(m.Volumes, func(v steps.MachineVolume) tui.Volume {
			return tui.Volume{ID: v.ID, Name: v.Name, SizeGB: v.SizeGB, MonthlyUSD: v.MonthlyUSD, Copies: v.Copies}
		}),
	}
}

func copyOf(c steps.Copy) tui.Snapshot {
	out := tui.Snapshot{
		ID: c.ID, Name: c.Name, Of: c.Of, OfName: c.OfName, Volume: c.Volume, Created: c.Created, SizeGB: c.SizeGB,
		MonthlyUSD: c.MonthlyUSD, Verified: c.Verified, Kept: c.Kept,
	}
	if c.Saga != "" {
		out.Saga = c.Saga.Short()
	}
	return out
}

func wallOf(w steps.Firewall) tui.Wall {
	return tui.Wall{ID: w.ID, Name: w.Name, Droplets: len(w.Droplets), Tags: w.Tags, Rules: each(w.Rules, steps.Rule.String)}
}

func dropletOf(d steps.Droplet) tui.Droplet {
	return tui.Droplet{ID: d.ID, Name: d.Name, Status: d.Status, Region: d.Region, Size: d.Size, Image: d.Image, IPv4: d.IPv4}
}

func recordOf(domain string, r steps.Record) tui.Record {
	return tui.Record{ID: r.ID, Domain: domain, Type: r.Type, Name: r.Name, Data: r.Data, TTL: r.TTL, Priority: r.Priority}
}

// drifts is what a patrol finds, as the console shows it.
type drifts struct{ *steps.Patrol }

func (d drifts) Drifts() map[string]tui.Drift {
	out := map[string]tui.Drift{}
	for key, found := range d.Patrol.Drifts() {
		kind, _, _ := strings.Cut(key, "/")
		out[key] = driftOf(kind, found)
	}
	return out
}

func driftOf(kind string, d steps.Drift) tui.Drift {
	return tui.Drift{State: string(d.State), Changes: d.Changes, Note: d.Note, CheckedAt: d.CheckedAt, Cures: steps.Cures(kind, d.State)}
}

// each is what f makes of each; never nil, so that it is a list in JSON too.
func each[A, B any](all []A, f func(A) B) []B {
	out := make([]B, 0, len(all))
	for _, a := range all {
		out = append(out, f(a))
	}
	return out
}
