package steps

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"arcadia/engine"
)

// Estate is what an account has around its droplets, as one reading found it. Its texts are as the provider gave them.
type Estate struct {
	Machines  []Machine // by name
	Remains   []Remains // droplets that are gone and of which copies are left, by name
	Copies    []Copy    // of droplets and volumes, the newest first
	Addresses []ReservedIP
	Walls     []Firewall
	Missing   []string // what could not be read, and why
}

// Machine is a droplet with all that belongs to it.
type Machine struct {
	Droplet
	MonthlyUSD float64 // of its size; 0 when that is not known
	Addresses  []Address
	Records    []ZoneRecord // that hold one of them
	Volumes    []MachineVolume
	Copies     []Copy // the newest first
	Walls      []Firewall
}

// Address is one of a droplet's: public, private, or reserved.
type Address struct{ IP, Sort string }

// ZoneRecord is a record with its domain.
type ZoneRecord struct {
	Domain string
	Record
}

// MachineVolume is a volume with what it costs and how many copies there are of it.
type MachineVolume struct {
	Volume
	MonthlyUSD float64
	Copies     int
}

// Copy is a snapshot of a droplet or of a volume, and what the store knows of it.
type Copy struct {
	ID, Name   string
	Of, OfName string // the name is empty when what it is a copy of is gone
	Volume     bool   // it is one of a volume
	Created    time.Time
	SizeGB     float64
	MonthlyUSD float64
	Verified   bool
	Kept       bool
	Saga       engine.ID // that tracks it; empty: none does
}

// Remains is a droplet that is gone and of which copies are left.
type Remains struct {
	ID     string
	Name   string // empty when nobody knows it
	Size   string
	Region string
	Asleep bool    // a saga has deleted it and knows what it was
	WasUSD float64 // what it cost a month; 0 when that is not known
	Copies []Copy
}

// volumePrice is what a volume costs, in US dollars for each GiB and month, by the provider's price list.
const volumePrice = 0.10

// zonesRead is how many zones are read for the records that point at droplets: each is a request.
const zonesRead = 100

// Estate reads the account. What cannot be read, as for lack of a scope, is left out and said; without the droplets there is
// none.
func (i Inventory) Estate(ctx context.Context) (Estate, error) {
	var e Estate
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
	e.Walls, err = i.cloud.Firewalls(ctx)
	missing("firewalls", err)
	e.Addresses, err = i.cloud.ReservedIPs(ctx)
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

	price := map[string]float64{}
	for _, s := range sizes {
		price[s.Slug] = s.MonthlyUSD
	}
	e.Copies = copiesOf(snapshots, copies, droplets, volumes, kept)
	for _, d := range droplets {
		e.Machines = append(e.Machines, e.machine(d, price[d.Size], volumes, records))
	}
	slices.SortStableFunc(e.Machines, func(a, b Machine) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	e.Remains = remainsOf(e.Copies, kept, price)
	return e, nil
}

// allRecords are the records of the account's zones, of the first zonesRead.
func (i Inventory) allRecords(ctx context.Context) ([]ZoneRecord, error) {
	domains, err := i.cloud.Domains(ctx)
	if err != nil {
		return nil, err
	}
	more := len(domains) - zonesRead
	var out []ZoneRecord
	for _, d := range domains[:min(len(domains), zonesRead)] {
		all, err := i.cloud.AllRecords(ctx, d.Name)
		if absent(err) {
			continue
		}
		if err != nil {
			return out, err
		}
		for _, r := range all {
			out = append(out, ZoneRecord{d.Name, r})
		}
	}
	if more > 0 {
		return out, fmt.Errorf("those of %d more domains", more)
	}
	return out, nil
}

// machine joins a droplet with all that belongs to it.
func (e *Estate) machine(d Droplet, price float64, volumes []Volume, records []ZoneRecord) Machine {
	m := Machine{Droplet: d, MonthlyUSD: price}
	add := func(ip, sort string) {
		if ip != "" {
			m.Addresses = append(m.Addresses, Address{ip, sort})
		}
	}
	add(d.IPv4, "public")
	add(d.IPv6, "public")
	add(d.Inside, "private")
	for _, r := range e.Addresses {
		if r.Droplet == d.ID {
			add(r.IP, "reserved")
		}
	}
	var own []string
	for _, a := range m.Addresses {
		own = append(own, a.IP)
	}
	for _, r := range records {
		if r.holds(own) {
			m.Records = append(m.Records, r)
		}
	}
	for _, v := range volumes {
		if slices.Contains(v.Droplets, d.ID) {
			n := 0
			for _, c := range e.Copies {
				if c.Volume && c.Of == v.ID {
					n++
				}
			}
			m.Volumes = append(m.Volumes, MachineVolume{v, float64(v.SizeGB) * volumePrice, n})
		}
	}
	for _, c := range e.Copies {
		if !c.Volume && c.Of == itoa(d.ID) {
			m.Copies = append(m.Copies, c)
		}
	}
	for _, w := range e.Walls {
		tagged := slices.ContainsFunc(w.Tags, func(tag string) bool { return slices.Contains(d.Tags, tag) })
		if tagged || slices.Contains(w.Droplets, d.ID) {
			m.Walls = append(m.Walls, w)
		}
	}
	return m
}

// copiesOf joins snapshots with what they are copies of and what the store knows of them, the newest first.
func copiesOf(snapshots []Snapshot, copies []VolumeSnapshot, droplets []Droplet, volumes []Volume, kept []engine.Resource) []Copy {
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
	var out []Copy
	add := func(c Copy, key string) {
		if r, ok := tracked[key]; ok {
			c.Saga = r.SagaID
			if note, err := noteOf(r); err == nil {
				c.Verified, c.Kept = !note.Verified.IsZero(), note.Keep
			}
		}
		c.OfName, c.MonthlyUSD = names[c.Of], MonthlyUSD(c.SizeGB)
		out = append(out, c)
	}
	for _, s := range snapshots {
		add(Copy{ID: itoa(s.ID), Name: s.Name, Of: itoa(s.Droplet), Created: s.Created, SizeGB: s.SizeGB}, snapshotKey(s.ID))
	}
	for _, s := range copies {
		add(Copy{ID: s.ID, Name: s.Name, Of: s.Volume, Volume: true, Created: s.Created, SizeGB: s.SizeGB}, volumeSnapshotKey(s.ID))
	}
	slices.SortStableFunc(out, func(a, b Copy) int { return b.Created.Compare(a.Created) })
	return out
}

// remainsOf are the droplets of which nothing is left but copies, with what a saga that deleted one has written down of it.
func remainsOf(copies []Copy, kept []engine.Resource, price map[string]float64) []Remains {
	at := map[string]int{}
	var out []Remains
	for _, c := range copies {
		if c.Volume || c.OfName != "" || c.Of == "0" {
			continue
		}
		n, known := at[c.Of]
		if !known {
			n = len(out)
			at[c.Of] = n
			out = append(out, Remains{ID: c.Of})
		}
		out[n].Copies = append(out[n].Copies, c)
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
	slices.SortStableFunc(out, func(a, b Remains) int { return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID)) })
	return out
}
