package steps

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// typeIs makes a field apply to some types of record only.
func typeIs(types ...string) func(engine.Inputs) bool {
	return func(in engine.Inputs) bool { return slices.Contains(types, strings.ToUpper(in[inType])) }
}

// placeFields are the inputs that say which records a step is about.
func placeFields(zones Zones) []engine.Field {
	return []engine.Field{
		{
			Name: inDomain, Label: "Domain", Type: engine.TextField, Required: true, Check: checkDomain, Options: domainOptions(zones),
			Help: "the domain as it stands in the account, such as example.com",
		},
		{
			Name: inType, Label: "Type", Type: engine.ChoiceField, Required: true, Default: "A", Choices: recordTypes,
			Help: "the type of record",
		},
		{
			Name: inName, Label: "Name", Type: engine.TextField, Required: true, Check: checkName, Options: nameOptions(zones),
			Help: "relative like www, or the full name; @ is the domain itself",
		},
	}
}

// numberInputs are the inputs for the numbers and the tag that some types of record have; help says of each what leaving it
// out means.
func numberInputs(help func(n numberField) string) []engine.Field {
	tag := numberField{input: inTag}
	return []engine.Field{
		{
			Name: inPriority, Label: "Priority", Type: engine.IntField, Check: within(0, 65535), When: typeIs("MX", "SRV"),
			Help: "0 to 65535, lower goes first" + help(priorityNumber),
		},
		{
			Name: inPort, Label: "Port", Type: engine.IntField, Check: within(0, 65535), When: typeIs("SRV"),
			Help: "0 to 65535, where the service listens" + help(portNumber),
		},
		{
			Name: inWeight, Label: "Weight", Type: engine.IntField, Check: within(0, 65535), When: typeIs("SRV"),
			Help: "0 to 65535, the share among equal priorities" + help(weightNumber),
		},
		{
			Name: inFlags, Label: "Flags", Type: engine.IntField, Check: within(0, 255), When: typeIs("CAA"),
			Help: "0, or 128 for critical" + help(flagsNumber),
		},
		{
			Name: inTag, Label: "Tag", Type: engine.ChoiceField, Choices: []string{"issue", "issuewild", "iodef"}, When: typeIs("CAA"),
			Help: "who may issue, who may issue wildcards, or where to report" + help(tag),
		},
	}
}

// leftOut says what an upsert does with a number that was not given.
func leftOut(n numberField) string {
	switch {
	case n.input == inTag:
		return "; left out: as it is, " + freshTag + " for a new record"
	case n.fresh < 0:
		return "; left out: as it is; a new record needs one"
	}
	return fmt.Sprintf("; left out: as it is, %d for a new record", n.fresh)
}

// chooses says what a delete does with a number that was given.
func chooses(numberField) string { return "; only the records with this one" }

func domainOptions(zones Zones) func(context.Context, engine.Inputs) ([]engine.Option, error) {
	return func(ctx context.Context, _ engine.Inputs) ([]engine.Option, error) {
		domains, err := zones.Domains(ctx)
		if err != nil {
			return nil, err
		}
		out := make([]engine.Option, 0, len(domains))
		for _, d := range domains {
			out = append(out, engine.Option{Value: d.Name, Label: visible.Text(d.Name), Detail: fmt.Sprintf("ttl %d", d.TTL)})
		}
		return out, nil
	}
}

func nameOptions(zones Zones) func(context.Context, engine.Inputs) ([]engine.Option, error) {
	return func(ctx context.Context, in engine.Inputs) ([]engine.Option, error) {
		zone, recordType := canonicalZone(in[inDomain]), strings.ToUpper(in[inType])
		if err := checkDomain(zone, in); err != nil {
			return nil, nil //nolint:nilerr // no names to offer yet: the domain's own field says what is wrong with it
		}
		records, err := zones.AllRecords(ctx, zone)
		if err != nil {
			return nil, err
		}
		var out []engine.Option
		at := map[string]int{}
		for _, r := range records {
			if r.Type == "SOA" || recordType != "" && r.Type != recordType {
				continue
			}
			name := liveName(r.Name)
			if i, ok := at[name]; ok {
				out[i].Detail += ", " + r.value()
				continue
			}
			at[name] = len(out)
			out = append(out, engine.Option{Value: writtenName(zone, name), Label: visible.Text(name), Detail: r.Type + " " + r.value()})
		}
		for i := range out {
			out[i].Detail = visible.Short(out[i].Detail, 80)
		}
		return out, nil
	}
}

// recordOptions offers the records of the type at the name: what pick makes of each.
func recordOptions(zones Zones, pick func(Record) string) func(context.Context, engine.Inputs) ([]engine.Option, error) {
	return func(ctx context.Context, in engine.Inputs) ([]engine.Option, error) {
		zone, r, err := about(in)
		if err != nil {
			return nil, nil //nolint:nilerr // what the other fields hold is their own matter
		}
		records, err := zones.AllRecords(ctx, zone)
		if err != nil {
			return nil, err
		}
		set, _, _ := at(zone, r.Name, r.Type, records)
		out := make([]engine.Option, 0, len(set))
		for _, r := range set {
			out = append(out, engine.Option{Value: pick(r), Label: r.value(), Detail: fmt.Sprintf("id %d  ttl %d", r.ID, r.TTL)})
		}
		return out, nil
	}
}

// idField names one record by its id.
func idField(zones Zones, help string) engine.Field {
	return engine.Field{
		Name: inRecordID, Label: "Record id", Type: engine.IntField, Check: checkRecordID, Help: help,
		Options: recordOptions(zones, func(r Record) string { return itoa(r.ID) }),
	}
}
