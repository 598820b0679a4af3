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
		NewPowerOffDroplet(cloud, ledger),
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
		NewAdoptVolumeSnapshot(cloud, ledger),
		NewDeleteDroplet(cloud, ledger),
		NewVerifyGone(cloud),
		NewRebuildDroplet(cloud, ledger),
		NewGrowDropletDisk(cloud),
		NewSetDNSTTL(cloud, ledger),
		NewAddToFirewall(cloud),
	}
}

// fleetKinds are the kinds made of them.
func fleetKinds(cloud Cloud, ledger Ledger) []engine.Kind {
	r := recipe{cloud, ledger}
	return []engine.Kind{
		rotateSnapshots(cloud),
		rotateVolumeSnapshots(cloud),
		{
			Name: "adopt_volume_snapshot", Steps: []string{"adopt_volume_snapshot"},
			Summary: "makes an orphaned snapshot of a volume a resource", Undo: stopsTracking,
			On: engine.Subject{Type: "volume_copy", Verb: "adopt", Inputs: map[string]string{inVolumeSnapshot: "id"}},
		},
		r.resize(),
		r.provision(),
		r.failover(),
		r.replace(),
		r.hibernate(),
		r.wake(),
		r.offboard(),
		r.restore(),
		r.cutover(),
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
