package main

import (
	"context"

	"arcadia/steps"
	"arcadia/steps/digitalocean"
	"arcadia/tui"
)

// account is what there is at the simulated provider, as the console wants to know it.
type account struct {
	*digitalocean.Client
	inv steps.Inventory
}

func (a account) Droplets(ctx context.Context) ([]tui.Droplet, error) {
	all, err := a.Client.Droplets(ctx)
	return each(all, dropletOf), err
}

func (a account) Domains(ctx context.Context) ([]string, error) { return a.inv.Domains(ctx) }

func (a account) Records(ctx context.Context, domain string) ([]tui.Record, error) {
	all, err := a.AllRecords(ctx, domain)
	return each(all, func(r steps.Record) tui.Record { return recordOf(steps.ZoneRecord{Domain: domain, Record: r}) }), err
}

func (a account) Estate(ctx context.Context) (tui.Estate, error) {
	e, err := a.inv.Estate(ctx)
	names := map[int64]string{}
	for _, m := range e.Machines {
		names[m.ID] = m.Name
	}
	return tui.Estate{
		Machines: each(e.Machines, machineOf), Copies: each(e.Copies, copyOf), Walls: each(e.Walls, wallOf), Missing: e.Missing,
		Addresses: each(e.Addresses, func(r steps.ReservedIP) tui.Reserved {
			return tui.Reserved{IP: r.IP, Region: r.Region, Droplet: r.Droplet, Name: names[r.Droplet]}
		}),
	}, err
}

func machineOf(m steps.Machine) tui.Machine {
	return tui.Machine{
		Droplet: dropletOf(m.Droplet), Created: m.Created, Tags: m.Tags, MonthlyUSD: m.MonthlyUSD, Copies: each(m.Copies, copyOf), Walls: each(m.Walls, wallOf),
		Addresses: each(m.Addresses, func(a steps.Address) tui.Address { return tui.Address(a) }),
		Records:   each(m.Records, recordOf),
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

func recordOf(r steps.ZoneRecord) tui.Record {
	return tui.Record{ID: r.ID, Domain: r.Domain, Type: r.Type, Name: r.Name, Data: r.Data, TTL: r.TTL, Priority: r.Priority}
}

func each[A, B any](all []A, f func(A) B) []B {
	out := make([]B, 0, len(all))
	for _, a := range all {
		out = append(out, f(a))
	}
	return out
}
