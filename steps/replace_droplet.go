package steps

import (
	"context"
	"fmt"
	"slices"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// replace is the kind that puts a new droplet made of the old one's disk in its place.
func (r recipe) replace() engine.Kind {
	name := r.orders(inHostname)[0]
	name.Help = "the host name of the new droplet"
	size := optional(r.orders(inSize)[0], "the slug of another size; left out: that of the old droplet")
	return engine.Kind{
		Name: "replace_droplet", Summary: "makes a new droplet of a snapshot of an old one, moves its addresses there, watches it, and deletes the old one",
		Undo: "switches the old one on, moves the addresses back and deletes the new one; not once the old one is deleted", On: onDroplet,
		Inputs: append(append([]engine.Field{r.droplet(), typedName(), name, size, r.orders(inKeys)[0]}, healthFields()...),
			soakField("10m"), graceOfDays("24h", "how long the old droplet stays, switched off, before it is deleted"), approvalsField("before the old one is switched off")),
		Make: r.replacing,
	}
}

// graceOfDays declares a time in which a person can still turn back.
func graceOfDays(most, help string) engine.Field {
	return engine.Field{Name: inGrace, Label: "Grace", Type: engine.TextField, Default: most, Help: help, Check: lasting(time.Second, longestWait)}
}

func (r recipe) replacing(ctx context.Context, in engine.Inputs) ([]engine.StepCall, error) {
	if err := healthy(in); err != nil {
		return nil, err
	}
	old, err := r.resting(ctx, in)
	if err != nil {
		return nil, err
	}
	if err := volumeless(old, "a new droplet would be without them: move them first"); err != nil {
		return nil, err
	}
	size := in[inSize]
	if size == "" {
		size = old.Size
	}
	z, err := dropletStep{r.cloud}.size(ctx, size)
	if err == nil && z.Disk < old.Disk {
		err = named(inSize, fmt.Errorf("size %s has a disk of %d GiB and droplet %s has one of %d, which has to fit: choose a larger size", z.Slug, z.Disk, old.title(), old.Disk))
	}
	if err != nil {
		return nil, err
	}
	records, err := pointing(ctx, r.cloud, []string{old.IPv4, old.IPv6})
	if err != nil {
		return nil, err
	}
	ips, err := ipsOn(ctx, r.cloud, old.ID)
	if err != nil {
		return nil, err
	}
	if len(records)+len(ips) == 0 {
		return nil, fmt.Errorf("no record and no reserved IP leads to droplet %s: %w: make a new droplet with provision_droplet", old.title(), errNothingThere)
	}
	create := call("create_droplet", "from the snapshot of "+visible.Text(old.Name), inRegion, old.Region, inSize, size, inVPC, old.VPC, inTags, mine(old.Tags),
		inIPv6, yesNo(old.IPv6 != ""))
	create.From = map[string]string{inImage: keyVerified}
	answers := call("wait_for", "nothing moves to a droplet that does not work")
	answers.Inputs, answers.From = probing(in, ""), map[string]string{inHost: keyDropletIPv4}
	out := append(copied("the new droplet is made of it"), create, answers)
	out = append(out, moved(ips, records)...)
	soak := call("soak", "a failure in this time brings the old droplet back")
	soak.Inputs, soak.From = probing(in, "", inFor, in[inSoakFor]), map[string]string{inHost: keyDropletIPv4}
	last := buried("the new droplet has taken its place")
	if len(ips) > 0 {
		last.Inputs = map[string]string{inMovesAway: ips[0]}
	}
	out = append(append(out, soak), agreed(in, "the new one does the work of the old one")...)
	return append(out, off("it is out of service"),
		call("wait_until", "until then the old droplet can be brought back", inFor, in[inGrace]), last), nil
}

// moved are the calls that lead addresses and records to a new droplet.
func moved(ips []string, records []domainRecord) []engine.StepCall {
	var out []engine.StepCall
	for _, ip := range ips {
		assign := call("assign_reserved_ip", "it was on the old droplet", inIP, ip)
		assign.From = map[string]string{inDroplet: keyDropletCreated}
		out = append(out, assign)
	}
	for _, rec := range records {
		out = append(out, pointed(rec, keyFor(rec.Type), fmt.Sprintf("record %d holds the old address", rec.ID), inRecordID, itoa(rec.ID)))
	}
	return out
}

// volumeless refuses a droplet with volumes.
func volumeless(d Droplet, what string) error {
	if len(d.Volumes) == 0 {
		return nil
	}
	return fmt.Errorf("droplet %s has %s (%s): %s", d.title(), count(len(d.Volumes), "volume"), visible.Short(fmt.Sprint(slices.Sorted(slices.Values(d.Volumes))), 120), what)
}
