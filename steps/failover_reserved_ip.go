package steps

import (
	"context"
	"fmt"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// failover is the kind that moves a reserved IP to a droplet that works.
func (r recipe) failover() engine.Kind {
	fields := NewAssignReservedIP(r.cloud).Inputs()
	for i := range fields {
		fields[i].Later = false
	}
	return engine.Kind{
		Name: "failover_reserved_ip", Summary: "moves a reserved IP to a droplet that works, and watches it there",
		Undo: "moves the IP back to where it was", On: engine.Subject{Type: "address", Inputs: map[string]string{inIP: "ip"}},
		Inputs: append(append(fields, healthFields()...), soakField("5m")),
		Make: func(ctx context.Context, in engine.Inputs) ([]engine.StepCall, error) {
			if err := healthy(in); err != nil {
				return nil, err
			}
			ip, d, err := NewAssignReservedIP(r.cloud).ends(ctx, in)
			switch {
			case err != nil:
				return nil, err
			case ip.Droplet == d.ID:
				return nil, fmt.Errorf("reserved IP %s is on droplet %s already: %w", ip.IP, d.title(), errNothingThere)
			case d.Status != statusActive:
				return nil, fmt.Errorf("droplet %s is %s: switch it on first", d.title(), visible.Short(d.Status, 20))
			}
			target, through := call("wait_for", "nothing moves to a droplet that does not work"), call("wait_for", "the address has to reach it")
			target.Inputs, through.Inputs = probing(in, d.IPv4), probing(in, ip.IP)
			soak := call("soak", "a failure in this time puts the IP back")
			soak.Inputs = probing(in, ip.IP, inFor, in[inSoakFor])
			return []engine.StepCall{target, call("assign_reserved_ip", ""), through, soak}, nil
		},
	}
}
