package cli_test

import (
	"context"
	"fmt"

	"arcadia/engine"
	"arcadia/steps"
	"arcadia/steps/digitalocean"
	"arcadia/steps/dosim"
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

// What the kind makes of an account with three records, two of which point at the old address.
func Example_kindThatMakesItsList() {
	account := dosim.New(dosim.WithEmptyWorld())
	account.AddDomain("example.org")
	for name, address := range map[string]string{"www": "192.0.2.1", "api": "192.0.2.1", "mail": "192.0.2.9"} {
		account.PutRecord("example.org", dosim.Record{Type: "A", Name: name, Data: address, TTL: 600})
	}
	cloud, err := digitalocean.New(digitalocean.Config{Token: "dop_v1_test", Transport: account})
	if err != nil {
		fmt.Println(err)
		return
	}
	calls, err := repoint(cloud).Make(context.Background(), engine.Inputs{"zone": "example.org", "from_address": "192.0.2.1", "to_address": "192.0.2.2"})
	if err != nil {
		fmt.Println(err)
	}
	for _, call := range calls {
		fmt.Println(call.Step, call.Inputs["dns_record_name"], call.Inputs["dns_record_data"])
	}
	// Unordered output:
	// upsert_dns_record www 192.0.2.2
	// upsert_dns_record api 192.0.2.2
}
