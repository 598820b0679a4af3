package steps

import (
	"context"
	"fmt"
	"slices"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// hibernate is the kind that keeps a droplet as a snapshot, which costs less.
func (r recipe) hibernate() engine.Kind {
	return engine.Kind{
		Name: "hibernate_droplet", Summary: "switches a droplet off, keeps its disk as a snapshot and deletes it; wake_droplet makes one like it",
		Undo: "deletes the snapshot and switches the droplet on; not once it is deleted", On: onDroplet,
		Inputs: []engine.Field{r.droplet(), typedName(), approvalsField("before it is deleted")},
		Make: func(ctx context.Context, in engine.Inputs) ([]engine.StepCall, error) {
			d, err := r.resting(ctx, in)
			if err != nil {
				return nil, err
			}
			if err := volumeless(d, "they are not in its snapshot, and would stay and cost: detach them first"); err != nil {
				return nil, err
			}
			ips, err := ipsOn(ctx, r.cloud, d.ID)
			if err != nil {
				return nil, err
			}
			z, err := dropletStep{r.cloud}.size(ctx, d.Size)
			if err != nil {
				return nil, err
			}
			last := buried(fmt.Sprintf("saves up to $%.2f a month, less $%.2f for each GiB of its snapshot", z.MonthlyUSD, snapshotPrice))
			if len(ips) > 0 {
				last.Inputs = map[string]string{inReservedIP: ips[0]} // waking brings it back
			}
			out := append([]engine.StepCall{off("a disk at rest is copied whole")}, copied("waking it makes a droplet of this")...)
			return append(append(out, agreed(in, "what follows cannot be undone")...), last), nil
		},
	}
}

const inAddresses = "addresses"

// wake is the kind that makes a droplet of what a saga has kept of a deleted one.
func (r recipe) wake() engine.Kind {
	return engine.Kind{
		Name: "wake_droplet", Summary: "makes a droplet of the snapshot of one that was deleted, and leads its addresses, records and firewalls to it",
		Undo: "takes all that back, and deletes the new droplet", On: engine.Subject{Type: tombstoneResource, Verb: "wake", Inputs: map[string]string{inDroplet: "id"}},
		Inputs: []engine.Field{
			{
				Name: inDroplet, Label: "Droplet", Type: engine.IntField, Required: true, Check: checkDroplet, Options: r.graves,
				Help: "the id that the droplet had",
			},
			r.orders(inKeys)[0],
			optional(r.orders(inSize)[0], "the slug of another size; left out: the one that it had"),
			portField(),
			{
				Name: inAddresses, Label: "Addresses", Type: engine.ChoiceField, Choices: []string{"yes", "no"}, Default: "yes",
				Help: "whether its reserved IP and its records lead to it again",
			},
		},
		Make: r.waking,
	}
}

// graves lists the deleted droplets that can be woken.
func (r recipe) graves(ctx context.Context, _ engine.Inputs) ([]engine.Option, error) {
	all, err := r.ledger.Resources(ctx)
	if err != nil {
		return nil, err
	}
	var out []engine.Option
	for _, x := range all {
		t, err := tombstoneOf(x)
		if x.Type == tombstoneResource && err == nil && t.Snapshot != 0 {
			out = append(out, engine.Option{
				Value: x.ExternalID, Label: visible.Text(x.Name),
				Detail: fmt.Sprintf("deleted %s  %s  %s", t.At.Format("2006-01-02"), visible.Text(t.Droplet.Size), visible.Text(t.Droplet.Region)),
			})
		}
	}
	return out, nil
}

func (r recipe) waking(ctx context.Context, in engine.Inputs) ([]engine.StepCall, error) {
	t, err := remembered(ctx, r.ledger, in[inDroplet])
	if err != nil {
		return nil, named(inDroplet, err)
	}
	if t.Snapshot == 0 {
		return nil, named(inDroplet, fmt.Errorf("no snapshot was kept of %s: nothing brings it back", visible.Text(t.Droplet.Name)))
	}
	if _, err := again(ctx, func() (Snapshot, error) { return r.cloud.Snapshot(ctx, t.Snapshot) }); absent(err) {
		return nil, named(inDroplet, fmt.Errorf("snapshot %d of %s is gone: nothing brings it back", t.Snapshot, visible.Text(t.Droplet.Name)))
	} else if err != nil {
		return nil, err
	}
	d, size := t.Droplet, in[inSize]
	if size == "" {
		size = d.Size
	}
	create := call("create_droplet", "from the snapshot of "+visible.Text(d.Name), inHostname, d.Name, inRegion, d.Region, inSize, size, inImage, itoa(t.Snapshot),
		inVPC, d.VPC, inTags, mine(d.Tags), inIPv6, yesNo(d.IPv6 != ""), inWakes, itoa(d.ID))
	answers := call("wait_for", "nothing leads to a droplet that does not answer")
	answers.Inputs, answers.From = probing(in, ""), map[string]string{inHost: keyDropletIPv4}
	out := []engine.StepCall{create, answers}
	if in[inAddresses] != "no" {
		leads, err := r.leads(ctx, t)
		if err != nil {
			return nil, err
		}
		out = append(out, leads...)
	}
	walls, err := r.cloud.Firewalls(ctx)
	if err != nil {
		return nil, err
	}
	for _, w := range walls {
		if slices.Contains(t.Firewalls, w.ID) {
			guard := call("add_to_firewall", "it stood before the droplet", inFirewall, w.ID)
			guard.From = map[string]string{inDroplet: keyDropletCreated}
			out = append(out, guard)
		}
	}
	return out, nil
}

// leads are the calls that lead the addresses and records of a deleted droplet to a new one. What somebody else has in use by now
// refuses the launch.
func (r recipe) leads(ctx context.Context, t tombstone) ([]engine.StepCall, error) {
	all, err := r.cloud.ReservedIPs(ctx)
	if err != nil {
		return nil, err
	}
	instead := inAddresses + "=no leaves its addresses and records as they are"
	for _, ip := range t.IPs {
		at := slices.IndexFunc(all, func(o ReservedIP) bool { return o.IP == ip })
		if at < 0 {
			return nil, fmt.Errorf("reserved IP %s, which was on the droplet, is not in this account any more: %s", visible.Short(ip, 40), instead)
		}
		if all[at].Droplet != 0 {
			return nil, fmt.Errorf("reserved IP %s, which was on the droplet, is on %s by now: %s", visible.Short(ip, 40), all[at].place(), instead)
		}
	}
	out := moved(t.IPs, nil)
	for _, rec := range t.Records {
		if rec.Type == "A" && rec.Data == t.Droplet.Inside { // it gets another, and nobody knows which before
			continue
		}
		live, err := r.cloud.RecordsAt(ctx, rec.Domain, rec.Name)
		if absent(err) {
			continue // with its domain
		}
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(live, func(o Record) bool { return o.ID == rec.ID })
		switch {
		case at < 0:
			out = append(out, pointed(rec, keyFor(rec.Type), "it held the address of the droplet", inMode, modeAdd))
		case live[at].Data == rec.Data:
			out = append(out, pointed(rec, keyFor(rec.Type), fmt.Sprintf("record %d holds its former address", rec.ID), inRecordID, itoa(rec.ID)))
		}
	}
	return out, nil
}
