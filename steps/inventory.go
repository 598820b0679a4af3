package steps

import (
	"context"
	"encoding/json"
	"fmt"

	"arcadia/engine"
)

// Inventory compares what sagas have provisioned with what is there. It only reads, and is safe for concurrent use.
type Inventory struct {
	cloud  Cloud
	ledger Ledger
}

// NewInventory makes an inventory over a provider and a store. With a nil cloud nothing can be checked, and every look
// says so; with a nil ledger nothing is accounted for.
func NewInventory(cloud Cloud, ledger Ledger) Inventory {
	cloud, ledger = orNone(cloud, ledger)
	return Inventory{cloud, ledger}
}

func orNone(cloud Cloud, ledger Ledger) (Cloud, Ledger) {
	if cloud == nil {
		cloud = noCloud{}
	}
	if ledger == nil {
		ledger = noLedger{}
	}
	return cloud, ledger
}

// Observe looks for a resource at the provider now. live has the form of the resource's Spec: a Snapshot, or a record with
// its domain. found is false when the provider has said that there is no such thing; an error means that it could not be
// asked, or that this build knows nothing of such resources.
//
// A record is looked for by its id, also at other names of its domain, and then by what it says: putting a record back
// gives it a new id.
func (i Inventory) Observe(ctx context.Context, r engine.Resource) (live json.RawMessage, found bool, err error) {
	t, err := typeOf(r)
	var thing any
	if err == nil {
		thing, found, err = t.observe(i, ctx, r)
	}
	if err != nil {
		return nil, false, fmt.Errorf("look at %s %s: %w", r.Type, r.Name, err)
	}
	if !found {
		return nil, false, nil
	}
	if live, err = json.Marshal(thing); err != nil {
		return nil, false, fmt.Errorf("describe %s %s: %w", r.Type, r.Name, err)
	}
	return live, true, nil
}
