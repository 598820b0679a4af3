package main

import (
	"context"

	"arcadia/steps"
	"arcadia/tui"
)

// provider is the account as the smoke tests look at it.
type provider struct{ cloud steps.Cloud }

func (p provider) Droplets(ctx context.Context) ([]int64, error) {
	all, err := p.cloud.Droplets(ctx)
	var ids []int64
	for _, d := range all {
		if !d.Locked {
			ids = append(ids, d.ID)
		}
	}
	return ids, err
}

func (p provider) Domains(ctx context.Context) ([]string, error) { return domains(ctx, p.cloud) }

func (p provider) TXT(ctx context.Context, domain, name string) ([]string, error) {
	all, err := p.cloud.RecordsAt(ctx, domain, name)
	var data []string
	for _, r := range all {
		if r.Type == "TXT" {
			data = append(data, r.Data)
		}
	}
	return data, err
}

func (p provider) Snapshots(ctx context.Context, droplet int64) ([]string, error) {
	all, err := p.cloud.DropletSnapshots(ctx, droplet)
	var names []string
	for _, s := range all {
		names = append(names, s.Name)
	}
	return names, err
}

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

func (i inventory) Domains(ctx context.Context) ([]string, error) { return domains(ctx, i.cloud) }

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

func domains(ctx context.Context, zones steps.Zones) ([]string, error) {
	all, err := zones.Domains(ctx)
	names := make([]string, 0, len(all))
	for _, d := range all {
		names = append(names, d.Name)
	}
	return names, err
}
