package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// dnsResource is the type of resource that the DNS steps provision.
const dnsResource = "dns_record"

var recordType = resourceType{
	numbered: true, restores: true,
	observe: observing(Inventory.record), differs: differing(recordFields),
	locks: func(r engine.Resource) []string {
		spec, err := recordOf(r)
		if err != nil {
			return []string{"resource:" + r.Key()}
		}
		return []string{recordLock(spec.Domain, spec.Name)}
	},
	touches: func(r engine.Resource) []engine.Touch {
		spec, err := recordOf(r)
		if err != nil {
			return nil
		}
		return recordTouches(spec.Domain, spec.Name, spec.Type)
	},
	stays: func(_ engine.Resource, live json.RawMessage) (engine.Resource, error) {
		var spec recordSpec
		if err := json.Unmarshal(live, &spec); err != nil {
			return engine.Resource{}, err
		}
		zone := canonicalZone(spec.Domain)
		return resource(zone, spec.ID, spec.canonical(zone), nil)
	},
	group: domainOf, list: Inventory.records,
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

// records lists a domain.
func (i Inventory) records(ctx context.Context, domain string) (roll, error) {
	all, err := again(ctx, func() ([]Record, error) { return i.cloud.AllRecords(ctx, domain) })
	if absent(err) {
		return roll{gone: true}, nil
	}
	at := map[string][]Record{}
	for _, o := range all {
		at[liveName(o.Name)] = append(at[liveName(o.Name)], o)
	}
	return roll{n: len(all), at: func(r engine.Resource) (any, bool) {
		want, err := recordOf(r)
		if err != nil {
			return nil, false
		}
		return locate(want, at[want.Name], nil)
	}}, err
}

// domainOf is the domain of a record; empty for one that cannot be read.
func domainOf(r engine.Resource) string {
	spec, err := recordOf(r)
	if err != nil {
		return ""
	}
	return spec.Domain
}

// resource is a record as the saga wants it, with what was sent for it when the provider keeps something else.
func resource(zone string, id int64, r Record, sent *Record) (engine.Resource, error) {
	spec, err := json.Marshal(recordSpec{Domain: zone, Record: r, Sent: sent})
	if err != nil {
		return engine.Resource{}, fmt.Errorf("describe %s: %w", r.title(zone), err)
	}
	return engine.Resource{Type: dnsResource, ExternalID: itoa(id), Name: r.title(zone), Spec: spec}, nil
}

// recordOf is the record that a resource wants, in canonical form and under the id that the store knows.
func recordOf(r engine.Resource) (recordSpec, error) {
	var spec recordSpec
	if err := json.Unmarshal(r.Spec, &spec); err != nil {
		return spec, fmt.Errorf("read the desired state of %s: %w", visible.Text(r.Name), err)
	}
	id, err := strconv.ParseInt(r.ExternalID, 10, 64)
	if err != nil {
		return spec, fmt.Errorf("the id %q of %s is not a number", visible.Short(r.ExternalID, 40), visible.Text(r.Name))
	}
	spec.Domain = canonicalZone(spec.Domain)
	spec.Record = spec.canonical(spec.Domain)
	spec.ID = id
	return spec, nil
}

func recordFields(s recordSpec) []field {
	r := s.canonical(canonicalZone(s.Domain))
	return []field{
		{"id", itoa(r.ID)},
		{"type", r.Type},
		{"name", r.Name},
		{"data", r.Data},
		{"ttl", strconv.Itoa(r.TTL)},
		{"priority", strconv.Itoa(r.Priority)},
		{"port", strconv.Itoa(r.Port)},
		{"weight", strconv.Itoa(r.Weight)},
		{"flags", strconv.Itoa(r.Flags)},
		{"tag", r.Tag},
	}
}
