package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"

	"golang.org/x/sync/errgroup"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// tombstoneResource is the type of resource that stands for a droplet which a saga has deleted. It is there for as long as its
// snapshot is.
const tombstoneResource = "droplet_tombstone"

// tombstoneType never differs: what was does not change.
var tombstoneType = resourceType{
	numbered: true,
	observe:  observing(Inventory.tombstone),
	differs:  func(engine.Resource, json.RawMessage) ([]engine.FieldChange, error) { return nil, nil },
	locks:    func(r engine.Resource) []string { return []string{dropletLock(r.ExternalID)} },
	touches:  oneTouch(dropletLock),
}

// tombstone is what is known of a deleted droplet, enough to make one like it.
type tombstone struct {
	Droplet   Droplet        `json:"droplet"`
	Records   []domainRecord `json:"records,omitempty"`      // that held one of its addresses
	IPs       []string       `json:"reserved_ips,omitempty"` // that were on it
	Firewalls []string       `json:"firewalls,omitempty"`    // that named it; those by tag come with its tags
	Snapshot  int64          `json:"snapshot_id,omitempty"`  // of it; 0: there is none
	At        engine.Time    `json:"at"`
}

// domainRecord is a record with its domain.
type domainRecord struct {
	Domain string `json:"domain"`
	Record
}

// addresses are all addresses of the droplet's own.
func (d Droplet) addresses() []string {
	return slices.DeleteFunc([]string{d.IPv4, d.IPv6, d.Inside}, func(s string) bool { return s == "" })
}

// holds reports whether a record holds one of the addresses.
func (r Record) holds(addresses []string) bool {
	if r.Type != "A" && r.Type != "AAAA" {
		return false
	}
	addr, err := netip.ParseAddr(r.Data)
	return err == nil && slices.ContainsFunc(addresses, func(text string) bool {
		o, err := netip.ParseAddr(text)
		return err == nil && o == addr
	})
}

const zonesAtOnce = 8

// pointing are the records of all domains that hold one of the addresses.
func pointing(ctx context.Context, zones Zones, addresses []string) ([]domainRecord, error) {
	domains, err := zones.Domains(ctx)
	if err != nil {
		return nil, err
	}
	found := make([][]Record, len(domains))
	reading, ctx := errgroup.WithContext(ctx)
	reading.SetLimit(zonesAtOnce)
	for i, d := range domains {
		reading.Go(func() error {
			all, err := zones.AllRecords(ctx, d.Name)
			if absent(err) {
				return nil // the list may be some seconds old
			}
			found[i] = slices.DeleteFunc(all, func(r Record) bool { return !r.holds(addresses) })
			return err
		})
	}
	if err := reading.Wait(); err != nil {
		return nil, err
	}
	var out []domainRecord
	for i, all := range found {
		for _, r := range all {
			out = append(out, domainRecord{domains[i].Name, r})
		}
	}
	return out, nil
}

// ipsOn are the reserved IPs on a droplet.
func ipsOn(ctx context.Context, cloud Addresses, droplet int64) ([]string, error) {
	all, err := cloud.ReservedIPs(ctx)
	var out []string
	for _, r := range all {
		if r.Droplet == droplet {
			out = append(out, r.IP)
		}
	}
	slices.Sort(out)
	return out, err
}

// wallsOf are the firewalls that name a droplet.
func wallsOf(ctx context.Context, cloud Walls, droplet int64) ([]string, error) {
	all, err := cloud.Firewalls(ctx)
	var out []string
	for _, w := range all {
		if slices.Contains(w.Droplets, droplet) {
			out = append(out, w.ID)
		}
	}
	slices.Sort(out)
	return out, err
}

// resource is the tombstone as a resource, under the id of the droplet that was.
func (t tombstone) resource() (engine.Resource, error) {
	spec, err := json.Marshal(t)
	if err != nil {
		return engine.Resource{}, fmt.Errorf("describe what droplet %d was: %w", t.Droplet.ID, err)
	}
	return engine.Resource{Type: tombstoneResource, ExternalID: itoa(t.Droplet.ID), Name: visible.Short(t.Droplet.Name, 120), Spec: spec}, nil
}

func tombstoneOf(r engine.Resource) (tombstone, error) {
	var t tombstone
	if err := json.Unmarshal(r.Spec, &t); err != nil {
		return t, fmt.Errorf("read what droplet %s was: %w", visible.Text(r.Name), err)
	}
	return t, nil
}

// remembered reads the tombstone of a droplet.
func remembered(ctx context.Context, l Ledger, droplet string) (tombstone, error) {
	r, found, err := accounted(ctx, l, tombstoneResource+"/"+droplet)
	if err == nil && !found {
		err = fmt.Errorf("no saga has deleted droplet %s, or it was woken already: `arcadia resources` shows what there is", visible.Short(droplet, 40))
	}
	if err != nil {
		return tombstone{}, err
	}
	return tombstoneOf(r)
}

// tombstone looks whether the snapshot from which the droplet can come back is there.
func (i Inventory) tombstone(ctx context.Context, r engine.Resource) (tombstone, bool, error) {
	t, err := tombstoneOf(r)
	if err != nil || t.Snapshot == 0 {
		return t, err == nil, err
	}
	_, err = again(ctx, func() (Snapshot, error) { return i.cloud.Snapshot(ctx, t.Snapshot) })
	if absent(err) {
		return t, false, nil
	}
	return t, err == nil, err
}
