package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

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
	var thing any
	switch r.Type {
	case snapshotResource:
		thing, found, err = i.snapshot(ctx, r)
	case volumeSnapshotResource:
		thing, found, err = i.volumeSnapshot(ctx, r)
	case dnsResource:
		thing, found, err = i.record(ctx, r)
	case tombstoneResource:
		thing, found, err = i.tombstone(ctx, r)
	default:
		err = fmt.Errorf("resources of type %q are not known to this build", r.Type)
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

func (i Inventory) snapshot(ctx context.Context, r engine.Resource) (Snapshot, bool, error) {
	id, err := strconv.ParseInt(r.ExternalID, 10, 64)
	if err != nil {
		return Snapshot{}, false, fmt.Errorf("its id %q is not a number", r.ExternalID)
	}
	s, err := again(ctx, func() (Snapshot, error) { return i.cloud.Snapshot(ctx, id) })
	if absent(err) {
		return s, false, nil
	}
	return s, err == nil, err
}

// recordSpec is a record as a resource: the desired one in canonical form, a live one as the provider lists it.
type recordSpec struct {
	Domain string `json:"domain"`
	Record
	// Sent is what was sent when the provider has stored something else, which is the record then.
	Sent *Record `json:"sent,omitempty"`
}

func (i Inventory) record(ctx context.Context, r engine.Resource) (recordSpec, bool, error) {
	want, err := recordOf(r)
	if err != nil {
		return want, false, err
	}
	here, err := again(ctx, func() ([]Record, error) { return i.cloud.RecordsAt(ctx, want.Domain, want.Name) })
	if absent(err) {
		return want, false, nil // with its domain
	}
	if err != nil {
		return want, false, err
	}
	if live, found := locate(want, here, nil); found {
		return live, true, nil
	}
	all, err := i.cloud.AllRecords(ctx, want.Domain)
	if err != nil && !absent(err) {
		return want, false, err
	}
	live, found := locate(want, nil, all)
	return live, found, nil
}

// locate finds a wanted record among those at its name, by its id and then by what it says, and then at the other names of
// the domain, by its id. That list may be some seconds old: what it still shows at the old name is gone. It is pure.
func locate(want recordSpec, here, all []Record) (recordSpec, bool) {
	ours := func(o Record) bool { return o.ID == want.ID }
	at := slices.IndexFunc(here, ours)
	if at < 0 {
		at = slices.IndexFunc(here, func(o Record) bool { return o.canonical(want.Domain).same(want.Record) })
	}
	if at >= 0 {
		return recordSpec{Domain: want.Domain, Record: here[at]}, true
	}
	at = slices.IndexFunc(all, func(o Record) bool { return ours(o) && liveName(o.Name) != want.Name })
	if at >= 0 {
		return recordSpec{Domain: want.Domain, Record: all[at]}, true
	}
	return recordSpec{}, false
}
