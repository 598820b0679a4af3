package steps

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"arcadia/engine"
)

const (
	inLowTTL   = "low_ttl"
	inFinalTTL = "final_ttl"
)

// cutover is the kind that changes what a name says while nobody remembers the old answer for long.
func (r recipe) cutover() engine.Kind {
	place := placeFields(r.cloud)
	data := pick(NewUpsertDNSRecord(r.cloud, r.ledger).Inputs(), inData)[0]
	data.Later = false
	ttl := func(name, label, most, help string) engine.Field {
		return engine.Field{Name: name, Label: label, Type: engine.IntField, Default: most, Check: within(minTTL, maxTTL), Help: help}
	}
	return engine.Kind{
		Name: "dns_cutover", Summary: "lowers the TTL of a record, waits until the old one is over, changes the record, watches it, and sets its TTL for good",
		Undo: "puts the old value back first, then the TTL", On: recordSubject("cutover", inDomain, inType, inName),
		Inputs: append(append(append(place, data), healthFields()...),
			ttl(inLowTTL, "Low TTL", "60", "seconds, while it changes"),
			ttl(inFinalTTL, "TTL after", "", "seconds, in the end; left out: as it is now"),
			soakField("5m"),
		),
		Make: r.cutting,
	}
}

func (r recipe) cutting(ctx context.Context, in engine.Inputs) ([]engine.StepCall, error) {
	if err := healthy(in); err != nil {
		return nil, err
	}
	zone, about, err := about(in)
	if err != nil {
		return nil, err
	}
	data := canonicalData(zone, about.Type, "", in[inData])
	live, err := again(ctx, func() ([]Record, error) { return r.cloud.RecordsAt(ctx, zone, about.Name) })
	if absent(err) {
		return nil, named(inDomain, fmt.Errorf("domain %s is not in this account: add it at the provider first", zone))
	}
	if err != nil {
		return nil, err
	}
	set, _, _ := at(zone, about.Name, about.Type, live)
	switch {
	case len(set) == 0:
		return nil, fmt.Errorf("nothing is at %s: create it with upsert_dns_record", about.title(zone))
	case len(set) > 1:
		return nil, fmt.Errorf("%d records are at %s: %s: a cutover changes the one record of a name", len(set), about.title(zone), listing(set))
	case set[0].canonical(zone).Data == data:
		return nil, fmt.Errorf("%s says %s already: %w", about.title(zone), data, errNothingThere)
	}
	final := in[inFinalTTL]
	if final == "" {
		final = strconv.Itoa(set[0].TTL)
	}
	old := time.Duration(set[0].TTL) * time.Second
	target, soak := call("wait_for", "nobody is sent to what does not work"), call("soak", "a failure in this time puts the old value back")
	target.Inputs, soak.Inputs = probing(in, in[inData]), probing(in, in[inData], inFor, in[inSoakFor])
	seen := call("wait_for", "all name servers of the zone give the new value")
	seen.Inputs = resolving(zone, about.Name, about.Type, data)
	return []engine.StepCall{
		call("set_dns_ttl", "a wrong answer is not remembered for long", inTTL, in[inLowTTL]),
		call("wait_until", fmt.Sprintf("for up to %s somebody may still remember the old answer", old), inFor, "", inAfter, keyOldTTLEnd),
		target,
		call("upsert_dns_record", "", inTTL, in[inLowTTL], inMode, modeSingle),
		seen, soak,
		call("set_dns_ttl", "", inTTL, final),
	}, nil
}
