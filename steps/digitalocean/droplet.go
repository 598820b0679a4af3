package digitalocean

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/digitalocean/godo"

	"arcadia/steps"
)

// Droplets lists all droplets, by id. The answer may be up to 30 s old.
func (c *Client) Droplets(ctx context.Context) ([]steps.Droplet, error) {
	got, err := c.droplets.get(ctx, "", func(ctx context.Context) ([]steps.Droplet, error) {
		all, err := list(ctx, c, "list droplets", "v2/droplets", nil,
			func(p page) *[]godo.Droplet { return p.Droplets }, func(d godo.Droplet) int { return d.ID })
		if err != nil {
			return nil, err
		}
		return each(all, dropletOf), nil
	})
	return slices.Clone(got), err
}

// Droplet reads one droplet now.
func (c *Client) Droplet(ctx context.Context, id int64) (steps.Droplet, error) {
	return readOne(ctx, c, fmt.Sprintf("read droplet %d", id), func(ctx context.Context, api *godo.Client) (steps.Droplet, error) {
		d, _, err := api.Droplets.Get(ctx, int(id))
		if err != nil {
			return steps.Droplet{}, err
		}
		if d == nil || int64(d.ID) != id {
			return steps.Droplet{}, garbled("it is not about this droplet")
		}
		return dropletOf(*d), nil
	})
}

func dropletOf(d godo.Droplet) steps.Droplet {
	out := steps.Droplet{ID: int64(d.ID), Name: d.Name, Status: d.Status, Size: d.SizeSlug, Locked: d.Locked, Disk: d.Disk}
	out.Tags, out.Volumes = d.Tags, d.VolumeIDs
	out.Snapshots = each(d.SnapshotIDs, func(id int) int64 { return int64(id) })
	out.Backups = each(d.BackupIDs, func(id int) int64 { return int64(id) })
	out.Created, _ = time.Parse(time.RFC3339, d.Created)
	if d.Image != nil {
		out.ImageID = int64(d.Image.ID)
	}
	if d.Region != nil {
		out.Region = d.Region.Slug
	}
	if d.Image != nil {
		out.Image = d.Image.Name
		if d.Image.Distribution != "" {
			out.Image = d.Image.Distribution + " " + d.Image.Name
		}
	}
	if ip, err := d.PublicIPv4(); err == nil {
		out.IPv4 = ip
	}
	if ip, err := d.PublicIPv6(); err == nil {
		out.IPv6 = ip
	}
	if ip, err := d.PrivateIPv4(); err == nil {
		out.Inside = ip
	}
	out.VPC = d.VPCUUID
	return out
}

func each[A, B any](in []A, f func(A) B) []B {
	out := make([]B, len(in))
	for i, v := range in {
		out[i] = f(v)
	}
	return out
}
