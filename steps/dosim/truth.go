package dosim

import (
	"cmp"
	"slices"
	"time"
)

// Domains gives the names of the zones that exist, in order of creation.
func (s *Sim) Domains() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	var names []string
	for _, z := range s.zones {
		if !z.gone {
			names = append(names, z.name)
		}
	}
	return names
}

// Zone gives the records of a zone that exist, SOA and NS included, by ascending id; nil
// if there is no such zone.
func (s *Sim) Zone(domain string) []Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	z := s.zone(domain)
	if z == nil {
		return nil
	}
	return z.live()
}

// Snapshots gives the snapshots and backups that exist, those too that a fault hides, by
// ascending id.
func (s *Sim) Snapshots() []Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	return s.liveSnapshots()
}

func (s *Sim) liveSnapshots() []Snapshot {
	var out []Snapshot
	for _, m := range s.images {
		if m.ofDroplet() && !m.gone {
			out = append(out, m.snapshot())
		}
	}
	return out
}

// Droplets gives the droplets that exist, by ascending id.
func (s *Sim) Droplets() []Droplet {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	return s.liveDroplets()
}

func (s *Sim) liveDroplets() []Droplet {
	var out []Droplet
	for _, d := range s.droplets {
		if d.gone {
			continue
		}
		out = append(out, Droplet{
			ID: d.id, Name: d.name, Status: d.status, Locked: s.locked(d), Busy: d.busy(), CreatedAt: d.created, Region: d.region,
			Size: d.size, Tags: slices.Clone(d.tags),
			SnapshotIDs: s.imageIDs(d.id, imageSnapshot), BackupIDs: s.imageIDs(d.id, imageBackup),
		})
	}
	return out
}

// Volumes gives the volumes that exist, oldest first.
func (s *Sim) Volumes() []Volume {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	return s.everyVolume()
}

func (s *Sim) everyVolume() []Volume {
	var out []Volume
	for _, v := range s.volumes {
		out = append(out, Volume{v.id, v.name, v.region, v.size, slices.Clone(v.droplets), slices.Clone(v.tags)})
	}
	return out
}

// Firewalls gives the firewalls that exist, oldest first.
func (s *Sim) Firewalls() []Firewall {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	return s.everyFirewall()
}

func (s *Sim) everyFirewall() []Firewall {
	var out []Firewall
	for _, f := range s.firewalls {
		one := Firewall{ID: f.id, Name: f.name, Droplets: slices.Clone(f.droplets), Tags: slices.Clone(f.tags)}
		for _, r := range f.in {
			one.Rules = append(one.Rules, "in "+r.key())
		}
		for _, r := range f.out {
			one.Rules = append(one.Rules, "out "+r.key())
		}
		out = append(out, one)
	}
	return out
}

// ReservedIPs gives the reserved IPs with the droplet behind each, 0 for none.
func (s *Sim) ReservedIPs() map[string]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	return s.everyReservedIP()
}

func (s *Sim) everyReservedIP() map[string]int64 {
	out := map[string]int64{}
	for _, r := range s.reserved {
		out[r.ip.String()] = r.droplet
	}
	return out
}

// Actions gives every action there ever was, oldest first. Looking this way does not
// count as a reading for [FaultActionErrors].
func (s *Sim) Actions() []Action {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	return s.everyAction()
}

func (s *Sim) everyAction() []Action {
	var out []Action
	for _, a := range s.actions {
		out = append(out, Action{
			ID: a.id, Type: a.kind, Status: a.status, ResourceID: a.resource, ResourceType: a.of,
			StartedAt: a.started, CompletedAt: a.ended,
		})
	}
	return out
}

// AddDomain makes a zone as a POST would, with its SOA and NS; it does nothing if the zone
// exists. The name is not validated.
func (s *Sim) AddDomain(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.settle()
	if s.zone(name) == nil {
		s.addZone(name, now)
	}
}

// PutRecord changes a record, or with id 0 makes one, as somebody else would: conflicts
// with other records are not looked at. The name may be relative or end in a dot, the data
// may have its final dot or not. TTL 0 is 1800 for a new record; for one that exists an
// empty type, name, data or TTL is left as it is. It gives the record's id, or 0 if the zone or the record does not exist.
func (s *Sim) PutRecord(domain string, r Record) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.settle()
	z := s.zone(domain)
	if z == nil {
		return 0
	}
	return s.putRecord(z, r, now)
}

func (s *Sim) putRecord(z *zone, r Record, now time.Time) int64 {
	old := z.record(r.ID)
	if r.ID != 0 {
		if old == nil {
			return 0
		}
		r = r.orElse(old.Record)
	}
	r.Name = relativeName(z.name, r.Name)
	if recordForms[r.Type].host {
		if kept, complaint := keepHost(z.name, r.Type, r.Data); complaint == "" {
			r.Data = kept
		}
	}
	if r.ID == 0 {
		if r.TTL == 0 {
			r.TTL = defaultTTL
		}
		return s.addRecord(z, r, now)
	}
	z.replace(old, r, now)
	return r.ID
}

// orElse fills an empty type, name, data and TTL from old.
func (r Record) orElse(old Record) Record {
	r.Type = cmp.Or(r.Type, old.Type)
	r.Name = cmp.Or(r.Name, old.Name)
	r.Data = cmp.Or(r.Data, old.Data)
	r.TTL = cmp.Or(r.TTL, old.TTL)
	return r
}

// RemoveRecord deletes a record as somebody else would; it does nothing if there is none.
func (s *Sim) RemoveRecord(domain string, id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.settle()
	if z := s.zone(domain); z != nil {
		if r := z.record(id); r != nil {
			z.drop(r, nil, now)
		}
	}
}

// AddDroplet makes a running droplet of the smallest usual size in nyc3, with nothing
// pending, and gives its id. The droplet limit is not looked at.
func (s *Sim) AddDroplet(name string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.settle()
	return s.plainDroplet(name, now).id
}

func (s *Sim) plainDroplet(name string, now time.Time) *droplet {
	return s.bootedDroplet(name, dropletOrder{Region: "nyc3", Size: "s-1vcpu-1gb"}, now)
}

// bootedDroplet makes a droplet that runs already.
func (s *Sim) bootedDroplet(name string, order dropletOrder, now time.Time) *droplet {
	d := s.addDroplet(name, order, s.images[0], now)
	s.bootFirst(d, order)
	return d
}

// AddSnapshot makes a finished snapshot of a droplet and gives its id; 0 if there is no
// such droplet.
func (s *Sim) AddSnapshot(droplet int64, name string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.settle()
	d := s.droplet(droplet)
	if d == nil {
		return 0
	}
	return s.addSnapshot(d, name, imageSnapshot, second(now)).id
}

// AddFirewall makes a firewall before nothing, with two rules, and gives its id.
func (s *Sim) AddFirewall(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.settle()
	anywhere := &traffic{Addresses: []string{"0.0.0.0/0", "::/0"}}
	f := &firewall{
		id: s.derived("firewall", name), name: name, created: second(now),
		in:  []rule{{Protocol: "tcp", Ports: "22", Sources: anywhere}},
		out: []rule{{Protocol: "tcp", Ports: "0", Destinations: anywhere}},
	}
	s.firewalls = append(s.firewalls, f)
	return f.id
}

// AddReservedIP reserves an address in a region, on no droplet, and gives it.
func (s *Sim) AddReservedIP(region string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	return s.reserve(region, 0).ip.String()
}

// AddVolume makes a volume of 10 GiB in nyc3, attached to a droplet of that region, 0 for none, and gives its id.
func (s *Sim) AddVolume(name string, droplet int64) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := &volume{id: s.derived("volume", name), name: name, region: "nyc3", size: 10, created: second(s.settle())}
	if droplet != 0 {
		v.droplets = []int64{droplet}
	}
	s.volumes = append(s.volumes, v)
	return v.id
}

// VolumeSnapshots gives the snapshots of volumes that exist, oldest first.
func (s *Sim) VolumeSnapshots() []VolumeSnapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	return s.everyVolumeSnapshot()
}

func (s *Sim) everyVolumeSnapshot() []VolumeSnapshot {
	var out []VolumeSnapshot
	for _, m := range s.copies {
		out = append(out, VolumeSnapshot{m.id, m.name, m.volume, m.created})
	}
	return out
}
