package digitalocean

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	"github.com/digitalocean/godo"

	"arcadia/steps"
)

// act starts an action on a droplet and returns it.
func (c *Client) act(ctx context.Context, what string, droplet int64,
	do func(context.Context, *godo.Client) (*godo.Action, *godo.Response, error),
) (steps.Action, error) {
	var got steps.Action
	err := c.write(ctx, what, func(ctx context.Context, api *godo.Client) error {
		a, _, err := do(ctx, api)
		if err != nil {
			return err
		}
		if a == nil || a.ID < 1 || int64(a.ResourceID) != droplet {
			return garbled("it names no action on this droplet")
		}
		got = actionOf(*a)
		return nil
	})
	c.droplets.drop("")
	return got, err
}

// Power switches a droplet on or off.
func (c *Client) Power(ctx context.Context, droplet int64, do steps.PowerAction) (steps.Action, error) {
	return c.act(ctx, fmt.Sprintf("%s droplet %d", do, droplet), droplet, func(ctx context.Context, api *godo.Client) (*godo.Action, *godo.Response, error) {
		switch do {
		case steps.PowerOn:
			return api.DropletActions.PowerOn(ctx, int(droplet))
		case steps.PowerOff:
			return api.DropletActions.PowerOff(ctx, int(droplet))
		case steps.Shutdown:
			return api.DropletActions.Shutdown(ctx, int(droplet))
		}
		return nil, nil, fmt.Errorf("there is no action %q", do)
	})
}

// Resize gives a droplet another size.
func (c *Client) Resize(ctx context.Context, droplet int64, size string, disk bool) (steps.Action, error) {
	return c.act(ctx, fmt.Sprintf("resize droplet %d to %s", droplet, size), droplet, func(ctx context.Context, api *godo.Client) (*godo.Action, *godo.Response, error) {
		return api.DropletActions.Resize(ctx, int(droplet), size, disk)
	})
}

// Rebuild puts an image on a droplet.
func (c *Client) Rebuild(ctx context.Context, droplet, image int64) (steps.Action, error) {
	return c.act(ctx, fmt.Sprintf("rebuild droplet %d from image %d", droplet, image), droplet, func(ctx context.Context, api *godo.Client) (*godo.Action, *godo.Response, error) {
		return api.DropletActions.RebuildByImageID(ctx, int(droplet), int(image))
	})
}

// CreateDroplet orders one droplet.
func (c *Client) CreateDroplet(ctx context.Context, o steps.DropletOrder) (steps.Droplet, error) {
	order := &godo.DropletCreateRequest{
		Name: o.Name, Region: o.Region, Size: o.Size, VPCUUID: o.VPC, Tags: o.Tags, IPv6: o.IPv6, UserData: o.UserData,
		Image: godo.DropletCreateImage{Slug: o.Image},
	}
	if id, err := strconv.Atoi(o.Image); err == nil {
		order.Image = godo.DropletCreateImage{ID: id}
	}
	for _, key := range o.SSHKeys {
		if id, err := strconv.Atoi(key); err == nil {
			order.SSHKeys = append(order.SSHKeys, godo.DropletCreateSSHKey{ID: id})
		} else {
			order.SSHKeys = append(order.SSHKeys, godo.DropletCreateSSHKey{Fingerprint: key})
		}
	}
	var got steps.Droplet
	err := c.write(ctx, fmt.Sprintf("create droplet %s", o.Name), func(ctx context.Context, api *godo.Client) error {
		d, _, err := api.Droplets.Create(ctx, order)
		if err != nil {
			return err
		}
		if d == nil || d.ID < 1 {
			return garbled("it names no droplet")
		}
		got = dropletOf(*d)
		return nil
	})
	c.droplets.drop("")
	return got, err
}

// DropletsTagged lists the droplets under a tag now.
func (c *Client) DropletsTagged(ctx context.Context, tag string) ([]steps.Droplet, error) {
	all, err := list(ctx, c, "list the droplets under tag "+tag, "v2/droplets", url.Values{"tag_name": {tag}},
		func(p page) *[]godo.Droplet { return p.Droplets }, func(d godo.Droplet) int { return d.ID })
	if err != nil {
		return nil, err
	}
	return each(all, dropletOf), nil
}

// DeleteTag deletes a tag.
func (c *Client) DeleteTag(ctx context.Context, tag string) error {
	return c.write(ctx, "delete tag "+tag, func(ctx context.Context, api *godo.Client) error {
		resp, err := api.Tags.Delete(ctx, tag)
		return deleted(resp, err)
	})
}

// DeleteDroplet deletes a droplet at once.
func (c *Client) DeleteDroplet(ctx context.Context, id int64) error {
	err := c.write(ctx, fmt.Sprintf("delete droplet %d", id), func(ctx context.Context, api *godo.Client) error {
		resp, err := api.Droplets.Delete(ctx, int(id))
		return deleted(resp, err)
	})
	c.droplets.drop("")
	return err
}

// Sizes lists the sizes now.
func (c *Client) Sizes(ctx context.Context) ([]steps.Size, error) {
	all, err := list(ctx, c, "list the sizes of droplets", "v2/sizes", nil,
		func(p page) *[]godo.Size { return p.Sizes }, func(z godo.Size) string { return z.Slug })
	if err != nil {
		return nil, err
	}
	return each(all, func(z godo.Size) steps.Size {
		out := steps.Size{Slug: z.Slug, Memory: z.Memory, VCPUs: z.Vcpus, Disk: z.Disk, MonthlyUSD: z.PriceMonthly, Regions: z.Regions}
		if !z.Available {
			out.Regions = nil
		}
		return out
	}), nil
}

// SSHKeys lists the ids of the account's SSH keys now.
func (c *Client) SSHKeys(ctx context.Context) ([]int, error) {
	all, err := list(ctx, c, "list the SSH keys", "v2/account/keys", nil,
		func(p page) *[]godo.Key { return p.SSHKeys }, func(k godo.Key) string { return strconv.Itoa(k.ID) })
	if err != nil {
		return nil, err
	}
	return each(all, func(k godo.Key) int { return k.ID }), nil
}

// ReservedIPs lists the reserved IPs now.
func (c *Client) ReservedIPs(ctx context.Context) ([]steps.ReservedIP, error) {
	all, err := list(ctx, c, "list the reserved IPs", "v2/reserved_ips", nil,
		func(p page) *[]godo.ReservedIP { return p.IPs }, func(r godo.ReservedIP) string { return r.IP })
	if err != nil {
		return nil, err
	}
	return each(all, func(r godo.ReservedIP) steps.ReservedIP {
		out := steps.ReservedIP{IP: r.IP}
		if r.Region != nil {
			out.Region = r.Region.Slug
		}
		if r.Droplet != nil {
			out.Droplet = int64(r.Droplet.ID)
		}
		return out
	}), nil
}

// AssignIP moves a reserved IP to a droplet.
func (c *Client) AssignIP(ctx context.Context, ip string, droplet int64) (steps.Action, error) {
	return c.move(ctx, fmt.Sprintf("assign reserved IP %s to droplet %d", ip, droplet), func(ctx context.Context, api *godo.Client) (*godo.Action, *godo.Response, error) {
		return api.ReservedIPActions.Assign(ctx, ip, int(droplet))
	})
}

// UnassignIP takes a reserved IP from its droplet.
func (c *Client) UnassignIP(ctx context.Context, ip string) (steps.Action, error) {
	return c.move(ctx, "unassign reserved IP "+ip, func(ctx context.Context, api *godo.Client) (*godo.Action, *godo.Response, error) {
		return api.ReservedIPActions.Unassign(ctx, ip)
	})
}

// move starts an action on a reserved IP and returns it.
func (c *Client) move(ctx context.Context, what string, do func(context.Context, *godo.Client) (*godo.Action, *godo.Response, error)) (steps.Action, error) {
	var got steps.Action
	err := c.write(ctx, what, func(ctx context.Context, api *godo.Client) error {
		a, _, err := do(ctx, api)
		if err != nil {
			return err
		}
		if a == nil || a.ID < 1 {
			return garbled("it names no action")
		}
		got = actionOf(*a)
		return nil
	})
	return got, err
}

// IPActions lists the actions on a reserved IP now.
func (c *Client) IPActions(ctx context.Context, ip string) ([]steps.Action, error) {
	all, err := list(ctx, c, "list the actions on reserved IP "+ip, "v2/reserved_ips/"+url.PathEscape(ip)+"/actions", nil, actions, actionID)
	if err != nil {
		return nil, err
	}
	return each(all, actionOf), nil
}
