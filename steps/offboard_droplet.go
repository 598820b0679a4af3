package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"arcadia/engine"
)

// offboard is the kind that takes a droplet out of service for good, and keeps a copy of what was on it.
func (r recipe) offboard() engine.Kind {
	return engine.Kind{
		Name: "offboard_droplet", Summary: "copies a droplet and its volumes, deletes the records that lead to it, switches it off and, after a grace, deletes it",
		Undo: "switches it on and puts every record back; not once it is deleted", On: onDroplet,
		Inputs: []engine.Field{r.droplet(), typedName(), namedIP(), graceOfDays("72h", "how long it stays, switched off, before it is deleted"), approvalsField("before it is deleted")},
		Make:   r.offboarding,
	}
}

func (r recipe) offboarding(ctx context.Context, in engine.Inputs) ([]engine.StepCall, error) {
	d, err := r.resting(ctx, in)
	if err != nil {
		return nil, err
	}
	ips, err := ipsOn(ctx, r.cloud, d.ID)
	if err != nil {
		return nil, err
	}
	if err := (DeleteDroplet{}).carries(in, ips); err != nil {
		return nil, named(inReservedIP, err)
	}
	records, err := pointing(ctx, r.cloud, slices.Concat(d.addresses(), ips))
	if err != nil {
		return nil, err
	}
	out := copied("a copy of its disk stays")
	for _, v := range d.Volumes {
		out = append(out, call("create_volume_snapshot", "it is attached to the droplet", inVolume, v))
	}
	for _, rec := range records {
		out = append(out, call("delete_dns_record", fmt.Sprintf("record %d holds its address %s", rec.ID, rec.Data),
			inDomain, rec.Domain, inType, rec.Type, inName, rec.Name, inRecordID, itoa(rec.ID)))
	}
	last := buried("the grace is over")
	if len(records) > 0 {
		text, err := json.Marshal(records)
		if err != nil {
			return nil, fmt.Errorf("describe the records of %s: %w", d.title(), err)
		}
		last.Inputs = map[string]string{inRecords: string(text)}
	}
	out = append(out, off("nobody is led to it any more"), call("wait_until", "until then a cancel brings back power and every record", inFor, in[inGrace]))
	return append(append(out, agreed(in, "what follows cannot be undone")...), last, call("verify_gone", "")), nil
}
