package steps

import (
	"context"

	"arcadia/engine"
)

// provision is the kind that makes a droplet and puts it to work.
func (r recipe) provision() engine.Kind {
	wall := optional(FirewallRule{walls: r.cloud}.Inputs()[0], "the id of a firewall to put before it; those by tag come with its tags")
	zone := optional(pick(placeFields(r.cloud), inDomain)[0], "the domain in which it gets a name; left out: none")
	name := optional(pick(placeFields(r.cloud), inName)[0], "its name there; left out: the name of the droplet")
	ttl := pick(NewUpsertDNSRecord(r.cloud, r.ledger).Inputs(), inTTL)[0]
	name.When = func(in engine.Inputs) bool { return in[inDomain] != "" }
	ttl.When = name.When
	return engine.Kind{
		Name: "provision_droplet", Summary: "makes a droplet, waits until it answers, puts a firewall before it and gives it a name",
		On:     engine.Subject{Type: "new_droplet"}, // there is none yet to offer it on
		Undo:   "takes the name and the firewall away, and deletes the droplet with all that is on it",
		Inputs: append(r.orders(inHostname, inRegion, inSize, inImage, inKeys, inVPC, inTags, inIPv6, inUserData), portField(), wall, zone, name, ttl),
		Make:   r.provisioning,
	}
}

func (r recipe) provisioning(_ context.Context, in engine.Inputs) ([]engine.StepCall, error) {
	create := call("create_droplet", "")
	if in[inUserData] != "" {
		create.Inputs = map[string]string{}
		if err := withUserData(in, create.Inputs); err != nil {
			return nil, err
		}
	}
	answers := call("wait_for", "it gets its name when it answers")
	answers.Inputs, answers.From = probing(in, ""), map[string]string{inHost: keyDropletIPv4}
	out := []engine.StepCall{create, answers}
	if in[inFirewall] != "" {
		guard := call("add_to_firewall", "")
		guard.From = map[string]string{inDroplet: keyDropletCreated}
		out = append(out, guard)
	}
	if in[inDomain] == "" {
		return out, nil
	}
	name := in[inName]
	if name == "" {
		name = in[inHostname]
	}
	zone := canonicalZone(in[inDomain])
	if err := under(zone, name); err != nil {
		return nil, named(inName, err)
	}
	name = relativeName(zone, name)
	types := []string{"A"}
	if in[inIPv6] == "yes" {
		types = append(types, "AAAA")
	}
	for _, t := range types {
		write := call("upsert_dns_record", "", inType, t, inName, name)
		write.From = map[string]string{inData: keyFor(t)}
		out = append(out, write)
	}
	for _, t := range types {
		seen := call("wait_for", "all name servers of the zone give it")
		seen.Inputs, seen.From = resolving(zone, name, t, hostMark), map[string]string{inHost: keyFor(t)}
		out = append(out, seen)
	}
	return out, nil
}
