package cli_test

import (
	"context"
	"fmt"

	"arcadia/engine"
	"arcadia/steps"
)

// repoint is a kind that makes its list: every A record of a zone that points at one address is to point at another. It is
// all there is to write: checks, form, plan, help and completion come from what it declares.
func repoint(cloud steps.Cloud) engine.Kind {
	address := func(name, label, help string) engine.Field {
		return engine.Field{Name: name, Label: label, Type: engine.TextField, Required: true, Help: help}
	}
	return engine.Kind{
		Name: "repoint_zone", Summary: "points all A records of a zone from one address to another", Undo: "points them back",
		On: engine.Subject{Type: "dns_record", Verb: "repoint", Inputs: map[string]string{"zone": "domain", "from_address": "data"}},
		Inputs: []engine.Field{
			address("zone", "Zone", "the domain whose records are to move"),
			address("from_address", "From", "where they point now"),
			address("to_address", "To", "where they shall point"),
		},
		Make: func(ctx context.Context, in engine.Inputs) ([]engine.StepCall, error) {
			records, err := cloud.AllRecords(ctx, in["zone"])
			if err != nil {
				return nil, err
			}
			var list []engine.StepCall
			for _, r := range records {
				if r.Type != "A" || r.Data != in["from_address"] {
					continue
				}
				list = append(list, engine.StepCall{
					Step: "upsert_dns_record",
					Inputs: map[string]string{
						"dns_domain": in["zone"], "dns_record_type": "A", "dns_record_name": r.Name,
						"dns_record_data": in["to_address"], "dns_record_id": fmt.Sprint(r.ID),
					},
					Why: fmt.Sprintf("record %d points at %s", r.ID, r.Data),
				})
			}
			return list, nil
		},
	}
}
