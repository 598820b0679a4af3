package digitalocean

import (
	"context"
	"fmt"

	"github.com/digitalocean/godo"

	"arcadia/steps"
)

// Firewalls lists the firewalls now.
func (c *Client) Firewalls(ctx context.Context) ([]steps.Firewall, error) {
	all, err := list(ctx, c, "list firewalls", "v2/firewalls", nil,
		func(p page) *[]godo.Firewall { return p.Firewalls }, func(f godo.Firewall) string { return f.ID })
	if err != nil {
		return nil, err
	}
	return each(all, firewallOf), nil
}

func firewallOf(f godo.Firewall) steps.Firewall {
	out := steps.Firewall{ID: f.ID, Name: f.Name, Tags: f.Tags, Droplets: each(f.DropletIDs, func(id int) int64 { return int64(id) })}
	for _, r := range f.InboundRules {
		one := steps.Rule{Protocol: r.Protocol, Ports: r.PortRange}
		if s := r.Sources; s != nil {
			one = endsOf(one, s.Addresses, s.DropletIDs, s.LoadBalancerUIDs, s.KubernetesIDs, s.Tags)
		}
		out.Rules = append(out.Rules, one)
	}
	for _, r := range f.OutboundRules {
		one := steps.Rule{Outbound: true, Protocol: r.Protocol, Ports: r.PortRange}
		if d := r.Destinations; d != nil {
			one = endsOf(one, d.Addresses, d.DropletIDs, d.LoadBalancerUIDs, d.KubernetesIDs, d.Tags)
		}
		out.Rules = append(out.Rules, one)
	}
	return out
}

func endsOf(r steps.Rule, addresses []string, droplets []int, balancers, clusters, tags []string) steps.Rule {
	r.Addresses, r.LoadBalancers, r.Kubernetes, r.Tags = addresses, balancers, clusters, tags
	r.Droplets = each(droplets, func(id int) int64 { return int64(id) })
	return r
}

// AddRule adds one rule to a firewall and leaves the others alone.
func (c *Client) AddRule(ctx context.Context, firewall string, r steps.Rule) error {
	return c.write(ctx, fmt.Sprintf("add rule %s to firewall %s", r, firewall), func(ctx context.Context, api *godo.Client) error {
		_, err := api.Firewalls.AddRules(ctx, firewall, ruleRequest(r))
		return err
	})
}

// RemoveRule takes one rule from a firewall and leaves the others alone.
func (c *Client) RemoveRule(ctx context.Context, firewall string, r steps.Rule) error {
	return c.write(ctx, fmt.Sprintf("take rule %s from firewall %s", r, firewall), func(ctx context.Context, api *godo.Client) error {
		_, err := api.Firewalls.RemoveRules(ctx, firewall, ruleRequest(r))
		return err
	})
}

// Guard puts a firewall before one droplet.
func (c *Client) Guard(ctx context.Context, firewall string, droplet int64) error {
	return c.write(ctx, fmt.Sprintf("put firewall %s before droplet %d", firewall, droplet), func(ctx context.Context, api *godo.Client) error {
		_, err := api.Firewalls.AddDroplets(ctx, firewall, int(droplet))
		return err
	})
}

// Unguard takes a firewall from one droplet.
func (c *Client) Unguard(ctx context.Context, firewall string, droplet int64) error {
	return c.write(ctx, fmt.Sprintf("take firewall %s from droplet %d", firewall, droplet), func(ctx context.Context, api *godo.Client) error {
		_, err := api.Firewalls.RemoveDroplets(ctx, firewall, int(droplet))
		return err
	})
}

func ruleRequest(r steps.Rule) *godo.FirewallRulesRequest {
	droplets := each(r.Droplets, func(id int64) int { return int(id) })
	if r.Outbound {
		return &godo.FirewallRulesRequest{OutboundRules: []godo.OutboundRule{{Protocol: r.Protocol, PortRange: r.Ports, Destinations: &godo.Destinations{
			Addresses: r.Addresses, DropletIDs: droplets, LoadBalancerUIDs: r.LoadBalancers, KubernetesIDs: r.Kubernetes, Tags: r.Tags,
		}}}}
	}
	return &godo.FirewallRulesRequest{InboundRules: []godo.InboundRule{{Protocol: r.Protocol, PortRange: r.Ports, Sources: &godo.Sources{
		Addresses: r.Addresses, DropletIDs: droplets, LoadBalancerUIDs: r.LoadBalancers, KubernetesIDs: r.Kubernetes, Tags: r.Tags,
	}}}}
}
