package steps

import (
	"context"
	"fmt"
	"slices"

	"arcadia/engine"
)

// Snapshottable gives the ids of the droplets that can be snapshotted now: those that nothing runs on and that are not locked.
func (i Inventory) Snapshottable(ctx context.Context) ([]int64, error) {
	all, err := i.cloud.Droplets(ctx)
	var ids []int64
	for _, d := range all {
		if _, busy := runningOn(ctx, i.cloud, d.ID); !busy && !d.Locked {
			ids = append(ids, d.ID)
		}
	}
	return ids, err
}

// Tagged lists the droplets or volumes that carry a tag, by what kinds ask for; other things carry none here.
func (i Inventory) Tagged(ctx context.Context, of, tag string) ([]map[string]string, error) {
	var out []map[string]string
	add := func(id, name string, tags []string) {
		if slices.Contains(tags, tag) {
			out = append(out, map[string]string{"id": id, "name": name})
		}
	}
	switch of {
	case "droplet":
		all, err := i.cloud.Droplets(ctx)
		for _, d := range all {
			add(itoa(d.ID), d.Name, d.Tags)
		}
		return out, err
	case "volume":
		all, err := i.cloud.Volumes(ctx)
		for _, v := range all {
			add(v.ID, v.Name, v.Tags)
		}
		return out, err
	}
	return nil, fmt.Errorf("%w: a %s carries no tags", engine.ErrInput, of)
}

// Domains gives the names of the account's domains.
func (i Inventory) Domains(ctx context.Context) ([]string, error) {
	all, err := i.cloud.Domains(ctx)
	names := make([]string, 0, len(all))
	for _, d := range all {
		names = append(names, d.Name)
	}
	return names, err
}

// TXT gives the data of the TXT records at a relative name.
func (i Inventory) TXT(ctx context.Context, domain, name string) ([]string, error) {
	all, err := i.cloud.RecordsAt(ctx, domain, name)
	var data []string
	for _, r := range all {
		if r.Type == "TXT" {
			data = append(data, r.Data)
		}
	}
	return data, err
}

// Snapshots gives the names of a droplet's snapshots.
func (i Inventory) Snapshots(ctx context.Context, droplet int64) ([]string, error) {
	all, err := i.cloud.DropletSnapshots(ctx, droplet)
	var names []string
	for _, s := range all {
		names = append(names, s.Name)
	}
	return names, err
}
