package digitalocean

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/digitalocean/godo"

	"arcadia/steps"
)

// number is an id that the service writes as a number in some places and as text in others.
type number struct {
	n    int64
	text string
}

// UnmarshalJSON reads either form. What is no number (the uuid of a volume's snapshot) is 0 and its text.
func (n *number) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) != nil {
		text = string(b)
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		v = 0
	}
	*n = number{v, text}
	return nil
}

// snapshot is a snapshot in any of the forms in which the service lists it.
type snapshot struct {
	ID       number    `json:"id"`
	Name     string    `json:"name"`
	Created  time.Time `json:"created_at"`
	Regions  []string  `json:"regions"`
	MinDisk  int       `json:"min_disk_size"`
	SizeGB   float64   `json:"size_gigabytes"`
	Type     string    `json:"type"` // snapshot or backup; only under a droplet
	Resource number    `json:"resource_id"`
}

func (s snapshot) of(droplet int64) steps.Snapshot {
	if droplet == 0 {
		droplet = s.Resource.n
	}
	return steps.Snapshot{ID: s.ID.n, Name: s.Name, Created: s.Created, Droplet: droplet, Regions: s.Regions, SizeGB: s.SizeGB, MinDisk: s.MinDisk}
}

func snapshots(p page) *[]snapshot  { return p.Snapshots }
func snapshotID(s snapshot) number  { return s.ID }
func actions(p page) *[]godo.Action { return p.Actions }
func actionID(a godo.Action) int    { return a.ID }
func notSnapshot(s snapshot) bool   { return s.Type != "" && s.Type != "snapshot" || s.ID.n == 0 }

// DropletSnapshots lists the snapshots of a droplet now, without its backups.
func (c *Client) DropletSnapshots(ctx context.Context, droplet int64) ([]steps.Snapshot, error) {
	all, err := list(ctx, c, fmt.Sprintf("list the snapshots of droplet %d", droplet), fmt.Sprintf("v2/droplets/%d/snapshots", droplet), nil, snapshots, snapshotID)
	if err != nil {
		return nil, err
	}
	return each(slices.DeleteFunc(all, notSnapshot), func(s snapshot) steps.Snapshot { return s.of(droplet) }), nil
}

// AllSnapshots lists the droplet snapshots of the account now. Backups may be among them.
func (c *Client) AllSnapshots(ctx context.Context) ([]steps.Snapshot, error) {
	all, err := list(ctx, c, "list the snapshots of the account", "v2/snapshots", url.Values{"resource_type": {"droplet"}}, snapshots, snapshotID)
	if err != nil {
		return nil, err
	}
	return each(slices.DeleteFunc(all, notSnapshot), func(s snapshot) steps.Snapshot { return s.of(0) }), nil
}

// Snapshot reads one snapshot now.
func (c *Client) Snapshot(ctx context.Context, id int64) (steps.Snapshot, error) {
	return readOne(ctx, c, fmt.Sprintf("read snapshot %d", id), func(ctx context.Context, api *godo.Client) (steps.Snapshot, error) {
		s, _, err := api.Snapshots.Get(ctx, strconv.FormatInt(id, 10))
		if err != nil {
			return steps.Snapshot{}, err
		}
		if s == nil || s.ID != strconv.FormatInt(id, 10) {
			return steps.Snapshot{}, garbled("it is not about this snapshot")
		}
		droplet, _ := strconv.ParseInt(s.ResourceID, 10, 64)
		created, _ := time.Parse(time.RFC3339, s.Created)
		return steps.Snapshot{ID: id, Name: s.Name, Created: created, Droplet: droplet, Regions: s.Regions, SizeGB: s.SizeGigaBytes, MinDisk: s.MinDiskSize}, nil
	})
}

// SnapshotStatus reads now whether a snapshot can be used.
func (c *Client) SnapshotStatus(ctx context.Context, id int64) (string, error) {
	return readOne(ctx, c, fmt.Sprintf("read image %d", id), func(ctx context.Context, api *godo.Client) (string, error) {
		i, _, err := api.Images.GetByID(ctx, int(id))
		if err != nil {
			return "", err
		}
		if i == nil || int64(i.ID) != id {
			return "", garbled("it is not about this image")
		}
		return i.Status, nil
	})
}

// DeleteSnapshot deletes a snapshot at once.
func (c *Client) DeleteSnapshot(ctx context.Context, id int64) error {
	return c.write(ctx, fmt.Sprintf("delete snapshot %d", id), func(ctx context.Context, api *godo.Client) error {
		resp, err := api.Snapshots.Delete(ctx, strconv.FormatInt(id, 10))
		return deleted(resp, err)
	})
}

// SnapshotDroplet starts a snapshot and returns its action.
func (c *Client) SnapshotDroplet(ctx context.Context, droplet int64, name string) (steps.Action, error) {
	return c.act(ctx, fmt.Sprintf("snapshot droplet %d", droplet), droplet, func(ctx context.Context, api *godo.Client) (*godo.Action, *godo.Response, error) {
		return api.DropletActions.Snapshot(ctx, int(droplet), name)
	})
}

// Action reads one action now.
func (c *Client) Action(ctx context.Context, id int64) (steps.Action, error) {
	return readOne(ctx, c, fmt.Sprintf("read action %d", id), func(ctx context.Context, api *godo.Client) (steps.Action, error) {
		a, _, err := api.Actions.Get(ctx, int(id))
		if err != nil {
			return steps.Action{}, err
		}
		if a == nil || int64(a.ID) != id || a.Status == "" {
			return steps.Action{}, garbled("it is not about this action")
		}
		return actionOf(*a), nil
	})
}

// DropletActions lists the actions of a droplet now.
func (c *Client) DropletActions(ctx context.Context, droplet int64) ([]steps.Action, error) {
	all, err := list(ctx, c, fmt.Sprintf("list the actions of droplet %d", droplet), fmt.Sprintf("v2/droplets/%d/actions", droplet), nil, actions, actionID)
	if err != nil {
		return nil, err
	}
	return each(all, actionOf), nil
}

func actionOf(a godo.Action) steps.Action {
	out := steps.Action{ID: int64(a.ID), Type: a.Type, Status: a.Status, Droplet: int64(a.ResourceID)}
	if a.StartedAt != nil {
		out.Started = a.StartedAt.Time
	}
	return out
}
