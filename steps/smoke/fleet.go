package smoke

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"arcadia/engine"
	"arcadia/engine/trial"
	"arcadia/steps"
)

// Fleet is the rest of the table for `arcadia smoke --all`: whatever changes droplets, addresses, firewalls and volumes,
// with a step behind it that fails, so that each runs forward and all the way back. What the account has nothing for is left
// out.
func Fleet(cloud steps.Cloud) func(context.Context, trial.Subject) ([]trial.Trial, error) {
	return func(ctx context.Context, on trial.Subject) ([]trial.Trial, error) {
		d, err := cloud.Droplet(ctx, on.Droplet)
		if err != nil {
			return nil, err
		}
		sizes, err := cloud.Sizes(ctx)
		if err != nil {
			return nil, err
		}
		walls, err := cloud.Firewalls(ctx)
		if err != nil {
			return nil, err
		}
		ips, err := cloud.ReservedIPs(ctx)
		if err != nil {
			return nil, err
		}
		keys, err := cloud.SSHKeys(ctx)
		if err != nil {
			return nil, err
		}
		volumes, err := anyVolume(ctx, cloud)
		if err != nil {
			return nil, err
		}
		id := strconv.FormatInt(d.ID, 10)
		var out []trial.Trial
		add := func(in engine.Inputs, list ...string) {
			out = append(out, thereAndBack(fmt.Sprintf("T%d", 7+len(out)), in, list...))
		}
		larger := slices.IndexFunc(sizes, func(z steps.Size) bool {
			return z.Slug != d.Size && z.Disk >= d.Disk && slices.Contains(z.Regions, d.Region)
		})
		if larger >= 0 {
			add(engine.Inputs{"droplet_id": id, "size": sizes[larger].Slug},
				"create_droplet_snapshot", "power_off_droplet", "resize_droplet", "power_on_droplet")
		}
		if len(walls) > 0 {
			add(engine.Inputs{"firewall": walls[0].ID, "ports": "61000", "addresses": "192.0.2.1"}, "add_firewall_rule")
			add(engine.Inputs{"firewall": walls[0].ID, "ports": "22", "addresses": "198.51.100.0/24"}, "remove_firewall_rule")
		}
		if ip, to, err := aMove(ctx, cloud, ips); err != nil {
			return nil, err
		} else if ip != "" {
			add(engine.Inputs{"ip": ip, "droplet_id": to}, "assign_reserved_ip")
		}
		if len(keys) > 0 {
			add(engine.Inputs{
				"name": "arcadia-smoke", "region": d.Region, "size": "s-1vcpu-1gb", "image": "debian-12-x64",
				"ssh_keys": strconv.Itoa(keys[0]),
			}, "create_droplet")
		}
		if volumes != "" {
			add(engine.Inputs{"volume": volumes}, "create_volume_snapshot")
		}
		return out, nil
	}
}

// aMove is a reserved IP and a droplet of its region that it is not on; empty when there are no such two.
func aMove(ctx context.Context, cloud steps.Cloud, ips []steps.ReservedIP) (ip, droplet string, err error) {
	all, err := cloud.Droplets(ctx)
	for _, r := range ips {
		at := slices.IndexFunc(all, func(d steps.Droplet) bool { return d.Region == r.Region && d.ID != r.Droplet })
		if at >= 0 {
			return r.IP, strconv.FormatInt(all[at].ID, 10), nil
		}
	}
	return "", "", err
}

// anyVolume is a volume of the account's droplets; empty when none has one.
func anyVolume(ctx context.Context, cloud steps.Cloud) (string, error) {
	all, err := cloud.Droplets(ctx)
	for _, d := range all {
		if len(d.Volumes) > 0 {
			return d.Volumes[0], nil
		}
	}
	return "", err
}

// thereAndBack is a test of steps that all run and are all undone.
func thereAndBack(test string, in engine.Inputs, list ...string) trial.Trial {
	title, want := "", []string{}
	for i, step := range list {
		if i > 0 {
			title += ", "
		}
		title += step
		want = append(want, step+" compensated")
	}
	return trial.Trial{
		Test: test, Title: title,
		Launches: []engine.Launch{{Kind: "adhoc", Steps: append(slices.Clone(list), "fail"), Inputs: in}},
		Wants: []trial.Seen{{
			Status: engine.RolledBack, Error: &engine.SagaError{Reason: "step_failed:fail", CompensateFromIdx: len(list) - 1},
			Steps: append(want, "fail failed"), Wrote: true,
		}},
	}
}
