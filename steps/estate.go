package steps

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"arcadia/engine"
	"arcadia/engine/estate"
)

// volumePrice is what a volume costs, in US dollars for each GiB and month, by the provider's price list.
const volumePrice = 0.10

// zonesRead is how many zones are read for the records that point at droplets: each is a request.
const zonesRead = 100

// Estate reads the account. What cannot be read, as for lack of a scope, is left out and said; without the droplets there is
// none.
func (i Inventory) Estate(ctx context.Context) (estate.Estate, error) {
	var e estate.Estate
	droplets, err := i.cloud.Droplets(ctx)
	if err != nil {
		return e, err
	}
	missing := func(what string, err error) {
		if err != nil {
			e.Missing = append(e.Missing, what+" ("+err.Error()+")")
		}
	}
	sizes, err := i.cloud.Sizes(ctx)
	missing("prices", err)
	snapshots, err := i.cloud.AllSnapshots(ctx)
	missing("snapshots", err)
	volumes, err := i.cloud.Volumes(ctx)
	missing("volumes", err)
	walls, err := i.cloud.Firewalls(ctx)
	missing("firewalls", err)
	reserved, err := i.cloud.ReservedIPs(ctx)
	missing("reserved addresses", err)
	kept, err := i.ledger.Resources(ctx)
	missing("what sagas track", err)
	var copies []VolumeSnapshot
	for _, v := range volumes {
		some, err := i.cloud.VolumeSnapshots(ctx, v.ID)
		if err != nil && !absent(err) {
			missing("snapshots of volumes", err)
			break
		}
		copies = append(copies, some...)
	}
	records, err := i.allRecords(ctx)
	missing("records", err)

	price, names := map[string]float64{}, map[int64]string{}
	for _, s := range sizes {
		price[s.Slug] = s.MonthlyUSD
	}
	e.Copies = copiesOf(snapshots, copies, droplets, volumes, kept)
	for _, d := range droplets {
		names[d.ID] = d.Name
		m := estate.Machine{Droplet: shownDroplet(d), Created: d.Created, Tags: d.Tags, MonthlyUSD: price[d.Size], Addresses: addressesOf(d, reserved)}
		m.Records = recordsAt(m.Addresses, records)
		m.Volumes, m.Copies = volumesOf(d, volumes, e.Copies), copiesFor(itoa(d.ID), e.Copies)
		for _, w := range walls {
			if w.guards(d) {
				m.Walls = append(m.Walls, shownWall(w))
			}
		}
		e.Machines = append(e.Machines, m)
	}
	for _, w := range walls {
		e.Walls = append(e.Walls, shownWall(w))
	}
	for _, r := range reserved {
		e.Addresses = append(e.Addresses, estate.Reserved{IP: r.IP, Region: r.Region, Droplet: r.Droplet, Name: names[r.Droplet]})
	}
	slices.SortStableFunc(e.Machines, func(a, b estate.Machine) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	e.Remains = remainsOf(e.Copies, kept, price)
	return e, nil
}

// Droplets lists the account's.
func (i Inventory) Droplets(ctx context.Context) ([]estate.Droplet, error) {
	all, err := i.cloud.Droplets(ctx)
	out := make([]estate.Droplet, 0, len(all))
	for _, d := range all {
		out = append(out, shownDroplet(d))
	}
	return out, err
}

// Records lists those of a zone.
func (i Inventory) Records(ctx context.Context, domain string) ([]estate.Record, error) {
	all, err := i.cloud.AllRecords(ctx, domain)
	out := make([]estate.Record, 0, len(all))
	for _, r := range all {
		out = append(out, shownRecord(domain, r))
	}
	return out, err
}

func shownDroplet(d Droplet) estate.Droplet {
	return estate.Droplet{ID: d.ID, Name: d.Name, Status: d.Status, Region: d.Region, Size: d.Size, Image: d.Image, IPv4: d.IPv4}
}

func shownRecord(domain string, r Record) estate.Record {
	return estate.Record{ID: r.ID, Domain: domain, Type: r.Type, Name: r.Name, Data: r.Data, TTL: r.TTL, Priority: r.Priority}
}

func shownWall(w Firewall) estate.Wall {
	out := estate.Wall{ID: w.ID, Name: w.Name, Droplets: len(w.Droplets), Tags: w.Tags}
	for _, r := range w.Rules {
		out.Rules = append(out.Rules, r.String())
	}
	return out
}

// guards reports whether the firewall stands before a droplet, by its id or by a tag.
func (f Firewall) guards(d Droplet) bool {
	return slices.Contains(f.Droplets, d.ID) || slices.ContainsFunc(f.Tags, func(tag string) bool { return slices.Contains(d.Tags, tag) })
}

// allRecords are the records of the account's zones, of the first zonesRead.
func (i Inventory) allRecords(ctx context.Context) ([]estate.Record, error) {
	domains, err := i.cloud.Domains(ctx)
	if err != nil {
		return nil, err
	}
	more := len(domains) - zonesRead
	var out []estate.Record
	for _, d := range domains[:min(len(domains), zonesRead)] {
		some, err := i.Records(ctx, d.Name)
		if absent(err) {
			continue
		}
		if err != nil {
			return out, err
		}
		out = append(out, some...)
	}
	if more > 0 {
		return out, fmt.Errorf("those of %d more domains", more)
	}
	return out, nil
}

// addressesOf are a droplet's own, and the reserved ones that lead to it.
func addressesOf(d Droplet, reserved []ReservedIP) []estate.Address {
	var out []estate.Address
	add := func(ip, sort string) {
		if ip != "" {
			out = append(out, estate.Address{IP: ip, Sort: sort})
		}
	}
	add(d.IPv4, "public")
	add(d.IPv6, "public")
	add(d.Inside, "private")
	for _, r := range reserved {
		if r.Droplet == d.ID {
			add(r.IP, "reserved")
		}
	}
	return out
}

// recordsAt are the records that hold one of the addresses.
func recordsAt(own []estate.Address, records []estate.Record) []estate.Record {
	var ips []string
	for _, a := range own {
		ips = append(ips, a.IP)
	}
	var out []estate.Record
	for _, r := range records {
		if (Record{Type: r.Type, Data: r.Data}).holds(ips) {
			out = append(out, r)
		}
	}
	return out
}

// volumesOf are those that a droplet has, and how many copies there are of each.
func volumesOf(d Droplet, volumes []Volume, copies []estate.Snapshot) []estate.Volume {
	var out []estate.Volume
	for _, v := range volumes {
		if !slices.Contains(v.Droplets, d.ID) {
			continue
		}
		n := 0
		for _, c := range copies {
			if c.Volume && c.Of == v.ID {
				n++
			}
		}
		out = append(out, estate.Volume{ID: v.ID, Name: v.Name, SizeGB: v.SizeGB, MonthlyUSD: float64(v.SizeGB) * volumePrice, Copies: n})
	}
	return out
}

// copiesFor are those of a droplet.
func copiesFor(droplet string, copies []estate.Snapshot) []estate.Snapshot {
	var out []estate.Snapshot
	for _, c := range copies {
		if !c.Volume && c.Of == droplet {
			out = append(out, c)
		}
	}
	return out
}

// copiesOf joins snapshots with what they are copies of and what the store knows of them, the newest first.
func copiesOf(snapshots []Snapshot, copies []VolumeSnapshot, droplets []Droplet, volumes []Volume, kept []engine.Resource) []estate.Snapshot {
	names, tracked := map[string]string{}, map[string]engine.Resource{}
	for _, d := range droplets {
		names[itoa(d.ID)] = d.Name
	}
	for _, v := range volumes {
		names[v.ID] = v.Name
	}
	for _, r := range kept {
		tracked[r.Key()] = r
	}
	var out []estate.Snapshot
	add := func(c estate.Snapshot, key string) {
		if r, ok := tracked[key]; ok {
			c.Saga = r.SagaID.Short()
			if note, err := noteOf(r); err == nil {
				c.Verified, c.Kept = !note.Verified.IsZero(), note.Keep
			}
		}
		c.OfName, c.MonthlyUSD = names[c.Of], MonthlyUSD(c.SizeGB)
		out = append(out, c)
	}
	for _, s := range snapshots {
		add(estate.Snapshot{ID: itoa(s.ID), Name: s.Name, Of: itoa(s.Droplet), Created: s.Created, SizeGB: s.SizeGB}, snapshotKey(s.ID))
	}
	for _, s := range copies {
		add(estate.Snapshot{ID: s.ID, Name: s.Name, Of: s.Volume, Volume: true, Created: s.Created, SizeGB: s.SizeGB}, volumeSnapshotKey(s.ID))
	}
	slices.SortStableFunc(out, func(a, b estate.Snapshot) int { return b.Created.Compare(a.Created) })
	return out
}

// remainsOf are the droplets of which nothing is left but copies, with what a saga that deleted one has written down of it.
func remainsOf(copies []estate.Snapshot, kept []engine.Resource, price map[string]float64) []estate.Remains {
	at := map[string]int{}
	var out []estate.Remains
	for _, c := range copies {
		if c.Volume || c.OfName != "" || c.Of == "0" {
			continue
		}
		n, known := at[c.Of]
		if !known {
			n = len(out)
			at[c.Of] = n
			out = append(out, estate.Remains{ID: c.Of})
		}
		out[n].Copies = append(out[n].Copies, c)
		out[n].MonthlyUSD += c.MonthlyUSD
	}
	for _, r := range kept {
		if r.Type != tombstoneResource {
			continue
		}
		t, err := tombstoneOf(r)
		n, left := at[r.ExternalID]
		if err != nil || !left {
			continue
		}
		out[n].Name, out[n].Size, out[n].Region, out[n].Asleep = t.Droplet.Name, t.Droplet.Size, t.Droplet.Region, true
		out[n].WasUSD = price[t.Droplet.Size]
	}
	slices.SortStableFunc(out, func(a, b estate.Remains) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return out
}
