package steps

import "arcadia/engine"

// What kinds act on.
var (
	onDroplet  = engine.Subject{Type: "droplet", Inputs: map[string]string{inDroplet: "id"}}
	onVolume   = engine.Subject{Type: "volume", Inputs: map[string]string{inVolume: "id"}}
	onFirewall = engine.Subject{Type: "firewall", Inputs: map[string]string{inFirewall: "id"}}
)

// fleetSteps are the steps about droplets, their addresses and their firewalls.
func fleetSteps(cloud Cloud, ledger Ledger) []engine.Step {
	return []engine.Step{
		NewPowerOffDroplet(cloud),
		NewPowerOnDroplet(cloud),
		NewResizeDroplet(cloud),
		NewAddFirewallRule(cloud),
		NewRemoveFirewallRule(cloud),
		NewAssignReservedIP(cloud),
		NewCreateDroplet(cloud),
		NewCreateVolumeSnapshot(cloud),
		NewVerifySnapshot(cloud, ledger),
		NewPruneSnapshots(cloud, ledger),
		NewVerifyVolumeSnapshot(cloud, ledger),
		NewPruneVolumeSnapshots(cloud, ledger),
		NewDeleteDroplet(cloud, ledger),
		NewVerifyGone(cloud),
		NewRebuildDroplet(cloud),
		NewGrowDropletDisk(cloud),
		NewSetDNSTTL(cloud, ledger),
		NewAddToFirewall(cloud),
	}
}

// fleetKinds are the kinds made of them.
func fleetKinds(cloud Cloud) []engine.Kind {
	return []engine.Kind{
		rotateSnapshots(cloud),
		rotateVolumeSnapshots(cloud),
		{
			Name: "resize_droplet", Steps: []string{"create_droplet_snapshot", "power_off_droplet", "resize_droplet", "power_on_droplet"},
			Summary: "gives a droplet more or fewer processors and memory; its disk stays", Undo: "gives the former size back, switches it on, deletes the snapshot",
			On: onDroplet,
		},
		{
			Name: "open_port", Steps: []string{"add_firewall_rule"},
			Summary: "adds one rule to a firewall", Undo: "takes the rule away",
			On: onFirewall,
		},
		{
			Name: "close_port", Steps: []string{"remove_firewall_rule"},
			Summary: "takes one rule from a firewall", Undo: "adds the rule again",
			On: onFirewall,
		},
	}
}
