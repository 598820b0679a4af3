package digitalocean

import (
	"context"
	"net/url"
	"time"

	"github.com/digitalocean/godo"

	"arcadia/steps"
)

// Volumes lists the account's volumes now.
func (c *Client) Volumes(ctx context.Context) ([]steps.Volume, error) {
	all, err := list(ctx, c, "list the volumes", "v2/volumes", nil, func(p page) *[]godo.Volume { return p.Volumes }, func(v godo.Volume) string { return v.ID })
	if err != nil {
		return nil, err
	}
	return each(all, volumeOf), nil
}

// Volume reads one volume now.
func (c *Client) Volume(ctx context.Context, id string) (steps.Volume, error) {
	return readOne(ctx, c, "read volume "+id, func(ctx context.Context, api *godo.Client) (steps.Volume, error) {
		v, _, err := api.Storage.GetVolume(ctx, id)
		if err != nil {
			return steps.Volume{}, err
		}
		if v == nil || v.ID != id {
			return steps.Volume{}, garbled("it is not about this volume")
		}
		return volumeOf(*v), nil
	})
}

func volumeOf(v godo.Volume) steps.Volume {
	out := steps.Volume{ID: v.ID, Name: v.Name, SizeGB: int(v.SizeGigaBytes), Tags: v.Tags}
	out.Droplets = each(v.DropletIDs, func(id int) int64 { return int64(id) })
	if v.Region != nil {
		out.Region = v.Region.Slug
	}
	return out
}

// VolumeSnapshots lists the snapshots of a volume now.
func (c *Client) VolumeSnapshots(ctx context.Context, volume string) ([]steps.VolumeSnapshot, error) {
	all, err := list(ctx, c, "list the snapshots of volume "+volume, "v2/volumes/"+url.PathEscape(volume)+"/snapshots", nil,
		snapshots, snapshotID)
	if err != nil {
		return nil, err
	}
	return each(all, func(s snapshot) steps.VolumeSnapshot { return s.ofVolume(volume) }), nil
}

// AllVolumeSnapshots lists the snapshots of the account's volumes now.
func (c *Client) AllVolumeSnapshots(ctx context.Context) ([]steps.VolumeSnapshot, error) {
	all, err := list(ctx, c, "list the snapshots of all volumes", "v2/snapshots", url.Values{"resource_type": {"volume"}}, snapshots, snapshotID)
	if err != nil {
		return nil, err
	}
	return each(all, func(s snapshot) steps.VolumeSnapshot { return s.ofVolume(s.Resource.text) }), nil
}

func (s snapshot) ofVolume(volume string) steps.VolumeSnapshot {
	return steps.VolumeSnapshot{
		ID: s.ID.text, Name: s.Name, Volume: volume, Created: s.Created, SizeGB: s.SizeGB, Regions: s.Regions, MinDisk: s.MinDisk,
	}
}

// VolumeSnapshot reads one snapshot of a volume now.
func (c *Client) VolumeSnapshot(ctx context.Context, id string) (steps.VolumeSnapshot, error) {
	return readOne(ctx, c, "read volume snapshot "+id, func(ctx context.Context, api *godo.Client) (steps.VolumeSnapshot, error) {
		s, _, err := api.Storage.GetSnapshot(ctx, id)
		if err != nil {
			return steps.VolumeSnapshot{}, err
		}
		if s == nil || s.ID != id {
			return steps.VolumeSnapshot{}, garbled("it is not about this snapshot")
		}
		return volumeSnapshotOf(*s, s.ResourceID), nil
	})
}

func volumeSnapshotOf(s godo.Snapshot, volume string) steps.VolumeSnapshot {
	created, _ := time.Parse(time.RFC3339, s.Created)
	return steps.VolumeSnapshot{
		ID: s.ID, Name: s.Name, Volume: volume, Created: created, SizeGB: s.SizeGigaBytes, Regions: s.Regions, MinDisk: s.MinDiskSize,
	}
}

// SnapshotVolume copies a volume.
func (c *Client) SnapshotVolume(ctx context.Context, volume, name string) (steps.VolumeSnapshot, error) {
	var got steps.VolumeSnapshot
	err := c.write(ctx, "snapshot volume "+volume, func(ctx context.Context, api *godo.Client) error {
		s, _, err := api.Storage.CreateSnapshot(ctx, &godo.SnapshotCreateRequest{VolumeID: volume, Name: name})
		if err != nil {
			return err
		}
		if s == nil || s.ID == "" {
			return garbled("it names no snapshot")
		}
		got = volumeSnapshotOf(*s, volume)
		return nil
	})
	return got, err
}

// DeleteVolumeSnapshot deletes the snapshot of a volume at once.
func (c *Client) DeleteVolumeSnapshot(ctx context.Context, id string) error {
	return c.write(ctx, "delete volume snapshot "+id, func(ctx context.Context, api *godo.Client) error {
		resp, err := api.Storage.DeleteSnapshot(ctx, id)
		return deleted(resp, err)
	})
}
