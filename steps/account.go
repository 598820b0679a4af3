package steps

import "context"

// Droplets gives the ids of the droplets that can be snapshotted now: those that nothing runs on and that are not locked.
func (i Inventory) Droplets(ctx context.Context) ([]int64, error) {
	all, err := i.cloud.Droplets(ctx)
	var ids []int64
	for _, d := range all {
		if _, busy := runningOn(ctx, i.cloud, d.ID); !busy && !d.Locked {
			ids = append(ids, d.ID)
		}
	}
	return ids, err
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
