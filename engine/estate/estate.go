// Package estate says what an account at the provider holds, and how that stands to what was wanted of it: plain facts, which steps
// read and screens and commands show. None of them is stored. Its texts are as the provider gave them until somebody cleans them.
package estate

import (
	"slices"
	"time"

	"arcadia/engine/visible"
)

// Estate is what an account has around its droplets, as one reading found it.
type Estate struct {
	Machines  []Machine
	Remains   []Remains  // droplets that are gone, and of which copies are left
	Copies    []Snapshot // of droplets and of volumes, the newest first
	Addresses []Reserved
	Walls     []Wall
	Missing   []string // what could not be read, and why
}

// Machine is a droplet with all that belongs to it.
type Machine struct {
	Droplet
	Created    time.Time
	Tags       []string
	MonthlyUSD float64 // of its size; 0 when it is not known
	Addresses  []Address
	Records    []Record // that point at one of them
	Volumes    []Volume
	Copies     []Snapshot // the newest first
	Walls      []Wall
}

// Address is one of a droplet's.
type Address struct{ IP, Sort string } // public, private or reserved

// Volume is a disk of its own.
type Volume struct {
	ID, Name   string
	SizeGB     int
	MonthlyUSD float64
	Copies     int
}

// Snapshot is one of a droplet or of a volume, with what the store knows of it.
type Snapshot struct {
	ID, Name   string
	Of         string // the id of what it is a copy of
	OfName     string // empty when that is gone
	Volume     bool   // it is a copy of a volume
	Created    time.Time
	SizeGB     float64
	MonthlyUSD float64
	Verified   bool   // a saga has looked at it
	Kept       bool   // somebody has said that it stays
	Saga       string // the short id of the saga that tracks it; empty: none does
	Stray      bool   // it has a name of arcadia's, and no saga tracks it
}

// Remains is a droplet that is gone and of which copies are left.
type Remains struct {
	ID         string
	Name       string // of what it was; empty when nobody knows
	Size       string
	Region     string
	Asleep     bool    // a saga has deleted it and knows how to bring it back
	WasUSD     float64 // what it cost a month
	Since      time.Time
	Copies     []Snapshot
	MonthlyUSD float64 // of the copies
}

// Reserved is an address of the account's own.
type Reserved struct {
	IP, Region string
	Droplet    int64  // 0: none
	Name       string // of the droplet
}

// Wall is a firewall.
type Wall struct {
	ID, Name string
	Droplets int // that it stands before
	Tags     []string
	Rules    []string // "tcp 22 from 198.51.100.0/24"
}

// Droplet is one machine.
type Droplet struct {
	ID                         int64
	Name, Status, Region, Size string
	Image, IPv4                string
}

// Record is one DNS record, its name relative to its domain.
type Record struct {
	ID                       int64
	Domain, Type, Name, Data string
	TTL, Priority            int
}

// Clean makes the texts safe to show.
func (e *Estate) Clean() {
	for i := range e.Machines {
		e.Machines[i].clean()
	}
	for i := range e.Remains {
		x := &e.Remains[i]
		cleanTexts(&x.ID, &x.Name, &x.Size, &x.Region)
		cleanSnapshots(x.Copies)
	}
	cleanSnapshots(e.Copies)
	for i := range e.Addresses {
		x := &e.Addresses[i]
		cleanTexts(&x.IP, &x.Region, &x.Name)
	}
	cleanWalls(e.Walls)
}

func (m *Machine) clean() {
	cleanTexts(&m.Name, &m.Status, &m.Region, &m.Size, &m.Image, &m.IPv4)
	m.Tags = cleanList(m.Tags)
	for i := range m.Addresses {
		cleanTexts(&m.Addresses[i].IP)
	}
	for i := range m.Records {
		x := &m.Records[i]
		cleanTexts(&x.Domain, &x.Type, &x.Name, &x.Data)
	}
	for i := range m.Volumes {
		cleanTexts(&m.Volumes[i].Name)
	}
	cleanSnapshots(m.Copies)
	cleanWalls(m.Walls)
}

func cleanSnapshots(all []Snapshot) {
	for i := range all {
		x := &all[i]
		cleanTexts(&x.ID, &x.Name, &x.Of, &x.OfName)
	}
}

func cleanWalls(all []Wall) {
	for i := range all {
		x := &all[i]
		cleanTexts(&x.ID, &x.Name)
		x.Tags, x.Rules = cleanList(x.Tags), cleanList(x.Rules)
	}
}

func cleanTexts(all ...*string) {
	for _, text := range all {
		*text = visible.Text(*text)
	}
}

// cleanList makes a new list: whoever read the account can have the old one still, for others.
func cleanList(all []string) []string {
	clean := slices.Clone(all)
	for i := range clean {
		clean[i] = visible.Text(clean[i])
	}
	return clean
}

// TotalUSD is what the droplet costs a month with all that belongs to it.
func (m *Machine) TotalUSD() float64 {
	sum := m.MonthlyUSD + CopiesUSD(m.Copies)
	for _, v := range m.Volumes {
		sum += v.MonthlyUSD
	}
	return sum
}

// CopiesUSD is what snapshots cost a month.
func CopiesUSD(all []Snapshot) float64 {
	sum := 0.0
	for _, c := range all {
		sum += c.MonthlyUSD
	}
	return sum
}
