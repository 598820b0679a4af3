package crashtest

import (
	"time"

	"arcadia/steps/dosim"
)

// fleet are the kinds that change a droplet or a firewall, with the ways in which a provider misbehaves about them.
func fleet() []*scenario {
	resize := func(name string, faults ...dosim.Fault) *scenario {
		return &scenario{
			name: name, kind: "resize_droplet", steps: []string{"create_droplet_snapshot", "power_off_droplet", "resize_droplet", "power_on_droplet"},
			inputs: fields("droplet_id=$droplet size=s-2vcpu-2gb grace=60s"), snapshot: true, machine: "active s-2vcpu-2gb", faults: faults,
		}
	}
	const ssh, more, out = "in tcp22[0.0.0.0/0 ::/0] [] [] [] []", "in tcp8080[192.0.2.0/24] [] [] [] []", "out tcp0[0.0.0.0/0 ::/0] [] [] [] []"
	sample := []*scenario{
		resize("resize, effects show late", dosim.Fault{Kind: dosim.FaultStatusLate, Delay: 40 * time.Second}),
		{
			name: "resize of a size that is gone", kind: "adhoc", steps: []string{"power_off_droplet", "resize_droplet", "power_on_droplet"},
			inputs: fields("droplet_id=$droplet size=s-2vcpu-2gb grace=60s"), refused: true,
			faults: []dosim.Fault{{Kind: dosim.FaultActionErrors, Text: "resize"}},
		},
		{
			name: "create_droplet, listed late", kind: "adhoc", steps: []string{"create_droplet"}, made: 1,
			inputs: fields("name=web-01 region=nyc3 size=s-1vcpu-1gb image=debian-12-x64 ssh_keys=52000512 tags=web"),
			faults: []dosim.Fault{{Kind: dosim.FaultDropletLate, Times: 2, Delay: 15 * time.Second}},
		},
		{
			name: "assign_reserved_ip", kind: "adhoc", steps: []string{"assign_reserved_ip"}, moved: true,
			inputs: fields("ip=$ip droplet_id=$droplet"),
		},
		{
			name: "open_port", kind: "open_port", steps: []string{"add_firewall_rule"},
			inputs: fields("firewall=$firewall ports=8080 addresses=192.0.2.0/24"), rules: []string{ssh, more, out},
		},
		{
			name: "close_port", kind: "close_port", steps: []string{"remove_firewall_rule"},
			inputs: fields("firewall=$firewall ports=22"), rules: []string{out},
		},
		{
			name: "open_port that is open", kind: "open_port", steps: []string{"add_firewall_rule"},
			inputs: fields("firewall=$firewall ports=22"), unchanged: true,
		},
	}
	if !torture() {
		return sample
	}
	return append(sample, resize("resize"), resize("resize, shutdown does not take", dosim.Fault{Kind: dosim.FaultShutdownIgnored}))
}
